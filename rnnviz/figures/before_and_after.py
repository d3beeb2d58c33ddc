"""What if: a run before and after interventions, and the difference, on one time axis: that of the text as typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from ..cells.activations import Array
from ..colours import NEGATIVE, REFERENCE, SAYS, SAYS_TOO, SHADE, Style, bounds, widest
from ..interventions import held_and_frozen, remaining_steps
from ..trace import Trace
from .curves_over_text import SHARE_EDGES, token_axis
from .growth_chart import short
from .heatmaps import Numbers, Panel, Template, label, labels_of, likeliest, room_for
from .line_chart import End, Part, around, axis, beside, layout, line, note, room_beside
from .line_chart import heading as above
from .plain_figure import Content, figure

Which = Literal["before", "after", "difference"]

BAR = 56  # pixels right of the panels in all three, so that their columns stand below each other
# Colour, marker, and the marker as a letter, full and hollow, of the label said before and of another one.
LOOKS = ((SAYS, "circle", "●", "○"), (SAYS_TOO, "diamond", "◆", "◇"))
SAID, BETWEEN, MOVED = 150, 40, 70  # pixels: probabilities, words, distances


class Aligned(NamedTuple):
    """Two runs on one time axis of so many steps: the steps, as rows from 0, that each of them has."""

    before: np.ndarray
    after: np.ndarray
    steps: int


@figure
def whatif_heatmaps(
    before: Trace,
    after: Trace,
    which: Which,
    quantities: Sequence[str] | None = None,
    *,
    layer: int = 0,
    direction: str = "forward",
) -> Content:
    """The stacked heatmaps of a run before or after interventions, or of the difference, after less before.

    All three have the same panels, heights and columns, one for each step as typed. A step that `after.interventions`
    removed is an empty column with its token struck out. Before and after share their colours' limits; those of the
    difference are symmetric about zero. After: values that were put in place are outlined, frozen ones with dots, and
    the title says so. quantities, and what else this raises: as of `rnnviz.figures.heatmaps`.
    Raises ValueError if the traces are not of one text and one kind of network.
    """
    kept = typed_rows(before, after)
    template = Template(before, quantities, layer=layer, change=which == "difference")
    aligned = Aligned(np.arange(len(before)), kept, len(before))
    numbers = [numbers_of(panel, before, after, aligned, which, layer, direction) for panel in template.panels]
    room = max(room_for(before.tokens), room_for(after.tokens))
    labels = labels_of(before.tokens, before.unknown) if which == "before" else labels_after(before, after)
    content = put_beside(template, numbers, labels, room)
    if which == "before":
        return content
    layout = content["layout"]
    shapes = _gone(before, kept)
    if which == "after":
        titles = []
        for part, panel, title in zip(content["data"], template.panels, layout["annotations"], strict=True):
            words, found = _marks(panel, (part["xaxis"], part["yaxis"]), before, after, kept, layer, direction)
            titles.append({**title, "text": title["text"] + words})
            shapes += found
        layout["annotations"] = titles
    return {**content, "layout": layout | ({"shapes": shapes} if shapes else {})}


@figure
def prediction_change(before: Trace, after: Trace) -> Content:
    """How interventions change what the readout says at each step as typed.

    Above: the probability of the label that each run ends on, before (dotted, hollow) and after (solid, filled).
    Below: the total variation distance between the two predictions, half the sum over all labels of the sizes of
    the changes: 0 where nothing changed, 1 where all probability went to other labels. Removed steps are left out.
    Raises ValueError if the traces are not of one text and one kind of network, or have no readout.
    """
    kept = typed_rows(before, after)
    if before.probabilities is None or after.probabilities is None:
        raise ValueError("there is no readout, and so no prediction that could change")
    aligned = Aligned(np.arange(len(before)), kept, len(before))
    room = room_for([*before.tokens, *after.tokens])
    axis_of_steps = token_axis(before.tokens, before.unknown) | {"labelalias": labels_after(before, after)}
    content = said_by_both(
        before, after, aligned, axis_of_steps, room, ("before", "after"), "how much probability moved to other labels"
    )
    if len(after) < len(before):
        content["layout"]["shapes"] = _gone(before, kept)
    return content


def said_by_both(
    before: Trace, after: Trace, aligned: Aligned, steps: Part, room: int, names: tuple[str, str], distance: str
) -> Content:
    """What two runs say at each step: the labels that each ends on, and below the distance of the two predictions.

    steps: the axis of both panels. room: pixels for its labels. names: of the two runs. distance: what the lower
    panel holds, in words. Both must have a readout of the same labels.
    """
    assert before.probabilities is not None and after.probabilities is not None
    said = spread(before.probabilities.astype(np.float64), aligned.before, aligned.steps)
    now = spread(after.probabilities.astype(np.float64), aligned.after, aligned.steps)
    labels = dict.fromkeys(int(trace[-1].argmax()) for trace in (before.probabilities, after.probabilities))
    whole = SAID + BETWEEN + MOVED
    content = layout(
        whole, left=34, right=room_beside([label(before.labels[k]) for k in labels]), top=46, bottom=room + 4
    )
    content["xaxis"] = steps | {"anchor": "y2"}
    content["yaxis"] = axis(range=[*SHARE_EDGES], tickvals=[0, 0.5, 1], domain=[1 - SAID / whole, 1])
    content["yaxis2"] = axis(range=[0, 1], tickvals=[0, 1], domain=[0, MOVED / whole], anchor="x")
    x, data, ends = np.arange(1, aligned.steps + 1), [], []
    for k, (colour, marker, full, hollow) in zip(labels, LOOKS, strict=False):
        name = label(before.labels[k])
        for when, y, dash, symbol, glyph in (
            (names[0], said[:, k], "dot", f"{marker}-open", hollow),
            (names[1], now[:, k], "solid", marker, full),
        ):
            hover = f"step %{{x:d}}, {when}<br>probability <b>%{{y:.4f}}</b>"
            data.append(line(Style(colour, dash, symbol, glyph), name, x, y, hover))
            drawn = int(np.flatnonzero(~np.isnan(y))[-1])
            ends.append(End(f'<span style="color:{colour}">{glyph}</span> {name}', drawn, float(y[drawn])))
    bars: Part = {
        "type": "bar",
        "name": "moved",
        "x": x,
        "y": np.abs(now - said).sum(1) / 2,
        "yaxis": "y2",
        "marker": {"color": NEGATIVE, "line": {"width": 0}},
        "hovertemplate": "step %{x:d}<br>probability moved <b>%{y:.4f}</b><extra></extra>",
    }
    content["bargap"] = 0.25
    words = f"probability after each step<br>{names[0]}: dotted and hollow; {names[1]}: full"
    below = note(distance, 0, MOVED / whole, ("paper", "paper"), yanchor="bottom", yshift=6)
    content["annotations"] += [above(words), below, *beside(ends, SHARE_EDGES, SAID)]
    return {"data": [*data[::-1], bars], "layout": content}


def put_beside(template: Template, numbers: Sequence[Numbers], labels: dict[str, str], room: int) -> Content:
    """A template filled so that figures beside each other have their columns and panels in the same places."""
    content = template.put(numbers, labels, room)
    content["layout"]["margin"] = {**content["layout"]["margin"], "r": BAR, "autoexpand": False}
    for part in content["data"]:
        part["hoverongaps"] = False
        ticks = part["colorbar"]["tickvals"]
        part["colorbar"] = {**part["colorbar"], "ticktext": [short(tick) for tick in ticks]}
    return content


def typed_rows(before: Trace, after: Trace) -> np.ndarray:
    """Which rows of `before` the rows of `after` belong to. Raises ValueError if the two do not belong together."""
    kept = remaining_steps(after.interventions, len(before))
    if len(kept) != len(after) or kept.max(initial=-1) >= len(before):
        raise ValueError(
            f"the traces are not of one text: {len(before)} steps, of which {len(kept)} and not {len(after)} stay"
        )
    if (before.cell, before.options, before.labels) != (after.cell, after.options, after.labels):
        raise ValueError(f"the traces are not of one kind of network: {before.model} and {after.model}")
    return kept


def labels_after(before: Trace, after: Trace) -> dict[str, str]:
    """The labels of the steps as typed: the tokens of `after`, and those of `before` struck out where it has none."""
    found = {step: f"<s>{text}</s>" for step, text in labels_of(before.tokens, before.unknown).items()}
    read = labels_of(after.tokens, after.unknown).values()
    return found | {str(row + 1): text for row, text in zip(typed_rows(before, after), read, strict=True)}


def numbers_of(
    panel: Panel, before: Trace, after: Trace, aligned: Aligned, which: Which, layer: int, direction: str
) -> Numbers:
    """What fills a panel: the rows and limits are those of both runs together."""
    rows, limits = None, None
    if panel.quantity is None:
        assert before.probabilities is not None and after.probabilities is not None
        best = likeliest(before.probabilities, after.probabilities)
        rows = [label(before.labels[k]) for k in best]
        old, new = before.probabilities[:, best], after.probabilities[:, best]
    else:
        old, new = (trace[panel.quantity.name, layer, direction] for trace in (before, after))
        if not panel.quantity.bounded:
            limits = bounds(panel.quantity, np.concatenate([old, new]))
    old, new = spread(old, aligned.before, aligned.steps), spread(new, aligned.after, aligned.steps)
    if which != "difference":
        return Numbers((old if which == "before" else new).T, rows, limits)
    change = new - old
    limit = widest(change)
    return Numbers(change.T, rows, (-limit, limit))


def spread(values: Array, kept: np.ndarray, steps: int) -> Array:
    """Rows at the steps that a run has, NaN at those that it has not."""
    found = np.full((steps, *values.shape[1:]), np.nan, values.dtype)
    found[kept] = values
    return found


def _marks(
    panel: Panel, axes: tuple[str, str], before: Trace, after: Trace, kept: np.ndarray, layer: int, direction: str
) -> tuple[str, list[Part]]:
    """Words for a panel's title, and outlines of what interventions put in place or froze there."""
    if panel.quantity is None or not after.has_held_values:
        return "", []
    shape = after[panel.quantity.name, layer, direction].shape
    found = held_and_frozen(after.interventions, after.definition, panel.quantity.name, shape, layer, direction)
    words, shapes = [], []
    for mask, word, dash in zip(found, ("▭ held", "┈ frozen"), ("solid", "dot"), strict=True):
        if mask.any():
            everywhere = np.zeros((len(before), shape[1]), bool)
            everywhere[kept] = mask
            shapes += around(everywhere.T, axes, color=REFERENCE, width=2.5, dash=dash)
            words.append("held everywhere" if mask.all() and dash == "solid" else word)
    return "".join(f"  · {word}" for word in words), shapes


def _gone(before: Trace, kept: np.ndarray) -> list[Part]:
    """A shade over every step that was removed."""
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": row - 0.5,
            "x1": row + 0.5,
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "fillcolor": SHADE,
            "line": {"width": 0},
        }
        for row in sorted(set(range(len(before))) - set(kept.tolist()))
    ]
