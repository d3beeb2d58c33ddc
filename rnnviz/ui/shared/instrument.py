"""The instrument: one component that plays a trace in the browser. Moving through time never asks the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path

import streamlit as st

from ...instrument.bundle import script, style
from ...instrument.payload import Rows, model_key, payload, trace_id
from ...model import Model
from ...trace import Trace
from . import position
from .session_keys import WEIGHTS_SENT

__all__ = ["VIEWS", "Rows", "instrument", "reported_position", "slot"]

VIEWS = ("tokens", "transport", "diagram", "narration", "predictions", "whatif", "arithmetic", "table")

KEY = "rnnviz_instrument"  # of the component and its state

_mount = st.components.v2.component(
    "rnnviz_instrument",
    html='<div class="instrument-place"></div>',
    css=style(),
    js=script(Path(__file__).with_name("streamlit.js")),
)


def instrument(
    trace: Trace,
    model: Model,
    layer: int = 0,
    direction: str = "forward",
    *,
    step: int,
    unit: int,
    text: str = "",
    usual_text: str | None = None,
    default: tuple[int, int] | None = None,
    views: Sequence[str] | None = None,
    asked: Callable[[dict[str, str]], None] | None = None,
    rows: Mapping[str, Rows] | None = None,
    follow: bool = False,
    editable: bool = False,
    now: str = "now",
) -> None:
    """Show a trace. step (counted from 1) and unit are where it begins; from then on the browser keeps the place.

    Once at rest, the browser writes step and unit into the link, except where they are the
    `default` (step, unit), which is what a fresh page would show: the last step and unit 0 if None.
    views: which of VIEWS to show; ValueError for others. If None all, "whatif" only if `editable`. Views in the
    page's slots (see js/slots.js) follow in any case.

    text: what was typed, which goes into the link as well unless it is the `usual_text` (None: it does not).
    asked: called before the next run with {"text": ..., "cell": ...}, or one
    of them, and options of the cell by name ({"reset": "before"}), when a link in the page's words
    asks for what has to be computed here; with {"if": ...}, the text of an intervention (see
    `interventions.parse`), when one is made in the instrument.

    rows: numbers over tokens by name, for slots of the view "credit". follow: whether the browser, once at rest, tells
    the server where it stands, which runs the page again (see `reported_position`); it then plays whole steps.
    editable: whether a cell of the heatmaps can be picked, and edited in the view "whatif".
    now: what that calls the trace's values.

    The layer's weights, which the arithmetic needs, are sent once for each model; the browser asks
    again if it lost them.
    """
    if unknown := set(views or ()) - set(VIEWS):
        raise ValueError(f"the instrument has no view {', '.join(sorted(unknown))}; it has {', '.join(VIEWS)}")
    sent: set[str] = st.session_state.setdefault(WEIGHTS_SENT, set())
    name = model_key(model, layer, direction)
    data = payload(trace, model, layer, direction, weights=name not in sent, rows=rows)
    sent.add(name)
    _mount(
        key=KEY,
        data={
            **data,
            "start": {"step": step - 1, "unit": unit},
            "default": None if default is None else {"step": default[0] - 1, "unit": default[1]},
            "text": text,
            "usualText": usual_text,
            "views": None if views is None else list(views),
            "follow": follow,
            "editable": editable,
            "now": now,
            "named": position.newly_linked(),
        },
        on_missing_change=lambda: sent.discard(name),
        on_asked_change=lambda: _ask(asked),
        on_place_change=lambda: None,  # for the state to exist; the page reads it by `reported_position`
    )


def reported_position(trace: Trace, layer: int = 0) -> tuple[int, int] | None:
    """The step (counted from 1) and unit at which the browser last came to rest in this very trace, if it told so.

    It tells an instrument that is to be followed. None in all other cases, and for what lies outside the trace.
    """
    state = st.session_state.get(KEY)
    told = state.get("place") if isinstance(state, Mapping) else None
    if not isinstance(told, Mapping) or told.get("trace") != trace_id(trace):
        return None
    step, unit = told.get("step"), told.get("unit")
    if not (isinstance(step, int) and isinstance(unit, int)):
        return None
    return (step, unit) if 1 <= step <= len(trace) and 0 <= unit < trace.units(layer) else None


def _ask(asked: Callable[[dict[str, str]], None] | None) -> None:
    request = st.session_state[KEY]["asked"]
    if asked and request:
        asked({str(key): str(value) for key, value in request.items()})


def slot(view: str, **data: str) -> str:
    """The HTML of a place in the page into which the instrument draws one of its views."""
    marks = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    return f'<div class="rnnviz-slot" data-view="{escape(view)}"{marks}></div>'
