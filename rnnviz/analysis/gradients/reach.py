"""How far back a hidden state reaches: how much each earlier state still matters to it."""

from __future__ import annotations

import numpy as np

from ...cells.activations import Array
from ...trace import Trace
from ..progress import Progress, Tick
from .jacobians import hidden_by_state

_SMALL = 64  # rows up to which all eigenvalues are as quick as the largest
_LOOKS = (10, 13, 16, 20, 24)  # steps of the iteration after which it is looked at; most networks need no more
_SETTLED = 2e-9  # the error of an eigenvalue, as a share of it; that of the singular value is half as large
_NUMBERS = 2**17  # numbers that are iterated on at once, so that they stay near the processor


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


def largest_singular_values(matrices: Array, tick: Tick | None = None) -> Array:
    """The largest singular value of each matrix, (...,) from (..., H, S) with H <= S, in float64.

    Exact to 1e-8. Of small matrices it is taken from all eigenvalues of M M^T; for others that would cost S^3 each,
    and a few steps of Lanczos's iteration, S^2 each, find the largest one alone. Each matrix is scaled first, so that
    no square is lost to underflow. tick: called now and then with the share done, from 0 to 1.
    """
    rows, columns = matrices.shape[-2:]
    flat = matrices.reshape(-1, rows, columns)
    found, progress = np.empty(len(flat)), Progress(tick, max(1, len(flat)))
    at_once = max(1, _NUMBERS // (rows * columns))
    for first in range(0, len(flat), at_once):
        some = flat[first : first + at_once].astype(np.float64)
        scale = np.abs(some).max(axis=(1, 2))
        some /= np.where(scale > 0, scale, 1.0)[:, None, None]
        squares = np.full(len(some), np.nan) if rows <= _SMALL else _lanczos(some)
        left = np.isnan(squares)
        squares[left] = np.linalg.eigvalsh(some[left] @ some[left].swapaxes(1, 2))[:, -1]
        found[first : first + at_once] = scale * np.sqrt(np.maximum(squares, 0.0))
        progress.add(len(some))
    progress.finish()
    return found.reshape(matrices.shape[:-2])


def _lanczos(matrices: Array) -> Array:
    """The largest eigenvalue of every M M^T, (N,) from (N, H, S); NaN where the iteration has not settled.

    Lanczos (1950), with every new vector made orthogonal to all before it. In the basis of these vectors M M^T is
    tridiagonal, and the residual of an approximate eigenvector, which bounds the error of its eigenvalue (Parlett,
    The Symmetric Eigenvalue Problem, chapter 13), is the next number beside the diagonal times its last entry.
    """
    count, rows, _ = matrices.shape
    basis, small = np.zeros((count, max(_LOOKS), rows)), np.zeros((count, max(_LOOKS), max(_LOOKS)))
    vector = np.broadcast_to(np.random.default_rng(0).standard_normal(rows), (count, rows))
    length = np.linalg.norm(vector, axis=1)
    for j in range(max(_LOOKS)):
        if j:
            small[:, j, j - 1] = length  # eigh reads what is below the diagonal
        basis[:, j] = np.divide(vector, length[:, None], out=np.zeros((count, rows)), where=length[:, None] > 0)
        vector = (matrices @ (basis[:, j, None] @ matrices).swapaxes(1, 2))[..., 0]
        small[:, j, j] = np.vecdot(vector, basis[:, j])
        known = basis[:, : j + 1]
        for _ in range(2):  # twice is enough
            vector = vector - ((known @ vector[..., None]).swapaxes(1, 2) @ known)[:, 0]
        length = np.linalg.norm(vector, axis=1)
        if j + 1 in _LOOKS:
            values, vectors = np.linalg.eigh(small[:, : j + 1, : j + 1])
            settled = length * np.abs(vectors[:, -1, -1]) <= _SETTLED * values[:, -1]
            if settled.all():
                break
    return np.where(settled, values[:, -1], np.nan)
