"""Models: open a checkpoint of your own, look at the weights of any model, compare two, and take them with you."""

import streamlit as st

from rnnviz.ui import door, lesson, links, models

door.enter()
st.title("Look inside any model", anchor=False)
part = models.pick_part()
notices = st.container()
models.answer(part)
lesson.maker()
with notices:
    links.show_notices()
