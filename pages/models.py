"""Models: open a checkpoint of your own, look at the weights of any model, compare two, and take them with you."""

import streamlit as st

from rnnviz.ui.pages import models
from rnnviz.ui.shared import page_setup

page_setup.enter()
st.title("Look inside any model", anchor=False)
models.page()
