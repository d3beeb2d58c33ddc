"""Curves of dynamics: Lyapunov exponents of several cells, and what a word does to the words after it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..analysis import Lyapunov
from ..cells.activations import Array
from .chart_parts import (
    EndLabel,
    axis_title,
    cell_label,
    cell_line,
    cell_title,
    chart_axis,
    chart_layout,
    end_labels,
    heading,
    horizontal_line,
    label_room,
)
from .plain_figure import Content, figure

HEIGHT = 220
MOST = 16  # exponents of a cell


@figure
def lyapunov_exponents(by_cell: Mapping[str, Lyapunov]) -> Content:
    """Draw the largest Lyapunov exponents of several cells along the same text.

    Parameters
    ----------
    by_cell : mapping of str to Lyapunov
        What `rnnviz.analysis.lyapunov` returns, by cell.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each cell through its 16 largest finite exponents, and a line at zero.
    """
    curves = {cell: _finite(found.exponents[:MOST]) for cell, found in by_cell.items()}
    values = np.concatenate([[0.0], *curves.values()])
    room = 0.08 * max(float(np.ptp(values)), 1e-6)
    edges = (float(values.min() - room), float(values.max() + room))
    data, ends = [], []
    for cell, curve in curves.items():
        if not len(curve):
            continue
        x = np.arange(1, len(curve) + 1)
        hover = "exponent %{x}<br><b>%{y:.3g}</b> a step<br>a factor of %{customdata:.3g}"
        data.append(cell_line(cell, x, curve, hover, customdata=np.exp(curve)))
        ends.append(EndLabel(cell_label(cell), len(curve), float(curve[-1])))
    content = chart_layout(HEIGHT, left=44, right=label_room([cell_title(cell) for cell in curves]), top=46, bottom=42)
    content["xaxis"] = chart_axis(
        range=[0.6, MOST + 0.4], title=axis_title("the largest exponents, in order"), nticks=9
    )
    content["yaxis"] = chart_axis(range=list(edges), nticks=6)
    content["shapes"] = [horizontal_line(0.0)]
    content["annotations"] += [
        heading("<b>Lyapunov exponents</b> along the text, per step<br>above 0 differences grow, below it they shrink"),
        *end_labels(ends, edges, HEIGHT),
    ]
    return {"data": data[::-1], "layout": content}


@figure
def modifier_gains(gains: Mapping[str, Array], modifier: str, noun: str = "word") -> Content:
    """Draw how much of their effect words keep after a modifier, by the number of neutral steps between.

    Parameters
    ----------
    gains : mapping of str to ndarray of shape (K + 1,)
        `ModifierEffect.gain` by cell.
    modifier : str
        The modifier, as markup.
    noun : str, default "word"
        What it is.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each cell, and lines at 1, where nothing changes, and at 0.
    """
    values = np.concatenate([[0.0, 1.0], *gains.values()])
    values = values[np.isfinite(values)]
    room = 0.08 * float(np.ptp(values))
    edges = (float(values.min() - room), float(values.max() + room))
    data, ends = [], []
    for cell, gain in gains.items():
        x = np.arange(len(gain))
        data.append(cell_line(cell, x, gain, "%{x} steps between<br><b>%{y:.3g}</b> times the usual effect"))
        if np.isfinite(gain[-1]):
            ends.append(EndLabel(cell_label(cell), len(gain) - 1, float(gain[-1])))
    content = chart_layout(HEIGHT, left=44, right=label_room([cell_title(cell) for cell in gains]), top=46, bottom=42)
    steps = max(map(len, gains.values()))
    content["xaxis"] = chart_axis(
        range=[-0.3, steps - 0.7], dtick=1, title=axis_title(f"neutral steps between the two {noun}s")
    )
    content["yaxis"] = chart_axis(range=list(edges), nticks=6)
    content["shapes"] = [horizontal_line(1.0), horizontal_line(0.0, dash="solid")]
    content["annotations"] += [
        heading(f"<b>After “{modifier}”</b>: the effect of a {noun},<br>as a multiple of its usual effect"),
        *end_labels(ends, edges, HEIGHT),
    ]
    return {"data": data[::-1], "layout": content}


def _finite(values: Array) -> Array:
    return values[np.isfinite(values)]
