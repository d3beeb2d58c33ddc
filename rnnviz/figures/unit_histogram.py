"""How the values of one unit are spread over a corpus."""

from __future__ import annotations

import numpy as np

from ..atlas import Atlas
from ..cells.definition import Quantity
from ..number_format import short_number
from .chart_parts import axis_title, chart_axis, chart_layout, heading, percent
from .plain_figure import Content, figure

HEIGHT = 150


@figure
def unit_histogram(atlas: Atlas, quantity: Quantity, unit: int, layer: int = 0, direction: str = "forward") -> Content:
    """Draw how often each value of a unit occurs.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    quantity : Quantity
        The quantity, with its bounds and colour.
    unit : int
        The unit.
    layer : int, default 0
        The layer.
    direction : {"forward", "backward"}, default "forward"
        The direction.

    Returns
    -------
    plotly.graph_objects.Figure
        A bar for each bin of the atlas, with the share of tokens.
    """
    frame = atlas.histogram(quantity.name, unit, layer=layer, direction=direction)
    low, high, count = (frame[name].to_numpy() for name in ("low", "high", "count"))
    filled = np.flatnonzero(count)
    first, last = (
        (0, len(count) - 1) if quantity.bounded else (max(filled[0] - 1, 0), min(filled[-1] + 1, len(count) - 1))
    )
    shown = slice(first, last + 1)
    left = np.where(np.isfinite(low[shown]), low[shown], high[shown] - 1)
    right = np.where(np.isfinite(high[shown]), high[shown], low[shown] + 1)
    shares = count[shown] / max(count.sum(), 1)
    content = chart_layout(HEIGHT, left=48, right=14, top=28, bottom=44)
    content["xaxis"] = chart_axis(
        range=[float(left[0]), float(right[-1])], nticks=7, title=axis_title(f"{quantity.title} of unit {unit}")
    )
    content["yaxis"] = chart_axis(tickformat=".0%", nticks=4, rangemode="tozero")
    content["bargap"] = 0.05
    content["annotations"] = [heading("share of all tokens")]
    bars = {
        "type": "bar",
        "x": (left + right) / 2,
        "width": right - left,
        "y": shares,
        "marker": {"color": quantity.colour},
        "hovertext": [
            f"{short_number(float(a))} to {short_number(float(b))}: <b>{percent(float(share))}</b>"
            for a, b, share in zip(low[shown], high[shown], shares, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return {"data": [bars], "layout": content}
