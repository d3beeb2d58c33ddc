"""What a linear probe reads from the states of several cells, over a stretch of text."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

from ..analysis.probes.linear_probe import LinearProbe
from ..cells.activations import Array
from ..colours import REFERENCE
from .chart_parts import axis_title, cell_label, cell_line, chart_axis, chart_layout, heading
from .plain_figure import Content, figure

ROW, BETWEEN = 92, 44  # pixels of a cell's curve, and of its heading
BEFORE = 20  # characters that the hover text shows before the one that it is about


@figure
def probed_positions(probes: Mapping[str, LinearProbe], positions: Array, text: str, rows: Array) -> Content:
    """Draw the position in the line that a probe reads from the state, and the true one, for each cell.

    Parameters
    ----------
    probes : mapping of str to LinearProbe
        By cell, probes over the same N samples.
    positions : ndarray of shape (N,)
        The true positions.
    text : str
        The T characters of the stretch that is drawn.
    rows : ndarray of int of shape (T,)
        Which samples these are.

    Returns
    -------
    plotly.graph_objects.Figure
        Two lines for each cell.
    """
    count, true = len(probes), positions[rows]
    x = np.arange(1, len(rows) + 1)
    found = {cell: probe.predictions[rows] for cell, probe in probes.items()}
    low = min(0.0, *(float(values.min()) for values in found.values()))
    high = max(float(true.max()), *(float(values.max()) for values in found.values()))
    height = count * ROW + (count - 1) * BETWEEN
    content = chart_layout(height, left=30, right=12, top=BETWEEN, bottom=46)
    seen = [escape(text[max(0, k - BEFORE) : k + 1].replace("\n", "⏎"), quote=False) for k in range(len(text))]
    data = []
    for k, (cell, probe) in enumerate(probes.items()):
        end = str(k + 1) if k else ""
        top = 1 - k * (ROW + BETWEEN) / height
        axes = {"xaxis": "x", "yaxis": f"y{end}"}
        reference = {"color": REFERENCE, "width": 1.5, "dash": "dot"}
        data.append(
            {
                "type": "scatter", "mode": "lines", "name": "true position", "x": x, "y": true, "line": reference,
                "hoverinfo": "skip", **axes,
            }
        )  # fmt: skip
        hover = "…%{customdata[0]}<br>position %{customdata[1]}, read <b>%{y:.0f}</b>"
        custom = [[words, int(position)] for words, position in zip(seen, true, strict=True)]
        line = cell_line(cell, x, found[cell], hover, mode="lines", customdata=custom, **axes)
        data.append(line | {"line": line["line"] | {"dash": "solid"}})
        content[f"yaxis{end}"] = chart_axis(
            domain=[max(0.0, top - ROW / height), top], range=[low - 2, high + 2], nticks=4, anchor="x"
        )
        words = f"<b>{cell_label(cell)}</b>: {100 * probe.share:.0f} % of the variance, ± {probe.error:.0f} characters"
        content["annotations"].append(heading(words, y=top))
    content["xaxis"] = chart_axis(
        range=[1, len(rows)], showgrid=False, nticks=6, anchor=f"y{count if count > 1 else ''}",
        title=axis_title("characters of the text (dotted: the true position in the line)"),
    )  # fmt: skip
    return {"data": data, "layout": content}
