"""The loss after one training step against the learning rate."""

from __future__ import annotations

import math

from ..cells.activations import Array
from ..colours import NEGATIVE, PREDICTION, REFERENCE
from .chart_parts import annotation, axis_title, chart_axis, chart_layout, heading, horizontal_line
from .plain_figure import Content, figure

HEIGHT = 150


@figure
def loss_by_rate(rates: Array, losses: Array, rate: float, loss: float, before: float) -> Content:
    """Draw the loss after one step for many learning rates, with one of them marked.

    Parameters
    ----------
    rates : ndarray of shape (N,)
        Learning rates, above 0, in increasing order.
    losses : ndarray of shape (N,)
        The loss after a step with each, in nats.
    rate : float
        The marked learning rate.
    loss : float
        The loss after a step with it.
    before : float
        The loss before the step, drawn as a dotted line.

    Returns
    -------
    plotly.graph_objects.Figure
        The curve and the mark, on a logarithmic axis of rates.
    """
    low, high = math.log10(rates[0]), math.log10(rates[-1])
    content = chart_layout(HEIGHT, left=34, right=70, top=30, bottom=44)
    decades = range(math.ceil(low), math.floor(high) + 1)
    content["xaxis"] = chart_axis(
        type="log",
        range=[low, high],
        tickvals=[10.0**k for k in decades],
        ticktext=[f"{10.0**k:g}" for k in decades],
        title=axis_title("learning rate"),
    )
    content["yaxis"] = chart_axis(range=[0, 1.06 * max(before, float(losses.max()))], nticks=5)
    content["shapes"] = [horizontal_line(before, dash="dot")]
    words = annotation(f"before {before:.2f}", 1, before, ("x domain", "y"), "left", 11, xshift=4)
    content["annotations"] += [
        heading("loss after one step, in nats"),
        words | {"font": {"color": REFERENCE, "size": 11}},
    ]
    curve = {
        "type": "scatter",
        "mode": "lines",
        "name": "loss",
        "x": rates,
        "y": losses,
        "line": {"color": NEGATIVE, "width": 2},
        "hovertemplate": "learning rate %{x:.3g}<br>loss <b>%{y:.3f}</b><extra></extra>",
    }
    dot = {
        "type": "scatter",
        "mode": "markers",
        "name": "at",
        "x": [rate],
        "y": [loss],
        "marker": {"color": PREDICTION, "size": 11, "line": {"color": REFERENCE, "width": 1}},
        "cliponaxis": False,
        "hovertemplate": f"learning rate {rate:g}<br>loss <b>{loss:.3f}</b><extra></extra>",
    }
    return {"data": [curve, dot], "layout": content}
