"""Who wrote a memory, and how long each unit keeps one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..cells import Quantity
from ..cells.activations import Array
from ..colours import REFERENCE, diverging, sequential, widest
from .growth_chart import short
from .heatmaps import heading_of
from .line_chart import Part, axis, decades, layout, note, under
from .line_chart import heading as above
from .plain_figure import Content, figure
from .step_pairs import colour_bar, compact, possible, step_map

HEIGHT = 250
ENDS = 3  # units that are named at either end
ALOFT, APART, ASIDE = 20, 15, 34  # pixels from a point to its name: the first one's, one more each, and sideways
FARTHEST = (-6, 12)  # powers of ten: a unit beyond them stands at the edge


@figure
def written_map(
    written: Array,
    quantity: Quantity,
    unit: int | None,
    tokens: Sequence[str],
    unknown: Sequence[bool] | Array | None = None,
    *,
    backward: bool = False,
) -> Content:
    """What each step wrote into a memory, and how much of it is there after each later step.

    written: `rnnviz.analysis.written_at`, (T, T) by [read at, written at]. quantity: the state that it adds up to.
    unit: whose signed shares they are, in the quantity's colours with the limit on the bar; None for the sizes of
    all units' shares, added up. backward: whether the steps are read from the end.
    Raises ValueError if the shares are not those of so many tokens.
    """
    if written.shape != (len(tokens), len(tokens)):
        raise ValueError(f"the shares have shape {written.shape}; the text has {len(tokens)} tokens")
    there = possible(len(tokens), backward=backward)
    limit = widest(written, least=0.0)
    low, high = (0.0, limit) if unit is None else (-limit, limit)
    ticks = [low, high] if unit is None else [low, 0.0, high]
    number = "%{z:.4f}" if unit is None else "%{z:+.4f}"
    part: Part = {
        "name": "written",
        "meta": {"rows": "steps"},
        "z": np.where(there, compact(written), np.float32(np.nan)),
        "zmin": low,
        "zmax": high,
        "colorscale": sequential(quantity.colour) if unit is None else diverging(quantity.colour),
        "colorbar": colour_bar(ticks, [short(tick) for tick in ticks]),
        "hovertemplate": "written at step %{x:d} (<b>%{x}</b>)<br>still there after step %{y:d} (<b>%{y}</b>): "
        f"<b>{number}</b><extra></extra>",
    }
    whose = "all units, sizes added up" if unit is None else f"unit {unit}"
    return step_map(
        part,
        tokens,
        unknown,
        words=f"{heading_of(quantity)}  {whose}",
        rows="↓ still there after this step",
        columns="written at this step →",
        backward=backward,
    )


@figure
def half_lives(steps: Array, order: Array, gate: Quantity, *, unit: int | None = None) -> Content:
    """How long each unit keeps a memory, the slowest unit first, on a logarithmic axis.

    steps, order: (H,), of `rnnviz.analysis.half_life`. gate: the gate that keeps. Units that gave nothing up stand at
    the top, at "never", those that gave everything up at the bottom, at 0, both with hollow markers. unit: one to mark
    with a ring. Each point's customdata is its unit.
    Raises ValueError if the unit does not exist.
    """
    if unit is not None and not 0 <= unit < len(steps):
        raise ValueError(f"there is no unit {unit}; the layer has units 0 to {len(steps) - 1}")
    units = np.asarray(order, int)
    ranked = np.asarray(steps, np.float64)[units]
    power, ticks, texts, edges = _placed(ranked)
    rank = np.arange(1, len(units) + 1)
    never, at_once = np.isinf(ranked), ranked == 0
    symbols = np.select([never, at_once], ["triangle-up-open", "triangle-down-open"], "circle").tolist()
    dots: Part = {
        "type": "scatter",
        "mode": "markers",
        "name": "half-life",
        "x": rank,
        "y": power,
        "customdata": units,
        "text": [_told(value) for value in ranked],
        "marker": {"color": gate.colour, "symbol": symbols, "size": 8, "line": {"color": gate.colour, "width": 1.5}},
        "cliponaxis": False,
        "hovertemplate": f"<b>unit %{{customdata}}</b><br>%{{text}}<br>rank %{{x:d}} of {len(units)}<extra></extra>",
    }
    data = [dots]
    content = layout(HEIGHT, left=44, right=16, top=62, bottom=44)
    air = 0.03 * len(units)
    content["xaxis"] = axis(
        range=[1 - air - 0.2, len(units) + air + 0.2],
        showgrid=False,
        tickvals=sorted({1, len(units)}),
        ticktext=["slowest", "fastest"][: len(units)],
        title=under("units by rank"),
    )
    content["yaxis"] = axis(range=[*edges], tickvals=ticks, ticktext=texts)
    words = f"{heading_of(gate)}<br>half-life in steps: after how many<br>half of a unit’s memory is left"
    content["annotations"].append(above(words))
    named = _ends(len(units))
    if unit is not None:
        at = int(np.flatnonzero(units == unit)[0])
        named.setdefault(at, (ASIDE, -ALOFT - APART))
        ring = {"color": REFERENCE, "symbol": "circle-open", "size": 16, "line": {"width": 2.5}}
        data.append({**dots, "name": "chosen", "x": [rank[at]], "y": [power[at]], "marker": ring, "hoverinfo": "skip"})
        for part in ("hovertemplate", "customdata", "text"):
            del data[-1][part]
    for k, (ax, ay) in named.items():
        words = f"unit {units[k]}"
        content["annotations"].append(
            _pointing(f"<b>{words}</b>" if units[k] == unit else words, k + 1, power[k], ax, ay)
        )
    return {"data": data, "layout": content}


def _placed(ranked: Array) -> tuple[Array, list[float], list[str], tuple[float, float]]:
    """Powers of ten at which half-lives stand, with infinite ones one power above and 0 one below; the axis's ticks
    and edges."""
    with np.errstate(divide="ignore"):
        power = np.log10(ranked)
    finite = power[np.isfinite(power)]
    low = int(np.floor(max(min(finite.min(initial=0.0), 0.0), FARTHEST[0])))
    high = int(np.ceil(min(max(finite.max(initial=1.0), 1.0), FARTHEST[1])))
    values, texts = decades(low, high)
    ticks = [float(np.log10(value)) for value in values]
    power = np.where(np.isfinite(power), np.clip(power, low, high), power)
    bottom, top = float(low), float(high)
    if (ranked == 0).any():
        bottom, ticks, texts = low - 1.0, [low - 1.0, *ticks], ["0", *texts]
    if np.isinf(ranked).any():
        top, ticks, texts = high + 1.0, [*ticks, high + 1.0], [*texts, "never"]
    power = np.where(np.isposinf(power), top, np.where(np.isneginf(power), bottom, power))
    # Room for names above the first points and below the last ones.
    pixels = ALOFT + ENDS * APART
    room = pixels / (HEIGHT - 2 * pixels) * (top - bottom)
    return power, ticks, texts, (bottom - room, top + room)


def _ends(units: int) -> dict[int, tuple[float, float]]:
    """Where the names of the slowest and of the fastest units stand beside their points, in pixels: by rank from 0."""
    first = min(ENDS, (units + 1) // 2)
    last = min(ENDS, units - first)
    slow = {k: (float(ASIDE), float(-ALOFT - APART * (first - 1 - k))) for k in range(first)}
    return slow | {units - 1 - k: (float(-ASIDE), float(ALOFT + APART * (last - 1 - k))) for k in range(last)}


def _pointing(text: str, x: float, y: float, ax: float, ay: float) -> Part:
    """A name with a thin line to its point."""
    line: Part = {"showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": REFERENCE, "standoff": 5}
    anchor = "left" if ax > 0 else "right"
    return note(text, x, float(y), anchor=anchor, size=11, ax=ax, ay=ay, **line)


def _told(steps: float) -> str:
    if np.isinf(steps):
        return "it gave nothing up: half of it is never gone"
    return "it gave everything up at some step" if steps == 0 else f"half of it is left after {steps:.3g} steps"
