"""Which texts a text is seen among: a picker, and a box for texts of one's own."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ....model import Model
from ...shared import lesson_link, link_parameters
from ...shared.catalogue import TaskModels
from ...shared.session_keys import REFERENCE_TEXTS
from .reference_texts import OWN, ReferenceTexts, reference_texts

HELP = (
    "The dots and the axes come from the states of the model while it reads these texts, and so does the mean input. A "
    "corpus that it has read on the Units page can be chosen here as well."
)


def pick(place: DeltaGenerator, task: TaskModels, model: Model, layer: int, direction: str) -> ReferenceTexts:
    """Show a picker in a place, and below it the box; the texts of the task as long as that is empty."""
    pasted = st.session_state.get(_box_key(task)) or ""
    offered = {each.name: each for each in reference_texts(task, model, layer, direction, pasted)}
    choice = link_parameters.reference_texts(list(offered))
    key = choice.restore()
    if choice.value not in offered:  # another model has another corpus
        choice.set(choice.default)
    if lesson_link.shows("model"):
        place.selectbox(
            "Reference texts",
            list(offered),
            format_func=lambda name: offered[name].title,
            key=key,
            width=340,
            help=HELP,
        )
        if choice.value == OWN:
            st.text_area(
                "Your texts, one a line",
                key=_box_key(task),
                height=68,
                label_visibility="collapsed",
                placeholder="Type or paste texts, one a line. They stay in this session: the link does not hold them.",
                persist_state="session",
            )
    chosen = offered[choice.save()]
    return chosen if chosen else offered[choice.default]


def _box_key(task: TaskModels) -> str:
    return f"{REFERENCE_TEXTS}-{task.name}"
