"""Memory: how far back a network reaches, who wrote what it remembers, and what if it had been otherwise."""

import streamlit as st

from rnnviz.ui import about, door, explore, lesson, links, memory, reading, whatif

door.enter()
st.title("What does it remember?", anchor=False)
task, model, layer, direction = explore.pick_model("recall")  # whose first symbol is what must be remembered
text = reading.text_box(task, page="memory")
question = memory.pick_question()
notices = st.container()
with st.container():  # what stands below keeps its place in the page, whatever is said here
    trace = reading.read(model, text)
if trace is not None:
    if question != "changes" and whatif.listed():
        st.caption(":material/info: Asked of the run as it is; your changes show under “What if?”.")
    memory.answer(question, memory.Case(task, text, model, trace, layer, direction))
    lesson.maker(stepping=True)
whatif.keep()
if lesson.shows("about"):
    about.about(model)
with notices:
    links.show_notices()
