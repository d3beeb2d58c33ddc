"""The Memory page: one question at a time about the text just typed, so that nothing is computed that is not shown."""

from __future__ import annotations

from collections.abc import Callable

from ..case import Case
from ..tabs import choose
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
    return choose("question", {name: title for name, (title, _) in QUESTIONS.items()}, "a question", page="memory")


def answer(question: str, case: Case) -> None:
    """Answer one of the questions."""
    QUESTIONS[question][1](case)


__all__ = ["Case", "answer", "pick_question"]
