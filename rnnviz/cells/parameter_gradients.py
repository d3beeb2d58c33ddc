"""The gradients of a cell's parameters, from those by its sums and quantities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .activations import Array
from .expressions import Cache, Expression
from .record import NamedArrays, Record, flat

if TYPE_CHECKING:
    from .cell import Cell


class ParameterGradients:
    """Collects gradients of parameters, from the numbers of all steps at once: vectors are columns, (N, T*B).

    It is the environment in which `Expression.pull_back` runs.

    Parameters
    ----------
    cell : Cell
        The cell.
    record : Record
        A run of it.
    """

    unit_axis = 0

    def __init__(self, cell: Cell, record: Record) -> None:
        self.cell, self.record, self.vectors = cell, record, len(record) * record.x.shape[2]
        self.gradients: NamedArrays = {}
        self._known: Cache = {}

    def known(self, node: Expression) -> Array:
        """The value of an expression at all steps: what the run has recorded is not computed again."""
        if node not in self._known:
            name = self.cell.plan.cached.get(node)
            self._known[node] = node.evaluate(self, self._known) if name is None else flat(self.record.values[name])
        return self._known[node]

    def add(self, name: str, blocks: Sequence[str], gradient: Array) -> None:
        """Add to the gradient of neighbouring blocks of a parameter, with an array that becomes part of it."""
        if name not in self.gradients and len(blocks) == len(self.cell.plan.blocks(name)):
            self.gradients[name] = gradient
            return
        if name not in self.gradients:
            self.gradients[name] = np.zeros_like(getattr(self.cell, name))
        self.gradients[name][self.cell.place(name, blocks)] += gradient

    def value(self, name: str, before: bool) -> Array:
        """A quantity at all steps, or a state as all steps found it."""
        return flat(self.record.before(name) if before else self.record.feature_first(name))

    def parameter(self, name: str, block: str) -> Array:
        """The rows of a parameter that compute a quantity."""
        return self.cell.rows_of(name, block)

    def times(self, matrix: Array, vectors: Array) -> Array:
        """W v."""
        return matrix @ vectors

    def outer(self, left: Array, right: Array) -> Array:
        """The sum over all columns of left times right transposed."""
        return left @ right.T

    def spread(self, vector: Array) -> Array:
        """A vector in every column."""
        return np.broadcast_to(vector[:, None], (len(vector), self.vectors))

    def total(self, vectors: Array) -> Array:
        """The sum of all columns."""
        return vectors.sum(1)

    def add_value(self, name: str, before: bool, gradient: Array) -> None:
        """Leave out what `Cell.step_back` has passed on already."""

    def add_parameter(self, name: str, block: str, gradient: Array) -> None:
        """Add to one block of a parameter's gradient; that of weight_ih follows from dz."""
        if name != "weight_ih":
            self.add(name, [block], gradient)
