"""Heatmaps of pairs of steps: columns are where something comes from, rows where it arrives, the first step on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..colours import GRID, PLAYHEAD
from ..errors import ArrayError
from ..text.tokens import visible
from .chart_parts import SMALL, Part, annotation, chart_layout, outline_shapes
from .curves_over_text import MOST_LABELS, token_axis
from .plain_figure import Content
from .token_labels import token_room

TOP, TITLED = 46, 20  # pixels above for two lines of words, and below for one
WHOLE = 340  # pixels high in all: as much as fits a phone's screen beside its words
LEAST = 150  # pixels of the map itself
BAR = 58  # pixels right of it, for the colour bar
ROW = 13  # pixels that the label of a row needs
GAPS = 32  # steps up to which a gap separates the cells
LEVEL = {"tickangle": 0, "ticklabelstandoff": 3}
FEW = 14  # labels of long tokens on a phone


def step_map(
    heatmap: Part,
    tokens: Sequence[str],
    unknown: Any,
    *,
    words: str,
    rows: str,
    columns: str,
    backward: bool,
    step: int | None = None,
) -> Content:
    """A square of heatmap cells over pairs of steps, with a frame around those that the reading order allows.

    heatmap: what is special about it: z (T, T) by [to, from], colours and hover text. words: what it shows, in the
    first line above. rows, columns: what an entry of each axis is. step: the one whose row is marked, from 1.
    """
    steps = len(tokens)
    room = token_room(tokens)
    height = max(WHOLE - TOP - room - TITLED, LEAST)
    content = chart_layout(height, left=room + 4, right=BAR, top=TOP, bottom=room + TITLED)
    short = max(len(visible(token)) for token in tokens) < 3
    upright = {"tickangle": 0} if short else {}
    content["xaxis"] = token_axis(tokens, unknown, MOST_LABELS if short else FEW, columns) | upright
    content["yaxis"] = token_axis(tokens, unknown, height // ROW) | LEVEL | {"range": [steps - 0.5, -0.5]}
    content["annotations"] += [
        annotation(words, 0, 1, ("paper", "paper"), yanchor="bottom", yshift=24),
        annotation(rows, 0, 1, ("paper", "paper"), yanchor="bottom", yshift=5),
    ]
    content["shapes"] = outline_shapes(readable_pairs(steps, backward=backward), color=GRID)
    if step is not None:
        row = min(max(step, 1), steps) - 1
        content["shapes"].append(_row_box(row, steps))
    x = np.arange(1, steps + 1)
    gap = 1 if steps <= GAPS else 0
    whole = {"type": "heatmap", "x": x, "y": x, "xgap": gap, "ygap": gap, "hoverongaps": False, **heatmap}
    return {"data": [whole], "layout": content}


def _row_box(row: int, steps: int) -> Part:
    """A box around a row."""
    return {
        "type": "rect", "x0": -0.5, "x1": steps - 0.5, "y0": row - 0.5, "y1": row + 0.5,
        "line": {"color": PLAYHEAD, "width": 2},
    }  # fmt: skip


def readable_pairs(steps: int, *, backward: bool = False) -> np.ndarray:
    """(T, T): whether the step of the row is read after that of the column, or is that step itself."""
    lower = np.tri(steps, dtype=bool)
    return lower.T if backward else lower


def check_step_pairs(name: str, values: np.ndarray, tokens: Sequence[str]) -> None:
    """Check that an array is (T, T) for T tokens; raise ArrayError otherwise."""
    expected = (len(tokens), len(tokens))
    if values.shape != expected:
        raise ArrayError(
            f"{name} has shape {values.shape}; expected {expected} for {len(tokens)} tokens.",
            name=name,
            shape=values.shape,
            expected=expected,
        )


def compact_floats(values: np.ndarray) -> np.ndarray:
    """The values in float32, whose seven digits are more than hover text shows, unless their size does not fit."""
    size = np.abs(values[np.nonzero(values)])
    size = size[np.isfinite(size)]
    fits = size.min(initial=1.0) > np.finfo(np.float32).tiny and size.max(initial=1.0) < np.finfo(np.float32).max
    return values.astype(np.float32) if fits else values


def colour_bar(values: Sequence[float], texts: Sequence[str], **more: Any) -> Part:
    """A colour bar right of the map, as high as the map, with these labels."""
    return {
        "thickness": 8,
        "len": 1,
        "lenmode": "fraction",
        "y": 0.5,
        "yanchor": "middle",
        "x": 1.0,
        "xpad": 8,
        "ypad": 0,
        "outlinewidth": 0,
        "tickvals": list(values),
        "ticktext": list(texts),
        "tickfont": {"size": SMALL["size"] - 1},
        "ticks": "",
        **more,
    }
