"""How a model's answers turn out, from its card: by label, and by how confident they are."""

from __future__ import annotations

from typing import Any

from ..colours import REFERENCE, cell_style
from .chart_parts import Part, axis_title, card_words, chart_axis, chart_layout, heading
from .plain_figure import Content, figure

Card = dict[str, Any]

LETTERS = 24  # of a label
ROW = 17  # pixels of a label
FEWEST_ROWS = 9
SHARES = {"range": [-0.02, 1.02], "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickformat": ".0%"}


@figure
def recall_by_label(card: Card) -> Content:
    """Draw for each label what share of its test items is recognised, the most frequent label first.

    Parameters
    ----------
    card : dict
        A model's card with "by_label" among its scores.

    Returns
    -------
    plotly.graph_objects.Figure
        One bar for each label, with the number of its items beside its name.
    """
    labels = sorted(card["scores"]["by_label"].items(), key=lambda item: -item[1]["n"])
    names = [f"{card_words(name, LETTERS)} ({entry['n']})" for name, entry in labels]
    height = ROW * max(len(labels), FEWEST_ROWS)
    content = chart_layout(height, left=12 + round(6.4 * max(map(len, names))), right=12, top=28, bottom=30)
    content["xaxis"] = chart_axis(**SHARES)
    content["yaxis"] = chart_axis(
        range=[len(labels) - 0.5, -0.5], tickvals=list(range(len(labels))), ticktext=names, showgrid=False
    )
    content["bargap"] = 0.35
    content["annotations"] = [heading("recognised, of each label's test items (n)")]
    bars: Part = {
        "type": "bar",
        "orientation": "h",
        "name": card_words(card["name"]),
        "x": [entry["recall"] for _, entry in labels],
        "y": list(range(len(labels))),
        "marker": {"color": cell_style(card["cell"]).colour},
        "hovertext": [f"<b>{card_words(name)}</b>: {entry['recall']:.1%} of {entry['n']}" for name, entry in labels],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return {"data": [bars], "layout": content}


@figure
def reliability(card: Card) -> Content:
    """Draw how often predictions are right against their probability; on the diagonal the two are the same.

    Parameters
    ----------
    card : dict
        A model's card with "calibration" among its scores.

    Returns
    -------
    plotly.graph_objects.Figure
        One point for each bin of probabilities, larger where there are more predictions.
    """
    bins = card["scores"]["calibration"]["bins"]
    most = max(entry["n"] for entry in bins)
    content = chart_layout(ROW * FEWEST_ROWS, left=44, right=12, top=28, bottom=46)
    content["xaxis"] = chart_axis(**SHARES, title=axis_title("probability of the prediction"))
    content["yaxis"] = chart_axis(**SHARES)
    content["annotations"] = [heading("how often it is right", x=0)]
    ends = {"xref": "x", "yref": "y", "x0": 0, "x1": 1, "y0": 0, "y1": 1}
    content["shapes"] = [{"type": "line", **ends, "layer": "below", "line": {"color": REFERENCE, "dash": "dot"}}]
    style = cell_style(card["cell"])
    points: Part = {
        "type": "scatter",
        "mode": "markers",
        "name": card_words(card["name"]),
        "x": [entry["confidence"] for entry in bins],
        "y": [entry["accuracy"] for entry in bins],
        "marker": {
            "color": style.colour,
            "symbol": style.marker,
            "size": [6 + 12 * (entry["n"] / most) ** 0.5 for entry in bins],
        },
        "cliponaxis": False,
        "hovertext": [
            f"{entry['n']} predictions of {entry['confidence']:.0%} on average: {entry['accuracy']:.0%} right"
            for entry in bins
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return {"data": [points], "layout": content}
