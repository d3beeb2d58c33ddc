"""The stepper: one component that plays a trace in the browser. Moving through time never asks the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from ...model import Model
from ...trace import Trace
from .bundle import script, style
from .wire import model_key, payload

VIEWS = ("tokens", "transport", "diagram", "narration", "predictions", "arithmetic", "table")

_mount = st.components.v2.component(
    "rnnviz_stepper", html='<div class="stepper-place"></div>', css=style(), js=script()
)


def stepper(
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
) -> None:
    """Show a trace. step (counted from 1) and unit are where it begins; from then on the browser keeps the place.

    Once at rest, the browser writes step and unit into the link, except where they are the
    `default` (step, unit), which is what a fresh page would show: the last step and unit 0 if None.
    views: which of VIEWS to show, all if None; ValueError for others. Views in the page's slots
    (see js/slots.js) follow in any case.

    text: what was typed, which goes into the link as well unless it is the `usual_text` (None: it does not).
    asked: called before the next run with {"text": ..., "cell": ...}, or one
    of them, and options of the cell by name ({"reset": "before"}), when a link in the page's words
    asks for what has to be computed here.

    The layer's weights, which the arithmetic needs, are sent once for each model; the browser asks
    again if it lost them.
    """
    if unknown := set(views or ()) - set(VIEWS):
        raise ValueError(f"the stepper has no view {', '.join(sorted(unknown))}; it has {', '.join(VIEWS)}")
    sent: set[str] = st.session_state.setdefault("weights_sent", set())
    name = model_key(model, layer, direction)
    data = payload(trace, model, layer, direction, weights=name not in sent)
    sent.add(name)
    _mount(
        key="stepper",
        data={
            **data,
            "start": {"step": step - 1, "unit": unit},
            "default": None if default is None else {"step": default[0] - 1, "unit": default[1]},
            "text": text,
            "usualText": usual_text,
            "views": None if views is None else list(views),
        },
        on_missing_change=lambda: sent.discard(name),
        on_asked_change=lambda: _ask(asked),
    )


def _ask(asked: Callable[[dict[str, str]], None] | None) -> None:
    request = st.session_state["stepper"]["asked"]
    if asked and request:
        asked({str(key): str(value) for key, value in request.items()})


def slot(view: str, **data: str) -> str:
    """The HTML of a place in the page into which the stepper draws one of its views."""
    marks = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    return f'<div class="rnnviz-slot" data-view="{escape(view)}"{marks}></div>'
