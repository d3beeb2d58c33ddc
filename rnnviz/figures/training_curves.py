"""Training in progress: loss, accuracy and gradient norm against the training step, of several runs at once.

And, at one moment of the training, the gradient of the probe's loss by the states after each step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..cells import CELLS, Definition
from ..cells.activations import Array
from ..cells.cell_kind import cell_title
from ..colours import REFERENCE, cell_style
from ..text.tokens import visible
from ..training.history import History
from ..training.snapshot_dynamics import SnapshotDynamics
from ..training.tasks import Level
from .chart_parts import (
    EndLabel,
    Part,
    annotation,
    axis_title,
    chart_axis,
    chart_layout,
    coloured,
    end_labels,
    heading,
    horizontal_line,
    label_room,
    log_ticks,
    percent,
    styled_line,
)
from .plain_figure import Content, figure
from .token_labels import markup_label, token_labels, token_room
from .trace_heatmaps import swatch_label

POINTS = 200  # of a line at most: more than a screen can show
HEIGHT = 190
FADED = 0.45  # opacity of runs that are there only to compare with
FAINT = 0.4  # opacity of the loss of single steps
EXPLOSION = 3.0  # times the loss of guessing, from which on the loss is drawn on a logarithmic axis
LETTERS = 12  # of a label
# By measure: what it is called, and where it changes its meaning.
MEASURES: dict[str, tuple[str, float | None]] = {
    "radius": ("spectral radius of a step", 1.0),
    "exponent": ("largest Lyapunov exponent", 0.0),
    "participation": ("participation ratio of the states", None),
    "saturation": ("saturated values", None),
}


class RunCurve(NamedTuple):
    """A training run in the figures.

    Attributes
    ----------
    label : str
        The run's name beside its curve.
    cell : str
        The name of the cell.
    history : History
        What the run measured.
    faded : bool
        Whether the run is there only to compare with.
    clip : float
        The gradient norm beyond which gradients are scaled down; 0 for never.
    """

    label: str
    cell: str
    history: History
    faded: bool = False
    clip: float = 0.0


@figure
def loss_curves(runs: Sequence[RunCurve], chance: Level, best: Level) -> Content:
    """Draw the loss on the validation split against the training step, and faintly that of each step's batch.

    The dotted line is the loss of guessing, the dashed one the least possible loss, where those are known. The axis is
    logarithmic once a loss is far above that of guessing.

    Parameters
    ----------
    runs : sequence of RunCurve
        The runs.
    chance, best : Level
        The levels of guessing and of the best possible predictions.

    Returns
    -------
    plotly.graph_objects.Figure
        Two lines for each run.
    """
    checked = [_checks(run, "validation_loss") for run in runs]
    trained = [thinned(run.history.loss, _mean) for run in runs]
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
    for run, (x, y), (step, batch) in zip(runs, checked, trained, strict=True):
        faint = _line(run, step, batch, "loss of the batches <b>%{y:.3g}</b> nats", cliponaxis=True)
        faint |= {"mode": "lines", "opacity": FAINT, "line": {**faint["line"], "width": 1, "dash": "solid"}}
        data += [faint, _line(run, x, y, "held-out loss <b>%{y:.3g}</b> nats", cliponaxis=True)]
        ends += _end(run, np.log10(y) if log else y)
    content = _chart(runs, f"held-out loss in nats{', logarithmic' if log else ''} (faint: batches)")
    content["yaxis"] = _log_axis(low, high) if log else chart_axis(nticks=5, range=[low, high])
    return _finished(content, data, ends, (low, high), levels, log)


@figure
def accuracy_curves(runs: Sequence[RunCurve], chance: Level, best: Level) -> Content:
    """Draw accuracy on the validation split against the training step, with the levels of guessing and of the best.

    Parameters
    ----------
    runs : sequence of RunCurve
        The runs.
    chance, best : Level
        The levels of guessing and of the best possible predictions.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each run.
    """
    checked = [_checks(run, "accuracy") for run in runs]
    levels = [
        (level.accuracy, f"{word} {percent(level.accuracy)}", dash)
        for level, word, dash in ((chance, "chance", "dot"), (best, "best possible", "dash"))
        if level.accuracy is not None
    ]
    edges = (0.0, 1.08)
    data = [_line(run, x, y, "correct answers <b>%{y:.1%}</b>") for run, (x, y) in zip(runs, checked, strict=True)]
    ends = [end for run, (_, y) in zip(runs, checked, strict=True) for end in _end(run, y)]
    content = _chart(runs, "correct answers, held out")
    content["yaxis"] = chart_axis(range=[*edges], tickvals=[0, 0.25, 0.5, 0.75, 1], tickformat=".0%")
    return _finished(content, data, ends, edges, levels, log=False)


@figure
def norm_curves(runs: Sequence[RunCurve]) -> Content:
    """Draw the gradient norm before clipping against the training step, the largest of neighbouring steps.

    The dashed line is the norm to which gradients are clipped, where all runs that are not faded agree on it.

    Parameters
    ----------
    runs : sequence of RunCurve
        The runs.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each run, on a logarithmic axis.
    """
    drawn = [thinned(run.history.norm, np.max) for run in runs]
    values = np.concatenate([y for _, y in drawn] or [np.zeros(0)])
    clips = {run.clip for run in runs if not run.faded}
    clip = clips.pop() if len(clips) == 1 else 0.0
    levels = [(clip, f"clipped to {clip:g}", "dash")] if clip else []
    low, high = _edges([*values[np.isfinite(values) & (values > 0)], *(value for value, *_ in levels)], True)
    data = [
        _line(run, x, y, "gradient norm <b>%{y:.3g}</b>", cliponaxis=True)
        for run, (x, y) in zip(runs, drawn, strict=True)
    ]
    ends = [end for run, (_, y) in zip(runs, drawn, strict=True) for end in _end(run, np.log10(np.maximum(y, 1e-30)))]
    content = _chart(runs, "gradient norm, before clipping")
    content["yaxis"] = _log_axis(low, high)
    return _finished(content, data, ends, (low, high), levels, log=True)


@figure
def dynamics_curves(runs: Sequence[RunCurve], found: Sequence[Sequence[SnapshotDynamics]], measure: str) -> Content:
    """Draw a measure of the networks' dynamics against the training step.

    The dotted line is where the measure changes its meaning: at a radius of 1 and an exponent of 0, states neither grow
    nor die away.

    Parameters
    ----------
    runs : sequence of RunCurve
        The runs.
    found : sequence of sequence of SnapshotDynamics
        What was measured in each.
    measure : {"radius", "exponent", "participation", "saturation"}
        The measure.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each run.
    """
    words, level = MEASURES[measure]
    points = []
    for each in found:
        values = np.array([getattr(moment, measure) for moment in each], np.float64)
        kept = np.isfinite(values)
        points.append((np.array([moment.step for moment in each], int)[kept], values[kept]))
    levels = [] if level is None else [(level, "", "dot")]  # the axis has its number
    values = np.array([*np.concatenate([y for _, y in points] or [np.zeros(0)]), *(value for value, *_ in levels)])
    low, high = _edges(values, False)
    if measure == "exponent" and len(values):  # which can be below its line altogether
        high = float(values.max()) + 0.1 * float(np.ptp(values) or 1)
    data = [_line(run, x, y, f"{words} <b>%{{y:.3g}}</b>") for run, (x, y) in zip(runs, points, strict=True)]
    ends = [end for run, (_, y) in zip(runs, points, strict=True) for end in _end(run, y)]
    content = _chart(runs, words)
    content["yaxis"] = chart_axis(nticks=5, range=[low, high])
    return _finished(content, data, ends, (low, high), levels, log=False)


@figure
def probe_gradient(
    definition: Definition,
    gradient: dict[str, Array],
    tokens: Sequence[str],
    unknown: Sequence[bool] | Array,
    first: dict[str, Array] | None = None,
) -> Content:
    """Draw how large the gradient of the probe's loss is at each of its T steps, on a logarithmic axis.

    Parameters
    ----------
    definition : Definition
        The cell's definition.
    gradient : dict of str to ndarray of shape (T,)
        Norms by state.
    tokens : sequence of str
        The T tokens of the probe.
    unknown : sequence of bool
        Where the vocabulary lacks the token.
    first : dict of str to ndarray of shape (T,), optional
        The norms of the untrained network, to compare with.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each state, and a dotted one for the untrained network.
    """
    steps = np.arange(1, len(tokens) + 1)
    words = [f"{t} {markup_label(token)}" for t, token in enumerate(tokens, 1)]
    all_norms = [*gradient.values(), *(first or {}).values()]
    positive = np.concatenate([norms[norms > 0] for norms in all_norms] or [np.zeros(0)])
    low, high = _edges(positive, True)
    data: list[Part] = []
    for k, (state, norms) in enumerate(gradient.items()):
        quantity = definition.by_name[state]
        hover = f"by the {quantity.title} after step %{{text}}<br>norm <b>%{{y:.3g}}</b>"
        marker = {"symbol": ("circle", "diamond", "square")[k % 3], "color": quantity.colour, "size": 6}
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
                    "marker": marker,
                    "hovertemplate": f"{part}{hover}<extra></extra>",
                }
            )
    content = chart_layout(HEIGHT, left=52, right=14, top=44, bottom=token_room(tokens) + 8)
    content["yaxis"] = _log_axis(low, high)
    content["xaxis"] = chart_axis(
        type="category", showgrid=False, labelalias=token_labels(tokens, unknown), range=[-0.5, len(tokens) - 0.5]
    )
    del content["xaxis"]["tickangle"]  # many tokens must be upright
    quantities = (definition.by_name[state] for state in gradient)
    names = "   ".join(swatch_label(quantity.colour, quantity.title) for quantity in quantities)
    content["annotations"].append(
        heading(f"<b>Gradient of the loss</b> by the states after each step<br>{names}   (dotted: untrained)")
    )
    return {"data": data[::-1], "layout": content}


def thinned(values: Sequence[float], by: Callable[[Array], float]) -> tuple[Array, Array]:
    """At most POINTS points of a long line: the last step of every stretch, from 1, and `by` of its values."""
    if len(values) <= POINTS:
        return np.arange(1, len(values) + 1), np.asarray(values, np.float64)
    edges = np.linspace(0, len(values), POINTS + 1).astype(int)
    array = np.asarray(values, np.float64)
    return edges[1:], np.array([by(array[a:b]) for a, b in pairwise(edges)])


def _mean(values: Array) -> float:
    return float(values.mean())


def _checks(run: RunCurve, measure: str) -> tuple[Array, Array]:
    """Steps and a measure of a run's checks, evenly thinned if there are very many, always with the last one."""
    checks = [check for check in run.history.checks if measure in check]
    stride = -(-len(checks) // POINTS) or 1
    drawn = checks[::-1][::stride][::-1]
    return np.array([check["step"] for check in drawn], int), np.array([check[measure] for check in drawn], float)


def _line(run: RunCurve, x: Array, y: Array, hover: str, **more: object) -> Part:
    line = styled_line(
        cell_style(run.cell), f"{_short(run.label)} {CELLS[run.cell].title}", x, y, f"step %{{x}}<br>{hover}", **more
    )
    line["marker"] = line["marker"] | {"size": 5, "maxdisplayed": 12}
    line["line"] = line["line"] | {"width": 1.5 if run.faded else 2}
    return line | ({"opacity": FADED} if run.faded else {})


def _short(text: str) -> str:
    """A run's name as a label: never markup, and not long."""
    return markup_label(text if len(text) <= LETTERS else text[: LETTERS - 1] + "…")


def _end(run: RunCurve, y: Array) -> list[EndLabel]:
    """A label in the right margin at the height where a line ends, because another run's line may be in its place."""
    if not len(y) or not np.isfinite(y[-1]):
        return []
    style = cell_style(run.cell)
    title = cell_title(run.cell)
    label = f"{title}, {_short(run.label)}" if run.faded else title
    return [EndLabel(f"{coloured(style.glyph, style.colour)} {label}", 1.0, float(y[-1]))]


def _chart(runs: Sequence[RunCurve], words: str) -> Part:
    """An empty chart over training steps, with room for the runs' labels."""
    names = [
        f"{CELLS[run.cell].title}, {visible(run.label)[:LETTERS]}" if run.faded else CELLS[run.cell].title
        for run in runs
    ]
    content = chart_layout(HEIGHT, left=44, right=label_room(names), top=34, bottom=46)
    steps = [max(len(run.history.loss), *(int(check["step"]) for check in run.history.checks[-1:]), 1) for run in runs]
    content["xaxis"] = chart_axis(
        range=[0, 1.02 * max(steps, default=1)], nticks=5, tickformat="~s", title=axis_title("training step")
    )
    content["annotations"].append(heading(words))
    return content


def _finished(
    content: Part,
    data: list[Part],
    ends: list[EndLabel],
    edges: tuple[float, float],
    levels: Sequence[tuple[float, str, str]],
    log: bool,
) -> Content:
    """The chart with labels beside the lines, and reference lines, each with its words, if any, at its right end."""
    content["annotations"] += end_labels(ends, edges, HEIGHT, axes=("x domain", "y"))
    for value, words, dash in levels:
        at = math.log10(value) if log else value
        upper = at > sum(edges) / 2
        content.setdefault("shapes", []).append(horizontal_line(value, dash=dash))
        if not words:
            continue
        content["annotations"].append(
            annotation(words, 1, at, ("x domain", "y"), "right", 11, xshift=-4, yshift=-9 if upper else 9)
            | {"font": {"size": 11, "color": REFERENCE}}
        )
    return {"data": data[::-1], "layout": content}


def _log_axis(low: float, high: float) -> Part:
    """A logarithmic axis between these logarithms, with its ticks at powers of ten."""
    ticks, texts = log_ticks(math.floor(low), math.ceil(high))
    return chart_axis(type="log", range=[low, high], tickvals=ticks, ticktext=texts)


def _edges(values: Sequence[float] | Array, log: bool) -> tuple[float, float]:
    """The range of an axis around values (logarithms of positive ones on a logarithmic axis)."""
    array = np.asarray(values, np.float64)
    array = array[np.isfinite(array) & ((array > 0) | (not log))]
    if not array.size:
        return (-2.0, 1.0) if log else (0.0, 1.0)
    low, high = (float(edge) for edge in (array.min(), array.max()))
    if log:
        low, high = math.log10(low), math.log10(high)
        return low - 0.15, max(high, low + 1) + 0.15
    return min(0.0, low), high * 1.06 or 1.0
