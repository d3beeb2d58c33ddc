"""The Memory page: one question at a time about the typed text. Only what is shown is computed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ...shared import (
    catalogue,
    lesson_link,
    link_parameters,
    missing_model,
    model_card,
    notices,
    pickers,
    text_box,
    what_if,
)
from ...shared.long_work import stoppable
from ...shared.session_keys import QUESTION_BEFORE
from ...shared.text_run import TextRun
from . import causes_panel, reach_panel, unit_ablation_panel, what_if_panel, writers_panel

__all__ = ["QUESTIONS", "page"]

# By name in the link: the question, and the panel that answers it.
QUESTIONS: dict[str, tuple[str, Callable[[TextRun], None]]] = {
    "causes": ("What made it say this?", causes_panel.show),
    "reach": ("How far back?", reach_panel.show),
    "writers": ("Who wrote it?", writers_panel.show),
    "changes": ("What if?", what_if_panel.show),
    "units": ("Which units matter?", unit_ablation_panel.show),
}
OPENING = "recall"  # where the first symbol must be remembered
# Of reviews' first example the sums of what was written agree with swaps; in recall the state is written anew at each
# step, and they do not.
OPENINGS = {"writers": "reviews"}


def page() -> None:
    """Show everything under the title."""
    missing_model.offer()
    titles = {name: title for name, (title, _) in QUESTIONS.items()}
    question_choice = link_parameters.question(list(titles))
    question_choice.restore()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="memory-head"):
        task, model, layer, direction = pickers.pick_model(_opening(question_choice.value), compact=True)
        text = text_box.text_box(task, compact=True)
    question = pickers.pick_part("Question", question_choice, titles, labels="collapsed")
    messages = st.container()
    with st.container():  # what follows keeps its place on the page, whatever is written here
        pickers.report_weights(task, model)
        prepared = text_box.prepare(model, text)
    if prepared is not None:
        if question != "changes" and what_if.changes():
            st.caption(":material/info: This is the run without your changes; see them under “What if?”.")
        _, show = QUESTIONS[question]
        trace = model.run(prepared)
        text_box.report_overflow(trace)
        with stoppable():
            show(TextRun(task, text, model, prepared, trace, layer, direction))
    what_if.save()
    if lesson_link.shows("about"):
        model_card.show(model)
    with messages:
        notices.show()


def _opening(question: str) -> str:
    """The task on which a question opens. A reader who has chosen nothing yet goes along from question to question."""
    before, st.session_state[QUESTION_BEFORE] = st.session_state.get(QUESTION_BEFORE), question
    old, new = (OPENINGS.get(each or question, OPENING) for each in (before, question))
    tasks = catalogue.tasks()
    if old != new and {old, new} <= set(tasks):
        choice = link_parameters.task(tasks, old)
        if choice.value == old and link_parameters.text(tasks[old]).value == tasks[old].examples[0]:
            choice.set(new)
    return new
