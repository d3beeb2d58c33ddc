"""Where the gradient goes, drawn: between all pairs of steps, step by step, along its routes, and through layers.

Where something is drawn by its size it is on a logarithmic scale. The maps have one scale for all texts and
cells, 10^-8 to 100, so that two of them compare; the curves' axes hold the values that there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from ..cells import CELLS
from ..cells.activations import Array
from ..colours import EXPLODING, GRADIENT, GRID, REFERENCE, SAYS, Style, cell_style, gradients, round_up
from .curves_over_text import (
    HEIGHT,
    log_end,
    log_line,
    log_scale,
    over_tokens,
    read_until,
    reads_backward,
    same_length,
    token_axis,
)
from .growth_chart import short
from .heatmaps import label as shown
from .heatmaps import room_for
from .line_chart import Part, across, around, axis, beside, layout, room_beside, tag, title_of, upright
from .line_chart import heading as above
from .plain_figure import Content, figure
from .step_pairs import BAR, colour_bar, compact, possible, step_map

LOW, HIGH = -8, 2  # powers of ten; beyond them the maps' colours no longer change
GREW = 2.0  # outlined beyond it: a hue alone tells nobody who cannot see it, and slightly above 1 is no explosion
ROW, BETWEEN = 34, 3  # pixels of a row of the map of layers, and of the gap to the next
BARS = 130  # pixels

_COLOURS = {"zmin": LOW, "zmax": HIGH, "colorscale": gradients(LOW, HIGH)}
_BAR = colour_bar([LOW, -4, -2, 0, HIGH], ["≤10<sup>−8</sup>", "10<sup>−4</sup>", "10<sup>−2</sup>", "1", "≥100"])
_THIN_BAR = colour_bar([LOW, -4, 0, HIGH], ["≤10<sup>−8</sup>", "10<sup>−4</sup>", "1", "≥100"])
_GREW = f'<span style="color:{EXPLODING}">▢</span> outlined: more than doubled'


@figure
def gradient_map(
    cell: str,
    norms: Array,
    tokens: Sequence[str],
    unknown: Sequence[bool] | Array | None = None,
    *,
    title: str = "",
    backward: bool | None = None,
) -> Content:
    """How much the state after each step depends on the state after every step before it, for all pairs at once.

    norms: `Flow.norms` or `Flow.between(...)`, (T, T) by [to, from]. What lies beyond 10^-8 and 100 wears the colours
    at the ends of the scale, and keeps its number; what more than doubled is outlined too. title: plain words behind
    the cell's name. backward: whether the steps are read from the end; left out, it is seen from the norms.
    Raises ValueError if the norms are not those of so many tokens.
    """
    norms = np.asarray(norms, np.float64)
    _square(norms, tokens)
    back = bool(np.triu(norms, 1).any()) if backward is None else backward
    there = possible(len(tokens), backward=back)
    grew = there & (norms > GREW)
    part: Part = {
        "name": "gradient",
        "meta": {"rows": "steps"},
        "z": np.where(there, _powers(norms), np.float32(np.nan)),
        "customdata": compact(norms),
        **_COLOURS,
        "colorbar": _BAR,
        "hovertemplate": "a nudge after step %{x:d} (<b>%{x}</b>)<br>arrives at step %{y:d} (<b>%{y}</b>): "
        "<b>%{customdata:.3~g}</b><extra></extra>",
    }
    words = f"<b>{tag(cell)}</b>{f'  {escape(title, quote=False)}' if title else ''}"
    content = step_map(
        part,
        tokens,
        unknown,
        words=words,
        rows="↓ arrives at this step" + (f"    {_GREW}" if grew.any() else ""),
        columns="a nudge after this step →",
        backward=back,
    )
    content["layout"]["shapes"] += around(grew, color=EXPLODING, width=1.5)
    return content


@figure
def singular_values(
    largest: Mapping[str, Array], tokens: Sequence[str], unknown: Sequence[bool] | Array | None = None
) -> Content:
    """How much each single step can stretch a nudge at most: the largest singular value of its Jacobian.

    largest: `Flow.largest` by cell, (T,) each, over the same T tokens, whose lengths ValueError is raised about if they
    differ. Below the dashed line at 1 every nudge shrinks; above it some nudge grows.
    """
    same_length({cell: len(values) for cell, values in largest.items()} | {"the tokens": len(tokens)})
    curves = {cell: read_until(values, None) for cell, values in largest.items()}
    scale = log_scale(curves.values(), least=-1)
    data = [
        log_line(cell_style(cell), title_of(cell), values, scale, "stretches a nudge at most by")
        for cell, values in curves.items()
    ]
    ends = [log_end(tag(cell), values, scale, last=True) for cell, values in curves.items()]
    content = over_tokens(tokens, unknown, left=50, right=room_beside([title_of(cell) for cell in largest]), top=46)
    content["yaxis"] = scale.axis | {"side": "left"}
    content["shapes"] = [across(1.0, dash="dash") | {"xref": "x", "x0": -0.5, "x1": len(tokens) - 0.5}]
    content["annotations"] += [
        above("how much each step stretches a nudge at most<br>┄ at 1: nothing lost, nothing gained"),
        *beside(ends, scale.edges, HEIGHT),
    ]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


@figure
def routes(
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
    """By which ways a nudge to a gated state reaches that state at step `to`, counted from 1.

    whole, highway, gates: rows (T,) of `Flow.between(carried, carried)`, `Flow.highway_norms` and `Flow.gates`: by all
    paths, by the product of the gate alone, and by what is left. These are norms: the two need not add up
    to the first. Steps read after `to` are not drawn. state, gate: their titles (a gate's name is understood too).
    Raises ValueError if the lengths differ or there is no step `to`.
    """
    lengths = {"all paths": len(whole), "the highway": len(highway), "the gates": len(gates)}
    same_length(lengths | {"the tokens": len(tokens)})
    back = reads_backward(whole, to)
    curves = [read_until(values, to, backward=back) for values in (whole, highway, gates)]
    near = np.arange(to - 1, len(tokens)) if back else np.arange(to - 1, -1, -1)
    curves[2][near[np.cumprod(curves[2][near] == 0) > 0]] = np.nan  # so few steps lead through no gate: no loss there
    scale = log_scale(curves)
    ways = {
        "all paths": Style(GRADIENT, "solid", "circle", "●"),
        "highway": Style(_gate_colour(cell, gate), "dash", "diamond", "◆"),
        "via gates": Style(REFERENCE, "dot", "triangle-up", "▲"),
    }
    data, ends = [], []
    for (name, style), values in zip(ways.items(), curves, strict=True):
        data.append(log_line(style, name, values, scale, f"left at step {to}"))
        if not np.isnan(values).all():
            ends.append(log_end(_tagged(style, name), values, scale, last=back))
    room = room_beside(list(ways))
    left, right = (50, room) if back else (room, 50)
    content = over_tokens(tokens, unknown, left=left, right=right, top=62)
    content["yaxis"] = scale.axis | ({"side": "left"} if back else {})
    content["shapes"] = [across(1.0) | {"xref": "x", "x1": len(tokens) - 0.5}, upright(to - 1)]
    words = (
        f"<b>{tag(cell)}</b><br>how far a nudge to the {state}<br>still moves it at step {to} ({shown(tokens[to - 1])})"
    )
    content["annotations"] += [above(words), *beside(ends, scale.edges, HEIGHT, side="right" if back else "left")]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


@figure
def token_gradient(
    lengths: Array, tokens: Sequence[str], unknown: Sequence[bool] | Array | None = None, *, label: str, step: int
) -> Content:
    """How much an output at one step hangs on each token: the length of its gradient by the token's vector.

    lengths: (T,), of `rnnviz.analysis.input_gradient`. label: the output. step: where it is asked for, counted from 1;
    the tokens after it have no bar, unless a layer reads from the end and they matter too.
    Raises ValueError if the lengths are not those of so many tokens or there is no such step.
    """
    same_length({"the gradient": len(lengths), "the tokens": len(tokens)})
    backward = reads_backward(lengths, step)
    values = np.array(lengths, np.float64) if backward else read_until(lengths, step)
    most = float(np.nanmax(values))
    limit = round_up(most) if most > 0 else 1.0
    bars = {
        "type": "bar",
        "name": "gradient",
        "x": np.arange(1, len(tokens) + 1),
        "y": values,
        "marker": {"color": GRADIENT, "line": {"width": 0}},
        "hovertemplate": "step %{x:d} (<b>%{x}</b>)<br>length of the gradient <b>%{y:.4~g}</b><extra></extra>",
    }
    content = over_tokens(tokens, unknown, left=44, right=14, top=46, height=BARS)
    content["yaxis"] = axis(range=[0, limit], tickvals=[0, limit], ticktext=["0", short(limit)])
    content["shapes"] = [upright(step - 1)]
    content["bargap"] = 0.25
    which = f'<span style="color:{SAYS}">■</span> <b>{shown(label)}</b>'
    content["annotations"].append(
        above(f"length of the gradient of {which}<br>after step {step} by each token’s vector")
    )
    return {"data": [bars], "layout": content}


@figure
def layers_flow(
    norms: Mapping[tuple[int, str], Array],
    inputs: Array,
    tokens: Sequence[str],
    unknown: Sequence[bool] | Array | None = None,
    *,
    to: int,
) -> Content:
    """How much the top layer's state at step `to` depends on every state below it and on the input vectors.

    norms: `LayersFlow.norm` by layer (from 0) and direction, (T,) each; inputs: `LayersFlow.input_norm`. The highest
    layer is the top row; colours are those of `gradient_map`.
    Raises ValueError if the lengths differ or there is no step `to`.
    """
    keys = sorted(norms, key=lambda key: (-key[0], key[1] != "forward"))
    rows = {f"layer {layer + 1}<br>{direction}": norms[layer, direction] for layer, direction in keys}
    rows["input<br>vectors"] = inputs
    same_length({name.replace("<br>", " "): len(values) for name, values in rows.items()} | {"tokens": len(tokens)})
    read_until(inputs, to)
    values = np.stack([np.asarray(row, np.float64) for row in rows.values()])
    grew = values > GREW
    content = layout(ROW * len(rows), left=64, right=BAR, top=46, bottom=room_for(tokens) + 4)
    content["xaxis"] = token_axis(tokens, unknown)
    content["yaxis"] = axis(
        range=[len(rows) - 0.5, -0.5], tickvals=list(range(len(rows))), ticktext=list(rows), showgrid=False
    )
    content["shapes"] = [
        *(shape for row in range(len(rows)) for shape in around(np.arange(len(rows))[:, None] == row, color=GRID)),
        *around(grew, color=EXPLODING, width=1.5),
        upright(to - 1) | {"layer": "above"},
    ]
    words = f"how far a nudge still moves the top layer’s<br>state after step {to} ({shown(tokens[to - 1])})"
    content["annotations"].append(above(words + (f"    {_GREW}" if grew.any() else "")))
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


def _square(norms: Array, tokens: Sequence[str]) -> None:
    if norms.shape != (len(tokens), len(tokens)):
        raise ValueError(f"the norms have shape {norms.shape}; the text has {len(tokens)} tokens")


def _gate_colour(cell: str, gate: str) -> str:
    """The role colour of a cell's gate, by its title or its name; grey for one that nobody knows."""
    quantities = CELLS[cell].define().quantities if cell in CELLS else ()
    return next((q.colour for q in quantities if gate in (q.title, q.name)), REFERENCE)


def _tagged(style: Style, text: str) -> str:
    return f'<span style="color:{style.colour}">{style.glyph}</span> {text}'
