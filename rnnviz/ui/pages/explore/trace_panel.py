"""A trace: the instrument, and on demand all units as a figure."""

from __future__ import annotations

import streamlit as st

from ....instrument.settings_schema import Notes
from ....model import Model
from ....trace import Trace
from ...shared import charts, lesson_link, position, what_if
from ...shared.catalogue import TaskModels
from ...shared.instrument import instrument


def show(task: TaskModels, text: str, trace: Trace, model: Model, layer: int, direction: str, notes: Notes) -> None:
    """Show the instrument, and below it the figure, which is drawn only when it is opened."""
    step, unit = position.from_link(trace, layer=layer)
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
        on_request=what_if.apply_requested,
        notes=notes,
    )
    figure = st.expander("All units as a figure", icon=":material/grid_on:", key="figure", on_change="rerun")
    if figure.open:
        with figure:
            st.caption("To zoom in, drag. The toolbar has full screen and a download.")
            charts.heatmaps(trace, layer=layer, direction=direction)
