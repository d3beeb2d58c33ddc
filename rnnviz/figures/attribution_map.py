"""What each number of each step does for an answer, for a network that reads numbers: a heatmap over the text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..analysis.selection import check_step
from ..cells.activations import Array
from ..colours import PREDICTION, diverging_scale, symmetric_limit
from ..number_format import short_number
from .chart_parts import axis_title, chart_axis, heading, vertical_line
from .curves_over_text import check_same_length, token_chart
from .plain_figure import Content, figure
from .step_pairs import colour_bar, compact_floats

ROW, MOST = 14, 260  # pixels of one of a few rows, and of all at most


@figure
def attribution_map(inputs: Array, tokens: Sequence[str], *, step: int) -> Content:
    """Draw what each number that a network reads does for an answer.

    Parameters
    ----------
    inputs : ndarray of shape (T, D)
        The inputs of `rnnviz.analysis.attribution`.
    tokens : sequence of str
        The T steps, as they are called.
    step : int
        The step after which the answer is read, counted from 1.

    Returns
    -------
    plotly.graph_objects.Figure
        One heatmap with a row for each of the D numbers, the first on top.

    Raises
    ------
    ArrayError
        If the values are not those of T steps.
    ArgumentError
        If there is no such step.
    """
    check_same_length({"inputs": len(inputs), "tokens": len(tokens)})
    check_step(step, len(tokens))
    count = np.shape(inputs)[1]
    limit = symmetric_limit(inputs)
    heatmap = {
        "type": "heatmap",
        "name": "attribution",
        "x": np.arange(1, len(tokens) + 1),
        "z": compact_floats(np.asarray(inputs, np.float64).T),
        "zmin": -limit,
        "zmax": limit,
        "colorscale": diverging_scale(PREDICTION),
        "colorbar": colour_bar([-limit, 0.0, limit], [short_number(end) for end in (-limit, 0.0, limit)]),
        "hovertemplate": "number %{y:d} of step %{x:d}: <b>%{z:+.3~g}</b><extra></extra>",
    }
    content = token_chart(tokens, None, left=44, right=58, top=24, height=min(max(count, 3) * ROW, MOST))
    content["yaxis"] = chart_axis(
        range=[count - 0.5, -0.5], tickvals=sorted({0, count - 1}), showgrid=False, title=axis_title("number")
    )
    if step < len(tokens):
        content["shapes"] = [vertical_line(step - 1)]
    content["annotations"].append(heading("number by number"))
    return {"data": [heatmap], "layout": content}
