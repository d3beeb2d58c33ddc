"""A vector multiplied over and over, drawn twice: as it grows, and with tanh after every step."""

from __future__ import annotations

import numpy as np

from ..cells.activations import Array
from ..colours import NEGATIVE, Style, round_up
from .line_chart import End, axis, beside, domains, heading, layout, line, room_beside, under
from .plain_figure import Content, figure

HEIGHT = 210
BETWEEN = 0.38  # of the width: room for labels between the panels
# The numbers of one vector are alike, so they share a colour; dash and marker tell them apart.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
MARKERS = (("circle", "●"), ("diamond", "◆"), ("triangle-up", "▲"), ("square", "■"), ("cross", "✚"))


@figure
def growth(free: Array, squashed: Array) -> Content:
    """What `rnnviz.analysis.dynamics.repeated_product` computes, (K + 1, N) each, as two panels side by side.

    Each number of the vector is a line, labelled with its values in the beginning and in the end. The left scale
    is symmetric and holds the largest value, so that one sees what becomes of the others.
    """
    data, content = [], layout(HEIGHT, left=36, right=_room(free, squashed), top=30, bottom=44)
    limit = round_up(max(1.0, float(np.abs(free).max())))
    panels = zip(
        ("Without tanh", "With tanh"), (free, squashed), domains(2, BETWEEN), (limit, _bound(squashed)), strict=True
    )
    for k, (words, values, domain, most) in enumerate(panels):
        end = "2" if k else ""
        axes = (f"x{end}", f"y{end}")
        x, ends = np.arange(len(values)), []
        for j, y in enumerate(np.asarray(values, np.float64).T):
            symbol, glyph = MARKERS[j % len(MARKERS)]
            style = Style(NEGATIVE, DASHES[j % len(DASHES)], symbol, glyph)
            hover = "after step %{x}<br><b>%{y:.4g}</b>"
            data.append(line(style, f"number {j + 1}", x, y, hover, xaxis=axes[0], yaxis=axes[1]))
            ends.append(End(f'<span style="color:{NEGATIVE}">{glyph}</span> {course(y)}', len(x) - 1, y[-1]))
        edges = (-1.05 * most, 1.05 * most)
        ticks = [-most, 0, most]
        content[f"xaxis{end}"] = axis(
            domain=domain, anchor=axes[1], range=[-0.15, len(x) - 0.85], showgrid=False, nticks=6, title=under("step")
        )
        content[f"yaxis{end}"] = axis(
            anchor=axes[0], range=[*edges], tickvals=ticks, ticktext=[short(tick) for tick in ticks]
        )
        content["annotations"] += [heading(f"<b>{words}</b>", x=domain[0]), *beside(ends, edges, HEIGHT, axes=axes)]
    return {"data": data, "layout": content}


def course(values: Array) -> str:
    """Where a number began and ended: "0.6 → 48.6"."""
    return f"{short(values[0])} → {short(values[-1])}"


def _room(*panels: Array) -> int:
    return room_beside([course(y) for values in panels for y in values.T])


def short(value: float) -> str:
    """A number in a few letters: 0.995, −7.3, 2190, 3.5e+08."""
    size = abs(value)
    text = f"{value:.3g}" if size < 1e3 else f"{value:.0f}" if size < 1e4 else f"{value:.1e}".replace("e+0", "e+")
    return text.replace("-", "−")


def _bound(squashed: Array) -> float:
    """1, which tanh never leaves, or more if the vector began beyond it."""
    return round_up(max(1.0, float(np.abs(squashed).max())))
