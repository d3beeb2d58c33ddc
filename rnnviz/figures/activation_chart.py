"""The curve of an activation, with one sum on it and its value."""

from __future__ import annotations

import math

import numpy as np

from ..cells.activations import Activation
from ..colours import NEGATIVE, PREDICTION, REFERENCE
from ..number_format import with_minus_signs
from .chart_parts import Part, annotation, axis_title, chart_axis, chart_layout, horizontal_line
from .plain_figure import Content, figure

EDGE = 8.0  # the curve runs from minus this to this
INNER = 106  # pixels
WORDS_FROM = 2.8  # where words may begin, from 0, and still end before the edge


@figure
def activation_curve(activation: Activation, at: float) -> Content:
    """Draw the curve of an activation over sums from -8 to 8, with a dot at one sum.

    Limits that the curve never exceeds are dashed lines with their values. A sum beyond the edges is drawn at the edge,
    with its own value in words.

    Parameters
    ----------
    activation : Activation
        The activation.
    at : float
        The sum.

    Returns
    -------
    plotly.graph_objects.Figure
        The curve and the dot.
    """
    z = np.linspace(-EDGE, EDGE, 161)
    y, value = activation(z), float(activation(np.array(at)))
    limits = [limit for limit in (activation.low, activation.high) if math.isfinite(limit)]
    low, high = min(float(y.min()), *limits), max(float(y.max()), *limits)
    air = 0.12 * (high - low)
    content = chart_layout(INNER, left=30, right=14, top=8, bottom=38)
    ticks = [-8, -4, 0, 4, 8]
    content["xaxis"] = chart_axis(
        range=[-EDGE, EDGE],
        tickvals=ticks,
        ticktext=[with_minus_signs(str(tick)) for tick in ticks],
        title=axis_title("sum"),
    )
    content["yaxis"] = chart_axis(
        range=[low - air, high + air],
        showgrid=False,
        tickvals=limits,
        ticktext=[with_minus_signs(f"{limit:g}") for limit in limits],
    )
    content["shapes"] = [horizontal_line(limit, dash="dash") for limit in limits]
    words = with_minus_signs(f"{activation.plain_name}({at:g}) = <b>{value:.4f}</b>")
    shown = min(max(at, -EDGE), EDGE)
    if math.isinf(activation.high) and at > 0:  # the words are where the curve does not go
        place: Part = {"x": shown, "anchor": "right", "xshift": -12}
    elif at < 0:
        place = {"x": max(shown, -WORDS_FROM), "anchor": "right", "yshift": 16}
    else:
        place = {"x": min(shown, WORDS_FROM), "anchor": "left", "yshift": -16}
    content["annotations"].append(annotation(words, y=value, **place))
    curve = {
        "type": "scatter",
        "mode": "lines",
        "name": activation.plain_name,
        "x": z,
        "y": y,
        "line": {"color": NEGATIVE, "width": 2},
        "hovertemplate": f"{activation.plain_name}(%{{x:.2f}}) = <b>%{{y:.4f}}</b><extra></extra>",
    }
    dot = {
        "type": "scatter",
        "mode": "markers",
        "name": "at",
        "x": [shown],
        "y": [value],
        "marker": {"color": PREDICTION, "size": 11, "line": {"color": REFERENCE, "width": 1}},
        "cliponaxis": False,
        "hovertemplate": words + "<extra></extra>",
    }
    return {"data": [curve, dot], "layout": content}
