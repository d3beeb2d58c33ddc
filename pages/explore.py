"""Explore: type a sequence, choose a model, and see everything that happens inside."""

import streamlit as st

from rnnviz.ui import about, door, downloads, explore, lesson, links, reading

door.enter()
st.title("Watch a recurrent network read", anchor=False)
task, model, layer, direction = explore.pick_model()
explore.invite()
text = reading.text_box(task)
notices = st.container()
trace = reading.read(model, text)
if trace is not None:
    explore.inside(task, text, trace, model, layer, direction)
    with st.container(horizontal=True):
        if lesson.shows("downloads"):
            downloads.downloads(trace, layer, direction)
        lesson.maker(stepping=True)
if lesson.shows("about"):
    about.about(model)
with notices:
    links.show_notices()
