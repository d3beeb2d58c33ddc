"""Held-out scores of models, task by task, beside chance and a baseline that is not a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..cells.cell_kind import cell_title
from ..colours import cell_style
from .chart_parts import (
    Part,
    annotation,
    card_words,
    cell_label,
    chart_axis,
    chart_layout,
    heading,
    vertical_line,
)
from .plain_figure import Content, figure

Card = dict[str, Any]

ROW = 24  # pixels of a model
HEAD = 59  # pixels above each task, for its name and what is measured
FOOT = 26  # pixels below it, for the ticks
DASHES = ("dot", "solid")  # of the lines for chance and baseline


@figure
def held_out_scores(cards: Sequence[Card]) -> Content:
    """Draw the held-out scores of models, a panel for each task and a row for each model.

    Error bars are standard errors, where the card has one. The dotted line is chance, the solid line the baseline,
    where it differs from chance. Shares run from 0 to 100 %; a loss in nats, where less is better, runs in the opposite
    direction, so that better is to the right everywhere.

    Parameters
    ----------
    cards : sequence of dict
        Cards of models, as `rnnviz.zoo.card` returns them.

    Returns
    -------
    plotly.graph_objects.Figure
        One point for each model.
    """
    tasks: dict[str, list[Card]] = {}
    for card in cards:
        tasks.setdefault(card["task"], []).append(card)
    inner = sum(HEAD + ROW * len(rows) + FOOT for rows in tasks.values()) - HEAD - FOOT
    left = 26 + 7 * max(len(cell_title(card["cell"])) for card in cards)
    content = chart_layout(inner, left=left, right=92, top=76, bottom=FOOT)
    data: list[Part] = []
    legend = "┈ chance   ─ baseline, no network   bars: standard error"
    content["annotations"].append(annotation(legend, 0, 1, ("paper", "paper"), size=11, yshift=64))
    content["shapes"] = []
    top = float(inner)
    for k, rows in enumerate(tasks.values()):
        end = "" if k == 0 else str(k + 1)
        axes = (f"x{end}", f"y{end}")
        height = ROW * len(rows)
        domain = [max(0.0, (top - height) / inner), min(1.0, top / inner)]
        score, loss = rows[0]["scores"], is_loss(rows[0]["scores"])
        content[f"yaxis{end}"] = chart_axis(
            domain=domain,
            anchor=axes[0],
            range=[len(rows) - 0.5, -0.5],
            tickvals=list(range(len(rows))),
            ticktext=[cell_label(card["cell"]) for card in rows],
            showgrid=False,
            tickfont={"size": 12},
        )
        most = max(score["chance"], *(card["scores"]["test"] for card in rows)) * 1.05
        scale = (
            {"range": [most, 0], "nticks": 5}
            if loss
            else {"range": [0, 1.02], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]}
        )
        content[f"xaxis{end}"] = chart_axis(anchor=axes[1], showgrid=True, **scale)
        metric = card_words(score["metric"]) + (", less is better" if loss else "")
        words = f"<b>{card_words(rows[0]['title'])}</b><br>{metric}"
        content["annotations"].append(heading(words, y=domain[1]))
        content["annotations"][-1]["x"] = 0
        content["annotations"][-1]["xshift"] = 12 - content["margin"]["l"]
        for value, dash in zip(dict.fromkeys((score["chance"], score["baseline"]["value"])), DASHES, strict=False):
            content["shapes"].append(vertical_line(value, axes, width=1.5, dash=dash))
        for row, card in enumerate(rows):
            data.append(_point(card, row, axes))
            text = format_score(card["scores"])
            content["annotations"].append(annotation(text, 1, row, ("paper", axes[1]), size=11, xshift=8))
        top -= height + FOOT + HEAD
    return {"data": data, "layout": content}


def is_loss(score: dict[str, Any]) -> bool:
    """Whether a score is a loss in nats, where less is better, and not a share."""
    return str(score["metric"]).startswith("nats")


def format_score(score: dict[str, Any]) -> str:
    """Format a score with its standard error: "81.6 ± 0.9 %", "100.0 %" or "1.83 nats".

    A score of 100 % has no standard error, because the formula gives 0.
    """
    error = score.get("standard_error")
    if is_loss(score):
        return f"{score['test']:.2f}{f' ± {error:.2f}' if error else ''} nats"
    return f"{100 * score['test']:.1f}{f' ± {100 * error:.1f}' if error else ''} %"


def _point(card: Card, row: int, axes: tuple[str, str]) -> Part:
    score, style = card["scores"], cell_style(card["cell"])
    error = score.get("standard_error")
    baseline = score["baseline"]
    pattern = ".2f" if is_loss(score) else ".1%"
    hover = [
        f"<b>{cell_title(card['cell'])}</b>: {format_score(score)} on n = {score['n']}",
        f"chance {score['chance']:{pattern}}: {card_words(score['chance_is'])}",
        f"baseline {baseline['value']:{pattern}}: {card_words(baseline['name'])}",
    ]
    point: Part = {
        "type": "scatter",
        "mode": "markers",
        "name": card_words(card["name"]),
        "x": [score["test"]],
        "y": [row],
        "xaxis": axes[0],
        "yaxis": axes[1],
        "marker": {"color": style.colour, "symbol": style.marker, "size": 9},
        "hovertemplate": "<br>".join(hover) + "<extra></extra>",
    }
    if error is not None:
        point["error_x"] = {"type": "data", "array": [error], "thickness": 1.5, "width": 4, "color": style.colour}
    return point
