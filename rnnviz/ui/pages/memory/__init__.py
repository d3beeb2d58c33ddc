"""The Memory page: one question at a time about the text just typed, so that nothing is computed that is not shown."""

from __future__ import annotations

from collections.abc import Callable

from ...shared.pickers import pick_part
from ...shared.subject import Case
from . import reach_panel, unit_ablation_panel, what_if_panel, writers_panel

# By name in the link: the question, and what answers it.
QUESTIONS: dict[str, tuple[str, Callable[[Case], None]]] = {
    "reach": ("How far back?", reach_panel.answer),
    "writers": ("Who wrote it?", writers_panel.answer),
    "changes": ("What if?", what_if_panel.answer),
    "units": ("Which units matter?", unit_ablation_panel.answer),
}


def pick_question() -> str:
    """The question that the page answers now, kept in the link."""
    return pick_part("question", {name: title for name, (title, _) in QUESTIONS.items()}, "a question", page="memory")


def answer(question: str, case: Case) -> None:
    """Answer one of the questions."""
    QUESTIONS[question][1](case)


__all__ = ["Case", "answer", "pick_question"]
