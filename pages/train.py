"""Train: choose a task and the cells, and watch them learn it together."""

import streamlit as st

from rnnviz.ui import door, lesson, train

door.enter()
st.title("Watch networks learn", anchor=False)
train.page()
lesson.maker()
