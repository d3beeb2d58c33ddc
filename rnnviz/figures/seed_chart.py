"""The held-out scores of all seeds that a cell was trained from, with the model that is bundled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..cells.cell_kind import cell_title
from ..colours import cell_style
from .chart_parts import (
    Part,
    annotation,
    axis_title,
    card_words,
    cell_label,
    chart_axis,
    chart_layout,
    vertical_line,
)
from .plain_figure import Content, figure
from .score_chart import is_loss

Card = dict[str, Any]

ROW = 34  # pixels of a cell
ROOM = 0.08  # of the width, left free at each end


@figure
def seed_scores(cards: Sequence[Card]) -> Content:
    """Draw the test scores of all seeds, a row for each cell; better is to the right.

    The model that is bundled, the median by validation, is filled; the others are rings. The solid line is the
    baseline.

    Parameters
    ----------
    cards : sequence of dict
        Cards of models of one task, as `rnnviz.zoo.card` returns them, with "seeds".

    Returns
    -------
    plotly.graph_objects.Figure
        One series of points for each model.
    """
    scores = cards[0]["scores"]
    baseline, loss = scores["baseline"]["value"], is_loss(scores)
    values = [baseline, *(run["test"] for card in cards for run in card["seeds"])]
    low, high = min(values), max(values)
    room = ROOM * (high - low or 1)
    edges = [low - room, high + room]
    left = 26 + 7 * max(len(cell_title(card["cell"])) for card in cards)
    content = chart_layout(ROW * len(cards), left=left, right=16, top=28, bottom=46)
    content["yaxis"] = chart_axis(
        range=[len(cards) - 0.5, -0.5],
        tickvals=list(range(len(cards))),
        ticktext=[cell_label(card["cell"]) for card in cards],
        showgrid=False,
        tickfont={"size": 12},
    )
    content["xaxis"] = chart_axis(
        range=edges[::-1] if loss else edges,
        nticks=6,
        tickformat=".2f" if loss else ".1~%",
        title=axis_title(f"{card_words(scores['metric'])}, test{', less is better' if loss else ''}"),
    )
    content["shapes"] = [vertical_line(baseline, width=1.5)]
    content["annotations"] = [
        annotation("○ a seed   ● the bundled model", 0, 1, ("paper", "paper"), size=11, yshift=14),
        annotation("baseline", baseline, 1, ("x", "paper"), "center", size=11, yshift=14),
    ]
    return {"data": [_seeds(card, row, loss) for row, card in enumerate(cards)], "layout": content}


def _seeds(card: Card, row: int, loss: bool) -> Part:
    style, pattern = cell_style(card["cell"]), ".3f" if loss else ".1%"
    bundled = [run["seed"] == card["training"]["seed"] for run in card["seeds"]]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": card_words(card["name"]),
        "x": [run["test"] for run in card["seeds"]],
        "y": [row] * len(bundled),
        "marker": {
            "color": style.colour,
            "symbol": [style.marker if here else f"{style.marker}-open" for here in bundled],
            "size": [12 if here else 10 for here in bundled],
            "line": {"width": 1.5},
            "opacity": 1,
        },
        "cliponaxis": False,
        "hovertext": [
            f"<b>{cell_title(card['cell'])}</b>, seed {run['seed']}{': the bundled model' if here else ''}<br>"
            f"test {run['test']:{pattern}}, validation {run['validation']:{pattern}}"
            for run, here in zip(card["seeds"], bundled, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
