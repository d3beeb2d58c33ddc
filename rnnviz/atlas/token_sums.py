"""The sums of every unit's values at each token of the vocabulary, from which its means per token follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from .reading import Block
from .summary import Array, Summary, UnitFacts


@dataclass
class TokenSums(Summary):
    """Sums by token.

    Parameters
    ----------
    sums : ndarray of float64 of shape (U, L + 1)
        For each unit, the sum of its values at each of the L listed tokens, and at all others.
    """

    name = "token_sums"
    axes = {"sums": ("U", "L")}

    sums: Array

    @classmethod
    def applies(cls, facts: UnitFacts) -> bool:
        return facts.listed > 0

    @classmethod
    def begin(cls, facts: UnitFacts) -> Self:
        return cls(np.zeros((facts.units, facts.listed + 1)))

    def add(self, block: Block) -> None:
        order, begins, kinds = block.columns.by_token
        self.sums[:, kinds] += np.add.reduceat(block.wide.take(order, axis=1), begins, axis=1)

    def merged(self, other: Self) -> Self:
        return type(self)(self.sums + other.sums)
