"""From the colours in a cell's definition to colour scales and readable text.

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


def readable(colour: str, background: str, contrast: float = 4.5) -> str:
    """The colour, moved towards black or white until text in it reaches the contrast (WCAG 2) on the background."""
    toward = 0 if luminance(background) > 0.18 else 255
    for share in np.linspace(0, 1, 41):
        mixed = "#" + "".join(f"{round(c + (toward - c) * share):02X}" for c in rgb(colour))
        if contrast_ratio(mixed, background) >= contrast:
            return mixed
    return mixed


def contrast_ratio(one: str, other: str) -> float:
    """WCAG 2's contrast of two colours, 1..21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance, 0 (black) to 1 (white)."""
    channels = [c / 255 for c in rgb(colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def _faded(colour: str, opacity: float) -> str:
    return f"rgba({','.join(map(str, rgb(colour)))},{opacity:g})"
