"""Memory: how far back a network reaches, who wrote what it remembers, and what a change would do."""

import streamlit as st

from rnnviz.ui.pages import memory
from rnnviz.ui.shared import page_setup

page_setup.enter()
st.title("What does it remember?", anchor=False)
memory.page()
