"""Heatmaps of step against step: columns are where something came from, rows where it arrives, the first one on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..colours import GRID
from ..text.tokens import visible
from .curves_over_text import MOST_LABELS, token_axis
from .heatmaps import room_for
from .line_chart import SMALL, Part, around, layout, note, under
from .plain_figure import Content

TOP, TITLED = 46, 20  # pixels above for two lines of words, and below for one
WHOLE = 340  # pixels high in all: as much as fits a phone's screen beside its words
LEAST = 150  # pixels of the map itself
BAR = 58  # pixels right of it, for the colour bar
ROW = 13  # pixels that a label of a row needs
GAPS = 32  # steps up to which a gap between the cells tells them apart
DOWNWARDS = {"tickangle": 0, "ticklabelstandoff": 3}
FEW = 14  # labels of long tokens on a phone


def step_map(
    part: Part, tokens: Sequence[str], unknown: Any, *, words: str, rows: str, columns: str, backward: bool
) -> Content:
    """A square of heatmap cells over pairs of steps, of which only those that reading order allows are framed.

    part: what makes the heatmap: z (T, T) by [to, from], colours and hover text. words: what it shows, in the first
    line above; rows, columns: what an entry of each axis stands for.
    """
    steps = len(tokens)
    room = room_for(tokens)
    height = max(WHOLE - TOP - room - TITLED, LEAST)
    content = layout(height, left=room + 4, right=BAR, top=TOP, bottom=room + TITLED)
    short = max(len(visible(token)) for token in tokens) < 3
    upright = {"tickangle": 0} if short else {}
    content["xaxis"] = token_axis(tokens, unknown, MOST_LABELS if short else FEW, title=under(columns)) | upright
    content["yaxis"] = token_axis(tokens, unknown, height // ROW) | DOWNWARDS | {"range": [steps - 0.5, -0.5]}
    content["annotations"] += [
        note(words, 0, 1, ("paper", "paper"), yanchor="bottom", yshift=24),
        note(rows, 0, 1, ("paper", "paper"), yanchor="bottom", yshift=5),
    ]
    content["shapes"] = around(possible(steps, backward=backward), color=GRID)
    x = np.arange(1, steps + 1)
    gap = 1 if steps <= GAPS else 0
    heatmap = {"type": "heatmap", "x": x, "y": x, "xgap": gap, "ygap": gap, "hoverongaps": False, **part}
    return {"data": [heatmap], "layout": content}


def possible(steps: int, *, backward: bool = False) -> np.ndarray:
    """(T, T), whether the step of the row is read after that of the column, or is that step itself."""
    lower = np.tri(steps, dtype=bool)
    return lower.T if backward else lower


def compact(values: np.ndarray) -> np.ndarray:
    """The values in float32, whose seven digits are more than hover text shows, unless it could not hold their size."""
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
