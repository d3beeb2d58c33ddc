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
        low, high = (self.edges[0], self.edges[-1]) if even else (-WIDEST, WIDEST)
        scale, values = np.float32(BINS / (high - low)), values if even else np.arcsinh(values)
        places = np.floor(values * scale)  # before the shift: the product with a power of two is exact
        places -= np.float32(low) * scale
        return np.clip(places, 0, BINS - 1, out=places).astype(np.int32)

    def merged(self, other: Self) -> Self:
        return type(self)(self.counts + other.counts, self.edges)
