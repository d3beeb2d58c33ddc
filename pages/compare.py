"""Compare: the trained cells of a task over one text, or two texts through one of them."""

import streamlit as st

from rnnviz.ui.pages import compare
from rnnviz.ui.shared import page_setup

page_setup.enter()
st.title("Where do they part ways?", anchor=False)
compare.page()
