"""The Explore page's panels: the stacked heatmaps, and what happens at the chosen step."""

from __future__ import annotations

import streamlit as st

from ....model import Model
from ....trace import Trace
from ...shared import charts, lesson_link, what_if
from ...shared.catalogue import Task
from ...shared.instrument import instrument
from ...shared.position import place

COLUMNS = [1.15, 1]  # the instrument beside the heatmaps, in shares of the width


def invite() -> None:
    """The way to the guide's first chapter, for who is new here."""
    if lesson_link.shows("navigation"):
        st.page_link(
            "pages/words.py", label="New to this? The guide tells it from the start.", icon=":material/menu_book:"
        )


def inside(task: Task, text: str, trace: Trace, model: Model, layer: int, direction: str) -> None:
    """The instrument beside the heatmaps that it moves over."""
    left, right = st.columns(COLUMNS, gap="medium")
    step, unit = place(trace, layer=layer)
    with left:
        instrument(
            trace,
            model,
            layer,
            direction,
            step=step,
            unit=unit,
            text=text,
            usual_text=task.examples[0],
            editable=lesson_link.shows("whatif"),
            asked=what_if.asked,
        )
    with right:
        charts.heatmaps(trace, layer=layer, direction=direction)
