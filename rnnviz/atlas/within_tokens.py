"""What a unit and a property have in common beyond the token that has just been read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from .evidence import Evidence
from .reading import Block
from .summary import Array, Summary, UnitFacts
from .token_sums import TokenSums

LEAST = 1e-9  # a share of the variance that is smaller is rounding


@dataclass
class PropertySums(Summary):
    """Sums of the properties by token.

    Parameters
    ----------
    sums : ndarray of float64 of shape (P, L + 1)
        For each property, the sum of its known values at each of the L listed tokens, and at all others.
    known : ndarray of int64 of shape (P, L + 1)
        At how many of these it is known.
    count : ndarray of int64 of shape (L + 1,)
        How many of these there are.
    """

    name = "property_sums"
    axes = {"sums": ("P", "L"), "known": ("P", "L"), "count": ("L",)}

    sums: Array
    known: Array
    count: Array

    @classmethod
    def applies(cls, facts: UnitFacts) -> bool:
        return facts.properties > 0 and facts.listed > 0

    @classmethod
    def begin(cls, facts: UnitFacts) -> Self:
        shape = (facts.properties, facts.listed + 1)
        return cls(np.zeros(shape), np.zeros(shape, np.int64), np.zeros(facts.listed + 1, np.int64))

    def add(self, block: Block) -> None:
        order, begins, kinds = block.columns.by_token
        values = block.columns.properties.values.take(order, axis=1)
        known = ~np.isnan(values)
        self.sums[:, kinds] += np.add.reduceat(np.where(known, values, 0), begins, axis=1)
        self.known[:, kinds] += np.add.reduceat(known, begins, axis=1, dtype=np.int64)
        self.count[kinds] += np.diff(begins, append=len(order))

    def merged(self, other: Self) -> Self:
        return type(self)(self.sums + other.sums, self.known + other.known, self.count + other.count)


def correlations_within_tokens(evidence: Evidence, units: TokenSums, properties: PropertySums) -> Array:
    """Correlate what is left of units and properties when the mean at each token is subtracted from both.

    Parameters
    ----------
    evidence : Evidence
        The evidence of U units and P properties.
    units : TokenSums
        The sums of the units by token.
    properties : PropertySums
        The sums of the properties by token.

    Returns
    -------
    ndarray of shape (U, P)
        Pearson's r within tokens; those that are not listed count as one. NaN where the token alone tells the property
        or the value of the unit, and where a property is known at some places of a token and not at others.
    """
    whole = evidence.moments.total()
    found = np.full(whole.products.shape, np.nan)
    for p, (known, sums) in enumerate(zip(properties.known, properties.sums, strict=True)):
        at = np.flatnonzero(known)
        if not len(at) or not np.array_equal(known[at], properties.count[at]):
            continue
        count = known[at].astype(float)
        x = units.sums[:, at] / count - whole.unit_mean[:, p, None]
        y = sums[at] / count - whole.property_mean[p]
        left_x = whole.unit_squares[:, p] - (count * x**2).sum(1)
        left_y = whole.property_squares[p] - (count * y**2).sum()
        if left_y <= LEAST * whole.property_squares[p]:
            continue
        left_x = np.where(left_x > LEAST * whole.unit_squares[:, p], left_x, np.nan)
        found[:, p] = np.clip((whole.products[:, p] - (count * y * x).sum(1)) / np.sqrt(left_x * left_y), -1, 1)
    return found
