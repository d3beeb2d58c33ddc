"""Colours: from those of the roles in a cell to colour scales, and the style of each cell in a line chart.

Scales fade into transparency at zero, so that zero looks like the background: the same figure suits a light page, a
dark one and a white sheet of paper.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .cells import CELLS, Quantity

NEGATIVE = "#5F6B7A"  # one neutral hue for everything below zero: colour means positive
NEGATIVE_OF_GREY = "#A9713B"  # below zero where the quantity itself is grey and a neutral hue would look the same
# Probability has a hue of its own: it is no role's, and what is selected has the colour of the text.
PREDICTION = "#877BDD"
SECOND_PREDICTION = "#8C7A14"  # a second label beside it: yellow against violet, for the red-green blind as well
PLAYHEAD = "#808A99"
TEXT_SHARE = 60  # per cent of a role's colour in the colour of its words; the rest is the text's own, for contrast
GRID = "rgba(128,138,153,0.22)"
REFERENCE = "#808A99"  # lines to compare with: chance, a baseline, "nothing lost"
SHADE = "rgba(128,138,153,0.14)"
# How much of a gradient is left belongs to no gate and to no cell: a slate that is close to none of their hues. What
# has grown turns red, which is as different from slate for the red-green blind as yellow from blue.
GRADIENT = "#50658F"
EXPLODING = "#CF2A3A"
# The colours of a page. .streamlit/config.toml tells Streamlit the same.
THEMES = {
    "light": {"text": "#10161F", "background": "#FFFFFF", "secondary-background": "#F3F5F8", "primary": "#303B4B"},
    "dark": {"text": "#E6EAF0", "background": "#10151C", "secondary-background": "#1A222C", "primary": "#C3CCD8"},
}

STEPS = (1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10)  # times a power of ten: where a scale may end
FEW_STEPS = (1, 2, 3, 5, 10)
SHARE_WITHIN = 98  # percent of the values of an unbounded quantity that its scale holds at least
LEAST_LIMIT = 0.5

Scale = list[list[float | str]]


class Style(NamedTuple):
    """The style of a whole cell in a line chart.

    Attributes
    ----------
    colour : str
        The colour, such as "#D55E00".
    dash : str
        Plotly's name of the dash.
    marker : str
        Plotly's name of the marker.
    glyph : str
        The marker as a letter, for labels.
    """

    colour: str
    dash: str
    marker: str
    glyph: str

    @property
    def dash_in_words(self) -> str:
        """The dash as an adjective: "dotted"."""
        return {"dot": "dotted", "dash": "dashed", "solid": "solid"}.get(self.dash, self.dash)


# A cell has no role, so it has none of the roles' colours. These three differ from them, from each other for all common
# kinds of colour blindness, and from a white page and a dark one.
CELL_STYLES = {
    "rnn": Style("#A65832", "dot", "triangle-up", "▲"),
    "gru": Style("#2A7C8C", "dash", "diamond", "◆"),
    "lstm": Style("#8D41D9", "solid", "circle", "●"),
}
# The styles of all other cells, in the order in which they are registered.
OTHER_STYLES = (
    Style("#788C15", "dashdot", "square", "■"),
    Style("#808A99", "longdash", "cross", "✚"),
    Style("#3051F2", "longdashdot", "x", "✖"),
    Style("#12A112", "8px,2px,2px,2px,2px,2px", "star", "★"),
    Style("#197FE6", "4px,2px", "triangle-down", "▼"),
    Style("#E619B2", "1px,3px", "pentagon", "⬟"),
    Style("#227737", "12px,3px", "hexagon", "⬢"),
    Style("#9975BD", "6px,6px", "triangle-left", "◀"),
    Style("#E61919", "2px,6px", "triangle-right", "▶"),
    Style("#C30363", "16px,3px,3px,3px", "triangle-sw", "◣"),
)


def cell_style(cell: str) -> Style:
    """Get the style of a cell.

    Parameters
    ----------
    cell : str
        The name of a cell.

    Returns
    -------
    Style
        For an unknown cell, the first of the other styles.
    """
    if cell in CELL_STYLES:
        return CELL_STYLES[cell]
    others = [name for name in CELLS if name not in CELL_STYLES]
    return OTHER_STYLES[others.index(cell) % len(OTHER_STYLES) if cell in others else 0]


def rgb(colour: str) -> tuple[int, int, int]:
    """Split a colour into its channels.

    Parameters
    ----------
    colour : str
        A colour such as "#D55E00".

    Returns
    -------
    tuple of int
        Red, green and blue, from 0 to 255.
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def negative_colour(colour: str) -> str:
    """Choose the hue of negative values of a quantity.

    Parameters
    ----------
    colour : str
        The quantity's colour.

    Returns
    -------
    str
        A neutral hue, or another one if the quantity is grey itself.
    """
    return NEGATIVE_OF_GREY if len(set(rgb(colour))) == 1 else NEGATIVE


