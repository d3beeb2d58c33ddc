"""Networks and texts compared: where several cells disagree on a text, and how two texts differ in one network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from ..analysis import difference
from ..analysis.asked_steps import asked_steps
from ..errors import ArgumentError
from ..network import likeliest
from ..text.read_words import read_words
from ..text.tokens import visible
from ..trace import Trace
from .aligned_runs import AlignedRuns, ShownRun, aligned_heatmaps, aligned_predictions
from .chart_parts import UNASKED, Part, annotation, faint_where_unasked, shade, vertical_line
from .curves_over_text import prediction_curves, token_axis
from .plain_figure import Content, figure
from .token_labels import token_labels, token_room
from .trace_heatmaps import HeatmapTemplate
from .value_curves import aligned_values

ShownText = Literal["first", "second", "difference"]

GAP = "–"  # the label of a column in which a text has no token
SECOND_LINE, MARKS = 15, 16  # pixels
_RUNS: dict[ShownText, ShownRun] = {"first": "before", "second": "after", "difference": "difference"}


@figure
def predictions_by_cell(traces: Mapping[str, Trace], label: str, *, step: int | None = None) -> Content:
    """Draw the probability of one label by cell, shaded and marked ≠ where the answers differ.

    Where a model was not trained to answer, its points are faint.

    Parameters
    ----------
    traces : mapping of str to Trace
        By cell, runs of the same text.
    label : str
        A label of all models.
    step : int, optional
        A step to mark with a faint line, counted from 1.

    Returns
    -------
    plotly.graph_objects.Figure
        The lines of `prediction_curves`, and the shades.

    Raises
    ------
    UnknownNameError
        If a model has no such label.
    ArrayError
        If the traces differ in length.
    """
    content: Content = prediction_curves.content(traces, label)
    layout = content["layout"]
    asked = jointly_asked(traces)
    content["data"] = [faint_where_unasked(line, asked) for line in content["data"]]
    marks: list[Part] = []
    shapes: list[Part] = []
    for first, last in _ranges(disagreeing_steps(traces)):
        shapes.append(shade(first - 1.5, last - 0.5))
        middle = (first + last) / 2 - 1
        marks.append(annotation("≠", middle, 1, ("x", "paper"), "center", yanchor="bottom", yshift=2))
    if step is not None:
        shapes.append(vertical_line(step - 1))
    words = ["≠ shaded: they differ"] * bool(marks) + [UNASKED] * (not asked.all())
    if words:
        title, room = layout["annotations"][0], MARKS * bool(marks)
        title |= {"text": f"{title['text']}<br>{', '.join(words)}", "yshift": title["yshift"] + room}
        layout["margin"]["t"] += room + SECOND_LINE
        layout["height"] += room + SECOND_LINE
    layout["shapes"] = shapes
    layout["annotations"] += marks
    return content


def disagreeing_steps(traces: Mapping[str, Trace]) -> list[int]:
    """Find the steps at which several models, all of them asked for an answer, do not all give the same.

    Parameters
    ----------
    traces : mapping of str to Trace
        Runs of the same text by models with a readout.

    Returns
    -------
    list of int
        The steps, counted from 1.

    Raises
    ------
    ArgumentError
        If the traces differ in length, or one has no readout.
    """
    tables = [trace.probabilities for trace in traces.values()]
    best = [likeliest(table) for table in tables if table is not None]
    if len(best) < len(tables) or len({len(labels) for labels in best}) > 1:
        raise ArgumentError(
            "Predictions can be compared for traces of one text, all of them with a readout.",
            code="different_texts",
            name="traces",
        )
    if not best:
        return []
    differ = (np.stack(best) != best[0]).any(0) & jointly_asked(traces)
    return (np.flatnonzero(differ) + 1).tolist()


def jointly_asked(traces: Mapping[str, Trace]) -> np.ndarray:
    """Where several models, over one text, were all trained to answer: booleans of shape (T,)."""
    return np.all([asked_steps(trace) for trace in traces.values()], axis=0)


@figure
def text_heatmaps(
    first: Trace,
    second: Trace,
    which: ShownText,
    quantities: Sequence[str] | None = None,
    *,
    layer: int = 0,
    direction: str = "forward",
) -> Content:
    """Draw the stacked heatmaps of one network's runs of two texts, or of their difference.

    As many equal tokens as possible stand in one column, and a text without a token there has a gap. All three have the
    same panels, heights, columns and, except for the difference, limits of colours; those of the difference are
    symmetric about zero. Its columns have both tokens as labels, the first text's above.

    Parameters
    ----------
    first, second : Trace
        Runs of two texts by one kind of network.
    which : {"first", "second", "difference"}
        What to draw; the difference is second less first.
    quantities : sequence of str, optional
        The panels, as for `rnnviz.figures.heatmaps`.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.

    Returns
    -------
    plotly.graph_objects.Figure
        One heatmap for each panel.

    Raises
    ------
    ArgumentError
        If the traces are not of one kind of network, or there is no panel to show.
    UnknownQuantityError
        If the traces have no such quantity, layer or direction.
    """
    runs = align_texts(first, second)
    template = HeatmapTemplate(first, quantities, layer=layer, change=which == "difference")
    labels = both_labels(runs) if which == "difference" else _labels(runs, 0 if which == "first" else 1)
    return aligned_heatmaps(template, runs, _RUNS[which], (layer, direction), labels, _label_room(first, second))


@figure
def predictions_by_text(first: Trace, second: Trace) -> Content:
    """Draw one network's predictions at each step of two texts, aligned so that equal tokens meet.

    For probabilities, the upper panel shows that of the label that each run ends on, for the first text (dotted,
    hollow) and the second (solid, filled); where the network was not trained to answer, points are faint. The lower
    panel shows the total variation distance of the two predictions, from 0 to 1, in columns that both texts have. Of
    other outputs, one panel shows the values of those that differ most.

    Parameters
    ----------
    first, second : Trace
        Runs of two texts by one kind of network with a readout.

    Returns
    -------
    plotly.graph_objects.Figure
        Two lines for each label or output, and for probabilities the bars.

    Raises
    ------
    ArgumentError
        If the traces are not of one kind of network, or have no readout.
    """
    runs = align_texts(first, second)
    if first.outputs is None or second.outputs is None:
        raise ArgumentError(
            "The network has no readout, and so no predictions to compare.", code="no_readout", name="first"
        )
    axis = token_axis([""] * runs.steps, None) | {"labelalias": both_labels(runs)}
    text = read_words(first.vocabulary).text
    names = (f"first {text}", f"second {text}")
    if first.probabilities is None or second.probabilities is None:
        return aligned_values(runs, axis, _label_room(first, second), names)
    return aligned_predictions(runs, axis, _label_room(first, second), names, "how far the two predictions differ")


def both_labels(runs: AlignedRuns) -> dict[str, str]:
    """The labels of the columns: the token where it is the same in both texts, else the first's above the other's."""
    pairs = zip(_labels(runs, 0).items(), _labels(runs, 1).values(), strict=True)
    return {column: upper if upper == lower else f"{upper}<br>{lower}" for (column, upper), lower in pairs}


def align_texts(first: Trace, second: Trace) -> AlignedRuns:
    """Align the runs of two texts. Raises ArgumentError if they are not of one kind of network."""
    kinds = [
        (t.cell_kinds, t.labels, {key: array.shape[1] for key, array in t.values.items()}) for t in (first, second)
    ]
    if kinds[0] != kinds[1]:
        raise ArgumentError(
            f"The traces are not of one kind of network: {first.model} and {second.model}.",
            code="different_networks",
            name="second",
        )
    apart = difference(first, second)
    return AlignedRuns(first, second, apart.columns_before, apart.columns_after, len(apart.tokens_before))


def _labels(runs: AlignedRuns, side: Literal[0, 1]) -> dict[str, str]:
    """The labels of the columns with the tokens of the first text (0) or the second (1)."""
    trace, columns = ((runs.before, runs.before_rows), (runs.after, runs.after_rows))[side]
    own = token_labels(trace.tokens, trace.unknown).values()
    gaps = {str(column): GAP for column in range(1, runs.steps + 1)}
    return gaps | {str(column + 1): label for column, label in zip(columns, own, strict=True)}


def _label_room(first: Trace, second: Trace) -> int:
    """Pixels for the labels of both, the same in all three figures so that their panels are level."""
    letters = all(len(visible(token)) < 3 for token in (*first.tokens, *second.tokens))
    return token_room([*first.tokens, *second.tokens]) + (SECOND_LINE if letters else 0)


def _ranges(steps: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last of every range of neighbouring steps."""
    ranges: list[tuple[int, int]] = []
    for step in steps:
        if ranges and ranges[-1][1] == step - 1:
            ranges[-1] = (ranges[-1][0], step)
        else:
            ranges.append((step, step))
    return ranges
