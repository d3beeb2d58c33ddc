"""Curves over the typed text, one line for each cell: how far back it reaches, and what it says on the way."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..cells.activations import Array
from ..trace import Trace
from .lines import End, Part, across, axis, beside, cell_line, decades, heading, layout, room_beside, tag, title_of
from .ready import Content, figure
from .stack import label as shown
from .stack import labels_of, room_for

FLOOR = -16  # of the logarithmic axis: 10^-16 added to 1 is lost even in double precision
HEIGHT = 200
SHARE_EDGES = (-0.03, 1.03)
MOST_LABELS = 24  # of tokens; Plotly thins them out by itself, but leaves out the last


@figure
def reach_curve(reaches: Mapping[str, Array], tokens: Sequence[str], unknown: Sequence[bool] | None = None) -> Content:
    """How much the state after each step can still move the last hidden state, on a logarithmic axis.

    reaches: `rnnviz.analysis.reach` by cell, (T,) each, over the same T tokens. Values below
    10^-16 are drawn at the floor of the axis with hollow markers, and the floor is labelled
    as "or less"; the axis goes so far down only if a value does. The dotted line stands at 1,
    where a nudge arrives as large as it was.
    """
    _same_length({cell: len(values) for cell, values in reaches.items()} | {"the tokens": len(tokens)})
    powers = {cell: _powers(values) for cell, values in reaches.items()}
    low = max(FLOOR, min(-2, *(math.floor(float(power.min())) for power in powers.values())))
    high = max(1, *(math.ceil(float(power.max())) for power in powers.values()))
    ticks, texts = decades(low, high)
    lost = any((power < low).any() for power in powers.values())
    if lost:
        at_floor = f"≤ 10<sup>−{-low}</sup>"
        kept = [(tick, text) for tick, text in zip(ticks, texts, strict=True) if tick > 10.0 ** (low + 1)]
        ticks, texts = [10.0**low, *(tick for tick, _ in kept)], [at_floor, *(text for _, text in kept)]
    data, ends = [], []
    edges = (low - 0.03 * (high - low), float(high))
    for cell, values in reaches.items():
        data.append(_reach_line(cell, np.asarray(values, np.float64), powers[cell] < low, low))
        ends.append(End(tag(cell), 0, max(float(powers[cell][0]), low)))
    content = _over_tokens(tokens, unknown, left=room_beside([title_of(cell) for cell in reaches]), right=50, top=46)
    content["yaxis"] = axis(type="log", side="right", range=[*edges], tickvals=ticks, ticktext=texts)
    content["shapes"] = [
        across(1.0) | {"xref": "x", "x1": len(tokens) - 0.5}
    ]  # from the first token: left of it are labels
    content["annotations"] += [
        heading("how far a nudge at each step<br>still moves the last hidden state"),
        *beside(ends, edges, HEIGHT, side="left"),
    ]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


@figure
def said(traces: Mapping[str, Trace], label: str) -> Content:
    """The probability of one label after each step, for the traces of several cells on the same text.

    Raises ValueError if a model has no such label or the traces differ in length.
    """
    _same_length({cell: len(trace) for cell, trace in traces.items()})
    data, ends = [], []
    for cell, trace in traces.items():
        if trace.probabilities is None or label not in trace.labels:
            raise ValueError(f"{trace.model} has no label {label!r}")
        y = trace.probabilities[:, trace.labels.index(label)].astype(np.float64)
        data.append(cell_line(cell, np.arange(1, len(trace) + 1), y, "token %{x}<br>probability <b>%{y:.4f}</b>"))
        ends.append(End(tag(cell), len(trace) - 1, float(y[-1])))
    first = next(iter(traces.values()))
    content = _over_tokens(first.tokens, first.unknown, left=34, right=room_beside([title_of(cell) for cell in traces]))
    content["yaxis"] = axis(range=[*SHARE_EDGES], tickvals=[0, 0.5, 1])
    content["annotations"] += [
        heading(f"probability of <b>{shown(label)}</b> after each step"),
        *beside(ends, SHARE_EDGES, HEIGHT),
    ]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


def _reach_line(cell: str, values: Array, lost: Array, low: int) -> Part:
    clipped = np.where(lost, 10.0**low, values)
    made = cell_line(cell, np.arange(1, len(values) + 1), clipped, "token %{x}<br>reach <b>%{customdata:.3g}</b>")
    symbol = made["marker"]["symbol"]
    marker = made["marker"] | {"size": 6, "symbol": [f"{symbol}-open" if gone else symbol for gone in lost]}
    return made | {"customdata": values, "marker": marker}


def _powers(values: Array) -> Array:
    """Logarithms to base 10, minus infinity for what is zero."""
    with np.errstate(divide="ignore"):
        found = np.log10(np.asarray(values, np.float64))
    return np.maximum(found, -400.0)


def _over_tokens(tokens: Sequence[str], unknown: Any, *, left: int, right: int, top: int = 30) -> Part:
    """An empty chart over tokens, one step apart, as in the stack of heatmaps."""
    marked = [False] * len(tokens) if unknown is None else unknown
    content = layout(HEIGHT, left=left, right=right, top=top, bottom=room_for(tokens) + 4)
    content["xaxis"] = axis(
        type="category",
        showgrid=False,
        range=[-0.5, len(tokens) - 0.5],
        labelalias=labels_of(tokens, marked),
        **({"tickvals": labelled(len(tokens))} if len(tokens) > MOST_LABELS else {}),
    )
    del content["xaxis"]["tickangle"]  # long words may tilt
    return content


def labelled(steps: int, most: int = MOST_LABELS) -> list[int]:
    """Of the steps 1 to `steps` those that get a label: at most `most`, evenly apart, the first and the last always."""
    stride = max(1, math.ceil((steps - 1) / max(most - 1, 1)))
    kept = list(range(1, steps + 1, stride))
    if kept[-1] == steps:
        return kept
    if len(kept) > 1 and (len(kept) == most or 2 * (steps - kept[-1]) < stride):
        kept.pop()  # too close to the last one
    return [*kept, steps]


def _same_length(lengths: Mapping[str, int]) -> None:
    if len(set(lengths.values())) != 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"the steps differ: {told}; one text read by all is expected")
