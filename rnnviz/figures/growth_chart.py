"""A vector multiplied repeatedly, drawn twice: as it grows, and with tanh after every step."""

from __future__ import annotations

import numpy as np

from ..cells.activations import Array
from ..colours import NEGATIVE, Style, round_up
from ..number_format import short_number
from .chart_parts import (
    EndLabel,
    axis_title,
    chart_axis,
    chart_layout,
    coloured,
    end_labels,
    equal_domains,
    heading,
    label_room,
    styled_line,
)
from .plain_figure import Content, figure

HEIGHT = 210
BETWEEN = 0.38  # of the width: room for labels between the panels
# The elements of one vector are alike, so they share a colour; dash and marker distinguish them.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
MARKERS = (("circle", "●"), ("diamond", "◆"), ("triangle-up", "▲"), ("square", "■"), ("cross", "✚"))


@figure
def growth_curves(free: Array, squashed: Array) -> Content:
    """Draw what `rnnviz.analysis.multiply_repeatedly` returns as two panels side by side.

    Each element of the vector is a line, labelled with its first and its last value. The left scale is symmetric and
    holds the largest value, so that the others are seen on the same scale.

    Parameters
    ----------
    free : ndarray of shape (K + 1, N)
        The vector after 0 to K multiplications.
    squashed : ndarray of shape (K + 1, N)
        The same with tanh after each multiplication.

    Returns
    -------
    plotly.graph_objects.Figure
        N lines in each panel.
    """
    data, content = [], chart_layout(HEIGHT, left=36, right=_label_room(free, squashed), top=30, bottom=44)
    limit = round_up(max(1.0, float(np.abs(free).max())))
    panels = zip(
        ("Without tanh", "With tanh"),
        (free, squashed),
        equal_domains(2, BETWEEN),
        (limit, _squashed_limit(squashed)),
        strict=True,
    )
    for k, (words, values, domain, most) in enumerate(panels):
        end = "2" if k else ""
        axes = (f"x{end}", f"y{end}")
        x, ends = np.arange(len(values)), []
        for j, y in enumerate(np.asarray(values, np.float64).T):
            symbol, glyph = MARKERS[j % len(MARKERS)]
            style = Style(NEGATIVE, DASHES[j % len(DASHES)], symbol, glyph)
            hover = "after step %{x}<br><b>%{y:.4g}</b>"
            data.append(styled_line(style, f"number {j + 1}", x, y, hover, xaxis=axes[0], yaxis=axes[1]))
            ends.append(EndLabel(f"{coloured(glyph, NEGATIVE)} {_from_to(y)}", len(x) - 1, y[-1]))
        edges = (-1.05 * most, 1.05 * most)
        ticks = [-most, 0, most]
        content[f"xaxis{end}"] = chart_axis(
            domain=domain,
            anchor=axes[1],
            range=[-0.15, len(x) - 0.85],
            showgrid=False,
            nticks=6,
            title=axis_title("step"),
        )
        content[f"yaxis{end}"] = chart_axis(
            anchor=axes[0], range=[*edges], tickvals=ticks, ticktext=[short_number(tick) for tick in ticks]
        )
        title = heading(f"<b>{words}</b>", x=domain[0])
        content["annotations"] += [title, *end_labels(ends, edges, HEIGHT, axes=axes)]
    return {"data": data, "layout": content}


def _from_to(values: Array) -> str:
    """The first and the last value: "0.6 → 48.6"."""
    return f"{short_number(values[0])} → {short_number(values[-1])}"


def _label_room(*panels: Array) -> int:
    return label_room([_from_to(y) for values in panels for y in values.T])


def _squashed_limit(squashed: Array) -> float:
    """1, which tanh never exceeds, or more if the vector began beyond it."""
    return round_up(max(1.0, float(np.abs(squashed).max())))
