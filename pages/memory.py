"""Memory: how far back a network reaches, who wrote what it remembers, and what if it had been otherwise."""

import streamlit as st

from rnnviz.ui.pages import memory
from rnnviz.ui.shared import lesson_link, link_state, model_card, page_setup, pickers, text_box, what_if

page_setup.enter()
st.title("What does it remember?", anchor=False)
task, model, layer, direction = pickers.pick_model("recall")  # whose first symbol is what must be remembered
text = text_box.text_box(task, page="memory")
question = memory.pick_question()
notices = st.container()
with st.container():  # what stands below keeps its place in the page, whatever is said here
    trace = text_box.read(model, text)
if trace is not None:
    if question != "changes" and what_if.listed():
        st.caption(":material/info: Asked of the run as it is; your changes show under “What if?”.")
    memory.answer(question, memory.Case(task, text, model, trace, layer, direction))
    lesson_link.maker(stepping=True)
what_if.keep()
if lesson_link.shows("about"):
    model_card.about(model)
with notices:
    link_state.show_notices()
