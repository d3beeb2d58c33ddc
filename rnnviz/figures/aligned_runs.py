"""Two runs on one time axis: their heatmaps in the same places, and their predictions in one chart.

`intervention_charts` aligns a run with the same text before its interventions, `text_comparison` the runs of two texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from ..analysis.asked_steps import asked_steps
from ..cells.activations import Array
from ..colours import NEGATIVE, PREDICTION, SECOND_PREDICTION, Style, scale_limits, symmetric_limit
from ..trace import Trace
from .chart_parts import (
    UNASKED,
    EndLabel,
    Part,
    annotation,
    chart_axis,
    chart_layout,
    coloured,
    end_labels,
    faint_where_unasked,
    heading,
    label_room,
    styled_line,
)
from .curves_over_text import SHARE_EDGES
from .plain_figure import Content
from .readout_rows import readout_rows
from .token_labels import markup_label
from .trace_heatmaps import HeatmapTemplate, Panel, PanelValues

ShownRun = Literal["before", "after", "difference"]

BAR = 56  # pixels right of the panels in all three, so that their columns are in the same places
# Colour, marker, and the marker as a letter, filled and hollow, of the label predicted before and of another one.
Look = tuple[str, str, str, str]  # colour, marker, and its glyph filled and hollow
LOOKS = ((PREDICTION, "circle", "●", "○"), (SECOND_PREDICTION, "diamond", "◆", "◇"))
PROBABILITIES, BETWEEN, DISTANCES = 150, 40, 70  # pixels: of the upper panel, of words, of the lower panel


class AlignedRuns(NamedTuple):
    """Two runs on one time axis of `steps` steps. before_rows, after_rows: the steps that each has, as rows from 0."""

    before: Trace
    after: Trace
    before_rows: np.ndarray
    after_rows: np.ndarray
    steps: int


def aligned_heatmaps(
    template: HeatmapTemplate,
    runs: AlignedRuns,
    which: ShownRun,
    place: tuple[int, str],
    labels: dict[str, str],
    room: int,
) -> Content:
    """One of the runs or the difference, with columns and panels in the same places in all three.

    place: layer and direction. labels: of the steps. room: pixels for them.
    """
    values = [_values(panel, runs, which, *place) for panel in template.panels]
    content = template.put(values, labels, room)
    content["layout"]["margin"] = {**content["layout"]["margin"], "r": BAR, "autoexpand": False}
    for part in content["data"]:
        if part["type"] == "heatmap":
            part["hoverongaps"] = False
    return content


def _values(panel: Panel, runs: AlignedRuns, which: ShownRun, layer: int, direction: str) -> PanelValues:
    """What fills a panel of one of the runs or of the difference; rows and limits are those of both runs together."""
    rows, limits = None, None
    if panel.quantity is None:
        assert runs.before.outputs is not None and runs.after.outputs is not None
        columns, names = readout_rows(runs.before, runs.after)
        rows = [*map(markup_label, names)]
        old, new = runs.before.outputs[:, columns], runs.after.outputs[:, columns]
        limits = panel.limits(old, new)
    else:
        old, new = (trace[panel.quantity.name, layer, direction] for trace in (runs.before, runs.after))
        if not panel.quantity.bounded:
            limits = scale_limits(panel.quantity, np.concatenate([old, new]))
    old, new = place_rows(old, runs.before_rows, runs.steps), place_rows(new, runs.after_rows, runs.steps)
    present = {"before": [runs.before_rows], "after": [runs.after_rows]}
    gaps = np.zeros(runs.steps, dtype=bool)
    for row_numbers in present.get(which, [runs.before_rows, runs.after_rows]):
        gaps |= ~np.isin(np.arange(runs.steps), row_numbers)
    if which != "difference":
        return PanelValues((old if which == "before" else new).T, rows, limits, gaps)
    with np.errstate(invalid="ignore"):  # inf - inf
        change = new - old
    limit = symmetric_limit(change)
    return PanelValues(change.T, rows, (-limit, limit), gaps)


def placed_pair(runs: AlignedRuns, before: Array, after: Array) -> tuple[Array, Array]:
    """What has a row for each step of the two runs, with a row for each column in which their steps stand."""
    return place_rows(before, runs.before_rows, runs.steps), place_rows(after, runs.after_rows, runs.steps)


def pair_of_lines(
    names: tuple[str, str], values: tuple[Array, Array], asked: tuple[Array, Array], look: Look
) -> Iterator[tuple[str, Array, Array, Style]]:
    """The name of each of two runs, its values, where it is asked, and its look: dotted and hollow, or filled."""
    colour, marker, filled, hollow = look
    yield names[0], values[0], asked[0], Style(colour, "dot", f"{marker}-open", hollow)
    yield names[1], values[1], asked[1], Style(colour, "solid", marker, filled)


def aligned_predictions(
    runs: AlignedRuns, steps_axis: Part, room: int, names: tuple[str, str], distance: str
) -> Content:
    """The predictions of two runs: the labels that each ends on, and below the distance of the two predictions.

    Points are faint where the model was not trained to answer.

    steps_axis: the axis of both panels. room: pixels for its labels. names: of the two runs. distance: what the lower
    panel shows, in words. Both must have a readout of the same labels.
    """
    before, after = runs.before, runs.after
    assert before.probabilities is not None and after.probabilities is not None
    old, new = placed_pair(runs, before.probabilities.astype(np.float64), after.probabilities.astype(np.float64))
    asked = placed_pair(runs, asked_steps(before), asked_steps(after))
    labels = dict.fromkeys(int(trace[-1].argmax()) for trace in (before.probabilities, after.probabilities))
    whole = PROBABILITIES + BETWEEN + DISTANCES
    right = label_room([markup_label(before.labels[k]) for k in labels])
    has_faint = not all(each.all() for each in asked)
    content = chart_layout(whole, left=34, right=right, top=62 if has_faint else 46, bottom=room + 4)
    content["xaxis"] = steps_axis | {"anchor": "y2"}
    content["yaxis"] = chart_axis(range=[*SHARE_EDGES], tickvals=[0, 0.5, 1], domain=[1 - PROBABILITIES / whole, 1])
    content["yaxis2"] = chart_axis(range=[0, 1], tickvals=[0, 1], domain=[0, DISTANCES / whole], anchor="x")
    x, data, ends = np.arange(1, runs.steps + 1), [], []
    for k, look in zip(labels, LOOKS, strict=False):
        label = markup_label(before.labels[k])
        for name, y, answers, style in pair_of_lines(names, (old[:, k], new[:, k]), asked, look):
            hover = f"step %{{x:d}}, {name}<br>probability <b>%{{y:.4f}}</b>"
            line = styled_line(style, label, x, y, hover, connectgaps=True)
            data.append(faint_where_unasked(line, answers))
            if len(there := np.flatnonzero(~np.isnan(y))):
                ends.append(
                    EndLabel(f"{coloured(style.glyph, style.colour)} {label}", int(there[-1]), float(y[there[-1]]))
                )
    bars: Part = {
        "type": "bar",
        "name": "moved",
        "x": x,
        "y": np.abs(new - old).sum(1) / 2,
        "yaxis": "y2",
        "marker": {"color": NEGATIVE, "line": {"width": 0}},
        "hovertemplate": "step %{x:d}<br>probability moved <b>%{y:.4f}</b><extra></extra>",
    }
    content["bargap"] = 0.25
    words = f"probability after each step<br>dotted, hollow: {names[0]}; filled: {names[1]}"
    words += f"<br>{UNASKED}" if has_faint else ""
    below = annotation(distance, 0, DISTANCES / whole, ("paper", "paper"), yanchor="bottom", yshift=6)
    content["annotations"] += [heading(words), below, *end_labels(ends, SHARE_EDGES, PROBABILITIES)]
    return {"data": [*data[::-1], faint_where_unasked(bars, asked[0] & asked[1])], "layout": content}


def place_rows(values: Array, rows: np.ndarray, steps: int) -> Array:
    """Place values at the steps that a run has; NaN at the others, or True."""
    placed = np.full((steps, *values.shape[1:]), True if values.dtype == bool else np.nan, values.dtype)
    placed[rows] = values
    return placed
