"""What each token does for an answer: bars over the text, above zero for it and below zero against it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..analysis.selection import check_step
from ..cells.activations import Array
from ..colours import PREDICTION, negative_colour, round_up
from ..number_format import with_minus_signs
from .chart_parts import annotation, chart_axis, coloured, heading, horizontal_line, vertical_line
from .curves_over_text import check_same_length, curve_until, token_chart
from .plain_figure import Content, figure
from .token_labels import markup_label

HEIGHT = 150
FEW = 16  # tokens, of which bars would be too wide
AIR = 1.2  # of the axis beyond a bar, for its number
SLIVER = 0.15  # of the axis


@figure
def attribution_bars(
    values: Array,
    tokens: Sequence[str],
    unknown: Sequence[bool] | Array | None = None,
    *,
    label: str,
    against: str | None = None,
    step: int,
    without: Sequence[str] | None = None,
) -> Content:
    """Draw what each token does for an answer; the strongest bar has its number.

    Parameters
    ----------
    values : ndarray of shape (T,)
        The values of `rnnviz.analysis.attribution`.
    tokens : sequence of str
        The T tokens.
    unknown : sequence of bool, optional
        Where the vocabulary lacks the token.
    label : str
        The label that is asked about; "" for a network with a single output.
    against : str, optional
        The label that it is compared with.
    step : int
        The step after which the answer is read, counted from 1. The tokens after it have no bar, unless a layer reads
        from the end and they matter too.
    without : sequence of str, optional
        For each token, the answer to the text without it, which is shown when one points at its bar.

    Returns
    -------
    plotly.graph_objects.Figure
        A bar for each token.

    Raises
    ------
    ArrayError
        If the values are not those of T tokens.
    ArgumentError
        If there is no such step.
    """
    check_same_length({"values": len(values), "tokens": len(tokens)})
    check_step(step, len(values))
    later = bool(np.any(values[step:]))
    shown = np.array(values, np.float64) if later else curve_until(values, step)
    sizes = np.abs(np.nan_to_num(shown, posinf=0.0, neginf=0.0))
    drawn = shown[np.isfinite(shown)]
    low, high = (_end(float(most)) for most in (drawn.min(initial=0.0), drawn.max(initial=0.0)))
    if sizes.any():  # a side on which nearly nothing happens gets a sliver
        low, high = min(low, -SLIVER * high), max(high, -SLIVER * low)
    else:
        high = 1.0
    against_colour = negative_colour(PREDICTION)
    answers = [""] * len(tokens) if without is None else [f"<br>without it: {markup_label(each)}" for each in without]
    bars = {
        "type": "bar",
        "name": "attribution",
        "x": np.arange(1, len(tokens) + 1),
        "y": shown,
        "customdata": answers,
        "marker": {
            "color": [against_colour if value < 0 else PREDICTION for value in shown],
            "line": {"width": 0},
        },
        "hovertemplate": "step %{x:d} (<b>%{x}</b>): <b>%{y:+.3~g}</b>%{customdata}<extra></extra>",
    }
    content = token_chart(tokens, unknown, left=44, right=24, top=34, height=HEIGHT)
    ends = [end for end in (low, 0.0, high) if end == 0 or abs(end) > SLIVER * (high - low)]
    texts = [with_minus_signs(f"{end:+.3g}" if end else "0") for end in ends]
    content["yaxis"] = chart_axis(range=[low, high], tickvals=ends, ticktext=texts)
    content["shapes"] = [horizontal_line(0.0, dash="solid")]
    if step < len(tokens):
        content["shapes"].append(vertical_line(step - 1))
    content["bargap"] = 0.25 if len(tokens) > FEW else 0.5
    own = f"<b>{markup_label(label)}</b>" if label else "a larger output"
    other = f"<b>{markup_label(against)}</b>" if against is not None else f"against {'it' if label else 'one'}"
    words = f"what speaks {coloured('■', PREDICTION)} for {own} and {coloured('■', against_colour)} {other}"
    if against is not None:
        words = words.replace(" and ", " and for ")
    content["annotations"].append(heading(f"{words}{', in log odds' if label else ''}"))
    if sizes.any():
        at = int(sizes.argmax())
        text = with_minus_signs(f"<b>{shown[at]:+.3g}</b>")
        content["annotations"].append(
            annotation(text, at, float(shown[at]), anchor="center", yshift=9 if shown[at] > 0 else -9)
        )
    return {"data": [bars], "layout": content}


def _end(most: float) -> float:
    """Where the axis ends on one side of zero."""
    return float(np.copysign(round_up(abs(most) * AIR), most)) if most else 0.0
