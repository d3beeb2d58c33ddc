"""The contexts of units: where in the corpus they are largest, smallest, and in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ArrayError
from ..whole_numbers import check_whole
from .extremes import EXTREMES, Extremes
from .sampled_values import SampledValues
from .stored_atlas import StoredAtlas
from .summary import Array

if TYPE_CHECKING:
    import pandas as pd

BEFORE, AFTER = 30, 10  # tokens around one that a context shows


class UnitContexts(StoredAtlas):
    """Queries for contexts."""

    def top(
        self,
        quantity: str,
        unit: int,
        n: int = EXTREMES,
        *,
        layer: int = 0,
        direction: str | None = None,
        before: int = BEFORE,
        after: int = AFTER,
    ) -> pd.DataFrame:
        """List the contexts in which a unit is largest.

        Parameters
        ----------
        quantity : str
            The quantity.
        unit : int
            The unit.
        n : int, default 20
            How many, at most 20.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.
        before, after : int, default 30 and 10
            How many tokens are shown around each.

        Returns
        -------
        pandas.DataFrame
            The largest first, of equal ones the earlier first, at most one from each stretch of `settings.apart`
            tokens; with the columns document, position, step, before, token, after and value.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded.
        ArgumentError
            If there is no such unit, or a number is out of range.
        """
        check_whole("n", n)
        found = self._find(Extremes, quantity, layer, direction, unit)
        return self.contexts(found.top_positions[unit][:n], found.top[unit][:n], before, after)

    def bottom(
        self,
        quantity: str,
        unit: int,
        n: int = EXTREMES,
        *,
        layer: int = 0,
        direction: str | None = None,
        before: int = BEFORE,
        after: int = AFTER,
    ) -> pd.DataFrame:
        """List the contexts in which a unit is smallest.

        Parameters
        ----------
        quantity : str
            The quantity.
        unit : int
            The unit.
        n : int, default 20
            How many, at most 20.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.
        before, after : int, default 30 and 10
            How many tokens are shown around each.

        Returns
        -------
        pandas.DataFrame
            The smallest first, otherwise as `top`.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded.
        ArgumentError
            If there is no such unit, or a number is out of range.
        """
        check_whole("n", n)
        found = self._find(Extremes, quantity, layer, direction, unit)
        return self.contexts(found.bottom_positions[unit][:n], found.bottom[unit][:n], before, after)

    def groups(
        self,
        quantity: str,
        unit: int,
        n: int = 5,
        *,
        groups: int = 10,
        layer: int = 0,
        direction: str | None = None,
        before: int = BEFORE,
        after: int = AFTER,
    ) -> pd.DataFrame:
        """List contexts from the whole range of a unit: the sample's positions, sorted by value and divided evenly.

        Parameters
        ----------
        quantity : str
            The quantity.
        unit : int
            The unit.
        n : int, default 5
            How many from each group, spread evenly over it.
        groups : int, default 10
            How many groups; with 10, they are the tenths of the sample.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.
        before, after : int, default 30 and 10
            How many tokens are shown around each.

        Returns
        -------
        pandas.DataFrame
            The columns of `top` after one for the group, the lowest of which is 0.

        Raises
        ------
        UnknownQuantityError
            If the quantity is not recorded.
        ArgumentError
            If there is no such unit, or a number is out of range.
        """
        check_whole("n", n)
        check_whole("groups", groups, 1)
        sample = self._find(SampledValues, quantity, layer, direction, unit)
        order = np.argsort(sample.values[unit], kind="stable")
        chosen, group = [], []
        for k, members in enumerate(np.array_split(order, groups)):
            picked = members[_spread(len(members), n)]
            chosen.append(picked)
            group.append(np.full(len(picked), k))
        places = np.concatenate(chosen)
        frame = self.contexts(sample.positions[places], sample.values[unit][places], before, after)
        frame.insert(0, "group", np.concatenate(group))
        return frame

    def contexts(self, positions: Any, values: Any, before: int = BEFORE, after: int = AFTER) -> pd.DataFrame:
        """Describe positions of the corpus.

        Parameters
        ----------
        positions : array_like of int
            Positions; those outside the corpus are left out.
        values : array_like of float
            A value for each.
        before, after : int, default 30 and 10
            How many tokens of the same document are shown around each.

        Returns
        -------
        pandas.DataFrame
            The columns document, position, step, before, token, after and value.

        Raises
        ------
        ArgumentError
            If `before` or `after` is out of range.
        ArrayError
            If there are not as many values as positions.
        """
        import pandas as pd

        corpus = self.corpus
        check_whole("before", before)
        check_whole("after", after)
        positions, values = np.asarray(positions, np.int64), np.asarray(values)
        if positions.ndim != 1 or positions.shape != values.shape:
            raise ArrayError(
                f"There are {values.shape} values for positions of shape {positions.shape}; expected one for each.",
                code="shape", name="values", shape=values.shape, expected=positions.shape,
            )  # fmt: skip
        inside = (positions >= 0) & (positions < len(corpus))
        positions, values = positions[inside], values[inside]
        document = corpus.document_of(positions)
        starts, stops = corpus.borders[document], corpus.borders[document + 1]
        rows = []
        for position, start, stop in zip(positions.tolist(), starts.tolist(), stops.tolist(), strict=True):
            first = max(start, position - before)
            texts = corpus.texts(first, min(stop, position + after + 1))
            at = position - first
            rows.append((corpus.joined(texts[:at]), corpus.joined(texts[at : at + 1]), corpus.joined(texts[at + 1 :])))
        return pd.DataFrame(
            {
                "document": np.asarray(corpus.numbers)[document],
                "position": positions,
                "step": positions - starts,
                "before": [row[0] for row in rows],
                "token": [row[1] for row in rows],
                "after": [row[2] for row in rows],
                "value": values,
            }
        )


def _spread(count: int, n: int) -> Array:
    """Up to n of `count` places, spread evenly."""
    if count <= n:
        return np.arange(count)
    return ((2 * np.arange(n) + 1) * count) // (2 * n)
