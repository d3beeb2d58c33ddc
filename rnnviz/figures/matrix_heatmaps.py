"""Matrices as heatmaps: a row for each gate, with its input weights on the left and its recurrent weights on the right.

All share one scale, symmetric about zero, so that a pale gate is a weak one. The scale covers all but a few outliers,
which would leave the rest blank; these have the colours at the ends, keep their numbers, and are counted above.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..cells import Quantity
from ..cells.activations import Array
from ..colours import GRID, diverging_scale, round_up
from ..errors import ArgumentError
from ..number_format import short_number
from .chart_parts import Part, annotation, axis_title, chart_axis, chart_layout
from .plain_figure import Content
from .step_pairs import colour_bar, compact_floats
from .trace_heatmaps import quantity_heading

LARGE, BLOCKS = 200, 128  # rows or columns beyond which blocks are drawn, and how many of them at most
WITHIN = 0.995  # the share of the elements that the scale covers at least
LEFT, RIGHT = 46, 50  # pixels beside the plot area
TITLE, CAPTION, BETWEEN, FOOT = 24, 17, 12, 44  # pixels above a row (twice), below it, and below all
LINE = 17  # pixels of a line of words above all
GAP = 0.07  # between the two columns, of the width
NARROWEST = 0.24  # share of the width for a matrix of few columns
_UNIT = {"text": "unit", "font": {"size": 11}, "standoff": 4}


class GateMatrices(NamedTuple):
    """The weights of one gate: by the input, (H, D), and by what it sees of the state, (H, H) or (H, P).

    recurrent_of: what that is, in words; "" for a gate that sees the input alone.
    """

    gate: Quantity
    input: Array
    recurrent: Array
    recurrent_of: str = "old hidden state"

    @property
    def matrices(self) -> list[Array]:
        """Those that the gate has."""
        return [self.input, self.recurrent] if self.recurrent_of else [self.input]


class MatrixColumn(NamedTuple):
    """One column of the figure.

    letter: of the weight's index, W_i or W_h. source: what the columns of its matrices are. hover: one of them in
    words. domain: its share of the width.
    """

    letter: str
    source: str
    hover: str
    domain: list[float]


class Blocks(NamedTuple):
    """A matrix, or one element for each block of it. rows, columns: of a block; 1 and 1 for the matrix itself."""

    values: Array
    rows: int
    columns: int


def gate_matrices(
    gates: Sequence[GateMatrices],
    source: str = "input",
    *,
    words: str = "",
    limit: float | None = None,
    change: bool = False,
) -> Content:
    """The figure of several gates.

    source: what the columns of the input matrices are. words: a first line above. limit: of the scale, inferred from
    the elements if left out. change: whether these are differences of weights. Raises ArgumentError for a limit that is
    not above zero.
    """
    if limit is not None and not 0 < limit < np.inf:
        raise ArgumentError(f"limit is {limit}; it must be above 0.", name="limit", value=limit, allowed="> 0")
    drawn = [[largest_of_blocks(matrix) for matrix in gate.matrices] for gate in gates]
    edge = limit or _scale_limit([blocks.values for pair in drawn for blocks in pair])
    inputs, old = gates[0].input.shape[1], gates[0].recurrent.shape[1]
    units = max(len(gate.input) for gate in gates)
    share = (1 - GAP) * min(max(inputs / (inputs + old), NARROWEST), 1 - NARROWEST)
    height = min(max(2 * units, 90), 190)
    step = TITLE + CAPTION + height + BETWEEN
    inner = step * len(gates) - TITLE - CAPTION - BETWEEN
    outside = sum(int((np.abs(matrix) > edge).sum()) for gate in gates for matrix in gate.matrices)
    lines = _lines_above(gates, words, edge, outside, change)
    content = chart_layout(inner, left=LEFT, right=RIGHT, top=TITLE + CAPTION + LINE * len(lines) + 8, bottom=FOOT)
    content["annotations"].append(left_words("<br>".join(lines), 1, TITLE + CAPTION + 6, 12))
    content["shapes"], data = [], []
    for k, gate in enumerate(gates):
        top = inner - k * step
        domain = [max(0.0, (top - height) / inner), min(1.0, top / inner)]
        content["annotations"].append(left_words(quantity_heading(gate.gate), domain[1], CAPTION, 13))
        seen = gate.recurrent_of
        columns = [
            MatrixColumn("i", source, f"{source} %{{x}}", [0.0, share]),
            MatrixColumn("h", seen, f"unit %{{x}} of the {seen}", [share + GAP, 1.0]),
        ][: len(drawn[k])]
        for j, (column, blocks, count) in enumerate(zip(columns, drawn[k], (inputs, old), strict=False)):
            end = str(2 * k + j + 1) if k or j else ""
            data.append(
                _heatmap(gate.gate, column, blocks, end, edge, domain, change=change, bar=j == len(columns) - 1)
            )
            if j == len(columns) - 1:
                data[-1]["colorbar"] |= _bar_ends(edge, outside)
            content[f"xaxis{end}"] = chart_axis(
                domain=column.domain,
                anchor=f"y{end}",
                showgrid=False,
                nticks=5,
                range=[-blocks.columns / 2, count - blocks.columns / 2],
                **({"title": axis_title(column.source)} if k == len(gates) - 1 else {"showticklabels": False}),
            )
            content[f"yaxis{end}"] = chart_axis(
                domain=domain,
                anchor=f"x{end}",
                showgrid=False,
                nticks=4,
                range=[len(gate.input) - blocks.rows / 2, -blocks.rows / 2],
                **({"showticklabels": False} if j else {"title": _UNIT}),
            )
            content["annotations"].append(_caption(gate.gate, column, domain[1], change=change))
            content["shapes"].append(plot_frame(end))
    return {"data": data, "layout": content}


def _scale_limit(arrays: Sequence[Array]) -> float:
    """The limit of a symmetric scale that covers most of the elements: a round one, 1 where all are zero."""
    sizes = np.concatenate([np.abs(array[np.isfinite(array)], dtype=np.float64) for array in arrays])
    if not sizes.size:
        return 1.0
    most = float(np.quantile(sizes, WITHIN)) or float(sizes.max())
    return round_up(most) if most > 0 else 1.0


def block_size(count: int, large: int = LARGE) -> int:
    """How many neighbouring rows or columns make a block, where there are more than `large` of them."""
    return 1 if count <= large else -(-count // BLOCKS)


def largest_of_blocks(matrix: Array, large: int = LARGE) -> Blocks:
    """A large matrix as its blocks, each the element of it that is largest in size; a small one as it is."""
    tall, wide = (block_size(count, large) for count in matrix.shape)
    if tall == wide == 1:
        return Blocks(compact_floats(matrix), 1, 1)
    padded = np.pad(matrix, [(0, -size % block) for size, block in zip(matrix.shape, (tall, wide), strict=True)])
    split = padded.reshape(padded.shape[0] // tall, tall, -1, wide).swapaxes(1, 2)
    blocks = split.reshape(*split.shape[:2], tall * wide)
    at = np.abs(blocks).argmax(-1)[..., None]
    return Blocks(compact_floats(np.take_along_axis(blocks, at, -1)[..., 0]), tall, wide)


def left_words(text: str, y: float, above: int, size: int) -> Part:
    """Words that begin at the left edge of the figure, some pixels above a height."""
    shift: Part = {"xshift": 6 - LEFT, "yshift": above}
    return annotation(text, 0, y, ("paper", "paper"), size=size, yanchor="bottom", **shift)


def _lines_above(gates: Sequence[GateMatrices], words: str, edge: float, outside: int, change: bool) -> list[str]:
    """The lines above all: what is shown, its scale, and what colours do not show."""
    lines, matrices = [words] if words else [], [matrix for gate in gates for matrix in gate.matrices]
    most = max(float(np.abs(matrix).max()) for matrix in matrices)
    if change and most == 0:
        return [*lines, "No weight differs."]
    lines.append(f"One scale for all, from {short_number(-edge)} to {short_number(edge)}; blank is 0.")
    if outside:
        count = f"{outside:,} of {sum(matrix.size for matrix in matrices):,}"
        lines.append(f"Beyond the scale: {count}, the largest {short_number(most)} in size.")
    sizes = [tuple(map(block_size, matrix.shape)) for matrix in matrices[:2]]
    if max(map(max, sizes)) > 1:
        shapes = " and ".join(dict.fromkeys(f"{tall} × {wide}" for tall, wide in sizes))
        lines.append(f"Each cell is a block of {shapes}: its weight largest in size.")
    return lines


def _heatmap(
    gate: Quantity, column: MatrixColumn, blocks: Blocks, end: str, edge: float, domain: list[float], *, change: bool,
    bar: bool,
) -> Part:  # fmt: skip
    unit, source = "unit %{y}", column.hover
    if blocks.rows > 1:
        unit = f"units %{{y}} and the next {blocks.rows - 1}"
    if blocks.columns > 1:
        source = f"{column.hover} and the next {blocks.columns - 1}"
    most = "largest of the block, " if blocks.rows * blocks.columns > 1 else ""
    number = "%{z:+.4f}" if change else "%{z:.4f}"
    value = f"{most}{_matrix_symbol(gate, column, change)} <b>{number}</b>"
    return {
        "type": "heatmap",
        "name": gate.name,
        "meta": {"weights": column.letter},
        "z": blocks.values,
        "x0": 0,
        "dx": blocks.columns,
        "y0": 0,
        "dy": blocks.rows,
        "xaxis": f"x{end}",
        "yaxis": f"y{end}",
        "zmin": -edge,
        "zmax": edge,
        "colorscale": diverging_scale(gate.colour),
        "hovertemplate": f"{gate.title}, {unit}<br>from {source}<br>{value}<extra></extra>",
        **(
            {"colorbar": {**colour_bar([], []), "len": domain[1] - domain[0], "y": sum(domain) / 2}}
            if bar
            else {"showscale": False}
        ),
    }


def _bar_ends(edge: float, outside: int) -> Part:
    low, high = short_number(-edge), short_number(edge)
    return {
        "tickvals": [-edge, 0, edge],
        "ticktext": [f"≤{low}", "0", f"≥{high}"] if outside else [low, "0", high],
    }


def _caption(gate: Quantity, column: MatrixColumn, y: float, *, change: bool) -> Part:
    text = f"{_matrix_symbol(gate, column, change)} {column.source}"
    return annotation(text, column.domain[0], y, ("paper", "paper"), size=11, yanchor="bottom", yshift=2)


def _matrix_symbol(gate: Quantity, column: MatrixColumn, change: bool) -> str:
    return f"{'Δ' if change else ''}W<sub>{column.letter}{gate.symbol}</sub>"


def plot_frame(end: str) -> Part:
    """The frame of a plot area: zeros are as blank as the page."""
    place = {"xref": f"x{end} domain", "yref": f"y{end} domain", "x0": 0, "x1": 1, "y0": 0, "y1": 1}
    return {"type": "rect", **place, "line": {"color": GRID, "width": 1}}
