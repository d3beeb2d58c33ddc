"""Train: choose a task and cells, and watch them learn it together."""

import streamlit as st

from rnnviz.ui.pages import train
from rnnviz.ui.shared import page_setup, share_panel

page_setup.enter()
st.title("Watch networks learn", anchor=False)
train.page()
share_panel.menu()
