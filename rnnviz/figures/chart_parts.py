"""The parts that charts are made of: axes, lines in a cell's style, labels at their ends, and reference lines.

Everything is plain data, as in `plain_figure`. No chart relies on colour alone: a line has a dash, a marker and a label
of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Literal, NamedTuple

import numpy as np

from ..cells.cell_kind import cell_title
from ..colours import GRID, REFERENCE, SHADE, Style, cell_style
from ..number_format import short_number, with_minus_signs
from ..wording import printable

Part = dict[str, Any]

CLOSEST = 15  # pixels from one label to the next
SMALL = {"size": 11}
FAINT, UNASKED = 0.3, "faint: not asked for an answer"  # opacity of points that are no answer, and the words for them


class EndLabel(NamedTuple):
    """A label beside a point, in axis coordinates (logarithms on a logarithmic axis)."""

    text: str
    x: float
    y: float


def cell_label(cell: str) -> str:
    """A cell's title behind its marker, in its colour."""
    style = cell_style(cell)
    return f"{coloured(style.glyph, style.colour)} {cell_title(cell)}"


def coloured(text: str, colour: str) -> str:
    """A text in a colour, as Plotly's markup."""
    return f'<span style="color:{colour}">{text}</span>'


def card_words(text: object, most: int = 90) -> str:
    """Words of a card, of which strangers write some, for a figure: on one line, short, and never markup."""
    return escape(printable(str(text), most), quote=False)


def label_room(texts: Sequence[str]) -> int:
    """Pixels for labels of so many letters at 12 pixels, behind a marker."""
    return 24 + round(6.6 * max((len(text) for text in texts), default=0))


def chart_layout(height: int, *, left: int, right: int, top: int, bottom: int) -> Part:
    """An empty chart whose plot area is `height` pixels high, with these margins and a transparent background."""
    return {
        "height": height + top + bottom,
        "margin": {"l": left, "r": right, "t": top, "b": bottom, "autoexpand": False},
        "showlegend": False,
        "plot_bgcolor": "rgba(0,0,0,0)",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "dragmode": False,  # so that a finger scrolls the page, not the chart
        "hovermode": "closest",
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": REFERENCE, "activecolor": REFERENCE},
        "annotations": [],
    }


def chart_axis(**more: Any) -> Part:
    """An axis with faint grid lines, level labels and no zooming."""
    return {
        "gridcolor": GRID,
        "gridwidth": 1,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "tickfont": SMALL,
        "tickangle": 0,
        "fixedrange": True,
        "automargin": False,
        **more,
    }


def axis_title(text: str) -> Part:
    """The title of a horizontal axis."""
    return {"text": text, "font": {"size": 12}, "standoff": 6}


def styled_line(style: Style, name: str, x: Any, y: Any, hover: str, **more: Any) -> Part:
    """A line through points, with hover text that begins with its name."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": style.colour, "width": 2, "dash": style.dash},
        "marker": {"color": style.colour, "symbol": style.marker, "size": 7, "maxdisplayed": 24},
        "cliponaxis": False,
        "hovertemplate": f"<b>{name}</b><br>{hover}<extra></extra>",
        **more,
    }


def cell_line(cell: str, x: Any, y: Any, hover: str, **more: Any) -> Part:
    """A line in a cell's style."""
    return styled_line(cell_style(cell), cell_title(cell), x, y, hover, **more)


def faint_where_unasked(part: Part, asked: np.ndarray) -> Part:
    """A line or bars whose points are faint where the model was not trained to answer."""
    return part if asked.all() else part | {"marker": part["marker"] | {"opacity": np.where(asked, 1.0, FAINT)}}


def shade(first: float, last: float, height: Literal["panel", "figure"] = "panel") -> Part:
    """A shade behind the data, from one place on the horizontal axis to another."""
    y = {"yref": "y domain" if height == "panel" else "paper", "y0": 0, "y1": 1}
    look = {"fillcolor": SHADE, "line": {"width": 0}, "layer": "below"}
    return {"type": "rect", "xref": "x", "x0": first, "x1": last, **y, **look}


def end_labels(
    ends: Sequence[EndLabel],
    edges: tuple[float, float],
    height: int,
    *,
    axes: tuple[str, str] = ("x", "y"),
    side: str = "right",
) -> list[Part]:
    """Labels to the right (or left) of points, moved up or down where they would overlap.

    edges: the range of the vertical axis, which is `height` pixels long.
    """
    low, high = edges
    ranked = sorted(ends, key=lambda end: end.y)
    wanted = [(end.y - low) / (high - low) * height for end in ranked]
    labels, away = [], 8 if side == "right" else -8
    for end, pixel, y in zip(ranked, spread_out(wanted, height), wanted, strict=True):
        anchor = "left" if side == "right" else "right"
        labels.append(annotation(end.text, end.x, end.y, axes, anchor, xshift=away, yshift=pixel - y))
    return labels


def spread_out(pixels: Sequence[float], height: float) -> list[float]:
    """Move ascending positions just so far that neighbours are CLOSEST apart and none is above `height`."""
    moved = list(pixels)
    above = height + CLOSEST
    for k in reversed(range(len(moved))):
        moved[k] = above = min(moved[k], above - CLOSEST)
    below = -float(CLOSEST)  # what was pushed out below comes back up
    for k in range(len(moved)):
        moved[k] = below = max(moved[k], below + CLOSEST)
    return moved


