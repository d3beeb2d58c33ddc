"""Networks and texts compared: where several cells disagree on a text, and how two texts differ in one network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from ..colours import SHADE
from ..errors import ArgumentError
from ..text.tokens import visible
from ..trace import Trace
from .aligned_runs import AlignedRuns, ShownRun, aligned_heatmaps, aligned_predictions
from .chart_parts import Part, annotation, vertical_line
from .curves_over_text import prediction_curves, token_axis
from .plain_figure import Content, figure
from .trace_heatmaps import HeatmapTemplate, token_labels, token_room

ShownText = Literal["first", "second", "difference"]

ENDED = "–"  # the label of a step that a text does not have
SECOND_LINE, MARKS = 15, 16  # pixels
_RUNS: dict[ShownText, ShownRun] = {"first": "before", "second": "after", "difference": "difference"}


@figure
def predictions_by_cell(traces: Mapping[str, Trace], label: str, *, step: int | None = None) -> Content:
    """Draw the probability of one label by cell, shaded and marked ≠ where the most likely labels differ.

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
    marks: list[Part] = []
    shapes: list[Part] = []
    for first, last in _ranges(disagreeing_steps(traces)):
        place = {"xref": "x", "yref": "y domain", "x0": first - 1.5, "x1": last - 0.5, "y0": 0, "y1": 1}
        shapes.append({"type": "rect", **place, "layer": "below", "fillcolor": SHADE, "line": {"width": 0}})
        middle = (first + last) / 2 - 1
        marks.append(annotation("≠", middle, 1, ("x", "paper"), "center", yanchor="bottom", yshift=2))
    if step is not None:
        shapes.append(vertical_line(step - 1))
    if marks:
        title = layout["annotations"][0]
        title |= {"text": title["text"] + "<br>≠ shaded: the predictions differ", "yshift": title["yshift"] + MARKS}
        layout["margin"]["t"] += MARKS + SECOND_LINE
        layout["height"] += MARKS + SECOND_LINE
    layout["shapes"] = shapes
    layout["annotations"] += marks
    return content


def disagreeing_steps(traces: Mapping[str, Trace]) -> list[int]:
    """Find the steps after which the most likely labels of several traces are not all the same.

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
    best = [table.argmax(1) for table in tables if table is not None]
    if len(best) < len(tables) or len({len(labels) for labels in best}) > 1:
        raise ArgumentError(
            "Predictions can be compared for traces of one text, all of them with a readout.",
            code="different_texts",
            name="traces",
        )
    return (np.flatnonzero((np.stack(best) != best[0]).any(0)) + 1).tolist() if best else []


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

    The texts are aligned at their starts: column t is step t of both, and empty where one of them has ended. All three
    have the same panels, heights, columns and, except for the difference, limits of colours; those of the difference
    are symmetric about zero. Its columns have both tokens as labels, the first text's above.

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
    runs = _aligned(first, second)
    template = HeatmapTemplate(first, quantities, layer=layer, change=which == "difference")
    if which == "difference":
        labels = both_labels(first, second)
    else:
        labels = _padded_labels(first if which == "first" else second, runs.steps)
    return aligned_heatmaps(template, runs, _RUNS[which], (layer, direction), labels, _label_room(first, second))


@figure
def predictions_by_text(first: Trace, second: Trace) -> Content:
    """Draw one network's predictions at each step of two texts, aligned at their starts.

    The upper panel shows the probability of the label that each run ends on, for the first text (dotted, hollow) and
    the second (solid, filled). The lower panel shows the total variation distance of the two predictions, from 0 to 1,
    where both texts have the step.

    Parameters
    ----------
    first, second : Trace
        Runs of two texts by one kind of network with a readout.

    Returns
    -------
    plotly.graph_objects.Figure
        Two lines for each label, and the bars.

    Raises
    ------
    ArgumentError
        If the traces are not of one kind of network, or have no readout.
    """
    runs = _aligned(first, second)
    if first.probabilities is None or second.probabilities is None:
        raise ArgumentError(
            "The network has no readout, and so no predictions to compare.", code="no_readout", name="first"
        )
    longer = first if len(first) >= len(second) else second
    axis = token_axis(longer.tokens, longer.unknown) | {"labelalias": both_labels(first, second)}
    names = ("first text", "second text")
    return aligned_predictions(runs, axis, _label_room(first, second), names, "how far the two predictions differ")


def both_labels(first: Trace, second: Trace) -> dict[str, str]:
    """The labels of two texts' steps: the token where it is the same in both, else the first's above the other's."""
    steps = max(len(first), len(second))
    pairs = zip(_padded_labels(first, steps).items(), _padded_labels(second, steps).values(), strict=True)
    return {step: upper if upper == lower else f"{upper}<br>{lower}" for (step, upper), lower in pairs}


def _aligned(first: Trace, second: Trace) -> AlignedRuns:
    """The two runs aligned at their starts. Raises ArgumentError if they are not of one kind of network."""
    kinds = [
        (t.cell, t.options, t.labels, {key: array.shape[1] for key, array in t.values.items()}) for t in (first, second)
    ]
    if kinds[0] != kinds[1]:
        raise ArgumentError(
            f"The traces are not of one kind of network: {first.model} and {second.model}.",
            code="different_networks",
            name="second",
        )
    steps = max(len(first), len(second))
    return AlignedRuns(first, second, np.arange(len(first)), np.arange(len(second)), steps)


def _padded_labels(trace: Trace, steps: int) -> dict[str, str]:
    ended = {str(step): ENDED for step in range(1, steps + 1)}
    return ended | token_labels(trace.tokens, trace.unknown)


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
