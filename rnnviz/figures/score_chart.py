"""Held-out scores of models, task by task, beside chance and a baseline that is no network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..colours import REFERENCE, cell_style
from .line_chart import Part, axis, heading, layout, note, tag, title_of
from .plain_figure import Content, figure

Card = dict[str, Any]

ROW = 24  # pixels a model
HEAD = 59  # pixels above each task, for its name and what is measured
FOOT = 26  # pixels below it, for the ticks
SCALES = ("dot", "solid")  # of the lines for chance and baseline


@figure
def scores(cards: Sequence[Card]) -> Content:
    """Held-out scores from cards, a panel for each task and a row for each model.

    Bars are standard errors, where the card has one. The dotted line is chance, the solid
    one the baseline, where it is another. Shares run from 0 to 100 %; a loss in nats, where less is better, runs
    the other way, so that better is to the right everywhere.
    """
    tasks: dict[str, list[Card]] = {}
    for card in cards:
        tasks.setdefault(card["task"], []).append(card)
    inner = sum(HEAD + ROW * len(rows) + FOOT for rows in tasks.values()) - HEAD - FOOT
    content = layout(
        inner, left=26 + 7 * max(len(title_of(card["cell"])) for card in cards), right=92, top=76, bottom=FOOT
    )
    data: list[Part] = []
    content["annotations"].append(
        note("┈ chance   ─ baseline, no network   bars: standard error", 0, 1, ("paper", "paper"), size=11, yshift=64)
    )
    content["shapes"] = []
    top = float(inner)
    for k, rows in enumerate(tasks.values()):
        end = "" if k == 0 else str(k + 1)
        height = ROW * len(rows)
        domain = [max(0.0, (top - height) / inner), min(1.0, top / inner)]
        score, loss = rows[0]["scores"], is_loss(rows[0]["scores"])
        content[f"yaxis{end}"] = axis(
            domain=domain,
            anchor=f"x{end}",
            range=[len(rows) - 0.5, -0.5],
            tickvals=list(range(len(rows))),
            ticktext=[tag(card["cell"]) for card in rows],
            showgrid=False,
            tickfont={"size": 12},
        )
        most = max(score["chance"], *(card["scores"]["test"] for card in rows)) * 1.05
        scale = (
            {"range": [most, 0], "nticks": 5}
            if loss
            else {"range": [0, 1.02], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]}
        )
        content[f"xaxis{end}"] = axis(anchor=f"y{end}", showgrid=True, **scale)
        words = f"<b>{rows[0]['title']}</b><br>{score['metric']}{', less is better' if loss else ''}"
        content["annotations"].append(heading(words, y=domain[1]))
        content["annotations"][-1]["x"] = 0
        content["annotations"][-1]["xshift"] = 12 - content["margin"]["l"]
        for value, dash in zip(dict.fromkeys((score["chance"], score["baseline"]["value"])), SCALES, strict=False):
            content["shapes"].append(_upright(value, dash, f"x{end}", f"y{end}"))
        for row, card in enumerate(rows):
            data.append(_row(card, row, f"x{end}", f"y{end}"))
            words = in_words(card["scores"])
            content["annotations"].append(note(words, 1, row, ("paper", f"y{end}"), size=11, xshift=8))
        top -= height + FOOT + HEAD
    return {"data": data, "layout": content}


def is_loss(score: dict[str, Any]) -> bool:
    """Whether a score is a loss in nats, the smaller the better, and not a share."""
    return str(score["metric"]).startswith("nats")


def in_words(score: dict[str, Any]) -> str:
    """A score with its standard error, as "81.6 ± 0.9 %", "100.0 %" (where the error's formula says nothing) or
    "1.83 nats"."""
    if is_loss(score):
        return f"{score['test']:.2f} nats"
    error = score.get("standard_error")
    return f"{100 * score['test']:.1f}{f' ± {100 * error:.1f}' if error else ''} %"


def _row(card: Card, row: int, x: str, y: str) -> Part:
    score, style = card["scores"], cell_style(card["cell"])
    error = score.get("standard_error")
    baseline = score["baseline"]
    pattern = ".2f" if is_loss(score) else ".1%"
    told = [
        f"<b>{title_of(card['cell'])}</b>: {in_words(score)} on n = {score['n']}",
        f"chance {score['chance']:{pattern}}: {score['chance_is']}",
        f"baseline {baseline['value']:{pattern}}: {baseline['name']}",
    ]
    made: Part = {
        "type": "scatter",
        "mode": "markers",
        "name": card["name"],
        "x": [score["test"]],
        "y": [row],
        "xaxis": x,
        "yaxis": y,
        "marker": {"color": style.colour, "symbol": style.marker, "size": 9},
        "hovertemplate": "<br>".join(told) + "<extra></extra>",
    }
    if error is not None:
        made["error_x"] = {"type": "data", "array": [error], "thickness": 1.5, "width": 4, "color": style.colour}
    return made


def _upright(value: float, dash: str, x: str, y: str) -> Part:
    place = {"xref": x, "yref": f"{y} domain", "x0": value, "x1": value, "y0": 0, "y1": 1}
    return {"type": "line", **place, "layer": "below", "line": {"color": REFERENCE, "width": 1.5, "dash": dash}}