def annotation(
    text: str, x: float, y: float, axes: tuple[str, str] = ("x", "y"), anchor: str = "left", size: int = 12, **more: Any
) -> Part:
    """A few words at a point; "paper" as an axis counts from 0 to 1 over the plot area."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "xref": axes[0],
        "yref": axes[1],
        "xanchor": anchor,
        "yanchor": "middle",
        "showarrow": False,
        "align": "left",
        "font": {"size": size},
        **more,
    }


def heading(text: str, x: float = 0.0, y: float = 1.0, anchor: str = "left") -> Part:
    """The heading of a plot area, above it; it also says what an upright axis title would say."""
    return annotation(text, x, y, ("paper", "paper"), anchor, yanchor="bottom", yshift=6)


def horizontal_line(y: float, axes: tuple[str, str] = ("x", "y"), dash: str = "dot") -> Part:
    """A horizontal reference line over the whole width of a plot area."""
    place = {"xref": f"{axes[0]} domain", "yref": axes[1], "x0": 0, "x1": 1, "y0": y, "y1": y}
    return {"type": "line", **place, "layer": "below", "line": {"color": REFERENCE, "width": 1.5, "dash": dash}}


def vertical_line(x: float, axes: tuple[str, str] = ("x", "y"), **line: Any) -> Part:
    """A vertical reference line over the whole height of a plot area; faint, unless `line` says otherwise."""
    place = {"xref": axes[0], "yref": f"{axes[1]} domain", "x0": x, "x1": x, "y0": 0, "y1": 1}
    return {"type": "line", **place, "layer": "below", "line": {"color": REFERENCE, "width": 1, **line}}


def outline_path(mask: np.ndarray) -> str:
    """The edges of the marked cells (rows, columns) of a heatmap as an SVG path; cells count from 0."""
    padded = np.pad(np.asarray(mask, bool), 1).astype(np.int8)
    level = [f"M{c - 0.5:g},{r - 0.5:g}H{end - 0.5:g}" for r, c, end in _runs(np.diff(padded, axis=0)[:, 1:-1])]
    plumb = [f"M{c - 0.5:g},{r - 0.5:g}V{end - 0.5:g}" for c, r, end in _runs(np.diff(padded, axis=1)[1:-1].T)]
    return "".join(level + plumb)


def outline_shapes(mask: np.ndarray, axes: tuple[str, str] = ("x", "y"), **line: Any) -> list[Part]:
    """The outline of the marked cells as a list of one shape, or an empty list where no cell is marked."""
    path = outline_path(mask)
    drawn = {"color": REFERENCE, "width": 1, **line}
    return [{"type": "path", "path": path, "xref": axes[0], "yref": axes[1], "line": drawn}] if path else []


def _runs(edges: np.ndarray) -> list[tuple[int, int, int]]:
    """(row, first, end) of every run of equal entries that are not zero."""
    runs: list[tuple[int, int, int]] = []
    for sign in (1, -1):
        steps = np.diff(np.pad((edges == sign).astype(np.int8), ((0, 0), (1, 1))), axis=1)
        rows, first = np.nonzero(steps == 1)
        runs += zip(rows.tolist(), first.tolist(), np.nonzero(steps == -1)[1].tolist(), strict=True)
    return runs


def scale_ticks(low: float, high: float, values: np.ndarray) -> Part:
    """Ticks of a colour bar at the ends of its scale and at zero; where values are beyond an end, its tick says so."""
    ticks = [low, 0.0, high] if low < 0 else [low, high]
    texts = [short_number(tick) for tick in ticks]
    if (values < low).any():
        texts[0] = f"≤{texts[0]}"
    if (values > high).any():
        texts[-1] = f"≥{texts[-1]}"
    return {"tickvals": ticks, "ticktext": texts}


def log_ticks(low: int, high: int, most: int = 6) -> tuple[list[float], list[str]]:
    """Ticks of a logarithmic axis from 10^low to 10^high: at most about `most`, always with 10^0 among them."""
    stride = next(n for n in (1, 2, 3, 4, 5, 10, 20, 50, 100) if (high - low) / n < most)
    powers = [p for p in range(low, high + 1) if p % stride == 0]
    plain = {-2: "0.01", -1: "0.1", 0: "1", 1: "10", 2: "100"}
    return [10.0**p for p in powers], [plain.get(p) or power_of_ten(p) for p in powers]


def power_of_ten(power: int) -> str:
    """10 to a power, as Plotly's markup."""
    return f"10<sup>{with_minus_signs(str(power))}</sup>"


def percent(share: float) -> str:
    """A share from 0 to 1 in percent, with three digits."""
    return f"{100 * share:.3g} %"


def equal_domains(count: int, gap: float) -> list[list[float]]:
    """`count` equal shares of the width with a gap (a share of the width too) between them."""
    width = (1 - gap * (count - 1)) / count
    return [
        [float(np.round(k * (width + gap), 6)), float(np.round(k * (width + gap) + width, 6))] for k in range(count)
    ]
