"""A step of an LSTM in H unknowns: its cell state is put where it comes to rest."""

from __future__ import annotations

import numpy as np

from ...cells import Definition
from ...cells.activations import Array
from ...cells.expressions import Value
from ...cells.gated_equations import GatedState, OutputGating, as_gated_state, as_output_gating
from .held_input_map import HeldInputMap

_LEAST_LOSS = 2.0**-53  # the share that a step loses at least: a gate that is 1 after rounding is a little below it


class RestingMap:
    """The map h -> G(h) of one step under a held input, from the state of that h whose cell state is at rest.

    Under a hidden state that is held, a cell state c' = f * c + w, whose gates f and contents w see the hidden state
    alone, rests at c*(h) = w / (1 - f). So the fixed points of the step are those of G(h) = h'(h, c*(h)). In H unknowns
    in place of 2H a search is faster, and gets to points whose cell state is far from all that it began at.

    Parameters
    ----------
    moves : HeldInputMap
        The step of a cell that has such a state.
    gated : GatedState
        How the cell state is carried on.
    gating : OutputGating
        How it shows in the hidden state.

    Attributes
    ----------
    size : int
        H, the numbers of a hidden state.
    lowest, highest : ndarray of shape (H,)
        The bounds that the equations give the hidden state.
    """

    def __init__(self, moves: HeldInputMap, gated: GatedState, gating: OutputGating) -> None:
        self._moves, self._gated, self._gating = moves, gated, gating
        self.size = moves.cell.units("hidden")
        self.lowest, self.highest = moves.lowest[: self.size], moves.highest[: self.size]

    @classmethod
    def of(cls, moves: HeldInputMap) -> RestingMap | None:
        """Find the map of a cell whose other state comes to rest.

        Parameters
        ----------
        moves : HeldInputMap
            A step under a held input.

        Returns
        -------
        RestingMap or None
            None if the cell has no such state: a simple RNN, a GRU, an LSTM with peepholes or a projection.
        """
        definition = moves.cell.definition
        others = [state for state in definition.states if state != "hidden"]
        if len(others) != 1 or _mentions(definition, others[0]) != (1, 1):
            return None
        gated = as_gated_state(others[0], definition.equations[others[0]])
        gating = as_output_gating(others[0], definition.equations["hidden"])
        return None if gated is None or gating is None else cls(moves, gated, gating)

    def full_states(self, hidden: Array) -> Array:
        """Put the cell states where they rest.

        Parameters
        ----------
        hidden : ndarray of shape (N, H)
            Hidden states.

        Returns
        -------
        ndarray of shape (N, S)
            Both states of each.
        """
        _, (_, _, now) = self._moves.run(np.concatenate([hidden, np.zeros_like(hidden)], axis=1))
        loss = np.maximum(1 - self._gated.keep_shares(now), _LEAST_LOSS)
        return np.concatenate([hidden, (self._gated.writes(now) / loss).T], axis=1)

    def step(self, hidden: Array) -> Array:
        """Compute G(h) for each hidden state.

        Parameters
        ----------
        hidden : ndarray of shape (N, H)
            Hidden states.

        Returns
        -------
        ndarray of shape (N, H)
            The values.
        """
        return self._moves.step(self.full_states(hidden))[:, : self.size]

    def step_with_jacobians(self, hidden: Array) -> tuple[Array, Array]:
        """Compute G(h) for each hidden state, and its Jacobian there.

        Parameters
        ----------
        hidden : ndarray of shape (N, H)
            Hidden states.

        Returns
        -------
        after : ndarray of shape (N, H)
            The values.
        jacobians : ndarray of shape (N, H, H)
            Entry [n, i, j] is dG_i / dh_j at state n.
        """
        after, step = self._moves.run(self.full_states(hidden))
        _, _, now = step
        kept = self._gated.keep_shares(now)
        # dG/dh = dh'/dh + dh'/dc dc*/dh, where dc*/dh = dc'/dh / (1 - f) and dh'/dc = f dh'/dc'
        shown = now[self._gating.gate] * self._gating.squash.slope(now[self._gated.state])
        weights = shown * kept / np.maximum(1 - kept, _LEAST_LOSS)
        found = self._moves.gradients.of(step, {"hidden": np.ones_like(weights), self._gated.state: weights})
        return after[:, : self.size], found["hidden"]


def _mentions(definition: Definition, state: str) -> tuple[int, int]:
    """How often the equations mention a state as it was before the step, and as it is after it."""
    nodes = [node for right in definition.equations.values() for node in right.walk()]
    found = [node.is_before for node in nodes if isinstance(node, Value) and node.name == state]
    return found.count(True), found.count(False)
