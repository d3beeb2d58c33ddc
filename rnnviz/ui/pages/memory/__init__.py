"""The Memory page: one question at a time about the typed text. Only what is shown is computed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ...shared import lesson_link, link_parameters, model_card, notices, pickers, text_box, what_if
from ...shared.text_run import TextRun
from . import reach_panel, unit_ablation_panel, what_if_panel, writers_panel

__all__ = ["QUESTIONS", "page"]

# By name in the link: the question, and the panel that answers it.
QUESTIONS: dict[str, tuple[str, Callable[[TextRun], None]]] = {
    "reach": ("How far back?", reach_panel.show),
    "writers": ("Who wrote it?", writers_panel.show),
    "changes": ("What if?", what_if_panel.show),
    "units": ("Which units matter?", unit_ablation_panel.show),
}


def page() -> None:
    """Show everything under the title."""
    task, model, layer, direction = pickers.pick_model("recall")  # where the first symbol must be remembered
    text = text_box.text_box(task)
    titles = {name: title for name, (title, _) in QUESTIONS.items()}
    question = pickers.pick_part("Question", link_parameters.question(list(titles)), titles)
    messages = st.container()
    with st.container():  # what follows keeps its place on the page, whatever is written here
        prepared = text_box.prepare(model, text)
    if prepared is not None:
        if question != "changes" and what_if.changes():
            st.caption(":material/info: This is the run without your changes; see them under “What if?”.")
        _, show = QUESTIONS[question]
        show(TextRun(task, text, model, prepared, model.run(prepared), layer, direction))
        lesson_link.menu(stepping=True)
    what_if.save()
    if lesson_link.shows("about"):
        model_card.show(model)
    with messages:
        notices.show()
