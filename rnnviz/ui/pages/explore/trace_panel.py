"""A trace: the instrument, and the heatmaps with the instrument's playhead."""

from __future__ import annotations

import streamlit as st

from ....model import Model
from ....trace import Trace
from ...shared import charts, lesson_link, position, what_if
from ...shared.catalogue import TaskModels
from ...shared.instrument import instrument

COLUMNS = [1.15, 1]  # shares of the width


def show(task: TaskModels, text: str, trace: Trace, model: Model, layer: int, direction: str) -> None:
    """Show the instrument beside the heatmaps."""
    left, right = st.columns(COLUMNS, gap="medium")
    step, unit = position.from_link(trace, layer=layer)
    with left:
        instrument(
            trace,
            model,
            layer,
            direction,
            step=step,
            unit=unit,
            text=text,
            default_text=task.examples[0],
            editable=lesson_link.shows("whatif"),
            on_request=what_if.add_requested,
        )
    with right:
        charts.heatmaps(trace, layer=layer, direction=direction)
