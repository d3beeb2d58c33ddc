"""The directions that a long product of matrices stretches most: its right singular vectors, without forming it.

The singular values of J_T ... J_1 span more than floating point can hold, and so the product itself has but the first
few of them. A pass turns orthonormal directions through the matrices one by one, with a QR decomposition each, so that
J_T ... J_1 V = Q R. The triangular R = R_T ... R_1 is kept graded, each row with the logarithm of a factor of its own,
and the QR iteration on R and its transpose in turn makes it diagonal, largest values first.

Where fewer directions are asked for than there are, passes through the product and through its transpose alternate
(subspace iteration), from the singular vectors of the product as far as one matrix can hold it.

References
----------
.. [1] G. W. Stewart, "On graded QR decompositions of products of matrices", ETNA 3, 1995.
.. [2] L. Dieci and C. Elia, "The singular value decomposition to approximate spectra of dynamical systems", Journal of
   Differential Equations 230, 2006.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.activations import Array
from ..progress_meter import ProgressMeter, Tick, partial_tick

_EXTRA = 8  # directions beside those that are asked for: with them, these are found in fewer passes
_SWEEPS = 12  # passes there and back, at most
_SETTLED = 1e-6  # the change of the logarithm of a singular value, of the whole product, that ends them
_ITERATIONS = 20  # of the QR iteration, each with two decompositions
_WITHIN = 14.0  # nats below the largest singular value, within which one matrix holds the others


class _Graded(NamedTuple):
    """A matrix whose rows, of largest entry 1, have factors as logarithms; -inf for a row of zeros."""

    rows: Array
    logs: Array


def leading_directions(matrices: Array, count: int, tick: Tick | None = None) -> Array:
    """Find the directions that a product of matrices stretches most.

    Parameters
    ----------
    matrices : ndarray of float64 of shape (T, S, S)
        Finite matrices, in the order in which they are applied.
    count : int
        K, the number of directions, from 1 to S.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    ndarray of shape (S, K)
        Orthonormal columns: the right singular vectors of the K largest singular values, the largest first. Where
        singular values are equal, or zero, any vectors of their subspace.
    """
    size = matrices.shape[1]
    kept = min(size, count + _EXTRA)
    sweeps = _SWEEPS if kept < size else 1
    progress = ProgressMeter(partial_tick(tick, 0.0, 1.0), 2 * sweeps * len(matrices))
    directions, before = _of_one_matrix(matrices)[:, :kept], np.full(count, np.inf)
    for sweep in range(sweeps):
        turned, product = _pass(matrices, directions, progress)
        turn, logs = _diagonal(product)
        if sweep == sweeps - 1 or _is_settled(logs[:count], before):
            break
        before = logs[:count]
        directions, _ = _pass(matrices[::-1].swapaxes(1, 2), turned, progress)
    progress.finish()
    return (directions @ turn)[:, :count]


def _of_one_matrix(matrices: Array) -> Array:
    """The right singular vectors of the product, of which those of values below rounding are arbitrary."""
    product = np.eye(matrices.shape[1])
    for matrix in matrices:
        product = matrix @ product
        product /= np.abs(product).max() or 1.0
    return np.linalg.svd(product)[2].T


def _pass(matrices: Array, directions: Array, progress: ProgressMeter) -> tuple[Array, _Graded]:
    """The directions Q behind the product, and the triangular matrix R of product @ directions = Q R."""
    count = directions.shape[1]
    product = _Graded(np.eye(count), np.zeros(count))
    for matrix in matrices:
        directions, triangle = np.linalg.qr(matrix @ directions)
        product = _graded(triangle, product.logs, product.rows)
        progress.add(1)
    return directions, product


def _graded(left: Array, logs: Array, right: Array | None = None) -> _Graded:
    """The product of a matrix, the factors of `logs` and another matrix, which is the identity if left out."""
    with np.errstate(divide="ignore"):
        sizes = np.log(np.abs(left)) + logs
    largest = sizes.max(axis=1)
    scale = np.where(np.isfinite(largest), largest, 0.0)
    rows = np.sign(left) * np.exp(sizes - scale[:, None])
    if right is not None:
        rows = rows @ right
    most = np.abs(rows).max(axis=1)
    with np.errstate(divide="ignore"):
        found = scale + np.log(most)
    return _Graded(np.divide(rows, most[:, None], out=np.zeros_like(rows), where=most[:, None] > 0), found)


def _diagonal(matrix: _Graded) -> tuple[Array, Array]:
    """The right singular vectors of a triangular matrix, and the logarithms of its singular values."""
    turn = np.eye(len(matrix.logs))
    for _ in range(_ITERATIONS):
        right, triangle = np.linalg.qr(matrix.rows.T)
        turn = turn @ right
        matrix = _graded(triangle, matrix.logs)
        _, triangle = np.linalg.qr(matrix.rows.T)
        matrix = _graded(triangle, matrix.logs)
    # Values that are almost equal are told apart slowly; of the largest, one matrix holds all.
    with np.errstate(divide="ignore"):
        logs = np.log(np.abs(np.diagonal(matrix.rows))) + matrix.logs
    top = slice(0, int((logs > logs[0] - _WITHIN).sum()))
    if np.isfinite(logs[0]):
        block = matrix.rows[top, top] * np.exp(matrix.logs[top] - logs[0])[:, None]
        _, values, right = np.linalg.svd(block)
        turn[:, top] = turn[:, top] @ right.T
        logs[top] = np.log(np.maximum(values, np.finfo(float).tiny)) + logs[0]
    return turn, logs


def _is_settled(logs: Array, before: Array) -> bool:
    """Whether logarithms are what they were; -inf counts as the same."""
    with np.errstate(invalid="ignore"):
        return not (np.abs(logs - before) > _SETTLED).any()
