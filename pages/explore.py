"""Explore: type a sequence, choose a model, and see everything that happens inside."""

import streamlit as st

from rnnviz.ui import about, door, downloads, explore, lesson, links, reading, whatif

door.enter()
st.title("Watch a recurrent network read", anchor=False)
task, model, layer, direction = explore.pick_model()
above = st.container(horizontal=True, vertical_alignment="center")
text = reading.text_box(task)
notices = st.container()
with above:
    explore.invite()
    whatif.menu(model, text)
with st.container():  # what stands below keeps its place in the page, whatever is said here
    trace = reading.read(model, text, whatif.bar(model, text))
if trace is not None:
    explore.inside(task, text, trace, model, layer, direction)
    with st.container(horizontal=True):
        if lesson.shows("downloads"):
            downloads.downloads(trace, layer, direction)
        lesson.maker(stepping=True)
whatif.keep()
if lesson.shows("about"):
    about.about(model)
with notices:
    links.show_notices()
