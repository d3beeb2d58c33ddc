"""What the definitions of cells share: words and bounds that follow from a chosen activation."""

from __future__ import annotations

import math

from ..number_format import with_minus_signs
from .activations import Activation


class Explanations:
    """What the sentences of a cell's phases add about each activation, where it first occurs."""

    def __init__(self) -> None:
        self.explained: set[Activation] = set()

    def __call__(self, activation: Activation) -> str:
        """A space and the explanation, or nothing if it is familiar or has been explained."""
        if activation in self.explained or not activation.explanation:
            return ""
        self.explained.add(activation)
        return f" {activation.explanation}"


def range_in_words(activation: Activation) -> str:
    """Say how large the values of an activation get.

    Parameters
    ----------
    activation : Activation
        The activation.

    Returns
    -------
    str
        "between −1 and 1", "of at least 0" or "of any size".
    """
    if activation.bounded:
        words = f"between {activation.low:g} and {activation.high:g}"
    elif math.isfinite(activation.low):
        words = f"of at least {activation.low:g}"
    else:
        words = "of any size"
    return with_minus_signs(words)


def product_bounds(first: Activation, second: Activation) -> tuple[float, float]:
    """Find the bounds of a product of two activated values.

    Parameters
    ----------
    first, second : Activation
        The activations.

    Returns
    -------
    low, high : float
        The bounds of a value of the first times a value of the second.
    """
    ends = [a * b if a and b else 0.0 for a in first.bounds for b in second.bounds]  # 0 times anything is 0
    return min(ends), max(ends)
