"""Means and squared deviations, from which standard deviations follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..errors import NotFiniteError
from .reading import Block
from .summary import Array, Summary, UnitFacts


@dataclass
class Moments(Summary):
    """The number of values, their mean and the sum of their squared deviations from it.

    Sums of squares would lose the spread of a unit that hardly changes, such as a gate that is open by 0.9999; merged
    so, that of one that never changes is exactly 0.

    Parameters
    ----------
    count : ndarray of int64 of shape ()
        How many values each unit has.
    means : ndarray of float64 of shape (U,)
        The mean of each unit.
    squares : ndarray of float64 of shape (U,)
        The sum of the squared deviations of each.

    References
    ----------
    .. [1] T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing sample
       variances", COMPSTAT 1982.
    """

    name = "moments"
    axes = {"count": (), "means": ("U",), "squares": ("U",)}

    count: Array
    means: Array
    squares: Array

    @classmethod
    def begin(cls, facts: UnitFacts) -> Self:
        return cls(np.zeros((), np.int64), np.zeros(facts.units), np.zeros(facts.units))

    def add(self, block: Block) -> None:
        means, apart = block.centred
        if not np.isfinite(means).all():
            name, layer, direction = block.key
            unit = int(np.flatnonzero(~np.isfinite(means))[0])
            at = block.columns.positions[~np.isfinite(block.values[unit])].min(initial=np.iinfo(np.int64).max)
            raise NotFiniteError(
                f"At token {at:,} of the corpus the network’s numbers overflow: {name} of unit {unit} in layer "
                f"{layer}, {direction}, is no number any more.",
                code="overflow", name=name, count=int((~np.isfinite(block.values)).sum()),
            )  # fmt: skip
        count = np.array(block.values.shape[1], np.int64)
        more = type(self)(count, means, np.einsum("un,un->u", apart, apart))
        self.__dict__.update(self.merged(more).arrays)

    def merged(self, other: Self) -> Self:
        count, apart, share = together(self.count, self.means, other.count, other.means)
        squares = self.squares + other.squares + apart**2 * (self.count * share)
        return type(self)(count, self.means + apart * share, squares)

    @property
    def deviations(self) -> Array:
        """The standard deviation of each unit, of all its values."""
        deviations: Array = np.sqrt(self.squares / self.count)
        return deviations


def together(count: Array, means: Array, other_count: Array, other_means: Array) -> tuple[Array, Array, float]:
    """How many values two parts have, how far the means of the second lie from the first, and its share of the values.

    That of two parts without values is 0.
    """
    whole = count + other_count
    return whole, other_means - means, float(other_count / whole) if whole else 0.0