def sequential_scale(colour: str) -> Scale:
    """Make a colour scale from transparent to the full colour.

    Parameters
    ----------
    colour : str
        The colour of the highest value.

    Returns
    -------
    list
        Plotly's colour scale: positions from 0 to 1 and their colours.
    """
    return [[0.0, _with_opacity(colour, 0.0)], [1.0, _with_opacity(colour, 1.0)]]


def diverging_scale(colour: str) -> Scale:
    """Make a colour scale from the negative hue through transparent, in the middle, to the full colour.

    Parameters
    ----------
    colour : str
        The colour of the highest value.

    Returns
    -------
    list
        Plotly's colour scale: positions from 0 to 1 and their colours.
    """
    negative = negative_colour(colour)
    return [
        [0.0, _with_opacity(negative, 1.0)],
        [0.5, _with_opacity(negative, 0.0)],
        [0.5, _with_opacity(colour, 0.0)],
        sequential_scale(colour)[1],
    ]


def gradient_scale(low: int, high: int) -> Scale:
    """Make a colour scale for the size of gradients, in powers of ten.

    It fades faster the closer it is to 1, so that a half and a tenth can be distinguished on a scale of many powers.

    Parameters
    ----------
    low, high : int
        Powers of ten: `low` is transparent, 0 the full slate, `high` red.

    Returns
    -------
    list
        Plotly's colour scale: positions from 0 to 1 and their colours.
    """
    scale: Scale = []
    for power in range(low, 1):
        scale.append([(power - low) / (high - low), _with_opacity(GRADIENT, (1 - power / low) ** 2.5)])
    return [*scale, [1.0, _with_opacity(EXPLODING, 1.0)]]


def scale_limits(quantity: Quantity, values: np.ndarray) -> tuple[float, float]:
    """Choose the limits of a quantity's colour scale.

    A bounded quantity always has its own bounds, symmetric if it can be negative. An unbounded one has a round number
    that at least 98 % of its absolute values reach at most: a few large ones would make all others pale. There are few
    such numbers, so that the scale does not change with every keystroke; the browser lets it only grow while a model is
    shown, so that two texts can be compared. What is beyond a scale is marked in the instrument and at its colour bar
    in figures.

    Parameters
    ----------
    quantity : Quantity
        The quantity.
    values : ndarray
        The values that are shown.

    Returns
    -------
    tuple of float
        The lowest and the highest value.
    """
    if quantity.bounded:
        limit = max(-quantity.low, quantity.high) or 1.0
    else:
        sizes = np.abs(values[np.isfinite(values)])
        most = float(np.percentile(sizes, SHARE_WITHIN, method="inverted_cdf")) if sizes.size else 0.0
        limit = round_up(max(most, LEAST_LIMIT), FEW_STEPS)
    return (0.0 if quantity.low >= 0 else -limit), limit


def quantity_scale(quantity: Quantity) -> Scale:
    """Make the colour scale of a quantity.

    Parameters
    ----------
    quantity : Quantity
        The quantity.

    Returns
    -------
    list
        A sequential scale for a quantity that is never negative, a diverging one for others.
    """
    return sequential_scale(quantity.colour) if quantity.low >= 0 else diverging_scale(quantity.colour)


def round_up(value: float, steps: Sequence[float] = STEPS) -> float:
    """Round a number up to 1, 1.2, 1.5, 2, 3, 4, 5, 6, 8 or 10 times a power of ten.

    Parameters
    ----------
    value : float
        A number above 0, in the range of float64.
    steps : sequence of float, optional
        Others in place of these numbers, from 1 to 10.

    Returns
    -------
    float
        The next such number that is at least `value`.

    Examples
    --------
    >>> round_up(11.16)
    12.0
    """
    power = 10.0 ** math.floor(math.log10(value))
    rounded = next(step * power for step in steps if step * power >= value * (1 - 1e-12))
    return min(rounded, sys.float_info.max)


def largest_size(*arrays: np.ndarray) -> float:
    """Find the size of the largest number, for the end of a scale.

    Parameters
    ----------
    *arrays : ndarray
        The values; infinities and NaN, which no scale holds, are ignored.

    Returns
    -------
    float
        The largest absolute value; 0 if there is none.
    """
    sizes = (np.abs(values[np.isfinite(values)], dtype=np.float64) for values in map(np.asarray, arrays))
    return max((float(size.max(initial=0.0)) for size in sizes), default=0.0)


def symmetric_limit(values: np.ndarray, least: float = 1e-6) -> float:
    """Choose the limit of a scale that is symmetric about zero and holds all values.

    Parameters
    ----------
    values : ndarray
        The values; infinities and NaN are ignored.
    least : float, default 1e-6
        The limit is 1 where no value is as large as this, so that rounding errors stay invisible.

    Returns
    -------
    float
        The next round number.
    """
    most = largest_size(values)
    return round_up(most) if most >= least and most > 0 else 1.0


def _with_opacity(colour: str, opacity: float) -> str:
    return f"rgba({','.join(map(str, rgb(colour)))},{opacity:g})"
