"""A vector before and after one gate was multiplied with all of it."""

from __future__ import annotations

import numpy as np

from ..cells import Quantity
from ..cells.activations import Array
from .colours import bounds, scale_for
from .ready import Content, figure


@figure
def gated(vector: Array, gate: float, quantity: Quantity) -> Content:
    """Two rows on one colour scale: a vector (H,) of a quantity, and the same times `gate` (0 to 1)."""
    low, high = bounds(quantity, vector)
    name = quantity.title
    return {
        "data": [
            {
                "type": "heatmap",
                "name": "gated",
                "z": np.stack([vector * gate, vector]),
                "y": [f"{name} × {gate:.2f}", name],
                "zmin": low,
                "zmax": high,
                "colorscale": scale_for(quantity),
                "ygap": 8,
                "hovertemplate": "%{y}<br>unit %{x}<br><b>%{z:.4f}</b><extra></extra>",
                "colorbar": {"thickness": 8, "outlinewidth": 0, "tickvals": [low, 0, high], "tickfont": {"size": 10}},
            }
        ],
        "layout": {
            "height": 150,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 36},
            "plot_bgcolor": "rgba(0,0,0,0)",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "xaxis": {
                "title": {"text": "unit", "font": {"size": 11}},
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            "yaxis": {"showgrid": False, "automargin": True, "fixedrange": True},
        },
    }
