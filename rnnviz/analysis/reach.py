"""How far back a hidden state reaches: how much each earlier state still matters to it."""

from __future__ import annotations

import numpy as np

from ..cells.activations import Array
from ..trace import Trace
from .jacobians import hidden_by_state


def reach(trace: Trace, layer: int = 0, direction: str = "forward", to: int | None = None) -> Array:
    """How much the state after each step can move a later hidden state at most, (T,) in float64.

    It is the largest singular value of d h_to / d s_k: how far, to first order, the strongest
    nudge of length 1 to all that the cell hands on after step k (the hidden state, and an
    LSTM's cell state with it) moves the hidden state of step `to`. It is 1 at that step
    itself and 0 where nothing can arrive. A value that falls towards 0 on the way back is a
    gradient that vanishes, one far above 1 a gradient that explodes.

    This is a gradient by states, not by weights. to: a step counted from 1, the last one read
    if left out. Raises as `hidden_by_state`.
    """
    return largest_singular_values(hidden_by_state(trace, layer, direction, to))


def largest_singular_values(matrices: Array) -> Array:
    """The largest singular value of each matrix, (...,) from (..., H, S) with H <= S.

    From the largest eigenvalue of M M^T, in less than half the time of a full decomposition and as
    exact for the largest one; each matrix is scaled first, so that no square is lost to underflow.
    """
    scale = np.abs(matrices).max(axis=(-2, -1), initial=0.0)
    scaled = matrices / np.where(scale > 0, scale, 1.0)[..., None, None]
    squares = np.linalg.eigvalsh(scaled @ scaled.swapaxes(-1, -2))[..., -1]
    return scale * np.sqrt(np.maximum(squares, 0.0))
