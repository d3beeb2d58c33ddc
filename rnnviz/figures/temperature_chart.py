"""The probabilities of a draw at several temperatures, as bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..cells.activations import Array
from ..colours import PREDICTION
from ..generation import drawing_probabilities
from ..text.tokens import visible
from .chart_parts import annotation, card_words, chart_axis, chart_layout, equal_domains, percent
from .plain_figure import Content, figure

SHOWN = 10  # labels, the likeliest first
ROW = 18  # pixels of a label
LETTERS = 12  # of a label


@figure
def temperature_bars(logits: Array, labels: Sequence[str], temperatures: Sequence[float]) -> Content:
    """Draw how temperature changes the probabilities of the next token.

    Parameters
    ----------
    logits : ndarray of shape (C,)
        The logits after a step.
    labels : sequence of str
        The C labels.
    temperatures : sequence of float
        The temperatures, from left to right.

    Returns
    -------
    plotly.graph_objects.Figure
        A panel of bars for each temperature. All have the same labels, those with the largest logits, and one scale.
    """
    leading = np.argsort(-logits, kind="stable")[:SHOWN]
    shares = [drawing_probabilities(logits, np.ones(len(logits), dtype=bool), t)[leading] for t in temperatures]
    names = [card_words(visible(labels[k]), LETTERS) for k in leading]
    most = max(float(share.max()) for share in shares)
    content = chart_layout(ROW * len(leading), left=18 + 8 * max(map(len, names)), right=40, top=30, bottom=8)
    rows = list(range(len(leading)))
    content["yaxis"] = chart_axis(range=[len(rows) - 0.5, -0.5], tickvals=rows, ticktext=names, showgrid=False)
    content["bargap"] = 0.3
    data = []
    for k, (temperature, share, domain) in enumerate(
        zip(temperatures, shares, equal_domains(len(temperatures), 0.12), strict=True)
    ):
        axis = "x" if k == 0 else f"x{k + 1}"
        content[f"xaxis{k + 1 if k else ''}"] = chart_axis(
            domain=domain, range=[0, most], showgrid=False, showticklabels=False
        )
        content["annotations"].append(
            annotation(f"temperature {temperature:g}", 0, 1, (f"{axis} domain", "paper"), yanchor="bottom", yshift=6)
        )
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "xaxis": axis,
                "x": share,
                "y": rows,
                "text": [percent(float(value)) for value in share],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": PREDICTION},
                "hovertext": [f"{name}: {percent(float(value))}" for name, value in zip(names, share, strict=True)],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    return {"data": data, "layout": content}
