"""How often a unit is near one of its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from .reading import Block
from .summary import Array, Summary, UnitFacts

NEAR = 0.1  # of the distance from the middle, or from 0, to the bound


@dataclass
class Saturation(Summary):
    """How many values are near the lower and the upper bound.

    A gate is near its bounds below 0.1 and above 0.9, a state between −1 and 1 below −0.9 and above 0.9.

    Parameters
    ----------
    below, above : ndarray of int64 of shape (U,)
        How many values of each unit are below the first limit, and above the second.
    count : ndarray of int64 of shape ()
        How many values each unit has.
    limits : ndarray of float32 of shape (2,)
        The limits.

    References
    ----------
    A. Karpathy, J. Johnson and L. Fei-Fei, "Visualizing and understanding recurrent networks", ICLR workshop 2016.
    """

    name = "saturation"
    axes = {"below": ("U",), "above": ("U",), "count": (), "limits": (2,)}

    below: Array
    above: Array
    count: Array
    limits: Array

    @classmethod
    def applies(cls, facts: UnitFacts) -> bool:
        return facts.quantity.bounded

    @classmethod
    def begin(cls, facts: UnitFacts) -> Self:
        low, high = facts.quantity.low, facts.quantity.high
        margin = NEAR * (high - low) / (2 if low == -high else 1)
        none = np.zeros(facts.units, np.int64)
        limits = np.array([low + margin, high - margin], np.float32)
        return cls(none, none.copy(), np.zeros((), np.int64), limits)

    def add(self, block: Block) -> None:
        low, high = self.limits
        self.below += np.count_nonzero(block.values < low, axis=1)
        self.above += np.count_nonzero(block.values > high, axis=1)
        self.count = self.count + block.values.shape[1]

    def merged(self, other: Self) -> Self:
        return type(self)(self.below + other.below, self.above + other.above, self.count + other.count, self.limits)
