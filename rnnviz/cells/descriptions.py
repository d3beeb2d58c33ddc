"""What the definitions of cells have in common: the words and bounds that follow a chosen activation."""

from __future__ import annotations

import math
from collections.abc import Callable

from .activations import Activation


def explaining() -> Callable[[Activation], str]:
    """What to add to the sentences of a cell's phases: what each activation computes, where it is first met."""
    met: set[Activation] = set()

    def words(chosen: Activation) -> str:
        if chosen in met or not chosen.explanation:
            return ""
        met.add(chosen)
        return f" {chosen.explanation}"

    return words


def sized(chosen: Activation) -> str:
    """How large the values of an activation get, in words."""
    if chosen.bounded:
        words = f"between {chosen.low:g} and {chosen.high:g}"
    elif math.isfinite(chosen.low):
        words = f"of at least {chosen.low:g}"
    else:
        words = "of any size"
    return words.replace("-", "−")


def product_bounds(one: Activation, other: Activation) -> tuple[float, float]:
    """The bounds of a value of one activation times one of another."""
    ends = [a * b if a and b else 0.0 for a in one.bounds for b in other.bounds]  # 0 times anything is 0
    return min(ends), max(ends)
