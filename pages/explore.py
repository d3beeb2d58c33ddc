"""Explore: type a sequence, choose a model, and see everything that happens inside it."""

import streamlit as st

from rnnviz.ui.pages import explore
from rnnviz.ui.shared import page_setup

page_setup.enter()
st.title("Watch a recurrent network read", anchor=False)
explore.page()
