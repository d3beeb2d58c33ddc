"""From the colours in a cell's definition to colour scales.

Scales fade into transparency at zero, so that zero looks like whatever is behind the
figure: the same figure suits a light page, a dark one and a white sheet of paper.
"""

from __future__ import annotations

import math

import numpy as np

from ..cells import Quantity

NEGATIVE = "#5F6B7A"  # one neutral hue for everything below zero: colour means positive
SAYS = "#6C63C7"  # what the readout says belongs to no gate, and wears its own hue
PLAYHEAD = "#808A99"

Scale = list[list[float | str]]


def rgb(colour: str) -> tuple[int, int, int]:
    """The three channels, 0..255, of a colour such as "#D55E00"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def sequential(colour: str) -> Scale:
    """From nothing (0) to the full colour (1)."""
    return [[0.0, _faded(colour, 0.0)], [1.0, _faded(colour, 1.0)]]


def diverging(colour: str) -> Scale:
    """From the neutral hue (lowest) through nothing (zero, in the middle) to the full colour (highest)."""
    return [
        [0.0, _faded(NEGATIVE, 1.0)],
        [0.5, _faded(NEGATIVE, 0.0)],
        [0.5, _faded(colour, 0.0)],
        sequential(colour)[1],
    ]


def bounds(quantity: Quantity, values: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest value of a quantity's colour scale.

    A bounded quantity always has its own bounds. An unbounded one gets the next round
    number (at least 1) above its largest absolute
    value, so that the scale does not wander with every keystroke.
    """
    if quantity.bounded:
        return quantity.low, quantity.high
    limit = round_up(float(np.abs(values).max(initial=1.0)))
    return (0.0 if quantity.low == 0 else -limit), limit


def scale_for(quantity: Quantity) -> Scale:
    """Sequential for what is never negative, diverging for the rest."""
    return sequential(quantity.colour) if quantity.low == 0 else diverging(quantity.colour)


def round_up(value: float) -> float:
    """The next of 1, 2, 3, 4, 5, 6, 8, 10 times a power of ten that is at least `value` (> 0)."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * power >= value * (1 - 1e-12))


def _faded(colour: str, opacity: float) -> str:
    return f"rgba({','.join(map(str, rgb(colour)))},{opacity:g})"
