"""What the readout says at one step, as bars, with a tick where each bar stood the step before."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..trace import Trace
from .colours import NEGATIVE, SAYS
from .ready import Content
from .stack import label

CLASSES = 6
ROW = 26  # pixels a bar


def bars(trace: Trace, step: int) -> go.Figure:
    """The most likely classes after step `step` (counted from 1), the likeliest on top.

    Raises ValueError if the model has no readout.
    """
    return go.Figure(bar_content(trace, step))


def bar_content(trace: Trace, step: int) -> Content:
    """The same as plain data."""
    if trace.probabilities is None:
        raise ValueError("the model has no readout: it says nothing that could be drawn")
    now = trace.probabilities[step - 1]
    before = trace.probabilities[step - 2] if step > 1 else np.full(len(now), np.nan)
    best = np.argsort(-now, kind="stable")[:CLASSES]
    names = [label(trace.labels[k]) for k in best]
    rows = {"y": np.arange(len(best)), "customdata": names}
    layout = _layout(len(best))
    layout["yaxis"] |= {
        "tickvals": list(range(len(best))),
        "ticktext": [f"{name}  <b>{p:.1%}</b>" for name, p in zip(names, now[best], strict=True)],
    }
    return {"data": [{**NOW, **rows, "x": now[best]}, {**BEFORE, **rows, "x": before[best]}], "layout": layout}


NOW: dict[str, Any] = {
    "type": "bar",
    "orientation": "h",
    "name": "after this step",
    "marker": {"color": SAYS, "cornerradius": 3},
    "hovertemplate": "%{customdata}<br>after this step <b>%{x:.4f}</b><extra></extra>",
}
BEFORE: dict[str, Any] = {
    "type": "scatter",
    "mode": "markers",
    "name": "one step before",
    "marker": {"symbol": "line-ns", "size": 15, "line": {"width": 2.5, "color": NEGATIVE}},
    "cliponaxis": False,
    "hovertemplate": "%{customdata}<br>one step before <b>%{x:.4f}</b><extra></extra>",
}


def _layout(classes: int) -> dict[str, Any]:
    return {
        "height": classes * ROW + 8,
        "margin": {"l": 136, "r": 10, "t": 4, "b": 4},
        "bargap": 0.3,
        "showlegend": False,
        "plot_bgcolor": "rgba(0,0,0,0)",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"range": [0, 1], "showgrid": False, "zeroline": False, "visible": False, "fixedrange": True},
        "yaxis": {"autorange": "reversed", "showgrid": False, "ticks": "", "fixedrange": True},
    }
