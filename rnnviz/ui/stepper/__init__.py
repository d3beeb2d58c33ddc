"""The stepper: one component that plays a trace in the browser. Moving through time never asks the server."""

from __future__ import annotations

import streamlit as st

from ...model import Model
from ...trace import Trace
from .bundle import script, style
from .wire import model_key, payload

_mount = st.components.v2.component(
    "rnnviz_stepper", html='<div class="stepper-place"></div>', css=style(), js=script()
)


def stepper(trace: Trace, model: Model, layer: int = 0, direction: str = "forward", *, step: int, unit: int) -> None:
    """Show a trace. step (counted from 1) and unit are where it begins; from then on the browser keeps the place.

    Once at rest, the browser writes step and unit into the link. The layer's weights, which the
    arithmetic needs, are sent once for each model; the browser asks again if it lost them.
    """
    sent: set[str] = st.session_state.setdefault("weights_sent", set())
    name = model_key(model, layer, direction)
    data = payload(trace, model, layer, direction, weights=name not in sent)
    sent.add(name)
    _mount(
        key="stepper",
        data={**data, "start": {"step": step - 1, "unit": unit}},
        on_missing_change=lambda: sent.discard(name),
    )
