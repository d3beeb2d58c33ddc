"""How the units of a layer vary together: for principal components and correlations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from .moments import together
from .reading import Block
from .summary import Array, Summary, UnitFacts


@dataclass
class Covariance(Summary):
    """Sums of the products of all pairs of units, for states: of their deviations from their means.

    Parameters
    ----------
    count : ndarray of int64 of shape ()
        How many values each unit has.
    means : ndarray of float64 of shape (U,)
        The mean of each unit.
    products : ndarray of float64 of shape (U, U)
        For each pair, the sum of the product of their deviations.
    """

    name = "covariance"
    axes = {"count": (), "means": ("U",), "products": ("U", "U")}

    count: Array
    means: Array
    products: Array

    @classmethod
    def applies(cls, facts: UnitFacts) -> bool:
        return facts.quantity.role == "state"

    @classmethod
    def begin(cls, facts: UnitFacts) -> Self:
        return cls(np.zeros((), np.int64), np.zeros(facts.units), np.zeros((facts.units, facts.units)))

    def add(self, block: Block) -> None:
        means, apart = block.centred
        more = type(self)(np.array(block.values.shape[1], np.int64), means, apart @ apart.T)
        self.__dict__.update(self.merged(more).arrays)

    def merged(self, other: Self) -> Self:
        count, apart, share = together(self.count, self.means, other.count, other.means)
        products = self.products + other.products + np.outer(apart, apart) * (self.count * share)
        return type(self)(count, self.means + apart * share, products)
