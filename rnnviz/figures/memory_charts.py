"""What each step wrote into a memory, and how long each unit keeps one by its gate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..analysis.selection import check_unit
from ..cells import Quantity
from ..cells.activations import Array
from ..colours import REFERENCE, diverging_scale, sequential_scale, symmetric_limit
from ..number_format import NOT_A_NUMBER, short_number
from .chart_parts import Part, annotation, axis_title, chart_axis, chart_layout, heading
from .plain_figure import Content, figure
from .step_pairs import check_step_pairs, colour_bar, compact_floats, readable_pairs, step_map
from .trace_heatmaps import quantity_heading

HEIGHT = 250
ENDS = 3  # units that are named at either end
ALOFT, SPACING, ASIDE = 20, 15, 34  # pixels from a point to its name: the first one's, one more each, and sideways
FARTHEST = 6  # powers of ten of the odds: a unit beyond it is drawn at the edge


@figure
def memory_map(
    shares: Array,
    quantity: Quantity,
    unit: int | None,
    tokens: Sequence[str],
    unknown: Sequence[bool] | Array | None = None,
    *,
    backward: bool = False,
    step: int | None = None,
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
    step : int, optional
        The step whose row is marked, counted from 1.

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
        step=step,
    )


@figure
def kept_chart(shares: Array, order: Array, gate: Quantity, *, unit: int | None = None) -> Content:
    """Draw what share of its memory the gate alone keeps of each unit in one step, the one that keeps most first.

    The axis is logistic, so that 99 % and 99.9 % are as far apart as 1 % and 0.1 %. Units that gave nothing up are at
    the top, those that gave everything up at the bottom, both with hollow markers. The customdata of each point is its
    unit.

    Parameters
    ----------
    shares, order : ndarray of shape (H,)
        The fields of `rnnviz.analysis.KeptByGate`.
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
        check_unit(unit, len(shares))
    units = np.asarray(order, int)
    ranked = np.asarray(shares, np.float64)[units]
    heights, ticks, edges = _heights(ranked)
    rank = np.arange(1, len(units) + 1)
    symbols = np.select([ranked >= 1, ranked == 0], ["triangle-up-open", "triangle-down-open"], "circle").tolist()
    dots: Part = {
        "type": "scatter",
        "mode": "markers",
        "name": "kept",
        "x": rank,
        "y": heights,
        "customdata": units,
        "text": [_kept_in_words(share) for share in ranked],
        "marker": {"color": gate.colour, "symbol": symbols, "size": 8, "line": {"color": gate.colour, "width": 1.5}},
        "cliponaxis": False,
        "hovertemplate": f"<b>unit %{{customdata}}</b><br>%{{text}}<br>rank %{{x:d}} of {len(units)}<extra></extra>",
    }
    data = [dots]
    content = chart_layout(HEIGHT, left=52, right=16, top=62, bottom=44)
    air = 0.03 * len(units)
    content["xaxis"] = chart_axis(
        range=[1 - air - 0.2, len(units) + air + 0.2],
        showgrid=False,
        tickvals=sorted({1, len(units)}),
        ticktext=["keeps most", "keeps least"][: len(units)],
        title=axis_title("units by rank"),
    )
    content["yaxis"] = chart_axis(range=[*edges], tickvals=list(ticks), ticktext=list(ticks.values()))
    words = "kept by the gate alone in one step<br>(geometric mean over this text)"
    content["annotations"].append(heading(f"{quantity_heading(gate)}<br>{words}"))
    names = _name_offsets(len(units))
    if unit is not None:
        at = int(np.flatnonzero(units == unit)[0])
        # On the other side than the names of the first or of the last units.
        side = 1 if 2 * at < len(units) else -1
        names.setdefault(at, (float(side * ASIDE), float(side * (ALOFT + SPACING))))
        ring = {"color": REFERENCE, "symbol": "circle-open", "size": 16, "line": {"width": 2.5}}
        point = {"x": rank[[at]], "y": heights[[at]]}
        data.append({**dots, **point, "name": "chosen", "marker": ring, "hoverinfo": "skip"})
        for part in ("hovertemplate", "customdata", "text"):
            del data[-1][part]
    for k, (ax, ay) in names.items():
        if np.isnan(heights[k]):
            continue
        name = f"unit {units[k]}"
        text = f"<b>{name}</b>" if units[k] == unit else name
        content["annotations"].append(_pointer(text, k + 1, heights[k], ax, ay))
    return {"data": data, "layout": content}


def _heights(ranked: Array) -> tuple[Array, dict[float, str], tuple[float, float]]:
    """The heights at which shares are drawn, the axis's ticks with their texts, and its edges.

    A height is the common logarithm of the odds k / (1 - k); 1 is one above the highest tick, and 0 one below.
    """
    with np.errstate(divide="ignore"):
        heights = np.log10(ranked) - np.log10(np.maximum(1 - ranked, 0))
    finite = heights[np.isfinite(heights)]
    low = float(np.floor(max(min(finite.min(initial=-1.0), -1.0), -FARTHEST)))
    high = float(np.ceil(min(max(finite.max(initial=1.0), 1.0), FARTHEST)))
    stride = max(1, round((high - low) / 6))
    shares = {0.0: 0.5} | {power: 1 - 10.0**-power for power in range(stride, int(high) + 1, stride)}
    shares |= {power: 10.0**power for power in range(-stride, int(low) - 1, -stride)}
    ticks = {float(np.log10(share / (1 - share))): f"{100 * share:.10g} %" for _, share in sorted(shares.items())}
    heights = np.where(np.isfinite(heights), np.clip(heights, low, high), heights)
    bottom, top = low, high
    if (ranked == 0).any():
        bottom, ticks = low - 1, {low - 1: "0", **ticks}
    if (ranked >= 1).any():
        top, ticks = high + 1, {**ticks, high + 1: "100 %"}
    heights = np.where(ranked >= 1, top, np.where(ranked == 0, bottom, heights))
    # Room for names above the first points and below the last ones.
    pixels = ALOFT + ENDS * SPACING
    room = pixels / (HEIGHT - 2 * pixels) * (top - bottom)
    return heights, ticks, (bottom - room, top + room)


def _name_offsets(units: int) -> dict[int, tuple[float, float]]:
    """Where the names of the first and of the last units are, in pixels from their points: by rank from 0."""
    first = min(ENDS, (units + 1) // 2)
    last = min(ENDS, units - first)
    most = {k: (float(ASIDE), float(-ALOFT - SPACING * (first - 1 - k))) for k in range(first)}
    return most | {units - 1 - k: (float(-ASIDE), float(ALOFT + SPACING * (last - 1 - k))) for k in range(last)}


def _pointer(text: str, x: float, y: float, ax: float, ay: float) -> Part:
    """A name with a thin line to its point."""
    line: Part = {"showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": REFERENCE, "standoff": 5}
    anchor = "left" if ax > 0 else "right"
    return annotation(text, x, float(y), anchor=anchor, size=11, ax=ax, ay=ay, **line)


def _kept_in_words(share: float) -> str:
    if np.isnan(share):
        return f"the share is {NOT_A_NUMBER}"
    if share >= 1:
        return "gave nothing up"
    if share == 0:
        return "gave everything up at some step"
    after = np.log(0.5) / np.log(share)
    half = f"<br>half would be left after {after:.3g} steps" if after >= 1 else ""
    return f"keeps {100 * share:.3g} % in a step{half}"
