"""What trained models can do, from their cards: accuracy against delay, and how training went.

Every function takes cards, the plain JSON data that `rnnviz.zoo.card` gives.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..colours import SHADE
from ..training.tasks.task import binomial_error
from .line_chart import (
    End,
    Part,
    across,
    axis,
    beside,
    cell_line,
    domains,
    heading,
    layout,
    note,
    percent,
    room_beside,
    tag,
    title_of,
    under,
)
from .plain_figure import Content, figure

Card = dict[str, Any]

SHARE_EDGES = (0.0, 1.05)
SHARES = {"range": [*SHARE_EDGES], "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickformat": ".0%"}
HEIGHT = 220


@figure
def delays(cards: Sequence[Card]) -> Content:
    """Accuracy of recall models against the length of the delay, on a logarithmic axis.

    Bars are standard errors, the dotted line is chance, and the delays that were trained are
    shaded. cards: of models of the recall task, one for each cell.
    """
    ends, data = [], []
    for card in cards:
        rows = card["scores"]["by_delay"]
        x, y = [row["delay"] for row in rows], [row["accuracy"] for row in rows]
        error = [binomial_error(row["accuracy"], row["n"]) for row in rows]
        bars = {"type": "data", "array": error, "thickness": 1.5, "width": 5}
        hover = "delay %{x}<br>right <b>%{y:.1%}</b> ± %{error_y.array:.1%}"
        data.append(cell_line(card["cell"], x, y, hover, error_y=bars))
        ends.append(End(tag(card["cell"]), math.log10(x[-1]), y[-1]))
    longest = max(max(trace["x"]) for trace in data)
    marked = spaced(sorted({delay for trace in data for delay in trace["x"]}))
    content = layout(HEIGHT, left=44, right=_room(cards), top=44, bottom=58)
    content["xaxis"] = axis(
        type="log",
        range=[-0.06, math.log10(longest) + 0.06],
        tickvals=marked,
        ticktext=[str(delay) for delay in marked],
        title=under("delay: small letters between<br>the first symbol and the question mark"),
    )
    content["yaxis"] = axis(**SHARES)
    content["shapes"] = [across(cards[0]["scores"]["chance"])]
    content["annotations"] += [
        heading("right answers", y=1.08),
        *beside(ends, SHARE_EDGES, HEIGHT),
        _chance(cards[0]["scores"]["chance"]),
    ]
    trained = {_trained(card) for card in cards}
    if len(trained) == 1:
        first, last = trained.pop()
        edges = {"xref": "x", "yref": "y domain", "x0": first, "x1": last, "y0": 0, "y1": 1}
        content["shapes"].append({"type": "rect", **edges, "fillcolor": SHADE, "line": {"width": 0}, "layer": "below"})
        middle = (math.log10(first) + math.log10(last)) / 2
        words = f"trained: {first} to {last}"
        content["annotations"].append(note(words, middle, 1, ("x", "y domain"), "center", 11, yshift=9))
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


@figure
def regimes(long_only: Sequence[Card], mixed: Sequence[Card]) -> Content:
    """Learning curves of recall models side by side: trained on long delays alone, and with short ones mixed in.

    Accuracy on the validation sequences against the training step; the dotted line is chance.
    """
    data, content = [], layout(HEIGHT, left=44, right=14, top=74, bottom=62)
    last = max(entry["step"] for card in (*long_only, *mixed) for entry in card["curve"])
    panels = zip(("Long delays only", "Short ones mixed in"), (long_only, mixed), domains(2, 0.08), strict=True)
    for k, (words, cards, domain) in enumerate(panels):
        end = "2" if k else ""
        axes = (f"x{end}", f"y{end}")
        for turn, card in enumerate(cards):
            made = _learned(card, "accuracy", "accuracy <b>%{y:.1%}</b>", xaxis=axes[0], yaxis=axes[1])
            data.append(_taking_turns(made, turn, len(cards)))
        first, final = _trained(cards[0])
        content["annotations"].append(heading(f"<b>{words}</b><br>{first} to {final}", x=domain[0]))
        content[f"xaxis{end}"] = axis(
            domain=domain,
            anchor=axes[1],
            range=[0, 1.02 * last],
            nticks=4,
            tickformat="~s",
            title=under("training step"),
        )
        content[f"yaxis{end}"] = axis(**SHARES, anchor=axes[0], showticklabels=k == 0)
    # The lines end anywhere and on top of each other, so their names stand together above them.
    named = "   ".join(dict.fromkeys(tag(card["cell"]) for card in (*long_only, *mixed)))
    content["shapes"] = [across(long_only[0]["scores"]["chance"], axes) for axes in (("x", "y"), ("x2", "y2"))]
    content["annotations"] += [
        _chance(long_only[0]["scores"]["chance"]),
        note(f"right answers   {named}", 0, 1, ("paper", "paper"), yshift=62),
        note("a curve ends where its training stopped", 0, 0, ("paper", "paper"), size=11, yshift=-52),
    ]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


@figure
def learning_curves(cards: Sequence[Card]) -> Content:
    """Validation loss, and below it accuracy where the task has one, of several models against the training step."""
    measures = ["validation_loss", *(["accuracy"] if all("accuracy" in card["curve"][-1] for card in cards) else [])]
    words = {"validation_loss": "validation loss in nats", "accuracy": "validation accuracy"}
    hover = {"validation_loss": "loss <b>%{y:.3f}</b> nats", "accuracy": "accuracy <b>%{y:.1%}</b>"}
    each, between = 150, 40
    inner = each * len(measures) + between * (len(measures) - 1)
    content = layout(inner, left=44, right=_room(cards), top=30, bottom=44)
    last = max(card["curve"][-1]["step"] for card in cards)
    data = []
    for k, measure in enumerate(measures):
        end = "2" if k else ""
        top = 1 - k * (each + between) / inner
        values = [entry[measure] for card in cards for entry in card["curve"]]
        low, high = _around(values, 1.0 if measure == "accuracy" else math.inf)
        ends = []
        for card in cards:
            data.append(_learned(card, measure, hover[measure], yaxis=f"y{end}"))
            ends.append(End(tag(card["cell"]), card["curve"][-1]["step"], card["curve"][-1][measure]))
        content[f"yaxis{end}"] = axis(
            domain=[max(0.0, top - each / inner), top],
            range=[low, high],
            nticks=5,
            **({"tickformat": ".0%"} if measure == "accuracy" else {}),
        )
        content["annotations"] += [
            heading(words[measure], y=top),
            *beside(ends, (low, high), each, axes=("x", f"y{end}")),
        ]
    content["xaxis"] = axis(
        range=[0, 1.01 * last], nticks=6, anchor="y2" if len(measures) > 1 else "y", title=under("training step")
    )
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


def spaced(values: Sequence[float], least: float = 0.25) -> list[float]:
    """Those of ascending positive values that a logarithmic axis can label without crowding."""
    found: list[float] = []
    for value in values:
        if not found or math.log10(value / found[-1]) >= least:
            found.append(value)
    return found


def _learned(card: Card, measure: str, hover: str, **more: Any) -> Part:
    curve = card["curve"]
    x, y = [entry["step"] for entry in curve], [entry[measure] for entry in curve]
    made = cell_line(card["cell"], x, y, f"step %{{x}}<br>{hover}", **more)
    return made | {"marker": made["marker"] | {"size": 5}}


def _taking_turns(made: Part, turn: int, count: int) -> Part:
    """A line with every `count`-th of its markers, so that lines upon each other show theirs by turns."""
    points = len(made["x"])
    sizes = [6 if k % count == turn or k == points - 1 else 0 for k in range(points)]
    return made | {"marker": {"color": made["marker"]["color"], "symbol": made["marker"]["symbol"], "size": sizes}}


def _chance(chance: float) -> Part:
    return note(f"chance {percent(chance)}", 0, chance, ("x domain", "y"), size=11, xshift=4, yshift=-11)


def _around(values: Sequence[float], most: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    edge = 0.06 * (high - low) or 0.05
    return max(0.0, low - edge), min(high + edge, most + 0.02)


def _trained(card: Card) -> tuple[int, int]:
    """The shortest and the longest delay that a recall model was trained on."""
    options = card["training"]["task_options"]
    return options["shortest"], options["longest"]


def _room(cards: Sequence[Card]) -> int:
    return room_beside([title_of(card["cell"]) for card in cards])
