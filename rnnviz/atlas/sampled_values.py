"""The values of all units at some positions, the same for all quantities, drawn at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from .reading import Block
from .summary import Array, Summary, UnitFacts


@dataclass
class SampledValues(Summary):
    """Values at positions of the sample.

    Parameters
    ----------
    positions : ndarray of int64 of shape (S,)
        The positions, ascending.
    values : ndarray of float32 of shape (U, S)
        The values of all units there.
    """

    name = "sample"
    axes = {"positions": ("S",), "values": ("U", "S")}

    positions: Array
    values: Array

    @classmethod
    def begin(cls, facts: UnitFacts) -> Self:
        return cls(np.empty(0, np.int64), np.empty((facts.units, 0), np.float32))

    def add(self, block: Block) -> None:
        if len(chosen := block.columns.sampled):
            added = type(self)(block.columns.positions[chosen], block.values[:, chosen])
            both = self.merged(added)
            self.positions, self.values = both.positions, both.values

    def merged(self, other: Self) -> Self:
        positions = np.concatenate([self.positions, other.positions])
        order = np.argsort(positions)
        return type(self)(positions[order], np.concatenate([self.values, other.values], 1)[:, order])
