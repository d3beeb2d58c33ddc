"""From the colours in a cell's definition to colour scales, and how each cell looks in a line chart.

Scales fade into transparency at zero, so that zero looks like whatever is behind the
figure: the same figure suits a light page, a dark one and a white sheet of paper.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .cells import CELLS, Quantity

NEGATIVE = "#5F6B7A"  # one neutral hue for everything below zero: colour means positive
BESIDE_GREY = "#A9713B"  # below zero where the quantity itself is grey, from which a neutral hue could not be told
SAYS = "#6C63C7"  # what the readout says belongs to no gate, and wears its own hue
PLAYHEAD = "#808A99"
GRID = "rgba(128,138,153,0.22)"
REFERENCE = "#808A99"  # lines to compare with: chance, a baseline, "nothing lost"
SHADE = "rgba(128,138,153,0.14)"
SAYS_TOO = "#8C7A14"  # a second label beside the one in SAYS: yellow against violet, for the red-green blind as well
# How much of a gradient is left belongs to no gate and to no cell: a slate that is close to no hue of theirs. What has
# grown turns red, which those who see red and green alike tell from slate as yellow from blue.
GRADIENT = "#50658F"
EXPLODING = "#CF2A3A"

Scale = list[list[float | str]]


class Style(NamedTuple):
    """How a whole cell looks in a line chart: colour, dash and marker, and the marker as a letter for labels."""

    colour: str
    dash: str
    marker: str
    glyph: str

    @property
    def dash_in_words(self) -> str:
        return {"dot": "dotted", "dash": "dashed", "solid": "solid"}.get(self.dash, self.dash)


# A cell is no role, so it wears none of the roles' colours. These three differ from them, from
# each other for all common kinds of colour blindness, and from a white page and a dark one.
CELL_STYLES = {
    "rnn": Style("#A65832", "dot", "triangle-up", "▲"),
    "gru": Style("#2A7C8C", "dash", "diamond", "◆"),
    "lstm": Style("#8D41D9", "solid", "circle", "●"),
}
# What any further cell gets, in the order in which they became known.
FURTHER = (
    Style("#788C15", "dashdot", "square", "■"),
    Style("#808A99", "longdash", "cross", "✚"),
    Style("#B83A7A", "longdashdot", "x", "✖"),
)


def cell_style(cell: str) -> Style:
    """The style of a cell by its name; of one that nobody knows, the first of the further ones."""
    if cell in CELL_STYLES:
        return CELL_STYLES[cell]
    others = [name for name in CELLS if name not in CELL_STYLES]
    return FURTHER[others.index(cell) % len(FURTHER) if cell in others else 0]


def rgb(colour: str) -> tuple[int, int, int]:
    """The three channels, 0..255, of a colour such as "#D55E00"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def below_zero(colour: str) -> str:
    """The hue of negative values of a quantity of this colour."""
    return BESIDE_GREY if len(set(rgb(colour))) == 1 else NEGATIVE


def sequential(colour: str) -> Scale:
    """From nothing (0) to the full colour (1)."""
    return [[0.0, _faded(colour, 0.0)], [1.0, _faded(colour, 1.0)]]


def diverging(colour: str) -> Scale:
    """From the hue below zero (lowest) through nothing (zero, in the middle) to the full colour (highest)."""
    negative = below_zero(colour)
    return [
        [0.0, _faded(negative, 1.0)],
        [0.5, _faded(negative, 0.0)],
        [0.5, _faded(colour, 0.0)],
        sequential(colour)[1],
    ]


def gradients(low: int, high: int) -> Scale:
    """For powers of ten from `low` (nothing left) through 0 (1: as large as it was, the full slate) to `high` (red).

    It fades the faster the closer to 1, so that a half and a tenth can be told apart on a scale of many powers.
    """
    found: Scale = []
    for power in range(low, 1):
        found.append([(power - low) / (high - low), _faded(GRADIENT, (1 - power / low) ** 2.5)])
    return [*found, [1.0, _faded(EXPLODING, 1.0)]]


def bounds(quantity: Quantity, values: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest value of a quantity's colour scale.

    A bounded quantity always has its own bounds, on both sides of zero the wider one. An unbounded one gets the
    next round number (at least 1) above its largest absolute value, so that the scale does not wander with every
    keystroke.
    """
    if quantity.bounded:
        limit = max(-quantity.low, quantity.high) or 1.0
    else:
        limit = round_up(float(np.abs(values).max(initial=1.0)))
    return (0.0 if quantity.low >= 0 else -limit), limit


def scale_for(quantity: Quantity) -> Scale:
    """Sequential for what is never negative, diverging for the rest."""
    return sequential(quantity.colour) if quantity.low >= 0 else diverging(quantity.colour)


def round_up(value: float) -> float:
    """The next of 1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10 times a power of ten that is at least `value` (> 0)."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value * (1 - 1e-12))


def widest(values: np.ndarray, least: float = 1e-6) -> float:
    """The limit of a scale that is symmetric about zero and holds all values, NaN aside: the next round number.

    It is 1 where no value reaches `least`, so that rounding errors do not light up.
    """
    size = np.abs(values)
    most = float(size[np.isfinite(size)].max(initial=0.0))
    return round_up(most) if most >= least and most > 0 else 1.0


def _faded(colour: str, opacity: float) -> str:
    return f"rgba({','.join(map(str, rgb(colour)))},{opacity:g})"
