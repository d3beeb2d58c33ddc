"""What trained models can do, from their cards: accuracy against delay, and how training went."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..cells.cell_kind import cell_title
from ..training.tasks.shares import binomial_error
from .chart_parts import (
    EndLabel,
    Part,
    annotation,
    axis_title,
    cell_label,
    cell_line,
    chart_axis,
    chart_layout,
    end_labels,
    equal_domains,
    heading,
    horizontal_line,
    label_room,
    percent,
    shade,
)
from .plain_figure import Content, figure

Card = dict[str, Any]

SHARE_EDGES = (0.0, 1.05)
SHARES = {"range": [*SHARE_EDGES], "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickformat": ".0%"}
HEIGHT = 220


@figure
def accuracy_by_delay(cards: Sequence[Card]) -> Content:
    """Draw the accuracy of recall models against the length of the delay, on a logarithmic axis.

    Error bars are standard errors, the dotted line is chance, and the delays of the training are shaded.

    Parameters
    ----------
    cards : sequence of dict
        Cards of models of the recall task, one for each cell, as `rnnviz.zoo.card` returns them.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each cell.
    """
    ends, data = [], []
    for card in cards:
        rows = card["scores"]["by_delay"]
        x, y = [row["delay"] for row in rows], [row["accuracy"] for row in rows]
        error = [binomial_error(row["accuracy"], row["n"]) for row in rows]
        bars = {"type": "data", "array": error, "thickness": 1.5, "width": 5}
        hover = "delay %{x}<br>correct <b>%{y:.1%}</b> ± %{error_y.array:.1%}"
        data.append(cell_line(card["cell"], x, y, hover, error_y=bars))
        ends.append(EndLabel(cell_label(card["cell"]), math.log10(x[-1]), y[-1]))
    longest = max(max(line["x"]) for line in data)
    ticks = uncrowded_ticks(sorted({delay for line in data for delay in line["x"]}))
    content = chart_layout(HEIGHT, left=44, right=_label_room(cards), top=44, bottom=58)
    content["xaxis"] = chart_axis(
        type="log",
        range=[-0.06, math.log10(longest) + 0.06],
        tickvals=ticks,
        ticktext=[str(delay) for delay in ticks],
        title=axis_title("delay: small letters between<br>the first symbol and the question mark"),
    )
    content["yaxis"] = chart_axis(**SHARES)
    content["shapes"] = [horizontal_line(cards[0]["scores"]["chance"])]
    content["annotations"] += [
        heading("correct answers", y=1.08),
        *end_labels(ends, SHARE_EDGES, HEIGHT),
        _chance_label(cards[0]["scores"]["chance"]),
    ]
    trained = {_trained_delays(card) for card in cards}
    if len(trained) == 1:
        first, last = trained.pop()
        content["shapes"].append(shade(first, last))
        middle = (math.log10(first) + math.log10(last)) / 2
        words = f"trained: {first} to {last}"
        content["annotations"].append(annotation(words, middle, 1, ("x", "y domain"), "center", 11, yshift=9))
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


@figure
def training_regimes(long_only: Sequence[Card], mixed: Sequence[Card]) -> Content:
    """Draw the learning curves of recall models side by side: long delays only, and short ones mixed in.

    The curves show accuracy on the validation sequences against the training step; the dotted line is chance.

    Parameters
    ----------
    long_only, mixed : sequence of dict
        Cards of models of the recall task, as `rnnviz.zoo.card` returns them, that were trained on long delays only,
        and on all delays.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each card, in two panels.
    """
    data, content = [], chart_layout(HEIGHT, left=44, right=14, top=74, bottom=62)
    last = max(entry["step"] for card in (*long_only, *mixed) for entry in card["curve"])
    panels = zip(("Long delays only", "Short ones mixed in"), (long_only, mixed), equal_domains(2, 0.08), strict=True)
    for k, (words, cards, domain) in enumerate(panels):
        end = "2" if k else ""
        axes = (f"x{end}", f"y{end}")
        for turn, card in enumerate(cards):
            line = _learning_curve(card, "accuracy", "accuracy <b>%{y:.1%}</b>", xaxis=axes[0], yaxis=axes[1])
            data.append(_alternate_markers(line, turn, len(cards)))
        first, final = _trained_delays(cards[0])
        content["annotations"].append(heading(f"<b>{words}</b><br>{first} to {final}", x=domain[0]))
        content[f"xaxis{end}"] = chart_axis(
            domain=domain,
            anchor=axes[1],
            range=[0, 1.02 * last],
            nticks=4,
            tickformat="~s",
            title=axis_title("training step"),
        )
        content[f"yaxis{end}"] = chart_axis(**SHARES, anchor=axes[0], showticklabels=k == 0)
    # The lines end anywhere and on top of each other, so their names are together above them.
    names = "   ".join(dict.fromkeys(cell_label(card["cell"]) for card in (*long_only, *mixed)))
    content["shapes"] = [horizontal_line(long_only[0]["scores"]["chance"], axes) for axes in (("x", "y"), ("x2", "y2"))]
    content["annotations"] += [
        _chance_label(long_only[0]["scores"]["chance"]),
        annotation(f"correct answers   {names}", 0, 1, ("paper", "paper"), yshift=62),
        annotation("a curve ends where its training stopped", 0, 0, ("paper", "paper"), size=11, yshift=-52),
    ]
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


@figure
def learning_curves(cards: Sequence[Card]) -> Content:
    """Draw validation loss, and below it accuracy where the task has one, against the training step.

    Parameters
    ----------
    cards : sequence of dict
        Cards of models of one task, as `rnnviz.zoo.card` returns them.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each card, in one or two panels.
    """
    measures = ["validation_loss", *(["accuracy"] if all("accuracy" in card["curve"][-1] for card in cards) else [])]
    words = {"validation_loss": "validation loss in nats", "accuracy": "validation accuracy"}
    hover = {"validation_loss": "loss <b>%{y:.3f}</b> nats", "accuracy": "accuracy <b>%{y:.1%}</b>"}
    each, between = 150, 40
    inner = each * len(measures) + between * (len(measures) - 1)
    content = chart_layout(inner, left=44, right=_label_room(cards), top=30, bottom=44)
    last = max(card["curve"][-1]["step"] for card in cards)
    data = []
    for k, measure in enumerate(measures):
        end = "2" if k else ""
        top = 1 - k * (each + between) / inner
        values = [entry[measure] for card in cards for entry in card["curve"]]
        low, high = _edges(values, 1.0 if measure == "accuracy" else math.inf)
        ends = []
        for card in cards:
            data.append(_learning_curve(card, measure, hover[measure], yaxis=f"y{end}"))
            ends.append(EndLabel(cell_label(card["cell"]), card["curve"][-1]["step"], card["curve"][-1][measure]))
        content[f"yaxis{end}"] = chart_axis(
            domain=[max(0.0, top - each / inner), top],
            range=[low, high],
            nticks=5,
            **({"tickformat": ".0%"} if measure == "accuracy" else {}),
        )
        content["annotations"] += [
            heading(words[measure], y=top),
            *end_labels(ends, (low, high), each, axes=("x", f"y{end}")),
        ]
    content["xaxis"] = chart_axis(
        range=[0, 1.01 * last],
        nticks=6,
        anchor="y2" if len(measures) > 1 else "y",
        title=axis_title("training step"),
    )
    return {"data": data[::-1], "layout": content}  # the first ones on top: a dashed line shows on a solid one


def uncrowded_ticks(values: Sequence[float], least: float = 0.25) -> list[float]:
    """Those of ascending positive values that a logarithmic axis can label without crowding."""
    ticks: list[float] = []
    for value in values:
        if not ticks or math.log10(value / ticks[-1]) >= least:
            ticks.append(value)
    return ticks


def _learning_curve(card: Card, measure: str, hover: str, **more: Any) -> Part:
    curve = card["curve"]
    x, y = [entry["step"] for entry in curve], [entry[measure] for entry in curve]
    line = cell_line(card["cell"], x, y, f"step %{{x}}<br>{hover}", **more)
    return line | {"marker": line["marker"] | {"size": 5}}


def _alternate_markers(line: Part, turn: int, count: int) -> Part:
    """A line with every `count`-th of its markers, so that lines on top of each other show theirs in turn."""
    points = len(line["x"])
    sizes = [6 if k % count == turn or k == points - 1 else 0 for k in range(points)]
    return line | {"marker": {"color": line["marker"]["color"], "symbol": line["marker"]["symbol"], "size": sizes}}


def _chance_label(chance: float) -> Part:
    return annotation(f"chance {percent(chance)}", 0, chance, ("x domain", "y"), size=11, xshift=4, yshift=-11)


def _edges(values: Sequence[float], most: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    edge = 0.06 * (high - low) or 0.05
    return max(0.0, low - edge), min(high + edge, most + 0.02)


def _trained_delays(card: Card) -> tuple[int, int]:
    """The shortest and the longest delay that a recall model was trained on."""
    options = card["training"]["task_options"]
    return options["shortest"], options["longest"]


def _label_room(cards: Sequence[Card]) -> int:
    return label_room([cell_title(card["cell"]) for card in cards])
