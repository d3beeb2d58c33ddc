"""What each step wrote into a memory, and how long each unit keeps one by its gate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..analysis.selection import check_unit
from ..cells import Quantity
from ..cells.activations import Array
from ..colours import REFERENCE, diverging_scale, sequential_scale, symmetric_limit
from ..number_format import short_number
from .chart_parts import Part, annotation, axis_title, chart_axis, chart_layout, heading, log_ticks
from .plain_figure import Content, figure
from .step_pairs import check_step_pairs, colour_bar, compact_floats, readable_pairs, step_map
from .trace_heatmaps import quantity_heading

HEIGHT = 250
ENDS = 3  # units that are named at either end
ALOFT, SPACING, ASIDE = 20, 15, 34  # pixels from a point to its name: the first one's, one more each, and sideways
FARTHEST = (-6, 12)  # powers of ten: a unit beyond them is drawn at the edge


@figure
def memory_map(
    shares: Array,
    quantity: Quantity,
    unit: int | None,
    tokens: Sequence[str],
    unknown: Sequence[bool] | Array | None = None,
    *,
    backward: bool = False,
) -> Content:
    """Draw what each step wrote into a memory, and how much of it is left after each later step.

    Parameters
    ----------
    shares : ndarray of shape (T, T)
        What `rnnviz.analysis.memory_shares` returns, by [read at, written at].
    quantity : Quantity
        The state that the shares add up to.
    unit : int or None
        The unit that the shares belong to, in the quantity's colours on a scale symmetric about zero; None for the
        sizes of all units' shares, summed.
    tokens : sequence of str
        The T tokens.
    unknown : sequence of bool, optional
        Where the vocabulary lacks the token.
    backward : bool, default False
        Whether the steps are read from the end.

    Returns
    -------
    plotly.graph_objects.Figure
        One heatmap of the shares.

    Raises
    ------
    ArrayError
        If the shares are not those of T tokens.
    """
    check_step_pairs("shares", shares, tokens)
    readable = readable_pairs(len(tokens), backward=backward)
    limit = symmetric_limit(shares, least=0.0)
    low, high = (0.0, limit) if unit is None else (-limit, limit)
    ticks = [low, high] if unit is None else [low, 0.0, high]
    number = "%{z:.4f}" if unit is None else "%{z:+.4f}"
    heatmap: Part = {
        "name": "written",
        "meta": {"rows": "steps"},
        "z": np.where(readable, compact_floats(shares), np.float32(np.nan)),
        "zmin": low,
        "zmax": high,
        "colorscale": sequential_scale(quantity.colour) if unit is None else diverging_scale(quantity.colour),
        "colorbar": colour_bar(ticks, [short_number(tick) for tick in ticks]),
        "hovertemplate": "written at step %{x:d} (<b>%{x}</b>)<br>left after step %{y:d} (<b>%{y}</b>): "
        f"<b>{number}</b><extra></extra>",
    }
    which = "all units, sizes summed" if unit is None else f"unit {unit}"
    return step_map(
        heatmap,
        tokens,
        unknown,
        words=f"{quantity_heading(quantity)}  {which}",
        rows="↓ left after this step",
        columns="written at this step →",
        backward=backward,
    )


@figure
def half_life_chart(steps: Array, order: Array, gate: Quantity, *, unit: int | None = None) -> Content:
    """Draw the half-life of each unit's memory, the slowest unit first, on a logarithmic axis.

    Units that gave nothing up are at the top, at "never", those that gave everything up at the bottom, at 0, both with
    hollow markers. The customdata of each point is its unit.

    Parameters
    ----------
    steps, order : ndarray of shape (H,)
        The fields of `rnnviz.analysis.HalfLives`.
    gate : Quantity
        The gate that keeps the memory.
    unit : int, optional
        A unit to mark with a ring, counted from 0.

    Returns
    -------
    plotly.graph_objects.Figure
        A point for each unit, and the ring.

    Raises
    ------
    ArgumentError
        If there is no such unit.
    """
    if unit is not None:
        check_unit(unit, len(steps))
    units = np.asarray(order, int)
    ranked = np.asarray(steps, np.float64)[units]
    power, ticks, texts, edges = _heights(ranked)
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
        "text": [_half_life_in_words(value) for value in ranked],
        "marker": {"color": gate.colour, "symbol": symbols, "size": 8, "line": {"color": gate.colour, "width": 1.5}},
        "cliponaxis": False,
        "hovertemplate": f"<b>unit %{{customdata}}</b><br>%{{text}}<br>rank %{{x:d}} of {len(units)}<extra></extra>",
    }
    data = [dots]
    content = chart_layout(HEIGHT, left=44, right=16, top=62, bottom=44)
    air = 0.03 * len(units)
    content["xaxis"] = chart_axis(
        range=[1 - air - 0.2, len(units) + air + 0.2],
        showgrid=False,
        tickvals=sorted({1, len(units)}),
        ticktext=["slowest", "fastest"][: len(units)],
        title=axis_title("units by rank"),
    )
    content["yaxis"] = chart_axis(range=[*edges], tickvals=ticks, ticktext=texts)
    words = "half-life by the gate alone: after how<br>many steps half of the memory is left"
    content["annotations"].append(heading(f"{quantity_heading(gate)}<br>{words}"))
    names = _name_offsets(len(units))
    if unit is not None:
        at = int(np.flatnonzero(units == unit)[0])
        names.setdefault(at, (ASIDE, -ALOFT - SPACING))
        ring = {"color": REFERENCE, "symbol": "circle-open", "size": 16, "line": {"width": 2.5}}
        data.append({**dots, "name": "chosen", "x": [rank[at]], "y": [power[at]], "marker": ring, "hoverinfo": "skip"})
        for part in ("hovertemplate", "customdata", "text"):
            del data[-1][part]
    for k, (ax, ay) in names.items():
        name = f"unit {units[k]}"
        text = f"<b>{name}</b>" if units[k] == unit else name
        content["annotations"].append(_pointer(text, k + 1, power[k], ax, ay))
    return {"data": data, "layout": content}


def _heights(ranked: Array) -> tuple[Array, list[float], list[str], tuple[float, float]]:
    """Powers of ten at which half-lives are drawn, infinite ones one power above the others and 0 one below.

    Also the axis's ticks, their texts, and its edges.
    """
    with np.errstate(divide="ignore"):
        power = np.log10(ranked)
    finite = power[np.isfinite(power)]
    low = int(np.floor(max(min(finite.min(initial=0.0), 0.0), FARTHEST[0])))
    high = int(np.ceil(min(max(finite.max(initial=1.0), 1.0), FARTHEST[1])))
    values, texts = log_ticks(low, high)
    ticks = [float(np.log10(value)) for value in values]
    power = np.where(np.isfinite(power), np.clip(power, low, high), power)
    bottom, top = float(low), float(high)
    if (ranked == 0).any():
        bottom, ticks, texts = low - 1.0, [low - 1.0, *ticks], ["0", *texts]
    if np.isinf(ranked).any():
        top, ticks, texts = high + 1.0, [*ticks, high + 1.0], [*texts, "never"]
    power = np.where(np.isposinf(power), top, np.where(np.isneginf(power), bottom, power))
    # Room for names above the first points and below the last ones.
    pixels = ALOFT + ENDS * SPACING
    room = pixels / (HEIGHT - 2 * pixels) * (top - bottom)
    return power, ticks, texts, (bottom - room, top + room)


def _name_offsets(units: int) -> dict[int, tuple[float, float]]:
    """Where the names of the slowest and of the fastest units are, in pixels from their points: by rank from 0."""
    first = min(ENDS, (units + 1) // 2)
    last = min(ENDS, units - first)
    slow = {k: (float(ASIDE), float(-ALOFT - SPACING * (first - 1 - k))) for k in range(first)}
    return slow | {units - 1 - k: (float(-ASIDE), float(ALOFT + SPACING * (last - 1 - k))) for k in range(last)}


def _pointer(text: str, x: float, y: float, ax: float, ay: float) -> Part:
    """A name with a thin line to its point."""
    line: Part = {"showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": REFERENCE, "standoff": 5}
    anchor = "left" if ax > 0 else "right"
    return annotation(text, x, float(y), anchor=anchor, size=11, ax=ax, ay=ay, **line)


def _half_life_in_words(steps: float) -> str:
    if np.isinf(steps):
        return "gave nothing up: no half-life"
    return "gave everything up at some step" if steps == 0 else f"half is left after {steps:.3g} steps"
