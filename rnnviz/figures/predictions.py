"""What the readout says at one step, as bars, with a tick where each bar stood the step before."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..trace import Trace
from .colours import NEGATIVE, SAYS
from .heatmaps import label

CLASSES = 6
ROW = 26  # pixels a bar


class Bars:
    """A bar figure ready to be filled with any step of any trace over the same labels."""

    def __init__(self, labels: list[str]) -> None:
        self.classes = min(CLASSES, len(labels))
        self.figure = go.Figure(_skeleton(self.classes))

    def fill(self, trace: Trace, step: int) -> go.Figure:
        """The most likely classes after step `step` (counted from 1), the likeliest on top."""
        assert trace.probabilities is not None, "a model without readout says nothing"
        now = trace.probabilities[step - 1]
        before = trace.probabilities[step - 2] if step > 1 else np.full(len(now), np.nan)
        best = np.argsort(-now, kind="stable")[: self.classes]
        names = [label(trace.labels[k]) for k in best]
        ticks = [f"{name}  <b>{p:.1%}</b>" for name, p in zip(names, now[best], strict=True)]
        bars, earlier = self.figure.data
        bars.y = earlier.y = list(range(self.classes))
        bars.x, earlier.x = now[best], before[best]
        bars.customdata = earlier.customdata = names
        self.figure.layout.yaxis.update(tickvals=list(range(self.classes)), ticktext=ticks)
        return self.figure


def bars(trace: Trace, step: int) -> go.Figure:
    """The bars of one step, counted from 1."""
    return Bars(trace.labels).fill(trace, step)


def _skeleton(classes: int) -> dict[str, Any]:
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": "after this step",
                "marker": {"color": SAYS, "cornerradius": 3},
                "hovertemplate": "%{customdata}<br>after this step <b>%{x:.4f}</b><extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "name": "one step before",
                "marker": {"symbol": "line-ns", "size": 15, "line": {"width": 2.5, "color": NEGATIVE}},
                "cliponaxis": False,
                "hovertemplate": "%{customdata}<br>one step before <b>%{x:.4f}</b><extra></extra>",
            },
        ],
        "layout": {
            "height": classes * ROW + 34,
            "margin": {"l": 136, "r": 10, "t": 30, "b": 4},
            "bargap": 0.3,
            "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": 11}},
            "plot_bgcolor": "rgba(0,0,0,0)",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "xaxis": {"range": [0, 1], "showgrid": False, "zeroline": False, "visible": False, "fixedrange": True},
            "yaxis": {"autorange": "reversed", "showgrid": False, "ticks": "", "fixedrange": True},
        },
    }
