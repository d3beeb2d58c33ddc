"""How far networks count: where they expect the end, against where it would be right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..cells.cell_kind import cell_title
from ..colours import REFERENCE, cell_style
from .chart_parts import (
    EndLabel,
    Part,
    annotation,
    axis_title,
    cell_label,
    chart_axis,
    chart_layout,
    coloured,
    end_labels,
    heading,
    label_room,
    shade,
    styled_line,
)
from .plain_figure import Content, figure

HEIGHT = 240
SET_BY_HAND = "set by hand"

Ends = Sequence[int | None]


@figure
def counting_ends(ends: Mapping[str, Mapping[int, Ends]], exact: Ends, trained: int) -> Content:
    """Draw after how many b's networks first predict the end, against the number of a's before.

    A cell whose seeds all end within a tenth of the scale has one label for all; of others every seed has its own.

    Parameters
    ----------
    ends : mapping of str to mapping of int to sequence of int or None
        By cell and seed, what `Counter.ends` returns: entry k belongs to k + 1 a's, None is for no end.
    exact : sequence of int or None
        The same for the network whose weights are set by hand.
    trained : int
        The largest number of a's in training, which is shaded.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each network.
    """
    most = len(exact)
    numbers = list(range(1, most + 1))
    edges = (
        0.0,
        1.04 * max(b for found in (exact, *(e for c in ends.values() for e in c.values())) for b in found if b),
    )
    hover = "%{x} a's: end after <b>%{y}</b> b's"
    data: list[Part] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": SET_BY_HAND,
            "x": numbers,
            "y": list(exact),
            "line": {"color": REFERENCE, "width": 1.5, "dash": "dot"},
            "hovertemplate": f"<b>LSTM, {SET_BY_HAND}</b><br>{hover}<extra></extra>",
        }
    ]
    labels = [EndLabel(coloured(SET_BY_HAND, REFERENCE), most, _last(exact))]
    for cell, by_seed in ends.items():
        for seed, found in by_seed.items():
            name = f"{cell_title(cell)}, seed {seed}"
            line = styled_line(cell_style(cell), name, numbers, list(found), hover, mode="lines")
            data.append(line | {"line": line["line"] | {"width": 1.5}})
        last = {seed: _last(found) for seed, found in by_seed.items()}
        if max(last.values()) - min(last.values()) <= edges[1] / 10:
            middle = sum(last.values()) / len(last)
            labels.append(EndLabel(f"{cell_label(cell)}, {len(last)} seeds", most, middle))
        else:
            labels += [EndLabel(f"{cell_label(cell)}, seed {seed}", most, y) for seed, y in last.items()]
    right = label_room([f"{cell_title(cell)}, seed 0" for cell in ends])
    content = chart_layout(HEIGHT, left=36, right=right, top=40, bottom=46)
    content["xaxis"] = chart_axis(range=[0, most], nticks=6, title=axis_title("a's that were read"))
    content["yaxis"] = chart_axis(range=[*edges], nticks=6)
    content["shapes"] = [shade(0, trained)]
    content["annotations"] = [
        heading("b's after which the network expects the end"),
        annotation(f"trained: 1 to {trained}", trained, 1, ("x", "y domain"), size=11, xshift=4, yshift=-9),
        *end_labels(labels, edges, HEIGHT),
    ]
    return {"data": data, "layout": content}


def _last(found: Ends) -> float:
    """The last end that came."""
    return float(next((b for b in reversed(found) if b is not None), 0))
