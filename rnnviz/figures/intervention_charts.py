"""A run before and after interventions, and the difference, on the time axis of the text as typed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..colours import REFERENCE
from ..errors import ArgumentError
from ..interventions import held_and_frozen, remaining_steps
from ..trace import Trace
from .aligned_runs import AlignedRuns, ShownRun, aligned_heatmaps, aligned_predictions
from .chart_parts import Part, outline_shapes, shade
from .curves_over_text import token_axis
from .plain_figure import Content, figure
from .token_labels import token_labels, token_room
from .trace_heatmaps import HeatmapTemplate, Panel
from .value_curves import aligned_values


@figure
def what_if_heatmaps(
    before: Trace,
    after: Trace,
    which: ShownRun,
    quantities: Sequence[str] | None = None,
    *,
    layer: int = 0,
    direction: str = "forward",
) -> Content:
    """Draw the stacked heatmaps of a run before or after interventions, or of the difference.

    All three have the same panels, heights and columns, one for each step as typed. A step that an intervention removed
    is an empty column with its token struck out. Before and after share their colours' limits; those of the difference
    are symmetric about zero. After interventions, overridden values are outlined, frozen ones with dots, and the
    panel's title says so.

    Parameters
    ----------
    before, after : Trace
        Runs of one text and one kind of network, without and with interventions.
    which : {"before", "after", "difference"}
        What to draw; the difference is after less before.
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
        If the traces are not of one text and one kind of network, or there is no panel to show.
    UnknownQuantityError
        If the traces have no such quantity, layer or direction.
    """
    runs = _aligned(before, after)
    template = HeatmapTemplate(before, quantities, layer=layer, change=which == "difference")
    room = max(token_room(before.tokens), token_room(after.tokens))
    labels = token_labels(before.tokens, before.unknown) if which == "before" else _labels_after(runs)
    content = aligned_heatmaps(template, runs, which, (layer, direction), labels, room)
    if which == "before":
        return content
    layout = content["layout"]
    shapes = _removed_steps(runs)
    if which == "after":
        titles = []
        panels = zip(template.panels, content["data"], layout["annotations"], strict=False)  # after them come marks
        for panel, heatmap, title in panels:
            axes = (heatmap["xaxis"], heatmap["yaxis"])
            words, outlines = _overridden(panel, axes, runs, layer, direction)
            titles.append({**title, "text": title["text"] + words})
            shapes += outlines
        layout["annotations"] = titles
    return {**content, "layout": layout | ({"shapes": shapes} if shapes else {})}


@figure
def prediction_change(before: Trace, after: Trace) -> Content:
    """Draw how interventions change the prediction at each step as typed.

    For probabilities, the upper panel shows that of the label that each run ends on, before (dotted, hollow) and after
    (solid, filled). The lower panel shows the total variation distance between the two predictions: half the sum over
    all labels of the sizes of the changes, 0 where nothing changed, 1 where all probability went to other labels.
    Removed steps are left out. Of other outputs, one panel shows the values of those that differ most.

    Parameters
    ----------
    before, after : Trace
        Runs of one text and one kind of network with a readout, without and with interventions.

    Returns
    -------
    plotly.graph_objects.Figure
        Two lines for each label or output, and for probabilities the bars.

    Raises
    ------
    ArgumentError
        If the traces are not of one text and one kind of network, or have no readout.
    """
    runs = _aligned(before, after)
    if before.outputs is None or after.outputs is None:
        raise ArgumentError(
            "The network has no readout, and so no prediction that could change.", code="no_readout", name="before"
        )
    room = token_room([*before.tokens, *after.tokens])
    axis = token_axis(before.tokens, before.unknown) | {"labelalias": _labels_after(runs)}
    names = ("before", "after")
    if before.probabilities is None or after.probabilities is None:
        content = aligned_values(runs, axis, room, names)
    else:
        content = aligned_predictions(runs, axis, room, names, "how much probability moved to other labels")
    if len(after) < len(before):
        content["layout"]["shapes"] = _removed_steps(runs)
    return content


def _aligned(before: Trace, after: Trace) -> AlignedRuns:
    """The two runs on the steps as typed. Raises ArgumentError if they are not of one text and one kind of network."""
    rows = remaining_steps(after.interventions, len(before))
    if len(rows) != len(after) or rows.max(initial=-1) >= len(before):
        raise ArgumentError(
            f"The traces are not of one text: of {len(before)} steps {len(rows)} remain, and the other trace has "
            f"{len(after)}.",
            code="different_texts",
            name="after",
        )
    if (before.cell_kinds, before.labels) != (after.cell_kinds, after.labels):
        raise ArgumentError(
            f"The traces are not of one kind of network: {before.model} and {after.model}.",
            code="different_networks",
            name="after",
        )
    return AlignedRuns(before, after, np.arange(len(before)), rows, len(before))


def _labels_after(runs: AlignedRuns) -> dict[str, str]:
    """The labels of the steps as typed: the tokens after interventions, and the removed ones struck out."""
    typed = token_labels(runs.before.tokens, runs.before.unknown)
    read = token_labels(runs.after.tokens, runs.after.unknown).values()
    struck = {step: f"<s>{text}</s>" for step, text in typed.items()}
    return struck | {str(row + 1): text for row, text in zip(runs.after_rows, read, strict=True)}


def _overridden(
    panel: Panel, axes: tuple[str, str], runs: AlignedRuns, layer: int, direction: str
) -> tuple[str, list[Part]]:
    """Words for a panel's title, and outlines of what interventions held or froze there."""
    after = runs.after
    if panel.quantity is None or not after.has_held_values:
        return "", []
    shape = after[panel.quantity.name, layer, direction].shape
    definition = after.definitions[layer]
    masks = held_and_frozen(after.interventions, definition, panel.quantity.name, shape, layer, direction)
    words, shapes = [], []
    for mask, word, dash in zip(masks, ("▭ held", "┈ frozen"), ("solid", "dot"), strict=True):
        if mask.any():
            typed = np.zeros((runs.steps, shape[1]), bool)
            typed[runs.after_rows] = mask
            shapes += outline_shapes(typed.T, axes, color=REFERENCE, width=2.5, dash=dash)
            words.append("held everywhere" if mask.all() and dash == "solid" else word)
    return "".join(f"  · {word}" for word in words), shapes


def _removed_steps(runs: AlignedRuns) -> list[Part]:
    """A shade over every step that was removed."""
    removed = sorted(set(range(runs.steps)) - set(runs.after_rows.tolist()))
    return [shade(row - 0.5, row + 0.5, "figure") for row in removed]
