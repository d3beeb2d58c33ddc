"""Gradients, drawn: between all pairs of steps, step by step, along their routes, and through layers.

Sizes are on logarithmic scales. The maps have one scale for all texts and cells, 10^-8 to 100, so that two of them can
be compared; the curves' axes hold the values that there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from ..cells import CELLS
from ..cells.activations import Array
from ..cells.cell_kind import cell_title
from ..colours import EXPLODING, GRADIENT, GRID, REFERENCE, Style, cell_style, gradient_scale
from .chart_parts import (
    Part,
    cell_label,
    chart_axis,
    chart_layout,
    coloured,
    end_labels,
    heading,
    horizontal_line,
    label_room,
    outline_shapes,
    power_of_ten,
    vertical_line,
)
from .curves_over_text import (
    HEIGHT,
    check_same_length,
    curve_until,
    log_end,
    log_line,
    log_scale,
    reads_backward,
    token_axis,
    token_chart,
)
from .plain_figure import Content, figure
from .step_pairs import BAR, check_step_pairs, colour_bar, compact_floats, readable_pairs, step_map
from .token_labels import markup_label, token_room

LOW, HIGH = -8, 2  # powers of ten; beyond them the maps' colours no longer change
GREW = 2.0  # outlined beyond it: colour alone is not enough, and slightly above 1 is no explosion
ROW, BETWEEN = 34, 3  # pixels of a row of the map of layers, and of the gap to the next

_COLOURS = {"zmin": LOW, "zmax": HIGH, "colorscale": gradient_scale(LOW, HIGH)}
_LOWEST, _HIGHEST = f"≤{power_of_ten(LOW)}", "≥100"
_BAR = colour_bar([LOW, -4, -2, 0, HIGH], [_LOWEST, power_of_ten(-4), power_of_ten(-2), "1", _HIGHEST])
_THIN_BAR = colour_bar([LOW, -4, 0, HIGH], [_LOWEST, power_of_ten(-4), "1", _HIGHEST])
_GREW = f"{coloured('▢', EXPLODING)} outlined: more than doubled"


@figure
def gradient_map(
    cell: str,
    norms: Array,
    tokens: Sequence[str],
    unknown: Sequence[bool] | Array | None = None,
    *,
    title: str = "",
    backward: bool | None = None,
    step: int | None = None,
) -> Content:
    """Draw how much the state after each step depends on the state after every step before it.

    Norms beyond 10^-8 and 100 have the colours at the ends of the scale and keep their numbers; those above 2 are
    outlined as well.

    Parameters
    ----------
    cell : str
        The name of the cell.
    norms : ndarray of shape (T, T)
        `GradientFlow.norms` or `GradientFlow.between(...)`, by [to, from].
    tokens : sequence of str
        The T tokens.
    unknown : sequence of bool, optional
        Where the vocabulary lacks the token.
    title : str, optional
        Words behind the cell's title.
    backward : bool, optional
        Whether the steps are read from the end; by default inferred from the norms.
    step : int, optional
        The step whose row is marked, counted from 1.

    Returns
    -------
    plotly.graph_objects.Figure
        One heatmap of the logarithms to base 10, with the norms as its customdata.

    Raises
    ------
    ArrayError
        If the norms are not those of T tokens.
    """
    norms = np.asarray(norms, np.float64)
    check_step_pairs("norms", norms, tokens)
    from_the_end = bool(np.triu(norms, 1).any()) if backward is None else backward
    readable = readable_pairs(len(tokens), backward=from_the_end)
    grew = readable & (norms > GREW)
    heatmap: Part = {
        "name": "gradient",
        "z": np.where(readable, _powers(norms), np.float32(np.nan)),
        "customdata": compact_floats(norms),
        **_COLOURS,
        "colorbar": _BAR,
        "hovertemplate": "a typical nudge after step %{x:d} (<b>%{x}</b>)<br>arrives at step %{y:d} (<b>%{y}</b>): "
        "<b>%{customdata:.3~g}</b><extra></extra>",
    }
    words = f"<b>{cell_label(cell)}</b>{f'  {escape(title, quote=False)}' if title else ''}"
    content = step_map(
        heatmap,
        tokens,
        unknown,
        words=words,
        rows="↓ arrives at this step" + (f"    {_GREW}" if grew.any() else ""),
        columns="a typical nudge after this step →",
        backward=from_the_end,
        step=step,
    )
    content["layout"]["shapes"] += outline_shapes(grew, color=EXPLODING, width=1.5)
    return content


@figure
def singular_value_curves(
    largest: Mapping[str, Array], tokens: Sequence[str], unknown: Sequence[bool] | Array | None = None
) -> Content:
    """Draw how much each single step can stretch a nudge: the largest singular value of its Jacobian.

    Below the dashed line at 1 every nudge shrinks; above it some nudge grows.

    Parameters
    ----------
    largest : mapping of str to ndarray of shape (T,)
        `GradientFlow.largest_singular_values` by cell, all over the same T tokens.
    tokens : sequence of str
        The T tokens.
    unknown : sequence of bool, optional
        Where the vocabulary lacks the token.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each cell, on a logarithmic axis.

    Raises
    ------
    ArrayError
        If the lengths differ.
    """
    check_same_length({cell: len(values) for cell, values in largest.items()} | {"tokens": len(tokens)})
    curves = {cell: curve_until(values, None) for cell, values in largest.items()}
    scale = log_scale(curves.values(), least=-1)
    data = [
        log_line(cell_style(cell), cell_title(cell), values, scale, "stretches a nudge by at most")
        for cell, values in curves.items()
    ]
    ends = [log_end(cell_label(cell), values, scale, last=True) for cell, values in curves.items()]
    room = label_room([cell_title(cell) for cell in largest])
    content = token_chart(tokens, unknown, left=50, right=room, top=46)
    content["yaxis"] = scale.axis | {"side": "left"}
    content["shapes"] = [horizontal_line(1.0, dash="dash") | {"xref": "x", "x0": -0.5, "x1": len(tokens) - 0.5}]
    content["annotations"] += [
        heading("how far each step can stretch a nudge at most<br>┄ at 1: nothing lost, nothing gained"),
        *end_labels(ends, scale.edges, HEIGHT),
    ]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


@figure
def gradient_routes(
    cell: str,
    whole: Array,
    highway: Array,
    gates: Array,
    tokens: Sequence[str],
    unknown: Sequence[bool] | Array | None = None,
    *,
    state: str = "cell state",
    gate: str = "forget gate",
    to: int,
) -> Content:
    """Draw by which routes a nudge to a gated state reaches that state at a later step.

    The curves are norms: the second and the third need not add up to the first. Steps read after `to` are not drawn.

    Parameters
    ----------
    cell : str
        The name of the cell.
    whole, highway, gates : ndarray of shape (T,)
        Rows of `GradientFlow.between(state, state)`, `GradientFlow.highway_norms` and `GradientFlow.gate_path_norms`:
        by all paths, by the product of the gate alone, and by all other paths.
    tokens : sequence of str
        The T tokens.
    unknown : sequence of bool, optional
        Where the vocabulary lacks the token.
    state, gate : str
        The titles of the state and of its gate; for the gate, its name will do.
    to : int
        The later step, counted from 1.

    Returns
    -------
    plotly.graph_objects.Figure
        Three lines on a logarithmic axis.

    Raises
    ------
    ArrayError
        If the lengths differ.
    ArgumentError
        If there is no step `to`.
    """
    lengths = {"all paths": len(whole), "the highway": len(highway), "the gates": len(gates)}
    check_same_length(lengths | {"tokens": len(tokens)})
    backward = reads_backward(whole, to)
    curves = [curve_until(values, to, backward=backward) for values in (whole, highway, gates)]
    near = np.arange(to - 1, len(tokens)) if backward else np.arange(to - 1, -1, -1)
    curves[2][near[np.cumprod(curves[2][near] == 0) > 0]] = np.nan  # so few steps lead through no gate: not a loss
    scale = log_scale(curves)
    routes = {
        "all paths": Style(GRADIENT, "solid", "circle", "●"),
        "highway": Style(_gate_colour(cell, gate), "dash", "diamond", "◆"),
        "via gates": Style(REFERENCE, "dot", "triangle-up", "▲"),
    }
    data, ends = [], []
    for (name, style), values in zip(routes.items(), curves, strict=True):
        data.append(log_line(style, name, values, scale, f"left at step {to}"))
        if not np.isnan(values).all():
            ends.append(log_end(f"{coloured(style.glyph, style.colour)} {name}", values, scale, last=backward))
    room = label_room(list(routes))
    left, right = (50, room) if backward else (room, 50)
    content = token_chart(tokens, unknown, left=left, right=right, top=62)
    content["yaxis"] = scale.axis | ({"side": "left"} if backward else {})
    content["shapes"] = [horizontal_line(1.0) | {"xref": "x", "x1": len(tokens) - 0.5}, vertical_line(to - 1)]
    words = (
        f"<b>{cell_label(cell)}</b><br>how far a typical nudge to the {state}<br>"
        f"still moves it at step {to} ({markup_label(tokens[to - 1])})"
    )
    side = "right" if backward else "left"
    content["annotations"] += [heading(words), *end_labels(ends, scale.edges, HEIGHT, side=side)]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


@figure
def layer_gradient_map(
    norms: Mapping[tuple[int, str], Array],
    inputs: Array,
    tokens: Sequence[str],
    unknown: Sequence[bool] | Array | None = None,
    *,
    to: int,
) -> Content:
    """Draw how much the top layer's state at one step depends on all states below it and on the input vectors.

    The top row is the highest layer; colours are those of `gradient_map`.

    Parameters
    ----------
    norms : mapping of (int, str) to ndarray of shape (T,)
        `LayerGradients.norm` by layer (from 0) and direction.
    inputs : ndarray of shape (T,)
        `LayerGradients.input_norm`.
    tokens : sequence of str
        The T tokens.
    unknown : sequence of bool, optional
        Where the vocabulary lacks the token.
    to : int
        The step whose state moves, counted from 1.

    Returns
    -------
    plotly.graph_objects.Figure
        One heatmap of the logarithms to base 10, with the norms as its customdata.

    Raises
    ------
    ArrayError
        If the lengths differ.
    ArgumentError
        If there is no step `to`.
    """
    keys = sorted(norms, key=lambda key: (-key[0], key[1] != "forward"))
    rows = {f"layer {layer + 1}<br>{direction}": norms[layer, direction] for layer, direction in keys}
    rows["input<br>vectors"] = inputs
    lengths = {name.replace("<br>", " "): len(values) for name, values in rows.items()}
    check_same_length(lengths | {"tokens": len(tokens)})
    curve_until(inputs, to)  # raises if there is no such step
    values = np.stack([np.asarray(row, np.float64) for row in rows.values()])
    grew = values > GREW
    content = chart_layout(ROW * len(rows), left=64, right=BAR, top=46, bottom=token_room(tokens) + 4)
    content["xaxis"] = token_axis(tokens, unknown)
    content["yaxis"] = chart_axis(
        range=[len(rows) - 0.5, -0.5], tickvals=list(range(len(rows))), ticktext=list(rows), showgrid=False
    )
    numbers = np.arange(len(rows))[:, None]
    content["shapes"] = [
        *(shape for row in range(len(rows)) for shape in outline_shapes(numbers == row, color=GRID)),
        *outline_shapes(grew, color=EXPLODING, width=1.5),
        vertical_line(to - 1) | {"layer": "above"},
    ]
    words = (
        "how far a nudge still moves the top layer’s hidden state<br>"
        f"after step {to} ({markup_label(tokens[to - 1])}), as a root mean square"
    )
    content["annotations"].append(heading(words + (f"    {_GREW}" if grew.any() else "")))
    heatmap: Part = {
        "type": "heatmap",
        "name": "layers",
        "x": np.arange(1, len(tokens) + 1),
        "y": list(range(len(rows))),
        "z": _powers(values),
        "customdata": values,
        "text": [[name.replace("<br>", " ")] * len(tokens) for name in rows],
        "ygap": BETWEEN,
        **_COLOURS,
        "colorbar": _THIN_BAR,
        "hovertemplate": "a nudge at step %{x:d} (<b>%{x}</b>)<br>%{text}: <b>%{customdata:.3~g}</b><extra></extra>",
    }
    return {"data": [heatmap], "layout": content}


def _powers(norms: Array) -> Array:
    """Logarithms to base 10 within the maps' scale, in float32, which is enough for a colour."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(np.log10(norms), LOW, HIGH).astype(np.float32)


def _gate_colour(cell: str, gate: str) -> str:
    """The role colour of a cell's gate, by its title or its name; grey for an unknown one."""
    quantities = CELLS[cell].define().quantities if cell in CELLS else ()
    return next((q.colour for q in quantities if gate in (q.title, q.name)), REFERENCE)
