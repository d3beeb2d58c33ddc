"""An activation as a curve, with one sum on it and what becomes of it."""

from __future__ import annotations

import math

import numpy as np

from ..cells.activations import Activation
from ..colours import NEGATIVE, REFERENCE, SAYS
from .line_chart import Part, across, axis, layout, note, under
from .plain_figure import Content, figure

EDGE = 8.0  # the curve runs from minus this to this
INNER = 106  # pixels
ROOM = 2.8  # words may begin so far from 0 and still end before the edge


@figure
def activation_curve(activation: Activation, at: float) -> Content:
    """The curve of an activation over sums from -8 to 8, with a dot at the sum `at` and the value there.

    Limits that the curve never leaves are dashed lines with their number. A sum beyond the edges is shown at the edge,
    with its own value in words.
    """
    z = np.linspace(-EDGE, EDGE, 161)
    y, value = activation(z), float(activation(np.array(at)))
    limits = [limit for limit in (activation.low, activation.high) if math.isfinite(limit)]
    low, high = min(float(y.min()), *limits), max(float(y.max()), *limits)
    air = 0.12 * (high - low)
    content = layout(INNER, left=30, right=14, top=8, bottom=38)
    content["xaxis"] = axis(
        range=[-EDGE, EDGE], tickvals=[-8, -4, 0, 4, 8], ticktext=["−8", "−4", "0", "4", "8"], title=under("sum")
    )
    content["yaxis"] = axis(
        range=[low - air, high + air],
        showgrid=False,
        tickvals=limits,
        ticktext=[_plain(f"{limit:g}") for limit in limits],
    )
    content["shapes"] = [across(limit, dash="dash") for limit in limits]
    words = _plain(f"{activation.plain_name}({at:g}) = <b>{value:.4f}</b>")
    shown = min(max(at, -EDGE), EDGE)
    if math.isinf(activation.high) and at > 0:  # the words stand where the curve does not go
        where: Part = {"x": shown, "anchor": "right", "xshift": -12}
    elif at < 0:
        where = {"x": max(shown, -ROOM), "anchor": "right", "yshift": 16}
    else:
        where = {"x": min(shown, ROOM), "anchor": "left", "yshift": -16}
    content["annotations"].append(note(words, y=value, **where))
    hover = f"{activation.plain_name}(%{{x:.2f}}) = <b>%{{y:.4f}}</b><extra></extra>"
    curve = {
        "type": "scatter",
        "mode": "lines",
        "name": activation.plain_name,
        "x": z,
        "y": y,
        "line": {"color": NEGATIVE, "width": 2},
        "hovertemplate": hover,
    }
    dot = {
        "type": "scatter",
        "mode": "markers",
        "name": "at",
        "x": [shown],
        "y": [value],
        "marker": {"color": SAYS, "size": 11, "line": {"color": REFERENCE, "width": 1}},
        "cliponaxis": False,
        "hovertemplate": words + "<extra></extra>",
    }
    return {"data": [curve, dot], "layout": content}


def _plain(text: str) -> str:
    return text.replace("-", "−")
