"""Training as it goes on: loss, accuracy and the gradient's length against the training step, of several runs at once.

And, at one moment of it, how the gradient runs back through the watched sequence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..cells import CELLS, Definition
from ..cells.activations import Array
from ..colours import REFERENCE, cell_style
from ..text.tokens import visible
from ..training.history import History
from ..training.tasks import Level
from .heatmaps import label, labels_of, marked, room_for
from .line_chart import (
    End,
    Part,
    across,
    axis,
    beside,
    decades,
    heading,
    layout,
    line,
    note,
    percent,
    room_beside,
    under,
)
from .plain_figure import Content, figure

POINTS = 200  # of a line at most: more than a screen can tell apart
HEIGHT = 190
FADED = 0.45  # of runs that are only there to compare with
FAINT = 0.4  # of the loss of single steps
EXPLOSION = 3.0  # times the loss of guessing from which the loss is drawn on a logarithmic axis
LETTERS = 12  # of a label


class Line(NamedTuple):
    """A run in the figures. label: its name beside the curve. faded: whether it is there to compare with.

    clip: the length beyond which its gradients are shortened, 0 for never.
    """

    label: str
    cell: str
    history: History
    faded: bool = False
    clip: float = 0.0


@figure
def loss_curves(lines: Sequence[Line], chance: Level, best: Level) -> Content:
    """The loss on the validation split against the training step, and faintly that of each step's batch.

    A dotted line stands at what guessing costs, a dashed one at the least that is possible, where those are known.
    The axis is logarithmic once a loss is far above guessing.
    """
    checked = [_checks(one, "validation_loss") for one in lines]
    trained = [thinned(one.history.loss, _mean) for one in lines]
    values = np.concatenate([y for _, y in (*checked, *trained)] or [np.zeros(0)])
    values = values[np.isfinite(values)]
    log = chance.loss is not None and bool(values.max(initial=0.0) > EXPLOSION * chance.loss)
    levels = [
        (level.loss, f"{word} {level.loss:.3g}", dash)
        for level, word, dash in ((chance, "chance", "dot"), (best, "best possible", "dash"))
        if level.loss is not None and (level.loss > 0 or not log)
    ]
    low, high = _edges([*values, *(value for value, *_ in levels)], log)
    data, ends = [], []
    for one, (x, y), (bx, by) in zip(lines, checked, trained, strict=True):
        faint = _line(one, bx, by, "loss of the steps <b>%{y:.3g}</b> nats", cliponaxis=True)
        faint |= {"mode": "lines", "opacity": FAINT, "line": {**faint["line"], "width": 1, "dash": "solid"}}
        data += [faint, _line(one, x, y, "held-out loss <b>%{y:.3g}</b> nats", cliponaxis=True)]
        ends += _end(one, np.log10(y) if log else y)
    content = _frame(lines, f"held-out loss in nats{', logarithmic' if log else ''} (faint: of the steps)")
    content["yaxis"] = _powers(low, high) if log else axis(nticks=5, range=[low, high])
    return _finished(content, data, ends, (low, high), levels, log)


@figure
def accuracy_curves(lines: Sequence[Line], chance: Level, best: Level) -> Content:
    """Accuracy on the validation split against the training step, between the lines of guessing and of the best."""
    checked = [_checks(one, "accuracy") for one in lines]
    levels = [
        (level.accuracy, f"{word} {percent(level.accuracy)}", dash)
        for level, word, dash in ((chance, "chance", "dot"), (best, "best possible", "dash"))
        if level.accuracy is not None
    ]
    edges = (0.0, 1.08)
    data = [_line(one, x, y, "right answers <b>%{y:.1%}</b>") for one, (x, y) in zip(lines, checked, strict=True)]
    ends = [end for one, (_, y) in zip(lines, checked, strict=True) for end in _end(one, y)]
    content = _frame(lines, "right answers, held out")
    content["yaxis"] = axis(range=[*edges], tickvals=[0, 0.25, 0.5, 0.75, 1], tickformat=".0%")
    return _finished(content, data, ends, edges, levels, log=False)


@figure
def norm_curves(lines: Sequence[Line]) -> Content:
    """The length of the gradient before clipping against the training step, the longest of neighbouring steps.

    A dashed line stands where gradients are shortened, where all runs that are not faded agree on it.
    """
    drawn = [thinned(one.history.norm, np.max) for one in lines]
    values = np.concatenate([y for _, y in drawn] or [np.zeros(0)])
    clips = {one.clip for one in lines if not one.faded}
    clip = clips.pop() if len(clips) == 1 else 0.0
    levels = [(clip, f"shortened to {clip:g}", "dash")] if clip else []
    low, high = _edges([*values[np.isfinite(values) & (values > 0)], *(value for value, *_ in levels)], True)
    data = [
        _line(one, x, y, "gradient’s length <b>%{y:.3g}</b>", cliponaxis=True)
        for one, (x, y) in zip(lines, drawn, strict=True)
    ]
    ends = [end for one, (_, y) in zip(lines, drawn, strict=True) for end in _end(one, np.log10(np.maximum(y, 1e-30)))]
    content = _frame(lines, "gradient’s length, before clipping")
    content["yaxis"] = _powers(low, high)
    return _finished(content, data, ends, (low, high), levels, log=True)


@figure
def probe_gradient(
    definition: Definition,
    gradient: dict[str, Array],
    tokens: Sequence[str],
    unknown: Sequence[bool] | Array,
    first: dict[str, Array] | None = None,
) -> Content:
    """How long the gradient of the watched sequence's loss is at each of its T steps, on a logarithmic axis.

    gradient: norms (T,) by state; first: the same of the untrained network, to compare with.
    """
    steps = np.arange(1, len(tokens) + 1)
    words = [f"{t} {label(token)}" for t, token in enumerate(tokens, 1)]
    every = [*gradient.values(), *(first or {}).values()]
    found = np.concatenate([norms[norms > 0] for norms in every] or [np.zeros(0)])
    low, high = _edges(found, True)
    data: list[Part] = []
    for k, (state, norms) in enumerate(gradient.items()):
        quantity = definition.by_name[state]
        hover = f"by the {quantity.title} after step %{{text}}<br>length <b>%{{y:.3g}}</b>"
        shape = {"symbol": ("circle", "diamond", "square")[k % 3], "color": quantity.colour, "size": 6}
        for values, part, dash in ((norms, "", "solid"), ((first or {}).get(state), "untrained: ", "dot")):
            if values is None:
                continue
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines" if part else "lines+markers",
                    "name": f"{part}{quantity.title}",
                    "x": steps,
                    "y": np.where(values > 0, values, np.nan),
                    "text": words,
                    "line": {"color": quantity.colour, "width": 1.5 if part else 2, "dash": dash},
                    "marker": shape,
                    "hovertemplate": f"{part}{hover}<extra></extra>",
                }
            )
    room = room_for(tokens)
    content = layout(HEIGHT, left=52, right=14, top=44, bottom=room + 8)
    content["yaxis"] = _powers(low, high)
    content["xaxis"] = axis(
        type="category", showgrid=False, labelalias=labels_of(tokens, unknown), range=[-0.5, len(tokens) - 0.5]
    )
    del content["xaxis"]["tickangle"]  # many tokens have to stand upright
    named = "   ".join(marked(definition.by_name[state].colour, definition.by_name[state].title) for state in gradient)
    content["annotations"].append(
        heading(f"<b>Gradient of the loss</b> by the states after each step<br>{named}   (dotted: untrained)")
    )
    return {"data": data[::-1], "layout": content}


def thinned(values: Sequence[float], by: Callable[[Array], float]) -> tuple[Array, Array]:
    """At most POINTS points of a long line: the last step of every stretch, from 1, and what `by` makes of it."""
    if len(values) <= POINTS:
        return np.arange(1, len(values) + 1), np.asarray(values, np.float64)
    edges = np.linspace(0, len(values), POINTS + 1).astype(int)
    array = np.asarray(values, np.float64)
    return edges[1:], np.array([by(array[a:b]) for a, b in pairwise(edges)])


def _mean(values: Array) -> float:
    return float(values.mean())


def _checks(one: Line, measure: str) -> tuple[Array, Array]:
    """Steps and a measure of a run's checks, every so many of them if there are very many, the last one always."""
    found = [check for check in one.history.checks if measure in check]
    stride = -(-len(found) // POINTS) or 1
    kept = found[::-1][::stride][::-1]
    return np.array([check["step"] for check in kept], int), np.array([check[measure] for check in kept], float)


def _line(one: Line, x: Array, y: Array, hover: str, **more: object) -> Part:
    style = cell_style(one.cell)
    made = line(style, f"{_short(one.label)} {CELLS[one.cell].title}", x, y, f"step %{{x}}<br>{hover}", **more)
    made["marker"] = made["marker"] | {"size": 5, "maxdisplayed": 12}
    made["line"] = made["line"] | {"width": 1.5 if one.faded else 2}
    return made | ({"opacity": FADED} if one.faded else {})


def _short(text: str) -> str:
    """A run's name as a label: never markup, and not long."""
    return label(text if len(text) <= LETTERS else text[: LETTERS - 1] + "…")


def _end(one: Line, y: Array) -> list[End]:
    """A label in the right margin at the height where a line ends: in its place the line of another run may be."""
    if not len(y) or not np.isfinite(y[-1]):
        return []
    style = cell_style(one.cell)
    return [End(f'<span style="color:{style.colour}">{style.glyph}</span> {_tag(one)}', 1.0, float(y[-1]))]


def _tag(one: Line) -> str:
    return f"{CELLS[one.cell].title}, {_short(one.label)}" if one.faded else CELLS[one.cell].title


def _frame(lines: Sequence[Line], words: str) -> Part:
    named = [
        f"{CELLS[one.cell].title}, {visible(one.label)[:LETTERS]}" if one.faded else CELLS[one.cell].title
        for one in lines
    ]
    content = layout(HEIGHT, left=44, right=room_beside(named), top=34, bottom=46)
    steps = [max(len(one.history.loss), *(int(check["step"]) for check in one.history.checks[-1:]), 1) for one in lines]
    content["xaxis"] = axis(
        range=[0, 1.02 * max(steps, default=1)], nticks=5, tickformat="~s", title=under("training step")
    )
    content["annotations"].append(heading(words))
    return content


def _finished(
    content: Part,
    data: list[Part],
    ends: list[End],
    edges: tuple[float, float],
    levels: Sequence[tuple[float, str, str]],
    log: bool,
) -> Content:
    """Labels beside the lines, and lines to compare with, each with its words at its right end."""
    content["annotations"] += beside(ends, edges, HEIGHT, axes=("x domain", "y"))
    for value, words, dash in levels:
        place = math.log10(value) if log else value
        upper = place > sum(edges) / 2
        content.setdefault("shapes", []).append(across(value, dash=dash))
        content["annotations"].append(
            note(words, 1, place, ("x domain", "y"), "right", 11, xshift=-4, yshift=-9 if upper else 9)
            | {"font": {"size": 11, "color": REFERENCE}}
        )
    return {"data": data[::-1], "layout": content}


def _powers(low: float, high: float) -> Part:
    """A logarithmic axis between these logarithms, with its ticks at powers of ten."""
    ticks, words = decades(math.floor(low), math.ceil(high))
    return axis(type="log", range=[low, high], tickvals=ticks, ticktext=words)


def _edges(values: Sequence[float] | Array, log: bool) -> tuple[float, float]:
    """The range of an axis around values (logarithms of positive ones on a logarithmic axis)."""
    found = np.asarray(values, np.float64)
    found = found[np.isfinite(found) & ((found > 0) | (not log))]
    if not found.size:
        return (-2.0, 1.0) if log else (0.0, 1.0)
    low, high = (float(edge) for edge in (found.min(), found.max()))
    if log:
        low, high = math.log10(low), math.log10(high)
        return low - 0.15, max(high, low + 1) + 0.15
    return min(0.0, low), high * 1.06 or 1.0
