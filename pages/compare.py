"""Compare: the trained cells of a task over one text, or two texts through one of them."""

import streamlit as st

from rnnviz.ui import about, case, compare, door, explore, lesson, links, reading

door.enter()
st.title("Where do they part ways?", anchor=False)
task, model, layer, direction = explore.pick_model("reviews")  # on whose first text the cells do not agree
mode = compare.pick_mode()
task = compare.with_example(task, mode)
text = reading.text_box(task, page=f"compare-{mode}")
notices = st.container()
with st.container():  # what stands below keeps its place in the page, whatever is said here
    trace = reading.read(model, text)
if trace is not None:
    compare.answer(mode, case.Case(task, text, model, trace, layer, direction))
    lesson.maker(stepping=True)
if lesson.shows("about"):
    about.about(model)
with notices:
    links.show_notices()
