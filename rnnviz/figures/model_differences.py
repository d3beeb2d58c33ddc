"""Two models beside each other: how far apart their arrays are, and where."""

from __future__ import annotations

from html import escape

import numpy as np

from ..analysis.weights.gate_weights import cell_of, weights_by_gate
from ..analysis.weights.model_comparison import ModelComparison
from ..colours import GRADIENT, REFERENCE
from ..text.tokens import visible
from .layer_weights import source_of
from .line_chart import Part, axis, decades, layout, note, under
from .matrix_heatmaps import Row, matrices
from .plain_figure import Content, figure

LOW, HIGH = -8, 2  # powers of ten: below float32's own rounding, and far beyond two unrelated arrays of one size
UNRELATED = 2**0.5
ROW = 24  # pixels an array
LEFT, RIGHT = 132, 58
LETTERS = 20  # of a name


@figure
def array_differences(comparison: ModelComparison) -> Content:
    """How far apart two models are, array by array: |A − B| / |B| on a logarithmic scale, with the cosine beside it.

    A line stands at 1.41, the square root of 2: so far apart are two unrelated arrays of the same size. Arrays that are
    equal bit for bit, that only one model has, or whose shapes differ have words in place of a dot.
    """
    rows = comparison.arrays.to_dict("records")
    content = layout(ROW * len(rows), left=LEFT, right=RIGHT, top=62, bottom=44)
    ticks, texts = decades(LOW, HIGH)
    texts[0] = f"≤{texts[0]}"
    content["xaxis"] = axis(
        type="log", range=[LOW - 0.3, HIGH], tickvals=ticks, ticktext=texts, title=under("relative difference")
    )
    content["yaxis"] = axis(
        range=[len(rows) - 0.5, -0.5],
        tickvals=list(range(len(rows))),
        ticktext=[_named(row["array"]) for row in rows],
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
        "cosine %{customdata[1]:.4f}<br>largest difference of a number %{customdata[2]:.3~g}<extra></extra>",
    }
    stalks: list[Part] = []
    for k, row in enumerate(rows):
        words = _in_place_of_a_dot(row, comparison)
        if words:
            content["annotations"].append(note(words, 0, k, ("x domain", "y"), size=11, xshift=8))
            continue
        at = min(max(row["relative"], 10.0**LOW), 10.0**HIGH)
        data["x"][k] = at
        stalks.append(_stalk(at, k))
        if np.isfinite(row["cosine"]):
            text = f"{row['cosine']:.2f}".replace("-", "−")
            content["annotations"].append(note(text, 1, k, ("paper", "y"), size=11, xshift=10))
    words = f"<b>{_short(comparison.model.name)}</b> against <b>{_short(comparison.reference.name)}</b>"
    place = ("paper", "paper")
    above: Part = {"yanchor": "bottom", "yshift": 40 if stalks else 14, "xshift": 6 - LEFT}
    content["annotations"].append(note(words, 0, 1, place, size=13, **above))
    if stalks:
        content["shapes"] = [*stalks, _upright(UNRELATED)]
        content["annotations"] += [
            note("|A − B| / |B|   ┊ 1.41: unrelated", 0, 1, place, yanchor="bottom", yshift=8, size=11),
            note("cosine", 1, 1, place, yanchor="bottom", yshift=8, xshift=10, size=11),
        ]
    else:
        content["xaxis"] |= {"showticklabels": False, "showgrid": False, "title": {"text": ""}}
    return {"data": [data], "layout": content}


@figure
def weight_differences(
    comparison: ModelComparison, layer: int = 0, direction: str = "forward", *, limit: float | None = None
) -> Content:
    """The first model's matrices less the second's, gate by gate, as `weight_maps` draws one model's.

    Raises ValueError if the cells of that layer are of another kind or size, or there is no such layer or direction.
    """
    cells = [cell_of(model.network, layer, direction) for model in (comparison.model, comparison.reference)]
    sizes = [(cell.input_size, cell.hidden_size) for cell in cells]
    if not comparison.same_cell or sizes[0] != sizes[1]:
        told = " and ".join(
            f"{cell.definition.title} with {units} units reading {inputs} numbers"
            for cell, (inputs, units) in zip(cells, sizes, strict=True)
        )
        raise ValueError(f"the matrices of different cells have no difference number by number: {told}")
    pairs = zip(*map(weights_by_gate, cells), strict=True)
    rows = [Row(a.gate, *(_less(x, y) for x, y in ((a.input, b.input), (a.recurrent, b.recurrent)))) for a, b in pairs]
    words = f"<b>{_short(comparison.model.name)}</b> − <b>{_short(comparison.reference.name)}</b>"
    return matrices(rows, source_of(layer), words=words, limit=limit, change=True)


def _less(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return one.astype(np.float64) - other


def _in_place_of_a_dot(row: Part, comparison: ModelComparison) -> str:
    one, other = row["shape"], row["reference_shape"]
    if one is None or other is None:
        return f"only in {_short((comparison.reference if one is None else comparison.model).name)}"
    if one != other:
        return f"{_shape(one)} against {_shape(other)}"
    if row["identical"]:
        return "= equal, bit for bit"
    return "= equal numbers" if row["largest"] == 0 else ""


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape)


def _named(array: str) -> str:
    """An array's name as a label; of the recurrent layers' it goes without saying whose they are."""
    return _short(array.removeprefix("rnn.").replace("_reverse", "_rev."))


def _short(name: str) -> str:
    text = visible(name)
    return escape(text if len(text) <= LETTERS else text[: LETTERS - 1] + "…", quote=False)


def _stalk(x: float, row: int) -> Part:
    place = {"xref": "x", "yref": "y", "x0": 10.0 ** (LOW - 0.3), "x1": x, "y0": row, "y1": row}
    return {"type": "line", **place, "layer": "below", "line": {"color": GRADIENT, "width": 2}}


def _upright(x: float) -> Part:
    place = {"xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1}
    return {"type": "line", **place, "layer": "below", "line": {"color": REFERENCE, "width": 1.5, "dash": "dot"}}
