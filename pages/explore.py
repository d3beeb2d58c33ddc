"""Explore: type a sequence, choose a model, and see everything that happens inside."""

import streamlit as st

from rnnviz.ui.pages import explore
from rnnviz.ui.shared import downloads, lesson_link, link_state, model_card, page_setup, pickers, text_box, what_if

page_setup.enter()
st.title("Watch a recurrent network read", anchor=False)
task, model, layer, direction = pickers.pick_model()
above = st.container(horizontal=True, vertical_alignment="center")
text = text_box.text_box(task)
notices = st.container()
with above:
    explore.invite()
    what_if.menu(model, text)
with st.container():  # what stands below keeps its place in the page, whatever is said here
    trace = text_box.read(model, text, what_if.bar(model, text))
if trace is not None:
    explore.inside(task, text, trace, model, layer, direction)
    with st.container(horizontal=True):
        if lesson_link.shows("downloads"):
            downloads.downloads(trace, layer, direction)
        lesson_link.maker(stepping=True)
what_if.keep()
if lesson_link.shows("about"):
    model_card.about(model)
with notices:
    link_state.show_notices()
