"""How the units of a layer vary together: for principal components and correlations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from .reading import Block
from .summary import Array, Summary, UnitFacts


@dataclass
class Covariance(Summary):
    """Sums of the products of all pairs of units, for states.

    Parameters
    ----------
    products : ndarray of float64 of shape (U, U)
        For each pair, the sum of the product of their values.
    """

    name = "covariance"

    products: Array

    @classmethod
    def applies(cls, facts: UnitFacts) -> bool:
        return facts.quantity.role == "state"

    @classmethod
    def begin(cls, facts: UnitFacts) -> Self:
        return cls(np.zeros((facts.units, facts.units)))

    def add(self, block: Block) -> None:
        self.products += block.wide @ block.wide.T

    def merged(self, other: Self) -> Self:
        return type(self)(self.products + other.products)
