"""How a verdict lasts: the margin of one answer over another, their log odds, after each word of some texts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..cells.activations import Array
from ..cells.cell_kind import cell_title
from ..colours import largest_size, round_up
from .chart_parts import (
    EndLabel,
    annotation,
    axis_title,
    cell_label,
    cell_line,
    chart_axis,
    chart_layout,
    end_labels,
    heading,
    horizontal_line,
    label_room,
    shade,
)
from .plain_figure import Content, figure

HEIGHT = 260
TICKS = 4  # on the axis of neutral words, besides 0


@figure
def margin_curves(
    margins: Mapping[str, Mapping[str, Array]], words: int, neutral: str, answers: tuple[str, str]
) -> Content:
    """Draw the margin of one answer over another after each word, for texts that go on with one neutral word.

    The margin is the log odds, log(p_one / p_other), and is called so on the chart. Above the dotted line the first
    answer is the more probable one, below it the second. The neutral words are shaded.

    Parameters
    ----------
    margins : mapping of str to mapping of str to ndarray of shape (T,)
        By text and cell, what `rnnviz.analysis.margin_curve` returns. A text is named without its neutral words.
    words : int
        How many words come before the neutral ones, in every text.
    neutral : str
        The neutral word, of which T - words follow.
    answers : tuple of str
        The two answers.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each text and cell.
    """
    curves = [values for by_cell in margins.values() for values in by_cell.values()]
    steps = max(map(len, curves))
    limit = round_up(1.15 * max(1.0, largest_size(*curves)))
    edges = (-limit, limit)
    data, ends, texts = [], [], []
    x = np.arange(1, steps + 1) - words
    for text, by_cell in margins.items():
        for cell, values in by_cell.items():
            hover = f"{text}, then {neutral} × %{{customdata}}<br>log odds <b>%{{y:.2f}}</b>"
            line = cell_line(cell, x[: len(values)], values, hover, customdata=np.maximum(x, 0))
            data.append(line | {"name": f"{cell_title(cell)}, {text}"})
            ends.append(EndLabel(cell_label(cell), x[-1], float(values[-1])))
        above = np.mean([values[-1] for values in by_cell.values()]) > 0
        texts.append(
            annotation(f"<b>{text}</b> …", 0, 1 if above else 0, ("x", "paper"), xshift=8, yshift=-9 if above else 9)
        )
    names = [cell_title(cell) for by_cell in margins.values() for cell in by_cell]
    content = chart_layout(HEIGHT, left=36, right=label_room(names), top=46, bottom=46)
    ticks = list(range(0, steps - words + 1, max(1, (steps - words) // TICKS)))
    content["xaxis"] = chart_axis(
        range=[0.5 - words, x[-1] + 0.3],
        tickvals=ticks,
        title=axis_title(f"how many times “{neutral}” has followed"),
        showgrid=False,
    )
    content["yaxis"] = chart_axis(range=[*edges], nticks=7)
    content["shapes"] = [horizontal_line(0.0), shade(0.5, x[-1] + 0.3)]
    one, other = answers
    content["annotations"] = [
        heading(f"log odds after each word:<br>log p({one}) − log p({other})"),
        *texts,
        *end_labels(ends, edges, HEIGHT),
    ]
    return {"data": data, "layout": content}
