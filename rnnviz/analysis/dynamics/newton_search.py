"""Damped Newton: from many states at once to where a map moves least.

The speed of a state is |F(s) - s|, and q is half its square (Sussillo and Barak 2013). A step solves

    (A^T A + m I) d = -A^T (F(s) - s)    with A = dF/ds - I

and ends at the bounds of the states, beyond which saturated gates would keep whatever there is. It is taken where it
makes q smaller; m falls after a step that was taken and rises after one that was not (Levenberg and Marquardt). With
m = 0 it is Newton's step. Where A is almost singular, as along a line of states that hardly move, Newton's step alone
is far too long.
"""

from __future__ import annotations

import numpy as np

from ...cells.activations import Array
from ..progress_meter import ProgressMeter, Tick, partial_tick
from .held_input_map import HeldInputMap
from .resting_map import RestingMap

_FIRST_DAMPING, _MOST_DAMPING = 1e-3, 1e6
_LEAST_DAMPING = 1e-13  # times the largest entry of A^T A: what is less is lost in rounding
_EASIER, _HARDER = 0.1, 8.0  # factors of the damping after a step that was taken, and after one that was not
_LEVEL = 1e-9  # the slope of q, for a speed of 1, at which it counts as level
_GAIN = 1e-9  # a step that lowers q by a smaller share has arrived
_AT_ONCE = 2**22  # numbers in the Jacobians of the states that are searched together


def search_slow_states(
    moves: HeldInputMap | RestingMap, states: Array, tolerance: float, steps: int, tick: Tick | None = None
) -> tuple[Array, Array]:
    """Find where q is least, from each of the states.

    Parameters
    ----------
    moves : HeldInputMap or RestingMap
        The map.
    states : ndarray of shape (N, S)
        Where to begin.
    tolerance : float
        The speed below which a search has arrived at a fixed point.
    steps : int
        The most steps of a search.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    found : ndarray of shape (N, S)
        Where the searches ended, in the order of `states`.
    speed : ndarray of shape (N,)
        |F(s) - s| there.
    """
    batch = max(1, _AT_ONCE // moves.size**2)
    parts = []
    for first in range(0, len(states), batch):
        ends = (min(k / len(states), 1.0) for k in (first, first + batch))
        with np.errstate(over="ignore", invalid="ignore"):  # what runs away is no better
            parts.append(_search(moves, states[first : first + batch], tolerance, steps, partial_tick(tick, *ends)))
    found, speed = zip(*parts, strict=True)
    return np.concatenate(found), np.concatenate(speed)


def _search(
    moves: HeldInputMap | RestingMap, states: Array, tolerance: float, steps: int, tick: Tick | None
) -> tuple[Array, Array]:
    """`search_slow_states` for states that fit into memory together."""
    states = np.array(states, np.float64)
    count, size = states.shape
    after, jacobians = moves.step_with_jacobians(states)
    moved = after - states
    damping = np.full(count, _FIRST_DAMPING)
    searching, identity = np.arange(count), np.eye(size)
    progress = ProgressMeter(tick, steps)
    searching = searching[np.isfinite(jacobians).all(axis=(1, 2)) & np.isfinite(moved).all(axis=1)]
    for _ in range(steps):
        searching = searching[~_has_arrived(jacobians[searching], moved[searching], tolerance)]
        if not len(searching):
            break
        slopes = jacobians[searching] - identity
        gram = slopes.swapaxes(1, 2) @ slopes
        least = _LEAST_DAMPING * np.abs(gram).max(axis=(1, 2))
        gram += np.maximum(damping[searching], least)[:, None, None] * identity
        towards = np.linalg.solve(gram, slopes.swapaxes(1, 2) @ moved[searching, :, None])[..., 0]
        tried = np.clip(states[searching] - towards, moves.lowest, moves.highest)
        gone = moves.step(tried) - tried
        before, now = (np.vecdot(v, v) for v in (moved[searching], gone))
        is_better = now < before
        taken = searching[is_better]
        states[taken], moved[taken] = tried[is_better], gone[is_better]
        damping[searching] *= np.where(is_better, _EASIER, _HARDER)
        if len(taken):
            _, jacobians[taken] = moves.step_with_jacobians(states[taken])
        # No step is short enough to go further down, or one gained next to nothing: q is level within rounding.
        gain = np.where(is_better, 1 - now / np.maximum(before, np.finfo(float).tiny), 1.0)
        searching = searching[(damping[searching] <= _MOST_DAMPING) & (gain >= _GAIN)]
        progress.add(1)
    progress.finish()
    return states, np.linalg.vector_norm(moved, axis=1)


def _has_arrived(jacobians: Array, moved: Array, tolerance: float) -> Array:
    """Whether each state is fixed, or q has no slope there."""
    speed = np.linalg.vector_norm(moved, axis=1)
    slope = np.linalg.vector_norm(np.vecmat(moved, jacobians) - moved, axis=1)
    return (speed <= tolerance) | (slope <= _LEVEL * speed)
