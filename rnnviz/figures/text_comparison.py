"""Networks and texts beside each other: where several cells disagree on a text, and how two texts differ in a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from ..colours import SHADE
from ..text.tokens import visible
from ..trace import Trace
from .before_and_after import Aligned, numbers_of, put_beside, said_by_both
from .before_and_after import Which as Run
from .curves_over_text import said, token_axis
from .heatmaps import Template, labels_of, room_for
from .line_chart import Part, note, upright
from .plain_figure import Content, figure

Which = Literal["first", "second", "difference"]

NOTHING = "–"  # where a text has ended
SECOND_LINE, MARKS = 15, 16  # pixels
_RUNS: dict[Which, Run] = {"first": "before", "second": "after", "difference": "difference"}


@figure
def said_by_cells(traces: Mapping[str, Trace], label: str, *, step: int | None = None) -> Content:
    """The probability of one label after each step by cell, shaded and marked ≠ where the likeliest labels differ.

    step: marked by a faint line, counted from 1. Raises as `said`.
    """
    content: Content = said.content(traces, label)
    layout = content["layout"]
    marks: list[Part] = []
    shapes: list[Part] = []
    for first, last in _runs(disagreeing(traces)):
        place = {"xref": "x", "yref": "y domain", "x0": first - 1.5, "x1": last - 0.5, "y0": 0, "y1": 1}
        shapes.append({"type": "rect", **place, "layer": "below", "fillcolor": SHADE, "line": {"width": 0}})
        marks.append(note("≠", (first + last) / 2 - 1, 1, ("x", "paper"), "center", yanchor="bottom", yshift=2))
    if step is not None:
        shapes.append(upright(step - 1))
    if marks:
        heading = layout["annotations"][0]
        heading |= {"text": heading["text"] + "<br>≠ shaded: not all say the same", "yshift": heading["yshift"] + MARKS}
        layout["margin"]["t"] += MARKS + SECOND_LINE
        layout["height"] += MARKS + SECOND_LINE
    layout["shapes"] = shapes
    layout["annotations"] += marks
    return content


def disagreeing(traces: Mapping[str, Trace]) -> list[int]:
    """The steps, counted from 1, after which the traces' likeliest labels are not all the same.

    Raises ValueError if the traces differ in length or one has no readout.
    """
    tables = [trace.probabilities for trace in traces.values()]
    found = [table.argmax(1) for table in tables if table is not None]
    if len(found) < len(tables) or len({len(one) for one in found}) > 1:
        raise ValueError("what cells say can be compared for traces of one text, all of them with a readout")
    return (np.flatnonzero((np.stack(found) != found[0]).any(0)) + 1).tolist() if found else []


@figure
def text_heatmaps(
    first: Trace,
    second: Trace,
    which: Which,
    quantities: Sequence[str] | None = None,
    *,
    layer: int = 0,
    direction: str = "forward",
) -> Content:
    """The stacked heatmaps of one network's runs of two texts, or of their difference, second less first.

    The texts stand side by side from their start on: column t is step t of both, and empty where one of them has
    ended. All three have the same panels, heights, columns and, but for the difference, limits of colours; those of
    the difference are symmetric about zero. Its columns are named by both tokens, the first text's above.
    quantities, and what else this raises: as of `rnnviz.figures.heatmaps`.
    Raises ValueError if the traces are not of one kind of network.
    """
    aligned = _side_by_side(first, second)
    template = Template(first, quantities, layer=layer, change=which == "difference")
    numbers = [numbers_of(panel, first, second, aligned, _RUNS[which], layer, direction) for panel in template.panels]
    if which == "difference":
        labels = both_labels(first, second)
    else:
        labels = _padded(first if which == "first" else second, aligned.steps)
    return put_beside(template, numbers, labels, _room(first, second))


@figure
def texts_said(first: Trace, second: Trace) -> Content:
    """What one network says at each step of two texts, side by side from their start on.

    Above: the probability of the label that each run ends on, for the first text (dotted, hollow) and the second
    (solid, filled). Below: the total variation distance of the two predictions, from 0 to 1, where both texts have
    the step. Raises ValueError if the traces are not of one kind of network or have no readout.
    """
    aligned = _side_by_side(first, second)
    if first.probabilities is None or second.probabilities is None:
        raise ValueError("there is no readout, and so no predictions to compare")
    longer = first if len(first) >= len(second) else second
    steps = token_axis(longer.tokens, longer.unknown) | {"labelalias": both_labels(first, second)}
    names = ("first text", "second text")
    return said_by_both(
        first, second, aligned, steps, _room(first, second), names, "how far the two predictions differ"
    )


def both_labels(first: Trace, second: Trace) -> dict[str, str]:
    """The labels of two texts' steps: the token where it is the same in both, else the first's above the other's."""
    steps = max(len(first), len(second))
    pairs = zip(_padded(first, steps).items(), _padded(second, steps).values(), strict=True)
    return {step: one if one == other else f"{one}<br>{other}" for (step, one), other in pairs}


def _side_by_side(first: Trace, second: Trace) -> Aligned:
    sizes = [
        (t.cell, t.options, t.labels, [t.units(k) for k in range(t.layers)], t["input_vector"].shape[1])
        for t in (first, second)
    ]
    if sizes[0] != sizes[1]:
        raise ValueError(f"the traces are not of one kind of network: {first.model} and {second.model}")
    return Aligned(np.arange(len(first)), np.arange(len(second)), max(len(first), len(second)))


def _padded(trace: Trace, steps: int) -> dict[str, str]:
    ended = {str(step): NOTHING for step in range(1, steps + 1)}
    return ended | labels_of(trace.tokens, trace.unknown)


def _room(first: Trace, second: Trace) -> int:
    """Pixels for the labels of both, the same in all three figures so that their panels stand level."""
    letters = all(len(visible(token)) < 3 for token in (*first.tokens, *second.tokens))
    return room_for([*first.tokens, *second.tokens]) + (SECOND_LINE if letters else 0)


def _runs(steps: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last of every stretch of neighbouring steps."""
    found: list[tuple[int, int]] = []
    for step in steps:
        found = [*found[:-1], (found[-1][0], step)] if found and found[-1][1] == step - 1 else [*found, (step, step)]
    return found
