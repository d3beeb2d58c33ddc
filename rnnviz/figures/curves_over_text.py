"""Curves over the typed text, one line for each cell: how far back it reaches, and what it predicts on the way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..analysis.selection import check_step
from ..cells.activations import Array
from ..cells.cell_kind import cell_title
from ..colours import Style, cell_style
from ..errors import ArrayError, UnknownNameError
from ..trace import Trace
from .chart_parts import (
    EndLabel,
    Part,
    axis_title,
    cell_label,
    cell_line,
    chart_axis,
    chart_layout,
    end_labels,
    heading,
    horizontal_line,
    label_room,
    log_ticks,
    styled_line,
    vertical_line,
)
from .plain_figure import Content, figure
from .token_labels import markup_label, token_labels, token_room

FLOOR = -16  # of the logarithmic axis: 10^-16 added to 1 is lost even in double precision
HEIGHT = 200
SHARE_EDGES = (-0.03, 1.03)
MOST_LABELS = 24  # of tokens; Plotly thins them out by itself, but leaves out the last


class LogScale(NamedTuple):
    """A vertical axis of powers of ten. floor: the lowest of them, at which smaller values are drawn."""

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
) -> Content:
    """Draw the reach of each step: how far the strongest nudge to it moves a later hidden state, on a logarithmic axis.

    Values below 10^-16 are drawn at the floor of the axis with hollow markers, and the floor is labelled "≤"; the axis
    goes so far down only if a value does. The dotted line at 1 marks where a nudge arrives as large as it was.

    Parameters
    ----------
    reaches : mapping of str to ndarray of shape (T,)
        By cell, what `rnnviz.analysis.reach` returns, all over the same T tokens.
    tokens : sequence of str
        The T tokens.
    unknown : sequence of bool, optional
        Where the vocabulary lacks the token.
    to : int, optional
        The step whose state moves, counted from 1: steps that are read after it are not drawn. They are the later
        steps of the text, unless one of them is not zero, as in a layer that reads backwards.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each cell.

    Raises
    ------
    ArrayError
        If the lengths differ.
    ArgumentError
        If there is no step `to`.
    """
    check_same_length({cell: len(values) for cell, values in reaches.items()} | {"tokens": len(tokens)})
    backward = to is not None and any(reads_backward(values, to) for values in reaches.values())
    curves = {cell: curve_until(values, to, backward=backward) for cell, values in reaches.items()}
    scale = log_scale(curves.values())
    data, ends = [], []
    for cell, values in curves.items():
        data.append(log_line(cell_style(cell), cell_title(cell), values, scale, "reach"))
        ends.append(log_end(cell_label(cell), values, scale, last=backward))
    room, side = label_room([cell_title(cell) for cell in reaches]), "right" if backward else "left"
    left, right = (50, room) if backward else (room, 50)
    content = token_chart(tokens, unknown, left=left, right=right, top=46)
    content["yaxis"] = scale.axis | ({"side": "left"} if backward else {})
    content["shapes"] = [
        horizontal_line(1.0) | {"xref": "x", "x1": len(tokens) - 0.5}
    ]  # from the first token on: left of it are labels
    if to is not None:
        content["shapes"].append(vertical_line(to - 1))
    target = "the last hidden state"
    if to is not None:
        target = f"the hidden state after step {to} ({markup_label(tokens[to - 1])})"
    words = f"reach: how far the strongest nudge at each step<br>still moves {target}"
    content["annotations"] += [heading(words), *end_labels(ends, scale.edges, HEIGHT, side=side)]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


@figure
def difference_curves(differences: Mapping[str, Array], tokens: Sequence[str]) -> Content:
    """Draw how different the predictions after two beginnings still are, on a logarithmic axis.

    Parameters
    ----------
    differences : mapping of str to ndarray of shape (T,)
        By cell, differences of 0 to 1 after each token, such as total variation.
    tokens : sequence of str
        The T tokens: the last of the beginning, and those that follow either.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each cell.

    Raises
    ------
    ArrayError
        If the lengths differ.
    """
    check_same_length({cell: len(values) for cell, values in differences.items()} | {"tokens": len(tokens)})
    scale = log_scale(differences.values())
    data, ends = [], []
    for cell, values in differences.items():
        data.append(log_line(cell_style(cell), cell_title(cell), values, scale, "difference"))
        ends.append(log_end(cell_label(cell), values, scale, last=True))
    room = label_room([cell_title(cell) for cell in differences])
    content = token_chart(tokens, None, left=50, right=room)
    content["yaxis"] = scale.axis | {"side": "left"}
    words = heading("how different the predictions are after either beginning")
    content["annotations"] += [words, *end_labels(ends, scale.edges, HEIGHT, side="right")]
    return {"data": data[::-1], "layout": content}


@figure
def prediction_curves(traces: Mapping[str, Trace], label: str) -> Content:
    """Draw the probability of one label after each step, for the traces of several cells on the same text.

    Parameters
    ----------
    traces : mapping of str to Trace
        By cell, runs of the same text.
    label : str
        A label of all models.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each cell.

    Raises
    ------
    UnknownNameError
        If a model has no such label.
    ArrayError
        If the traces differ in length.
    """
    tables = {cell: trace.probabilities for cell, trace in traces.items()}
    data, ends = curves_by_cell(traces, tables, label, "label", "after %{x}<br>probability <b>%{y:.4f}</b>")
    first, room = next(iter(traces.values())), label_room([cell_title(cell) for cell in traces])
    content = token_chart(first.tokens, first.unknown, left=34, right=room)
    content["yaxis"] = chart_axis(range=[*SHARE_EDGES], tickvals=[0, 0.5, 1])
    content["annotations"] += [
        heading(f"probability of <b>{markup_label(label)}</b> after each step"),
        *end_labels(ends, SHARE_EDGES, HEIGHT),
    ]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


def curves_by_cell(
    traces: Mapping[str, Trace], tables: Mapping[str, Array | None], label: str, noun: str, hover: str
) -> tuple[list[Part], list[EndLabel]]:
    """A line for each cell, of the column of one output in its table (T, C), and what to write at their ends.

    noun: what the output is called in errors. Raises UnknownNameError if a model has no such output, ArrayError if the
    traces differ in length.
    """
    check_same_length({cell: len(trace) for cell, trace in traces.items()})
    data, ends = [], []
    for cell, trace in traces.items():
        table = tables[cell]
        if table is None or label not in trace.labels:
            raise UnknownNameError(
                f"{trace.model} has no {noun} {label!r}.", kind="output", name=label, allowed=tuple(trace.labels)
            )
        y = table[:, trace.labels.index(label)].astype(np.float64)
        data.append(cell_line(cell, np.arange(1, len(trace) + 1), y, hover))
        if len(there := np.flatnonzero(np.isfinite(y))):
            ends.append(EndLabel(cell_label(cell), int(there[-1]), float(y[there[-1]])))
    return data, ends


def reads_backward(values: Array, to: int) -> bool:
    """Whether a curve to the step `to`, zero at steps not yet read, is of a layer that reads from the end."""
    return bool((np.asarray(values)[to:] != 0).any())


def curve_until(values: Array, to: int | None, *, backward: bool = False) -> Array:
    """A curve (T,) in float64 with NaN, which is not drawn, at the steps read after `to`.

    Raises ArgumentError if there is no step `to`.
    """
    curve = np.array(values, np.float64)
    if to is None:
        return curve
    check_step(to, len(curve), "to")
    curve[: to - 1] = np.nan if backward else curve[: to - 1]
    curve[to:] = curve[to:] if backward else np.nan
    return curve


def log_scale(curves: Iterable[Array], least: int = -2) -> LogScale:
    """An axis that holds all values, from 10^least or lower to 10 or higher, with "≤" at its floor if one is below."""
    powers = np.concatenate([_powers(values) for values in curves])
    powers = powers[~np.isnan(powers)]
    low = max(FLOOR, min(least, math.floor(powers.min(initial=0.0))))
    high = max(1, math.ceil(powers.max(initial=0.0)))
    ticks, texts = log_ticks(low, high)
    if (powers < low).any():
        at_floor = f"≤ 10<sup>−{-low}</sup>"
        others = [(tick, text) for tick, text in zip(ticks, texts, strict=True) if tick > 10.0 ** (low + 1)]
        ticks, texts = [10.0**low, *(tick for tick, _ in others)], [at_floor, *(text for _, text in others)]
    edges = (low - 0.03 * (high - low), float(high))
    return LogScale(low, edges, chart_axis(type="log", side="right", range=[*edges], tickvals=ticks, ticktext=texts))


def log_line(style: Style, name: str, values: Array, scale: LogScale, quantity: str) -> Part:
    """A curve over tokens on such an axis: values below the floor are drawn on it, hollow; NaN is not drawn."""
    with np.errstate(invalid="ignore"):
        below = _powers(values) < scale.floor
    hover = f"at %{{x}}<br>{quantity} <b>%{{customdata:.3g}}</b>"
    drawn = np.where(below, 10.0**scale.floor, values)
    curve = styled_line(style, name, np.arange(1, len(values) + 1), drawn, hover)
    symbol = curve["marker"]["symbol"]
    symbols = [f"{symbol}-open" if hollow else symbol for hollow in below]
    return curve | {"customdata": values, "marker": curve["marker"] | {"size": 6, "symbol": symbols}}


def log_end(text: str, values: Array, scale: LogScale, *, last: bool = False) -> EndLabel:
    """The label of a curve, beside the first of its points or the last."""
    drawn = np.flatnonzero(~np.isnan(values))
    at = int(drawn[-1 if last else 0]) if len(drawn) else 0
    power = float(_powers(values)[at])
    return EndLabel(text, at, min(max(power, scale.floor), scale.edges[1]) if len(drawn) else scale.floor)


def _powers(values: Array) -> Array:
    """Logarithms to base 10: -400 for zero, and at most 300, so that they are finite even where a value overflowed."""
    with np.errstate(divide="ignore"):
        powers = np.log10(np.asarray(values, np.float64))
    return np.clip(powers, -400.0, 300.0)


def token_chart(
    tokens: Sequence[str], unknown: Any, *, left: int, right: int, top: int = 30, height: int = HEIGHT
) -> Part:
    """An empty chart over tokens, one step apart, as in the stack of heatmaps."""
    content = chart_layout(height, left=left, right=right, top=top, bottom=token_room(tokens) + 4)
    content["xaxis"] = token_axis(tokens, unknown)
    return content


def token_axis(tokens: Sequence[str], unknown: Any, most: int = MOST_LABELS, title: str = "") -> Part:
    """An axis of tokens, one step apart; at most `most` of a long text have a label."""
    axis = chart_axis(
        type="category",
        showgrid=False,
        range=[-0.5, len(tokens) - 0.5],
        labelalias=token_labels(tokens, [False] * len(tokens) if unknown is None else unknown),
        **({"tickvals": labelled_steps(len(tokens), most)} if len(tokens) > most else {}),
        **({"title": axis_title(title)} if title else {}),
    )
    del axis["tickangle"]  # long words may tilt
    return axis


def labelled_steps(steps: int, most: int = MOST_LABELS) -> list[int]:
    """The steps that get a label: at most `most` of 1 to `steps`, evenly spaced, always with the first and the last."""
    stride = max(1, math.ceil((steps - 1) / max(most - 1, 1)))
    labelled = list(range(1, steps + 1, stride))
    if labelled[-1] == steps:
        return labelled
    if len(labelled) > 1 and (len(labelled) == most or 2 * (steps - labelled[-1]) < stride):
        labelled.pop()  # too close to the last one
    return [*labelled, steps]


def check_same_length(lengths: Mapping[str, int]) -> None:
    """Check that all lengths are the same; raise ArrayError, naming each, otherwise."""
    if len(set(lengths.values())) != 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ArrayError(
            f"The numbers of steps differ: {listed}; all must be of one text.",
            code="different_lengths",
            expected=dict(lengths),
        )
