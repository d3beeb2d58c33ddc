"""The states of many runs in the plane of their first two components, and the path of one text through them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..analysis import Components, FixedPoints
from ..cells.activations import Array
from ..cells.equation_roles import ROLE_COLOURS
from ..colours import NEGATIVE_OF_GREY, PLAYHEAD, REFERENCE
from .chart_parts import Part, annotation, axis_title, card_words, chart_axis, chart_layout, coloured, heading, percent
from .plain_figure import Content, figure
from .token_labels import markup_label

HEIGHT = 230
PATH = ROLE_COLOURS["hidden"]
LONG, RECENT = 16, 8  # steps: of a path longer than the first, only so many up to the current step are not faint
POINT_MARKS = {"stable": ("circle", "●"), "unstable": ("x", "✖"), "slow": ("diamond-open", "◇")}
POINT_COLOUR = NEGATIVE_OF_GREY


@figure
def state_path(
    found: Components,
    states: Array,
    path: Array,
    tokens: Sequence[str],
    *,
    step: int | None = None,
    readout: Array | None = None,
    label: str = "",
    points: FixedPoints | None = None,
) -> Content:
    """Draw hidden states along the first two principal components, on one scale for both.

    Of a long path, all but the steps just before the current one is faint.

    Parameters
    ----------
    found : Components
        The components.
    states : ndarray of shape (N, 2)
        The states of many runs, projected: faint dots.
    path : ndarray of shape (T + 1, H)
        The hidden states of one run, the initial one first: a line.
    tokens : sequence of str
        The T tokens of the run.
    step : int, optional
        The current step, counted from 1: a ring around the state after it.
    readout : ndarray of shape (H,), optional
        A direction of the readout, drawn as an arrow that is as long as the share of it that lies in the plane.
    label : str, default ""
        The label whose logit grows along it.
    points : FixedPoints, optional
        Fixed and slow points, each with its number, counted from 1.

    Returns
    -------
    plotly.graph_objects.Figure
        One plane.
    """
    line = found.project(path)
    shares = [*found.shares, 0.0][:2]
    places = np.empty((0, 2)) if points is None else found.project(points.hidden)
    edges = _edges(np.concatenate([states, line, places]))
    content = chart_layout(HEIGHT, left=34, right=8, top=46, bottom=42)
    content["xaxis"] = chart_axis(
        range=edges[0], title=axis_title(f"component 1: {percent(shares[0])} of the variance"), nticks=6
    )
    # One scale for both; the height decides how much room there is above and below.
    content["yaxis"] = chart_axis(range=edges[1], scaleanchor="x", nticks=5)
    shown = ["start", *(f"{t}: {markup_label(token)}" for t, token in enumerate(tokens, 1))]
    data: list[Part] = [
        {
            "type": "scattergl" if len(states) > 4000 else "scatter",
            "mode": "markers",
            "name": "states of all texts",
            "x": states[:, 0],
            "y": states[:, 1],
            "marker": {"color": REFERENCE, "size": 3, "opacity": 0.4},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "path of the text",
            "x": line[:, 0],
            "y": line[:, 1],
            "text": shown,
            "line": {"color": PATH, "width": 2},
            "marker": {"color": PATH, "size": 6, "symbol": ["circle-open", *["circle"] * len(tokens)]},
            "cliponaxis": False,
            "hovertemplate": "%{text}<br><b>%{x:.3g}</b> along component 1<br>%{y:.3g} along 2<extra></extra>",
        },
    ]
    legend = [f"{coloured('○', PATH)} start", f"{coloured('●', PATH)} after each token"]
    if step is not None and len(tokens) > LONG:
        data[1]["opacity"] = 0.25
        recent = line[max(0, step - RECENT) : step + 1]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": "last steps",
                "x": recent[:, 0],
                "y": recent[:, 1],
                "line": {"color": PATH, "width": 2},
                "marker": {"color": PATH, "size": 6},
                "cliponaxis": False,
                "hoverinfo": "skip",
            }
        )
        legend.append(f"{coloured('━', PATH)} last {RECENT} steps")
    if points is not None and len(points):
        kinds = point_kinds(points)
        data.append(_point_marks(places, kinds, points))
        legend += [f"{coloured(POINT_MARKS[kind][1], POINT_COLOUR)} {kind}" for kind in POINT_MARKS if kind in kinds]
    if step is not None:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "current step",
                "x": line[[step], 0],
                "y": line[[step], 1],
                "marker": {"color": PLAYHEAD, "symbol": "circle-open", "size": 16, "line": {"width": 2.5}},
                "cliponaxis": False,
                "hoverinfo": "skip",
            }
        )
        words = f"<b>{markup_label(tokens[step - 1])}</b>"
        content["annotations"].append(annotation(words, line[step, 0], line[step, 1], anchor="center", yshift=18))
    if readout is not None and readout.any():
        content["annotations"] += _arrow(np.pad(found.turn(readout), (0, 1))[:2], edges, label)
    content["annotations"].append(
        heading(f"component 2: {percent(shares[1])}<br>{'   '.join(legend)}") | {"font": {"size": 11}, "xshift": -26}
    )
    return {"data": data, "layout": content}


def point_kinds(points: FixedPoints) -> list[str]:
    """The kind of each point: "stable", "unstable" or "slow"."""
    return [
        "slow" if not is_fixed else "stable" if is_stable else "unstable"
        for is_fixed, is_stable in zip(points.fixed, points.stable, strict=True)
    ]


def _point_marks(place: Array, kinds: Sequence[str], points: FixedPoints) -> Part:
    largest = np.abs(points.eigenvalues[:, 0])
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": "fixed and slow points",
        "x": place[:, 0],
        "y": place[:, 1],
        "text": [f"<b>{n}</b>" for n in range(1, len(kinds) + 1)],
        "textposition": "bottom center",
        "hovertext": [
            f"{n}: {kind}, largest eigenvalue {modulus:.3f}"
            for n, (kind, modulus) in enumerate(zip(kinds, largest, strict=True), 1)
        ],
        "marker": {"color": POINT_COLOUR, "size": 11, "symbol": [POINT_MARKS[kind][0] for kind in kinds]},
        "cliponaxis": False,
        "hovertemplate": "point %{hovertext}<extra></extra>",
    }


def _arrow(cosines: Array, edges: tuple[list[float], list[float]], label: str) -> list[Part]:
    """An arrow from the mean state: its length is the share of the direction that lies in the plane."""
    (left, right), (low, high) = edges
    length = 0.45 * (right - left) / 2
    x, y = (length * float(cosine) for cosine in cosines)
    middle = (low + high) / 2
    return [
        {
            "x": x, "y": y, "ax": 0, "ay": 0, "xref": "x", "yref": "y", "axref": "x", "ayref": "y", "text": "",
            "showarrow": True, "arrowhead": 2, "arrowwidth": 1.5, "arrowcolor": PLAYHEAD,
        },
        annotation(
            f"→ {card_words(label, 20)}", x, y, anchor="left" if x >= 0 else "right", size=11,
            yshift=-10 if y <= middle else 10,
        ),
    ]  # fmt: skip


def _edges(points: Array) -> tuple[list[float], list[float]]:
    """The ranges that hold all points with some room."""
    low, high = points.min(axis=0), points.max(axis=0)
    room = 0.08 * max(float((high - low).max()), 1e-6)
    return (
        [float(low[0] - room), float(high[0] + room)],
        [float(low[1] - room), float(high[1] + room)],
    )
