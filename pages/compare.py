"""Compare: the trained cells of a task over one text, or two texts through one of them."""

import streamlit as st

from rnnviz.ui.pages import compare
from rnnviz.ui.shared import lesson_link, link_state, model_card, page_setup, pickers, subject, text_box

page_setup.enter()
st.title("Where do they part ways?", anchor=False)
task, model, layer, direction = pickers.pick_model("reviews")  # on whose first text the cells do not agree
mode = compare.pick_mode()
task = compare.with_example(task, mode)
text = text_box.text_box(task, page=f"compare-{mode}")
notices = st.container()
with st.container():  # what stands below keeps its place in the page, whatever is said here
    trace = text_box.read(model, text)
if trace is not None:
    compare.answer(mode, subject.Case(task, text, model, trace, layer, direction))
    lesson_link.maker(stepping=True)
if lesson_link.shows("about"):
    model_card.about(model)
with notices:
    link_state.show_notices()
