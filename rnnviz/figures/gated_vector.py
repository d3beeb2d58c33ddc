"""A vector before and after one gate value multiplies all of it."""

from __future__ import annotations

import numpy as np

from ..cells import Quantity
from ..cells.activations import Array
from ..colours import GRID, PLAYHEAD, quantity_scale, scale_limits
from .chart_parts import scale_ticks
from .plain_figure import Content, figure

INNER = 106  # pixels of both rows
GAP = 0.08  # between the rows, of a row's height
Y = (0.5 - GAP, -0.5 + GAP)  # the edges of a row, from its middle


@figure
def vector_times_gate(vector: Array, gate: float, quantity: Quantity) -> Content:
    """Draw a vector and the same vector times a gate as two rows on one colour scale.

    Parameters
    ----------
    vector : ndarray of shape (H,)
        Values of the quantity.
    gate : float
        The value of the gate, from 0 to 1.
    quantity : Quantity
        The quantity, whose colours and range the rows have.

    Returns
    -------
    plotly.graph_objects.Figure
        One heatmap of two rows.
    """
    low, high = scale_limits(quantity, vector)
    name, units = quantity.title, len(vector)
    names = [f"{name} × {gate:.2f}", name]
    return {
        "data": [
            {
                "type": "heatmap",
                "name": "gated",
                "z": np.stack([vector * gate, vector]),
                "y": [0, 1],
                "text": [[row] * units for row in names],
                "zmin": low,
                "zmax": high,
                "colorscale": quantity_scale(quantity),
                "ygap": round(2 * GAP * INNER / len(names)),
                "hovertemplate": "%{text}<br>unit %{x}<br><b>%{z:.4f}</b><extra></extra>",
                "colorbar": {
                    "thickness": 8,
                    "outlinewidth": 0,
                    "tickfont": {"size": 10},
                    **scale_ticks(low, high, vector),
                },
            }
        ],
        "layout": {
            "height": INNER + 44,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 36},
            "plot_bgcolor": "rgba(0,0,0,0)",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "xaxis": {
                "title": {"text": "unit", "font": {"size": 11}},
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            "yaxis": {
                "showgrid": False,
                "zeroline": False,
                "automargin": True,
                "fixedrange": True,
                "range": [-0.5, 1.5],
                "tickvals": [0, 1],
                "ticktext": names,
            },
            "shapes": [_unit_lines(units), _row_frames(units)],
        },
    }


def _unit_lines(units: int) -> Content:
    """Faint lines between the units of both rows: zeros are as blank as the page."""
    between = (f"M{k + 0.5},{row + Y[0]}V{row + Y[1]}" for row in (0, 1) for k in range(units - 1))
    return _path("".join(between) or "M0,0", GRID)


def _row_frames(units: int) -> Content:
    """A frame around each row."""
    return _path("".join(f"M-0.5,{row + Y[0]}H{units - 0.5}V{row + Y[1]}H-0.5Z" for row in (0, 1)), PLAYHEAD)


def _path(path: str, colour: str) -> Content:
    return {"type": "path", "path": path, "xref": "x", "yref": "y", "line": {"color": colour, "width": 1}}
