"""Two models compared: how far apart their arrays are, and where."""

from __future__ import annotations

from html import escape

import numpy as np

from ..analysis import ModelComparison, weights_by_gate
from ..analysis.weights.gate_weights import units_in_words
from ..colours import GRADIENT
from ..errors import ArrayError
from ..number_format import with_minus_signs
from ..text.tokens import visible
from .chart_parts import Part, annotation, axis_title, chart_axis, chart_layout, log_ticks, vertical_line
from .matrix_heatmaps import GateMatrices, gate_matrices
from .plain_figure import Content, figure
from .weight_charts import input_title

LOW, HIGH = -8, 2  # powers of ten: below float32's own rounding, and far beyond two unrelated arrays of one size
UNRELATED = 2**0.5
ROW = 24  # pixels of an array
LEFT, RIGHT = 132, 58
LETTERS = 20  # of a name


@figure
def array_differences(comparison: ModelComparison) -> Content:
    """Draw how far apart two models are, array by array: |A − B| / |B| on a logarithmic scale, and the cosine.

    The line at 1.41, the square root of 2, is the expected difference of two unrelated arrays of the same size. Arrays
    that are identical, that only one model has, or whose shapes differ have words in place of a dot.

    Parameters
    ----------
    comparison : ModelComparison
        What `rnnviz.analysis.compare_models` returns.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each array.
    """
    rows = comparison.arrays.to_dict("records")
    content = chart_layout(ROW * len(rows), left=LEFT, right=RIGHT, top=62, bottom=44)
    ticks, texts = log_ticks(LOW, HIGH)
    texts[0] = f"≤{texts[0]}"
    content["xaxis"] = chart_axis(
        type="log", range=[LOW - 0.3, HIGH], tickvals=ticks, ticktext=texts, title=axis_title("relative difference")
    )
    content["yaxis"] = chart_axis(
        range=[len(rows) - 0.5, -0.5],
        tickvals=list(range(len(rows))),
        ticktext=[_array_label(row["array"]) for row in rows],
        showgrid=False,
    )
    data: Part = {
        "type": "scatter",
        "mode": "markers",
        "name": "arrays",
        "x": np.full(len(rows), np.nan),
        "y": np.arange(len(rows)),
        "text": [escape(row["array"], quote=False) for row in rows],
        "customdata": np.array([[row["relative"], row["cosine"], row["largest"]] for row in rows], np.float64),
        "marker": {"color": GRADIENT, "size": 9, "line": {"width": 0}},
        "cliponaxis": False,
        "hovertemplate": "<b>%{text}</b><br>relative difference <b>%{customdata[0]:.3~g}</b><br>"
        "cosine %{customdata[1]:.4f}<br>largest difference of an element %{customdata[2]:.3~g}<extra></extra>",
    }
    stalks: list[Part] = []
    for k, row in enumerate(rows):
        words = _words_for_dot(row, comparison)
        if words:
            content["annotations"].append(annotation(words, 0, k, ("x domain", "y"), size=11, xshift=8))
            continue
        at = min(max(row["relative"], 10.0**LOW), 10.0**HIGH)
        data["x"][k] = at
        stalks.append(_stalk(at, k))
        if np.isfinite(row["cosine"]):
            text = with_minus_signs(f"{row['cosine']:.2f}")
            content["annotations"].append(annotation(text, 1, k, ("paper", "y"), size=11, xshift=10))
    words = f"<b>{_short(comparison.model.name)}</b> against <b>{_short(comparison.reference.name)}</b>"
    place = ("paper", "paper")
    above: Part = {"yanchor": "bottom", "yshift": 40 if stalks else 14, "xshift": 6 - LEFT}
    content["annotations"].append(annotation(words, 0, 1, place, size=13, **above))
    if stalks:
        unrelated = vertical_line(UNRELATED, width=1.5, dash="dot") | {"yref": "paper"}
        content["shapes"] = [*stalks, unrelated]
        content["annotations"] += [
            annotation("|A − B| / |B|   ┊ 1.41: unrelated", 0, 1, place, yanchor="bottom", yshift=8, size=11),
            annotation("cosine", 1, 1, place, yanchor="bottom", yshift=8, xshift=10, size=11),
        ]
    else:
        content["xaxis"] |= {"showticklabels": False, "showgrid": False, "title": {"text": ""}}
    return {"data": [data], "layout": content}


@figure
def weight_differences(
    comparison: ModelComparison, layer: int = 0, direction: str = "forward", *, limit: float | None = None
) -> Content:
    """Draw the first model's matrices less the second's, gate by gate, as `weight_maps` draws one model's.

    Parameters
    ----------
    comparison : ModelComparison
        What `rnnviz.analysis.compare_models` returns.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    limit : float, optional
        The limit of the scale, above zero.

    Returns
    -------
    plotly.graph_objects.Figure
        Two heatmaps for each gate.

    Raises
    ------
    ArrayError
        If the cells of that layer differ in kind or size.
    UnknownNameError
        If there is no such layer or direction.
    ArgumentError
        If the limit is not above zero.
    """
    cells = [model.network.cell(layer, direction) for model in (comparison.model, comparison.reference)]
    sizes = [(cell.input_size, cell.hidden_size) for cell in cells]
    if not comparison.same_cell or cells[0].lengths != cells[1].lengths:
        listed = " and ".join(
            f"{cell.definition.title} with {units_in_words(cell)} units and {cell.input_size} inputs" for cell in cells
        )
        raise ArrayError(
            f"The matrices of different cells cannot be subtracted: {listed}.",
            code="different_cells",
            shape=sizes[0],
            expected=sizes[1],
        )
    gates = [
        GateMatrices(a.gate, _subtract(a.input, b.input), _subtract(a.recurrent, b.recurrent), a.recurrent_of)
        for a, b in zip(*map(weights_by_gate, cells), strict=True)
    ]
    words = f"<b>{_short(comparison.model.name)}</b> − <b>{_short(comparison.reference.name)}</b>"
    return gate_matrices(gates, input_title(layer), words=words, limit=limit, change=True)


def _subtract(array: np.ndarray, reference: np.ndarray) -> np.ndarray:
    return array.astype(np.float64) - reference


def _words_for_dot(row: Part, comparison: ModelComparison) -> str:
    """Words in place of an array's dot, or "" if it has a dot."""
    shape, reference = row["shape"], row["reference_shape"]
    if shape is None or reference is None:
        return f"only in {_short((comparison.reference if shape is None else comparison.model).name)}"
    if shape != reference:
        return f"{_shape(shape)} against {_shape(reference)}"
    if row["identical"]:
        return "= identical, bit for bit"
    return "= equal" if row["largest"] == 0 else ""


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape)


def _array_label(array: str) -> str:
    """An array's name as a label, without the prefix of the recurrent layers' arrays."""
    return _short(array.removeprefix("rnn.").replace("_reverse", "_rev."))


def _short(name: str) -> str:
    text = visible(name)
    return escape(text if len(text) <= LETTERS else text[: LETTERS - 1] + "…", quote=False)


def _stalk(x: float, row: int) -> Part:
    place = {"xref": "x", "yref": "y", "x0": 10.0 ** (LOW - 0.3), "x1": x, "y0": row, "y1": row}
    return {"type": "line", **place, "layer": "below", "line": {"color": GRADIENT, "width": 2}}
