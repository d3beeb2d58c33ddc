"""Gradients of every unit's next state by all states before the step, for many states at once.

In most cells a unit sees the other units only through W_hh h: the rest of the equations is one unit's own. A row of the
Jacobian is then a sum of rows of W_hh, each times a factor of its unit, and of what the unit's own states add. A
backward pass with the identity in place of a block of W_hh finds that block's factors for all units.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from ...cells import Cell, Definition
from ...cells.activations import Array
from ...cells.expressions import Value
from ...cells.layer_norm import LayerNorm
from ...cells.record import NamedArrays
from ...cells.weight_nodes import Matrix

Step = tuple[Array, NamedArrays, NamedArrays]  # z, before and now, as `Cell.step_back` takes them


class UnitGradients:
    """Backward passes through one step of a cell.

    Parameters
    ----------
    cell : Cell
        The cell, in float64: small factors are differences of larger numbers.
    """

    def __init__(self, cell: Cell) -> None:
        self._cell = cell

    def of(self, step: Step, weights: Mapping[str, Array]) -> dict[str, Array]:
        """Compute the gradients of a weighted sum of each unit's states after the step.

        Parameters
        ----------
        step : tuple of (z, before, now)
            A step of N states as one batch.
        weights : mapping of str to ndarray of shape (H, N)
            By state, the weight of each unit at each of the N states; a state that is left out has no weight. All that
            are given have the same H.

        Returns
        -------
        dict of str to ndarray of shape (N, H, H')
            By the state before the step, which has H' units: entry [n, i, j] is the gradient of unit i's sum by unit j
            of that state.
        """
        return self._by_blocks(step, weights) if self._block_cells else self._one_by_one(step, weights)

    def _by_blocks(self, step: Step, weights: Mapping[str, Array]) -> dict[str, Array]:
        _, before, _ = step
        alone, *blocks = (self._backward(cell, step, weights) for cell in self._block_cells)
        size, count = before["hidden"].shape
        gradients, units = {state: np.zeros((count, size, size)) for state in before}, np.arange(size)
        for state, gradient in gradients.items():
            gradient[:, units, units] = alone[state].T
        rows = self._cell.weight_hh.reshape(-1, size, size)
        for block, weight in zip(blocks, rows, strict=True):
            factors = block["hidden"] - alone["hidden"]
            gradients["hidden"] += factors.T[:, :, None] * weight
        return gradients

    def _one_by_one(self, step: Step, weights: Mapping[str, Array]) -> dict[str, Array]:
        z, before, now = step
        units, count = next(iter(weights.values())).shape
        gradients = {state: np.empty((count, units, len(array))) for state, array in before.items()}
        for n in range(count):
            part = z[:, [n]], _column(before, n), _column(now, n)
            found = self._backward(self._cell, part, {state: np.diag(each[:, n]) for state, each in weights.items()})
            for state, gradient in gradients.items():
                gradient[n] = found[state].T
        return gradients

    @staticmethod
    def _backward(cell: Cell, step: Step, weights: Mapping[str, Array]) -> NamedArrays:
        """The gradients by the states before the step, of shape (H, B), from those by the states after it."""
        z, before, now = step
        columns = next(iter(weights.values())).shape[1]
        d = {state: np.zeros((len(array), columns)) for state, array in before.items()}
        for state, weight in weights.items():
            d[state] += weight
        cell.step_back(z, before, now, d, np.empty((len(z), columns)))
        return d

    @cached_property
    def _block_cells(self) -> list[Cell]:
        """The cell with zeros for W_hh, then with the identity for each block of it; none if units mix otherwise."""
        if not mixes_by_recurrent_weights(self._cell.definition):
            return []
        weight, size = self._cell.weight_hh, self._cell.hidden_size
        found = []
        for block in range(-1, len(weight) // size):
            changed = np.zeros_like(weight)
            if block >= 0:
                changed[block * size : (block + 1) * size] = np.eye(size)
            parameters = {**self._cell.parameters, "weight_hh": changed}
            found.append(self._cell.from_parameters(parameters.values(), self._cell.options))
        return found


def mixes_by_recurrent_weights(definition: Definition) -> bool:
    """Check whether a unit sees the other units' states through W_hh h alone, and there are as many of each state.

    Parameters
    ----------
    definition : Definition
        A cell's equations.

    Returns
    -------
    bool
        False with a projection, a layer norm, a matrix that is applied to anything else, as in a GRU that resets
        before the product, or without W_hh.
    """
    nodes = [node for right in definition.equations.values() for node in right.walk()]
    matrices = [node for node in nodes if isinstance(node, Matrix)]
    recurrent = [node for node in matrices if node.of == Value("hidden").before]
    others = [node for node in matrices if node.of not in (Value("hidden").before, Value("input_vector"))]
    has_norm = any(isinstance(node, LayerNorm) for node in nodes)
    return bool(recurrent) and not others and not has_norm and {n.parameter for n in recurrent} == {"weight_hh"}


def _column(arrays: NamedArrays, n: int) -> NamedArrays:
    """The n-th of a batch."""
    return {name: array[:, [n]] for name, array in arrays.items()}
