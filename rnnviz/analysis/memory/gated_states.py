"""States that a gate carries on, and how they show in the hidden state, found in a cell's definition."""

from __future__ import annotations

import numpy as np

from ...cells import Definition
from ...cells.activations import Array
from ...cells.expressions import Value
from ...cells.gated_equations import GatedState, OutputGating, as_gated_state, as_output_gating, projected_quantity


def gated_state(definition: Definition) -> GatedState | None:
    """Find the state of a cell that a gate carries on.

    Parameters
    ----------
    definition : Definition
        A cell's definition.

    Returns
    -------
    GatedState or None
        The hidden state first, if there are several; None if no equation is of that form, as in a simple RNN.
    """
    return next(iter(gated_states(definition)), None)


def gated_states(definition: Definition) -> tuple[GatedState, ...]:
    """Find the states of a cell that a gate carries on.

    Parameters
    ----------
    definition : Definition
        A cell's definition.

    Returns
    -------
    tuple of GatedState
        All of them, the hidden state first.
    """
    matches = (as_gated_state(state, definition.equations[state]) for state in definition.states)
    return tuple(gated for gated in matches if gated is not None)


def writes_input_alone(definition: Definition) -> bool:
    """Check whether what a step writes into the gated state depends on its input vector and on nothing older.

    Parameters
    ----------
    definition : Definition
        A cell's definition.

    Returns
    -------
    bool
        True if the cell has a gated state and nothing that is written into it sees an old state, as in the minGRU.
    """
    gated = gated_state(definition)
    if gated is None:
        return False
    seen = [factor.name for term in gated.write_terms for factor in term]
    for name in seen:  # grows while it is read
        for node in definition.equations[name].walk():
            if isinstance(node, Value) and node.is_before:
                return False
            if isinstance(node, Value) and node.name in definition.equations and node.name not in seen:
                seen.append(node.name)
    return True


def is_jacobian_of_gate(definition: Definition) -> bool:
    """Check whether what the gate keeps is the whole Jacobian of a step.

    Parameters
    ----------
    definition : Definition
        A cell's definition.

    Returns
    -------
    bool
        True if the cell has one state, a gate carries it on, and no other term sees its old value, as in the minGRU.
    """
    if len(definition.states) > 1 or gated_state(definition) is None:
        return False
    nodes = (node for right in definition.equations.values() for node in right.walk())
    return sum(isinstance(node, Value) and node.is_before for node in nodes) == 1


def output_gating(definition: Definition, state: str) -> OutputGating | None:
    """Find the gate and the squash through which a state shows in the hidden state.

    Parameters
    ----------
    definition : Definition
        A cell's definition.
    state : str
        The name of a state.

    Returns
    -------
    OutputGating or None
        None if the hidden state, or what it is a projection of, does not have the form gate * squash(state).
    """
    return as_output_gating(state, definition.equations[projected_quantity(definition.equations)])


def retention(keep_shares: Array, start: Array, weights: Array | None = None) -> Array:
    """Compute what is left at each step of what every earlier step wrote, summed over the units.

    Parameters
    ----------
    keep_shares : ndarray of shape (T, N)
        The share that every step keeps, in reading order.
    start : ndarray of shape (T, N)
        What each step writes.
    weights : ndarray of shape (T, N), optional
        How much each unit counts in the sum at step t, 1 by default.

    Returns
    -------
    ndarray of shape (T, T)
        Entry [t, k] is what is left at step t of what step k wrote, in float64; zero for k > t.
    """
    left_over, left = np.zeros((len(keep_shares), len(keep_shares))), np.zeros_like(start)
    counts = np.ones_like(start) if weights is None else weights
    for t, share in enumerate(keep_shares):
        left[:t] *= share
        left[t] = start[t]
        np.matmul(left[: t + 1], counts[t], out=left_over[t, : t + 1])
    return left_over
