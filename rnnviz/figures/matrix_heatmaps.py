"""Matrices as heatmaps: a row for each gate, what it takes from the input left, from the old hidden state right.

One scale serves all of them, symmetric about zero, so that a pale gate is a weak one. Its ends hold all but a few
outliers, which would leave the rest blank; these wear the colours at the ends, keep their numbers, and are counted
above.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..cells import Quantity
from ..cells.activations import Array
from ..colours import GRID, diverging, round_up
from .growth_chart import short
from .heatmaps import heading_of
from .line_chart import Part, axis, layout, note, under
from .plain_figure import Content
from .step_pairs import colour_bar, compact

LARGE, BLOCKS = 200, 128  # rows or columns beyond which blocks are drawn, and how many of them at most
WITHIN = 0.995  # the share of the numbers that the scale holds at least
LEFT, RIGHT = 46, 50  # pixels beside the plot area
TITLE, CAPTION, BETWEEN, FOOT = 24, 17, 12, 44  # pixels above a row (twice), below it, and below all
LINE = 17  # pixels of a line of words above all
GAP = 0.07  # between the two columns, of the width
NARROWEST = 0.24  # share of the width for a matrix of few columns
_UNIT = {"text": "unit", "font": {"size": 11}, "standoff": 4}


class Row(NamedTuple):
    """What one gate takes from the input, (H, D), and from the old hidden state, (H, H)."""

    gate: Quantity
    input: Array
    recurrent: Array


class Side(NamedTuple):
    """One column of the figure. letter: of the weight's index, W_i or W_h. source: what its columns belong to.

    one: a column in words. domain: its share of the width.
    """

    letter: str
    source: str
    one: str
    domain: list[float]


class Blocks(NamedTuple):
    """A matrix, or one number for each block of it. rows, columns: of a block, 1 and 1 for the matrix as it is."""

    values: Array
    rows: int
    columns: int


def matrices(
    rows: Sequence[Row], source: str = "input", *, words: str = "", limit: float | None = None, change: bool = False
) -> Content:
    """The figure. source: what the input's columns are; words: stand above, before those on the scale.

    limit: of the scale, seen from the numbers if left out. change: whether these are differences of weights.
    Raises ValueError for a limit that is not above zero.
    """
    if limit is not None and not 0 < limit < np.inf:
        raise ValueError(f"the limit of the scale is {limit}; expected a number above 0")
    drawn = [[blocks(matrix) for matrix in row[1:]] for row in rows]
    edge = limit or fitting([one.values for pair in drawn for one in pair])
    units, inputs = rows[0].recurrent.shape[0], rows[0].input.shape[1]
    share = (1 - GAP) * min(max(inputs / (inputs + units), NARROWEST), 1 - NARROWEST)
    sides = (
        Side("i", source, f"{source} %{{x}}", [0.0, share]),
        Side("h", "old hidden state", "old hidden unit %{x}", [share + GAP, 1.0]),
    )
    height = min(max(2 * units, 90), 190)
    step = TITLE + CAPTION + height + BETWEEN
    inner = step * len(rows) - TITLE - CAPTION - BETWEEN
    outside = sum(int((np.abs(matrix) > edge).sum()) for row in rows for matrix in row[1:])
    told = _told(rows, words, edge, outside, change)
    content = layout(inner, left=LEFT, right=RIGHT, top=TITLE + CAPTION + LINE * len(told) + 8, bottom=FOOT)
    content["annotations"].append(at_left("<br>".join(told), 1, TITLE + CAPTION + 6, 12))
    content["shapes"], data = [], []
    for k, row in enumerate(rows):
        top = inner - k * step
        domain = [max(0.0, (top - height) / inner), min(1.0, top / inner)]
        content["annotations"].append(at_left(heading_of(row.gate), domain[1], CAPTION, 13))
        for j, (side, one, columns) in enumerate(zip(sides, drawn[k], (inputs, units), strict=True)):
            end = str(2 * k + j + 1) if k or j else ""
            data.append(_heatmap(row.gate, side, one, end, edge, domain, change=change, bar=j == 1))
            if j == 1:
                data[-1]["colorbar"] |= _ends(edge, outside)
            content[f"xaxis{end}"] = axis(
                domain=side.domain,
                anchor=f"y{end}",
                showgrid=False,
                nticks=5,
                range=[-one.columns / 2, columns - one.columns / 2],
                **({"title": under(side.source)} if k == len(rows) - 1 else {"showticklabels": False}),
            )
            content[f"yaxis{end}"] = axis(
                domain=domain,
                anchor=f"x{end}",
                showgrid=False,
                nticks=4,
                range=[units - one.rows / 2, -one.rows / 2],
                **({"showticklabels": False} if j else {"title": _UNIT}),
            )
            content["annotations"].append(_caption(row.gate, side, domain[1], change=change))
            content["shapes"].append(frame(end))
    return {"data": data, "layout": content}


def fitting(arrays: Sequence[Array]) -> float:
    """The limit of a symmetric scale that holds most of the numbers: a round one, 1 where all are zero."""
    sizes = np.concatenate([np.abs(array, dtype=np.float64).reshape(-1) for array in arrays])
    most = float(np.quantile(sizes, WITHIN)) or float(sizes.max())
    return round_up(most) if most > 0 else 1.0


def block_size(count: int, large: int = LARGE) -> int:
    """How many neighbouring rows or columns make one, where there are more than `large` of them."""
    return 1 if count <= large else -(-count // BLOCKS)


def blocks(matrix: Array, large: int = LARGE) -> Blocks:
    """A large matrix as its blocks, each the one number of it that is largest in size; a small one as it is."""
    tall, wide = (block_size(count, large) for count in matrix.shape)
    if tall == wide == 1:
        return Blocks(compact(matrix), 1, 1)
    padded = np.pad(matrix, [(0, -size % block) for size, block in zip(matrix.shape, (tall, wide), strict=True)])
    apart = padded.reshape(padded.shape[0] // tall, tall, -1, wide).swapaxes(1, 2)
    pieces = apart.reshape(*apart.shape[:2], tall * wide)
    at = np.abs(pieces).argmax(-1)[..., None]
    return Blocks(compact(np.take_along_axis(pieces, at, -1)[..., 0]), tall, wide)


def at_left(text: str, y: float, above: int, size: int) -> Part:
    """Words that begin at the left edge of the figure, some pixels above a height."""
    shift: Part = {"xshift": 6 - LEFT, "yshift": above}
    return note(text, 0, y, ("paper", "paper"), size=size, yanchor="bottom", **shift)


def _told(rows: Sequence[Row], words: str, edge: float, outside: int, change: bool) -> list[str]:
    """The lines above all: what is shown, its scale, and what of it a colour does not tell."""
    told, every = [words] if words else [], [matrix for row in rows for matrix in row[1:]]
    most = max(float(np.abs(matrix).max()) for matrix in every)
    if change and most == 0:
        return [*told, "No number differs."]
    told.append(f"One scale for all, from {short(-edge)} to {short(edge)}; blank is 0.")
    if outside:
        count = f"{outside:,} of {sum(matrix.size for matrix in every):,}"
        told.append(f"Beyond it: {count}, the largest {short(most)} in size.")
    sizes = [tuple(map(block_size, matrix.shape)) for matrix in every[:2]]
    if max(map(max, sizes)) > 1:
        shapes = " and ".join(dict.fromkeys(f"{tall} × {wide}" for tall, wide in sizes))
        told.append(f"Drawn of each block of {shapes}: the number largest in size.")
    return told


def _heatmap(
    gate: Quantity, side: Side, drawn: Blocks, end: str, edge: float, domain: list[float], *, change: bool, bar: bool
) -> Part:
    unit, column = "unit %{y}", side.one
    if drawn.rows > 1:
        unit = f"units %{{y}} and the next {drawn.rows - 1}"
    if drawn.columns > 1:
        column = f"{side.one} and the next {drawn.columns - 1}"
    name = f"{'Δ' if change else ''}W<sub>{side.letter}{gate.symbol}</sub>"
    most = "largest of the block, " if drawn.rows * drawn.columns > 1 else ""
    number = "%{z:+.4f}" if change else "%{z:.4f}"
    return {
        "type": "heatmap",
        "name": gate.name,
        "meta": {"weights": side.letter},
        "z": drawn.values,
        "x0": 0,
        "dx": drawn.columns,
        "y0": 0,
        "dy": drawn.rows,
        "xaxis": f"x{end}",
        "yaxis": f"y{end}",
        "zmin": -edge,
        "zmax": edge,
        "colorscale": diverging(gate.colour),
        "hovertemplate": f"{gate.title}, {unit}<br>from {column}<br>{most}{name} <b>{number}</b><extra></extra>",
        **(
            {"colorbar": {**colour_bar([], []), "len": domain[1] - domain[0], "y": sum(domain) / 2}}
            if bar
            else {"showscale": False}
        ),
    }


def _ends(edge: float, outside: int) -> Part:
    low, high = short(-edge), short(edge)
    return {
        "tickvals": [-edge, 0, edge],
        "ticktext": [f"≤{low}", "0", f"≥{high}"] if outside else [low, "0", high],
    }


def _caption(gate: Quantity, side: Side, y: float, *, change: bool) -> Part:
    text = f"{'Δ' if change else ''}W<sub>{side.letter}{gate.symbol}</sub> {side.source}"
    return note(text, side.domain[0], y, ("paper", "paper"), size=11, yanchor="bottom", yshift=2)


def frame(end: str) -> Part:
    """Where a plot area ends: zeros are as blank as the page."""
    place = {"xref": f"x{end} domain", "yref": f"y{end} domain", "x0": 0, "x1": 1, "y0": 0, "y1": 1}
    return {"type": "rect", **place, "line": {"color": GRID, "width": 1}}
