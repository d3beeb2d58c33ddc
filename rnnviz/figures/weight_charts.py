"""The weights of one layer of a model: its matrices gate by gate, and its biases unit by unit."""

from __future__ import annotations

import numpy as np

from ..analysis import GateWeights, weights_by_gate
from ..cells.activations import Array
from ..colours import REFERENCE, largest_size, round_up
from ..model import Model
from ..number_format import short_number
from .chart_parts import Part, axis_title, chart_axis, chart_layout, horizontal_line
from .matrix_heatmaps import LARGE, LEFT, GateMatrices, block_size, gate_matrices, largest_of_blocks, left_words
from .plain_figure import Content, figure
from .trace_heatmaps import quantity_heading

HEIGHT, HEAD, BETWEEN = 64, 27, 8  # pixels of a row of bars, above it, and below it
BARS = 2 * LARGE  # bars beyond which blocks are drawn


@figure
def weight_maps(model: Model, layer: int = 0, direction: str = "forward", *, limit: float | None = None) -> Content:
    """Draw each gate's matrices as heatmaps, units in rows and what they read in columns.

    On the left is W_i, (H, D), for the input vector or the layer below; on the right W_h, (H, H), for the old hidden
    state, or for what the gate sees of it. All share one scale. A matrix of more than 200 rows or columns is drawn in
    blocks, each by its element that is largest in size.

    Parameters
    ----------
    model : Model
        A model.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    limit : float, optional
        The limit of the scale; give the same limit to compare two models.

    Returns
    -------
    plotly.graph_objects.Figure
        Two heatmaps for each gate.

    Raises
    ------
    UnknownNameError
        If there is no such layer or direction.
    ArgumentError
        If the limit is not above zero.
    """
    cell = model.network.cell(layer, direction)
    gates = [
        GateMatrices(weights.gate, weights.input, weights.recurrent, weights.recurrent_of)
        for weights in weights_by_gate(cell)
    ]
    return gate_matrices(gates, input_title(layer), limit=limit)


@figure
def gate_biases(model: Model, layer: int = 0, direction: str = "forward") -> Content:
    """Draw the bias of each unit as bars from zero, a row for each gate, on one scale that is symmetric about zero.

    Where the cell adds bias_ih and bias_hh, their sum is drawn; a recurrent bias that a gate multiplies first has a row
    of its own. More than 400 units are drawn in blocks, each by its bias that is largest in size.

    Parameters
    ----------
    model : Model
        A model.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars for each gate and each vector of weights.

    Raises
    ------
    UnknownNameError
        If there is no such layer or direction.
    """
    cell = model.network.cell(layer, direction)
    gates = weights_by_gate(cell)
    rows = [(gate, name, values) for gate in gates for name, values in _vectors(gate).items()]
    biased = [row for row in rows if row[1] != "bias" or cell.plan.biases(row[0].gate.name)]
    rows = biased or rows
    units = max(len(values) for _, _, values in rows)
    size = block_size(units, BARS)
    edge = largest_size(*(values for _, _, values in rows))
    edge = round_up(edge) if edge > 0 else 1.0
    step = HEAD + HEIGHT + BETWEEN
    inner = step * len(rows) - HEAD - BETWEEN
    lines = ["The bias of each unit, on one scale for all."]
    if size > 1:
        lines.append(f"Each bar shows the bias largest in size of {size} neighbouring units.")
    content = chart_layout(inner, left=LEFT, right=12, top=HEAD + 17 * len(lines) + 8, bottom=44)
    content["annotations"].append(left_words("<br>".join(lines), 1, HEAD + 6, 12))
    content["hovermode"] = "x"  # a bar near zero is too small to point at
    content["shapes"], content["bargap"], data = [], 0.15 if units <= LARGE else 0, []
    for k, (gate, name, values) in enumerate(rows):
        end, top = str(k + 1) if k else "", inner - k * step
        domain = [max(0.0, (top - HEIGHT) / inner), min(1.0, top / inner)]
        data.append(_bars(gate, name, largest_of_blocks(values[None], BARS).values[0], size, end))
        content[f"yaxis{end}"] = chart_axis(
            domain=domain,
            anchor=f"x{end}",
            range=[-edge, edge],
            tickvals=[-edge, 0, edge],
            ticktext=[short_number(-edge), "0", short_number(edge)],
        )
        content[f"xaxis{end}"] = chart_axis(
            anchor=f"y{end}",
            showgrid=False,
            nticks=6,
            range=[-0.5 * size - 0.1, len(values) - 0.5 * size + 0.1],
            **({"title": axis_title("unit")} if k == len(rows) - 1 else {"showticklabels": False}),
        )
        content["shapes"].append(_zero_line(end))
        content["annotations"].append(left_words(_title(gate, name, values), domain[1], 2, 13))
    return {"data": data, "layout": content}


def input_title(layer: int) -> str:
    """What the columns of a layer's input matrices are."""
    return "layer below" if layer else "input"


def _vectors(gate: GateWeights) -> dict[str, Array]:
    """All vectors of a gate that have one element for each unit, (H,), by their titles."""
    return gate.biases | {name: values for name, values in gate.more.items() if values.ndim == 1}


def _bars(gate: GateWeights, name: str, values: Array, size: int, end: str) -> Part:
    unit = "unit %{x}" if size == 1 else f"units %{{x}} and the next {size - 1}, largest"
    return {
        "type": "bar",
        "name": f"{gate.gate.name}, {name}",
        "x0": 0,
        "dx": size,
        "y": values,
        "xaxis": f"x{end}",
        "yaxis": f"y{end}",
        "marker": {"color": gate.gate.colour, "line": {"width": 0}},
        "hovertemplate": f"{gate.gate.title}, {unit}<br>{name} <b>%{{y:.4f}}</b><extra></extra>",
    }


def _zero_line(end: str) -> Part:
    return horizontal_line(0, (f"x{end}", f"y{end}"), "solid") | {"line": {"color": REFERENCE, "width": 1}}


def _title(gate: GateWeights, name: str, values: Array) -> str:
    what = "" if name == "bias" else f"{name}, "
    return f"{quantity_heading(gate.gate)}   {what}mean {short_number(float(values.mean(dtype=np.float64)))}"
