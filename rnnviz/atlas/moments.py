"""Sums from which means and standard deviations follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..errors import NotFiniteError
from .reading import Block
from .summary import Array, Summary, UnitFacts


@dataclass
class Moments(Summary):
    """The number of values, their sum and the sum of their squares.

    Parameters
    ----------
    count : ndarray of int64 of shape ()
        How many values each unit has.
    sums, squares : ndarray of float64 of shape (U,)
        The sums of the values and of their squares.
    """

    name = "moments"

    count: Array
    sums: Array
    squares: Array

    @classmethod
    def begin(cls, facts: UnitFacts) -> Self:
        return cls(np.zeros((), np.int64), np.zeros(facts.units), np.zeros(facts.units))

    def add(self, block: Block) -> None:
        sums = block.wide.sum(1)
        if not np.isfinite(sums).all():
            name, layer, direction = block.key
            unit = int(np.flatnonzero(~np.isfinite(sums))[0])
            at = block.columns.positions[~np.isfinite(block.values[unit])].min(initial=np.iinfo(np.int64).max)
            raise NotFiniteError(
                f"At token {at:,} of the corpus the network’s numbers overflow: {name} of unit {unit} in layer "
                f"{layer}, {direction}, is no number any more.",
                code="overflow", name=name, count=int((~np.isfinite(block.values)).sum()),
            )  # fmt: skip
        self.count = self.count + block.values.shape[1]
        self.sums += sums
        self.squares += np.einsum("un,un->u", block.wide, block.wide)

    def merged(self, other: Self) -> Self:
        return type(self)(self.count + other.count, self.sums + other.sums, self.squares + other.squares)

    @property
    def means(self) -> Array:
        """The mean of each unit."""
        return self.sums / self.count

    @property
    def deviations(self) -> Array:
        """The standard deviation of each unit, of all its values."""
        return np.sqrt(np.maximum(self.squares / self.count - self.means**2, 0))
