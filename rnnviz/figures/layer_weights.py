"""The weights of one layer of a model, drawn: its matrices gate by gate, and its biases unit by unit."""

from __future__ import annotations

import numpy as np

from ..analysis.weights.gate_weights import GateWeights, cell_of, weights_by_gate
from ..cells.activations import Array
from ..colours import REFERENCE, round_up
from ..model import Model
from .growth_chart import short
from .heatmaps import heading_of
from .line_chart import Part, across, axis, layout, under
from .matrix_heatmaps import LARGE, LEFT, Row, at_left, block_size, blocks, matrices
from .plain_figure import Content, figure

HEIGHT, HEAD, BETWEEN = 64, 27, 8  # pixels of a row of bars, above it, and below it
BARS = 2 * LARGE  # bars beyond which blocks are drawn


@figure
def weight_maps(model: Model, layer: int = 0, direction: str = "forward", *, limit: float | None = None) -> Content:
    """Each gate's matrices as heatmaps: rows are the gate's units, columns what they read.

    Left W_i, (H, D), for the input vector (or the layer below); right W_h, (H, H), for the old hidden state. All share
    one scale, whose limit stands above and beside them; give the same `limit` to compare two models. Of a matrix of
    more than 200 rows or columns blocks are drawn, each the number of it that is largest in size.
    Raises ValueError if there is no such layer or direction, or for a limit that is not above zero.
    """
    rows = [
        Row(one.gate, one.input, one.recurrent) for one in weights_by_gate(cell_of(model.network, layer, direction))
    ]
    return matrices(rows, source_of(layer), limit=limit)


@figure
def gate_biases(model: Model, layer: int = 0, direction: str = "forward") -> Content:
    """The bias of each unit as bars from zero, a row for each gate, all on one scale that is symmetric about zero.

    Where the cell adds bias_ih and bias_hh, their sum is drawn; a recurrent bias that a gate is multiplied with first
    has a row of its own. Of more than 400 units blocks are drawn, each the number of it that is largest in size.
    Raises ValueError if there is no such layer or direction.
    """
    gates = weights_by_gate(cell_of(model.network, layer, direction))
    rows = [(one, name, values) for one in gates for name, values in vectors(one).items()]
    units = len(gates[0].bias)
    size = block_size(units, BARS)
    edge = max(float(np.abs(values).max()) for _, _, values in rows)
    edge = round_up(edge) if edge > 0 else 1.0
    step = HEAD + HEIGHT + BETWEEN
    inner = step * len(rows) - HEAD - BETWEEN
    told = ["The bias of each unit, on one scale for all."]
    if size > 1:
        told.append(f"Of each {size} neighbours the number largest in size is drawn.")
    content = layout(inner, left=LEFT, right=12, top=HEAD + 17 * len(told) + 8, bottom=44)
    content["annotations"].append(at_left("<br>".join(told), 1, HEAD + 6, 12))
    content["hovermode"] = "x"  # a bar near zero is too small to point at
    content["shapes"], content["bargap"], data = [], 0.15 if units <= LARGE else 0, []
    for k, (one, name, values) in enumerate(rows):
        end, top = str(k + 1) if k else "", inner - k * step
        domain = [max(0.0, (top - HEIGHT) / inner), min(1.0, top / inner)]
        data.append(_bars(one, name, blocks(values[None], BARS).values[0], size, end))
        content[f"yaxis{end}"] = axis(
            domain=domain,
            anchor=f"x{end}",
            range=[-edge, edge],
            tickvals=[-edge, 0, edge],
            ticktext=[short(-edge), "0", short(edge)],
        )
        content[f"xaxis{end}"] = axis(
            anchor=f"y{end}",
            showgrid=False,
            nticks=6,
            range=[-0.5 * size - 0.1, units - 0.5 * size + 0.1],
            **({"title": under("unit")} if k == len(rows) - 1 else {"showticklabels": False}),
        )
        content["shapes"].append(_zero(end))
        content["annotations"].append(at_left(_title(one, name, values), domain[1], 2, 13))
    return {"data": data, "layout": content}


def source_of(layer: int) -> str:
    """What the columns of a layer's input matrices are."""
    return "layer below" if layer else "input"


def vectors(one: GateWeights) -> dict[str, Array]:
    """All that a gate has one number of for each unit, (H,), by what it is called."""
    return one.biases | {name: values for name, values in one.more.items() if values.ndim == 1}


def _bars(one: GateWeights, name: str, values: Array, size: int, end: str) -> Part:
    unit = "unit %{x}" if size == 1 else f"units %{{x}} and the next {size - 1}, largest"
    return {
        "type": "bar",
        "name": f"{one.gate.name}, {name}",
        "x0": 0,
        "dx": size,
        "y": values,
        "xaxis": f"x{end}",
        "yaxis": f"y{end}",
        "marker": {"color": one.gate.colour, "line": {"width": 0}},
        "hovertemplate": f"{one.gate.title}, {unit}<br>{name} <b>%{{y:.4f}}</b><extra></extra>",
    }


def _zero(end: str) -> Part:
    return across(0, (f"x{end}", f"y{end}"), "solid") | {"line": {"color": REFERENCE, "width": 1}}


def _title(one: GateWeights, name: str, values: Array) -> str:
    what = "" if name == "bias" else f"{name}, "
    return f"{heading_of(one.gate)}   {what}mean {short(float(values.mean(dtype=np.float64)))}"
