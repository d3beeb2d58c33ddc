"""The Memory page: one question at a time about the text just typed, so that nothing is computed that is not shown."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from .. import lesson, links
from ..case import Case
from . import ablating, changing, reaching, writing

# By name in the link: the question, and what answers it.
QUESTIONS: dict[str, tuple[str, Callable[[Case], None]]] = {
    "reach": ("How far back?", reaching.answer),
    "writers": ("Who wrote it?", writing.answer),
    "changes": ("What if?", changing.answer),
    "units": ("Which units matter?", ablating.answer),
}


def pick_question() -> str:
    """The question that the page answers now, kept in the link."""
    names = list(QUESTIONS)
    key = links.start("question", names, names[0], "a question", page="memory")
    if lesson.shows("tabs"):
        st.segmented_control("Question", names, required=True, format_func=lambda name: QUESTIONS[name][0], key=key)
    name: str = st.session_state[key] or names[0]
    links.keep("question", name, names[0], page="memory")
    return name


def answer(question: str, case: Case) -> None:
    """Answer one of the questions."""
    QUESTIONS[question][1](case)


__all__ = ["Case", "answer", "pick_question"]
