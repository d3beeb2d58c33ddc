"""How the values of one unit are spread over a corpus."""

from __future__ import annotations

import numpy as np

from ..atlas import Atlas
from ..cells.activations import Array
from ..cells.definition import Quantity
from ..number_format import short_number
from .chart_parts import Part, axis_title, chart_axis, chart_layout, heading, percent
from .plain_figure import Content, figure

HEIGHT = 150
CROWDED = 12  # a label at a number that is so many times smaller than the largest would be too close to the one at 0


@figure
def unit_histogram(atlas: Atlas, quantity: Quantity, unit: int, layer: int = 0, direction: str = "forward") -> Content:
    """Draw how often each value of a unit occurs.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    quantity : Quantity
        The quantity, with its title and colour.
    unit : int
        The unit.
    layer : int, default 0
        The layer.
    direction : {"forward", "backward"}, default "forward"
        The direction.

    Returns
    -------
    plotly.graph_objects.Figure
        A bar for each bin of the atlas, with the share of tokens. Where values have no bounds, the axis is even in
        asinh of the value, as the bins are.
    """
    frame = atlas.histogram(quantity.name, unit, layer=layer, direction=direction)
    low, high, count = (frame[name].to_numpy() for name in ("low", "high", "count"))
    filled = np.flatnonzero(count)
    bounded = bool(np.isfinite([low[0], high[-1]]).all())  # a network may start from states beyond the quantity's
    first, last = (0, len(count) - 1) if bounded else (max(filled[0] - 1, 0), min(filled[-1] + 1, len(count) - 1))
    shown = slice(first, last + 1)
    left, right = (low, high) if bounded else _places(low, high)
    left, right = left[shown], right[shown]
    shares = count[shown] / max(count.sum(), 1)
    content = chart_layout(HEIGHT, left=48, right=14, top=28, bottom=44)
    title = f"{quantity.title} of unit {unit}"
    content["xaxis"] = chart_axis(range=[float(left[0]), float(right[-1])], nticks=7, title=axis_title(title))
    if not bounded:
        content["xaxis"] |= _asinh_ticks(float(left[0]), float(right[-1]))
        content["xaxis"]["title"] = axis_title(f"{title}, on an asinh scale")
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


def _places(low: Array, high: Array) -> tuple[Array, Array]:
    """Where bins that are even in asinh begin and end on the axis."""
    left, right = np.arcsinh(low), np.arcsinh(high)
    width = right[1] - left[1]
    left[0], right[-1] = right[0] - width, left[-1] + width
    return left, right


def _asinh_ticks(left: float, right: float) -> Part:
    """Labels at round numbers on an axis that is even in asinh."""
    largest = np.sinh(max(-left, right))
    sizes = [size for power in range(-3, 4) for size in (10.0**power, 3 * 10.0**power) if size > largest / CROWDED]
    values = [value for value in (0.0, *sizes, *(-size for size in sizes)) if left <= np.arcsinh(value) <= right]
    return {"tickvals": np.arcsinh(values), "ticktext": [short_number(value) for value in values]}
