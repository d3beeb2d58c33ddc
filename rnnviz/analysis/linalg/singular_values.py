"""The largest singular value of each of many matrices."""

from __future__ import annotations

import numpy as np

from ...cells.activations import Array
from ..progress_meter import ProgressMeter, Tick

_SMALL = 64  # rows up to which all eigenvalues are as quick as the largest alone
_CHECKED = (10, 13, 16, 20, 24)  # iterations after which convergence is checked; most networks need no more
_TOLERANCE = 2e-9  # relative error of an eigenvalue; that of the singular value is half as large
_ELEMENTS = 2**17  # elements that are iterated on at once, so that they stay in the processor's cache


def largest_singular_values(matrices: Array, tick: Tick | None = None) -> Array:
    """Compute the largest singular value of each matrix.

    For small matrices it comes from all eigenvalues of M M^T. For larger ones that would take S^3 operations each, and
    a few steps of the Lanczos iteration, of S^2 operations each, find the largest one alone. Each matrix is scaled
    first, so that no square underflows.

    Parameters
    ----------
    matrices : ndarray of shape (..., H, S)
        Any number of matrices with H <= S.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    ndarray of shape (...)
        At least 0, in float64, with a relative error below 1e-8. A matrix with an infinite element has an infinite
        one, and one with NaN has NaN.

    References
    ----------
    .. [1] C. Lanczos, "An iteration method for the solution of the eigenvalue problem of linear differential and
       integral operators", Journal of Research of the National Bureau of Standards 45, 1950.
    .. [2] B. N. Parlett, "The Symmetric Eigenvalue Problem", SIAM 1998, chapter 13.
    """
    rows, columns = matrices.shape[-2:]
    flat = matrices.reshape(-1, rows, columns)
    largest, progress = np.empty(len(flat)), ProgressMeter(tick, max(1, len(flat)))
    at_once = max(1, _ELEMENTS // (rows * columns))
    for first in range(0, len(flat), at_once):
        chunk = flat[first : first + at_once].astype(np.float64)
        scale = np.abs(chunk).max(axis=(1, 2))
        finite = np.isfinite(scale)
        chunk[~finite] = 0.0
        chunk /= np.where(finite & (scale > 0), scale, 1.0)[:, None, None]
        squares = np.full(len(chunk), np.nan) if rows <= _SMALL else _largest_eigenvalues(chunk)
        pending = np.isnan(squares)
        squares[pending] = np.linalg.eigvalsh(chunk[pending] @ chunk[pending].swapaxes(1, 2))[:, -1]
        largest[first : first + at_once] = np.where(finite, scale * np.sqrt(np.maximum(squares, 0.0)), scale)
        progress.add(len(chunk))
    progress.finish()
    return largest.reshape(matrices.shape[:-2])


def _largest_eigenvalues(matrices: Array) -> Array:
    """The largest eigenvalue of every M M^T, (N,) from (N, H, S); NaN where the iteration has not converged.

    The Lanczos iteration with every new vector made orthogonal to all before it. In the basis of these vectors M M^T
    is tridiagonal, and the residual of an approximate eigenvector, which bounds the error of its eigenvalue (Parlett,
    chapter 13), is the next element beside the diagonal times the vector's last entry.
    """
    count, rows, _ = matrices.shape
    basis, small = np.zeros((count, max(_CHECKED), rows)), np.zeros((count, max(_CHECKED), max(_CHECKED)))
    vector = np.broadcast_to(np.random.default_rng(0).standard_normal(rows), (count, rows))
    length = np.linalg.norm(vector, axis=1)
    for j in range(max(_CHECKED)):
        if j:
            small[:, j, j - 1] = length  # eigh reads what is below the diagonal
        basis[:, j] = np.divide(vector, length[:, None], out=np.zeros((count, rows)), where=length[:, None] > 0)
        vector = (matrices @ (basis[:, j, None] @ matrices).swapaxes(1, 2))[..., 0]
        small[:, j, j] = np.vecdot(vector, basis[:, j])
        known = basis[:, : j + 1]
        for _ in range(2):  # twice is enough
            vector = vector - ((known @ vector[..., None]).swapaxes(1, 2) @ known)[:, 0]
        length = np.linalg.norm(vector, axis=1)
        if j + 1 in _CHECKED:
            values, vectors = np.linalg.eigh(small[:, : j + 1, : j + 1])
            converged = length * np.abs(vectors[:, -1, -1]) <= _TOLERANCE * values[:, -1]
            if converged.all():
                break
    return np.where(converged, values[:, -1], np.nan)
