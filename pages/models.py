"""Models: open a checkpoint of your own, look at the weights of any model, compare two, and take them with you."""

import streamlit as st

from rnnviz.ui.pages import models
from rnnviz.ui.shared import lesson_link, notices, page_setup

page_setup.enter()
st.title("Look inside any model", anchor=False)
part = models.pick_part()
messages = st.container()
models.answer(part)
lesson_link.menu()
with messages:
    notices.show()
