"""How the values of every unit are distributed: exact counts in fixed bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from .reading import Block
from .summary import Array, Summary, UnitFacts

BINS = 64
WIDEST = 6.0  # asinh of the value at which the outermost bins of what has no bounds begin: about 200


@dataclass
class ValueHistogram(Summary):
    """Counts of values.

    Parameters
    ----------
    counts : ndarray of int64 of shape (U, 64)
        How many values are in each bin.
    edges : ndarray of float64 of shape (65,)
        The borders of the bins: even between the bounds of the quantity; without bounds, even in asinh of the value,
        and the outermost bins have all values beyond.
    """

    name = "histogram"
    axes = {"counts": ("U", BINS), "edges": (BINS + 1,)}

    counts: Array
    edges: Array

    @classmethod
    def begin(cls, facts: UnitFacts) -> Self:
        q = facts.quantity
        edges = np.linspace(q.low, q.high, BINS + 1) if q.bounded else np.sinh(np.linspace(-WIDEST, WIDEST, BINS + 1))
        return cls(np.zeros((facts.units, BINS), np.int64), edges)

    def add(self, block: Block) -> None:
        units = len(self.counts)
        bins = self.bins_of(block.values)
        bins += np.arange(0, units * BINS, BINS, dtype=np.int32)[:, None]
        self.counts += np.bincount(bins.ravel(), minlength=units * BINS).reshape(units, BINS)

    def bins_of(self, values: Array) -> Array:
        """The bin of each value, counted from 0."""
        even = np.allclose(np.diff(self.edges), self.edges[1] - self.edges[0])
        low, high = (float(self.edges[0]), float(self.edges[-1])) if even else (-WIDEST, WIDEST)
        scale, shift = BINS / (high - low), BINS * low / (high - low)
        if even and np.frexp(scale)[0] == 0.5 and shift.is_integer():  # a product with a power of two is exact
            return _places(np.floor(values * np.float32(scale)) - np.float32(shift))
        bins = _places(np.floor((values if even else np.arcsinh(values)) * np.float32(scale) - np.float32(shift)))
        borders = self.edges.copy()
        borders[[0, -1]] = -np.inf, np.inf
        bins -= values < borders[bins]
        bins += values >= borders[bins + 1]
        return bins

    def merged(self, other: Self) -> Self:
        return type(self)(self.counts + other.counts, self.edges)


def _places(numbers: Array) -> Array:
    """Whole numbers as places of bins."""
    return np.clip(numbers, 0, BINS - 1, out=numbers).astype(np.int32)
