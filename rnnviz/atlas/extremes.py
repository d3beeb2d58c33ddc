"""The largest and smallest values of every unit, and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from .reading import Block
from .reading_settings import EXTREMES
from .summary import Array, Summary, UnitFacts

NOWHERE = np.iinfo(np.int64).max  # the position of what is still missing


@dataclass
class Extremes(Summary):
    """The contexts at both ends, at most one from each stretch of `ReadingSettings.apart` tokens.

    Parameters
    ----------
    top, bottom : ndarray of float32 of shape (U, 20)
        The largest values, the largest first, and the smallest, the smallest first. Of equal ones, the earlier comes
        first. NaN where there are fewer.
    top_positions, bottom_positions : ndarray of int64 of shape (U, 20)
        Their positions in the corpus; `NOWHERE` where there are fewer.
    """

    name = "extremes"
    axes = dict.fromkeys(("top", "top_positions", "bottom", "bottom_positions"), ("U", EXTREMES))

    top: Array
    top_positions: Array
    bottom: Array
    bottom_positions: Array

    @classmethod
    def begin(cls, facts: UnitFacts) -> Self:
        nothing, nowhere = _nothing(facts.units)
        return cls(nothing, nowhere, nothing, nowhere)

    def add(self, block: Block) -> None:
        values, columns = block.values, block.columns
        highest = np.maximum.reduceat(values, columns.stretches, axis=1)
        lowest = np.minimum.reduceat(values, columns.stretches, axis=1)
        self.top, self.top_positions = _raised(self.top, self.top_positions, values, highest, columns)
        low = _raised(-self.bottom, self.bottom_positions, values, -lowest, columns, -1)
        self.bottom, self.bottom_positions = -low[0], low[1]

    def merged(self, other: Self) -> Self:
        top = _best(
            np.concatenate([self.top, other.top], 1),
            np.concatenate([self.top_positions, other.top_positions], 1),
        )
        bottom = _best(
            -np.concatenate([self.bottom, other.bottom], 1),
            np.concatenate([self.bottom_positions, other.bottom_positions], 1),
        )
        return type(self)(*top, -bottom[0], bottom[1])


def _nothing(units: int) -> tuple[Array, Array]:
    return np.full((units, EXTREMES), np.nan, np.float32), np.full((units, EXTREMES), NOWHERE)


def _raised(
    top: Array, positions: Array, values: Array, highest: Array, columns: object, sign: int = 1
) -> tuple[Array, Array]:
    """The largest of what there was and of the maxima of stretches, `highest`, of a block's values times `sign`."""
    least, last = top[:, -1:], positions[:, -1:]
    enters = (highest > least) | np.isnan(least)
    ties = highest == least
    begins = columns.stretches  # type: ignore[attr-defined]
    if ties.any():  # an earlier one comes before; the earliest of a stretch is not before its begin
        enters |= ties & (columns.positions[begins] < last)  # type: ignore[attr-defined]
    if (
        highest.shape[1] > EXTREMES and np.count_nonzero(enters) > 2 * top.size
    ):  # most of them are not among the best 20
        enters &= highest >= np.partition(highest, -EXTREMES, axis=1)[:, [-EXTREMES]]
    unit, stretch = np.nonzero(enters)
    if not len(unit):
        return top, positions
    found = highest[unit, stretch]
    lengths = np.diff(np.append(begins, values.shape[1]))
    inside = np.arange(int(lengths.max()))
    places = begins[stretch][:, None] + np.minimum(inside, lengths[stretch][:, None] - 1)
    places = places[np.arange(len(unit)), (sign * values[unit[:, None], places] == found[:, None]).argmax(1)]
    where = columns.positions[places]  # type: ignore[attr-defined]
    units = len(top)
    flat = top.shape[1]
    kept = ~np.isnan(top)
    return _best_of_list(
        np.concatenate([found, top[kept]]),
        np.concatenate([where, positions[kept]]),
        np.concatenate([unit, np.repeat(np.arange(units), flat).reshape(units, flat)[kept]]),
        units,
    )


def _best(values: Array, positions: Array) -> tuple[Array, Array]:
    """The best of each row."""
    kept = ~np.isnan(values)
    return _best_of_list(values[kept], positions[kept], np.nonzero(kept)[0], len(values))


def _best_of_list(values: Array, positions: Array, units: Array, count: int) -> tuple[Array, Array]:
    """The best values of each unit, from a list of values with their units."""
    order = np.lexsort((positions, -values, units))
    units = units[order]
    rank = np.arange(len(units)) - np.searchsorted(units, units)
    chosen = rank < EXTREMES
    best, where = _nothing(count)
    best[units[chosen], rank[chosen]] = values[order][chosen]
    where[units[chosen], rank[chosen]] = positions[order][chosen]
    return best, where
