"""A layer whose input is held: one step as a map from states to states, with its exact Jacobian."""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np

from ...cells import Cell
from ...cells.activations import Array
from .unit_gradients import Step, UnitGradients


class HeldInputMap:
    """The map s -> F(s) of one step under the same input vector, for many states at once.

    The state s holds all states of the cell, one after the other, the hidden state first, as in `step_jacobians`.
    Everything is computed in float64, whatever the dtype of the weights: near a fixed point, differences of float32
    states are rounding errors.

    Parameters
    ----------
    cell : Cell
        The cell of a layer.
    vector : ndarray of shape (D,)
        The input vector that it reads at every step.

    Attributes
    ----------
    cell : Cell
        The cell in float64.
    vector : ndarray of shape (D,)
        The vector that is held.
    gradients : UnitGradients
        Backward passes through a step.
    size : int
        S, the numbers of a state.
    lowest, highest : ndarray of shape (S,)
        The bounds that the equations give the states; infinite where there are none, as for an LSTM's cell state.
    """

    def __init__(self, cell: Cell, vector: Array) -> None:
        self.cell, self.vector = cell, vector
        if cell.dtype != np.float64:
            exact = (array.astype(np.float64) for array in cell.parameters.values())
            self.cell = cell.from_parameters(exact, cell.options)
        self.gradients = UnitGradients(self.cell)
        self._sums = self.cell.weight_ih @ vector.astype(np.float64) + self.cell.input_bias()
        ends = list(accumulate((self.cell.units(state) for state in self.cell.states), initial=0))
        self._places = {state: slice(*pair) for state, pair in zip(self.cell.states, pairwise(ends), strict=True)}
        self.size = ends[-1]
        states = [self.cell.definition.by_name[state] for state in self.cell.states]
        sizes = [self.cell.units(state.name) for state in states]
        self.lowest = np.repeat([state.low for state in states], sizes)
        self.highest = np.repeat([state.high for state in states], sizes)

    def step(self, states: Array) -> Array:
        """Compute where states go in one step.

        Parameters
        ----------
        states : ndarray of shape (N, S)
            The states.

        Returns
        -------
        ndarray of shape (N, S)
            F(s) of each.
        """
        after, _ = self.run(states)
        return after

    def step_with_jacobians(self, states: Array) -> tuple[Array, Array]:
        """Compute where states go in one step, and the Jacobian of the step at each of them.

        Parameters
        ----------
        states : ndarray of shape (N, S)
            The states.

        Returns
        -------
        after : ndarray of shape (N, S)
            F(s) of each.
        jacobians : ndarray of shape (N, S, S)
            Entry [n, i, j] is dF_i / ds_j at state n.
        """
        after, step = self.run(states)
        jacobians = np.empty((len(states), self.size, self.size))
        for state, rows in self._places.items():
            found = self.gradients.of(step, {state: np.ones((self.cell.units(state), len(states)))})
            for other, columns in self._places.items():
                jacobians[:, rows, columns] = found[other]
        return after, jacobians

    def input_gradients(self, states: Array, along: Array) -> Array:
        """Compute the gradient of the next hidden state, along a direction, by the input vector.

        Parameters
        ----------
        states : ndarray of shape (N, S)
            The states before the step.
        along : ndarray of shape (H,)
            The direction.

        Returns
        -------
        ndarray of shape (N, D)
            The gradient of `along` times the hidden state, at the vector that is held.
        """
        _, (z, before, now) = self.run(states)
        d = {state: np.zeros_like(array) for state, array in before.items()}
        d["hidden"] += along[:, None]
        d_sums = np.empty_like(z)
        self.cell.step_back(z, before, now, d, d_sums)
        return d_sums.T @ self.cell.weight_ih

    def run(self, states: Array) -> tuple[Array, Step]:
        """Compute one step of all states as one batch.

        Parameters
        ----------
        states : ndarray of shape (N, S)
            The states.

        Returns
        -------
        after : ndarray of shape (N, S)
            F(s) of each.
        step : tuple of (z, before, now)
            The step as `Cell.step_back` takes it, as a batch of N.
        """
        cell, count = self.cell, len(states)
        z = np.repeat(self._sums[:, None], count, axis=1)
        before = {state: np.ascontiguousarray(states[:, place].T) for state, place in self._places.items()}
        now = {gate: z[cell.row(gate)] for gate in cell.plan.activated}
        now |= {name: np.empty((cell.lengths[size], count)) for name, size in cell.plan.apart.items()}
        now |= {state: np.empty_like(array) for state, array in before.items()}
        cell.step(z, before, now)
        return np.concatenate([now[state].T for state in cell.states], axis=1), (z, before, now)
