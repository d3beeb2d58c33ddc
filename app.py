"""The door: page config and navigation, nothing else."""

import streamlit as st

st.set_page_config(page_title="rnnviz", page_icon="rnnviz/ui/icon.svg", layout="wide")
st.navigation(
    [st.Page("pages/explore.py", title="Explore", icon=":material/visibility:", default=True)], position="top"
).run()
