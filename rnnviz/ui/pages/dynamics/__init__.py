"""The Dynamics page: where the states go while a network reads. Only what is shown is computed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ....analysis.dynamics.state_machine import checked_alphabet
from ....errors import ArgumentError
from ....model import Model
from ...shared import lesson_link, link_parameters, missing_model, model_card, notices, pickers, text_box
from ...shared.long_work import stoppable
from . import growth_panel, machine_panel, paths_panel, reference_picker, settling_panel, words_panel
from .reference_texts import ReferenceTexts, TaskTexts
from .referenced_run import ReferencedRun

__all__ = ["PARTS", "page"]

# By name in the link: the question, and the panel that answers it.
PARTS: dict[str, tuple[str, Callable[[ReferencedRun], None]]] = {
    "paths": ("Where does it go?", paths_panel.show),
    "settling": ("Where does it settle?", settling_panel.show),
    "words": ("What does a token change?", words_panel.show),
    "growth": ("Do small differences grow?", growth_panel.show),
    "machine": ("Is it a machine?", machine_panel.show),
}
WITHOUT_REFERENCE = ("growth", "machine")
OPENING = "reviews"  # whose states lie along a line


def page() -> None:
    """Show everything under the title."""
    missing_model.offer()
    choice = link_parameters.dynamics_part(list(PARTS))
    choice.restore()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        task, model, layer, direction = pickers.pick_model(OPENING, compact=True)
        text = text_box.text_box(task, compact=True)
    titles = {name: title for name, (title, _) in PARTS.items()}
    if not _can_be_a_machine(model):
        del titles["machine"]
    if task.vector_size is not None:  # there are no tokens
        del titles["words"]
    if choice.value not in titles:  # the model before could be asked
        choice.set(choice.default)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        part = pickers.pick_part("Question", choice, titles, labels="collapsed")
        place = st.container(width="content")
    if part in WITHOUT_REFERENCE:
        reference: ReferenceTexts = TaskTexts(task)
    else:
        reference = reference_picker.pick(place, task, model, layer, direction)
    messages = st.container()
    with st.container():  # what follows keeps its place on the page, whatever is written here
        pickers.report_weights(task, model)
        prepared = text_box.prepare(model, text)
    if prepared is not None:
        _, show = PARTS[part]
        trace = model.run(prepared)
        text_box.report_overflow(trace)
        with stoppable():
            show(ReferencedRun(task, text, model, prepared, trace, layer, direction, reference))
    if lesson_link.shows("about"):
        model_card.show(model)
    with messages:
        notices.show()


def _can_be_a_machine(model: Model) -> bool:
    try:
        checked_alphabet(model)
    except ArgumentError:
        return False
    return True
