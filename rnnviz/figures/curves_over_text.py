"""Curves over the typed text, one line for each cell: how far back it reaches, and what it says on the way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..cells.activations import Array
from ..colours import Style, cell_style
from ..trace import Trace
from .heatmaps import label as shown
from .heatmaps import labels_of, room_for
from .line_chart import (
    End,
    Part,
    across,
    axis,
    beside,
    cell_line,
    decades,
    layout,
    line,
    room_beside,
    tag,
    title_of,
    upright,
)
from .line_chart import heading as above
from .plain_figure import Content, figure

FLOOR = -16  # of the logarithmic axis: 10^-16 added to 1 is lost even in double precision
HEIGHT = 200
SHARE_EDGES = (-0.03, 1.03)
MOST_LABELS = 24  # of tokens; Plotly thins them out by itself, but leaves out the last


class LogScale(NamedTuple):
    """An upright axis of powers of ten. floor: the lowest of them, at which smaller values stand."""

    floor: int
    edges: tuple[float, float]
    axis: Part


@figure
def reach_curve(
    reaches: Mapping[str, Array],
    tokens: Sequence[str],
    unknown: Sequence[bool] | Array | None = None,
    *,
    to: int | None = None,
    heading: str | None = None,
) -> Content:
    """How much the state after each step can still move a hidden state, the last one, on a logarithmic axis.

    reaches: `rnnviz.analysis.gradients.reach` by cell, (T,) each, over the same T tokens. Values below
    10^-16 are drawn at the floor of the axis with hollow markers, and the floor is labelled
    as "or less"; the axis goes so far down only if a value does. The dotted line stands at 1,
    where a nudge arrives as large as it was.

    to: the step whose state is moved, counted from 1, for `Flow.curve(to)`: steps that are read after it are not drawn,
    and the words above name it. Those after it in the text are taken for the ones not read yet unless one is not
    zero, as in a layer that reads backwards. heading: other words above, as Plotly's markup.
    Raises ValueError if the lengths differ or there is no step `to`.
    """
    same_length({cell: len(values) for cell, values in reaches.items()} | {"the tokens": len(tokens)})
    backward = to is not None and any(reads_backward(values, to) for values in reaches.values())
    curves = {cell: read_until(values, to, backward=backward) for cell, values in reaches.items()}
    scale = log_scale(curves.values())
    data, ends = [], []
    for cell, values in curves.items():
        data.append(log_line(cell_style(cell), title_of(cell), values, scale, "reach"))
        ends.append(log_end(tag(cell), values, scale, last=backward))
    room, side = room_beside([title_of(cell) for cell in reaches]), "right" if backward else "left"
    left, right = (50, room) if backward else (room, 50)
    content = over_tokens(tokens, unknown, left=left, right=right, top=46)
    content["yaxis"] = scale.axis | ({"side": "left"} if backward else {})
    content["shapes"] = [
        across(1.0) | {"xref": "x", "x1": len(tokens) - 0.5}
    ]  # from the first token: left of it are labels
    if to is not None:
        content["shapes"].append(upright(to - 1))
    moved = "the last hidden state" if to is None else f"the state after step {to} ({shown(tokens[to - 1])})"
    words = heading or f"how far a nudge at each step<br>still moves {moved}"
    content["annotations"] += [above(words), *beside(ends, scale.edges, HEIGHT, side=side)]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


@figure
def said(traces: Mapping[str, Trace], label: str) -> Content:
    """The probability of one label after each step, for the traces of several cells on the same text.

    Raises ValueError if a model has no such label or the traces differ in length.
    """
    same_length({cell: len(trace) for cell, trace in traces.items()})
    data, ends = [], []
    for cell, trace in traces.items():
        if trace.probabilities is None or label not in trace.labels:
            raise ValueError(f"{trace.model} has no label {label!r}")
        y = trace.probabilities[:, trace.labels.index(label)].astype(np.float64)
        data.append(cell_line(cell, np.arange(1, len(trace) + 1), y, "token %{x}<br>probability <b>%{y:.4f}</b>"))
        ends.append(End(tag(cell), len(trace) - 1, float(y[-1])))
    first = next(iter(traces.values()))
    content = over_tokens(first.tokens, first.unknown, left=34, right=room_beside([title_of(cell) for cell in traces]))
    content["yaxis"] = axis(range=[*SHARE_EDGES], tickvals=[0, 0.5, 1])
    content["annotations"] += [
        above(f"probability of <b>{shown(label)}</b> after each step"),
        *beside(ends, SHARE_EDGES, HEIGHT),
    ]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


def reads_backward(values: Array, to: int) -> bool:
    """Whether a curve to the step `to`, zero at steps not yet read, is of a layer that reads from the end."""
    return bool((np.asarray(values)[to:] != 0).any())


def read_until(values: Array, to: int | None, *, backward: bool = False) -> Array:
    """A curve (T,) in float64 with NaN, which is not drawn, at the steps read after `to`.

    Raises ValueError if there is no step `to`.
    """
    found = np.array(values, np.float64)
    if to is None:
        return found
    if not 1 <= to <= len(found):
        raise ValueError(f"there is no step {to}; the text has steps 1 to {len(found)}")
    found[: to - 1] = np.nan if backward else found[: to - 1]
    found[to:] = found[to:] if backward else np.nan
    return found


def log_scale(curves: Iterable[Array], least: int = -2) -> LogScale:
    """An axis that holds all values, from 10^least or lower to 10 or higher, labelled "or less" if a value is below."""
    powers = np.concatenate([_powers(values) for values in curves])
    powers = powers[~np.isnan(powers)]
    low = max(FLOOR, min(least, math.floor(powers.min(initial=0.0))))
    high = max(1, math.ceil(powers.max(initial=0.0)))
    ticks, texts = decades(low, high)
    if (powers < low).any():
        at_floor = f"≤ 10<sup>−{-low}</sup>"
        kept = [(tick, text) for tick, text in zip(ticks, texts, strict=True) if tick > 10.0 ** (low + 1)]
        ticks, texts = [10.0**low, *(tick for tick, _ in kept)], [at_floor, *(text for _, text in kept)]
    edges = (low - 0.03 * (high - low), float(high))
    return LogScale(low, edges, axis(type="log", side="right", range=[*edges], tickvals=ticks, ticktext=texts))


def log_line(style: Style, name: str, values: Array, scale: LogScale, quantity: str) -> Part:
    """A curve over tokens on such an axis: what is below the floor stands on it, hollow. No NaN is drawn."""
    with np.errstate(invalid="ignore"):
        lost = _powers(values) < scale.floor
    hover = f"token %{{x}}<br>{quantity} <b>%{{customdata:.3g}}</b>"
    made = line(style, name, np.arange(1, len(values) + 1), np.where(lost, 10.0**scale.floor, values), hover)
    symbol = made["marker"]["symbol"]
    marker = made["marker"] | {"size": 6, "symbol": [f"{symbol}-open" if gone else symbol for gone in lost]}
    return made | {"customdata": values, "marker": marker}


def log_end(text: str, values: Array, scale: LogScale, *, last: bool = False) -> End:
    """Where the label of a curve stands: beside the first of its points, or the last."""
    drawn = np.flatnonzero(~np.isnan(values))
    at = int(drawn[-1 if last else 0]) if len(drawn) else 0
    power = float(_powers(values)[at])
    return End(text, at, min(max(power, scale.floor), scale.edges[1]) if len(drawn) else scale.floor)


def _powers(values: Array) -> Array:
    """Logarithms to base 10, -400 for what is zero, at most 300 and so a number even for what has overflowed."""
    with np.errstate(divide="ignore"):
        found = np.log10(np.asarray(values, np.float64))
    return np.clip(found, -400.0, 300.0)


def over_tokens(
    tokens: Sequence[str], unknown: Any, *, left: int, right: int, top: int = 30, height: int = HEIGHT
) -> Part:
    """An empty chart over tokens, one step apart, as in the stack of heatmaps."""
    content = layout(height, left=left, right=right, top=top, bottom=room_for(tokens) + 4)
    content["xaxis"] = token_axis(tokens, unknown)
    return content


def token_axis(tokens: Sequence[str], unknown: Any, most: int = MOST_LABELS, **more: Any) -> Part:
    """An axis of tokens, one step apart; of a long text at most `most` have a label."""
    marked = [False] * len(tokens) if unknown is None else unknown
    found = axis(
        type="category",
        showgrid=False,
        range=[-0.5, len(tokens) - 0.5],
        labelalias=labels_of(tokens, marked),
        **({"tickvals": labelled(len(tokens), most)} if len(tokens) > most else {}),
        **more,
    )
    del found["tickangle"]  # long words may tilt
    return found


def labelled(steps: int, most: int = MOST_LABELS) -> list[int]:
    """Of the steps 1 to `steps` those that get a label: at most `most`, evenly apart, the first and the last always."""
    stride = max(1, math.ceil((steps - 1) / max(most - 1, 1)))
    kept = list(range(1, steps + 1, stride))
    if kept[-1] == steps:
        return kept
    if len(kept) > 1 and (len(kept) == most or 2 * (steps - kept[-1]) < stride):
        kept.pop()  # too close to the last one
    return [*kept, steps]


def same_length(lengths: Mapping[str, int]) -> None:
    """Raises ValueError, naming each, unless all lengths are the same."""
    if len(set(lengths.values())) != 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"the steps differ: {told}; one text read by all is expected")
