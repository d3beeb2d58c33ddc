"""Frobenius norms of all products of consecutive matrices, without forming every product.

There are T (T - 1) / 2 products J_t J_{t-1} ... J_{k+1} of T matrices of size S, and forming one takes S^3 operations.
A Frobenius norm needs no product: split it anywhere, as A B, and

    |A B|^2 = trace(B^T A^T A B) = sum over i, j of (A^T A)[i, j] (B B^T)[i, j].

All pairs of steps on either side of one split need only the products from each step to the split, their Gram matrices
A^T A and B B^T, and one multiplication of two tables. Splitting the steps in the middle, and both halves again, reaches
every pair in T log(T) S^3 + T^2 S^2 operations. Only within ranges of a few steps is it cheaper to form the products.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...cells.activations import Array
from ..progress_meter import ProgressMeter, Tick
from .gram_matrices import (
    SIDE_COST,
    ProductBuffer,
    double_upper_right,
    gram_length,
    rescale,
    side_products,
    squared_norms_across,
)
from .off_diagonal import EarlyOffDiagonal, off_diagonal_across, off_diagonal_squared_norms, off_diagonal_work
from .step_matrices import StepMatrices

_SHORT = 11  # the longest range of steps within which all products are formed; half as much and more is common
_CHUNK = 32  # products of the late side that are held at once; they are not needed all together
_SHORT_COST = 1.5  # time of one of them, for S^3 multiplications of a table 1


def block_norms(one_step: Array, size: int) -> Array:
    """Compute the Frobenius norms of the blocks of all products.

    Parameters
    ----------
    one_step : ndarray of shape (T, S, S)
        Entry [t] is d s_t / d s_{t-1}, where s consists of n = S / `size` blocks. The first matrix leads to the step
        before the first one and is unused.
    size : int
        The size of a block.

    Returns
    -------
    ndarray of shape (n, n, T, T)
        Entry [a, b, t, k] is |d s_t^a / d s_k^b|, zero for k > t; for k = t the product is the identity. Computed in
        the dtype of `one_step` and returned in float64; what is below its smallest number is zero.
    """
    return norms_off_diagonal(one_step, size, None, 0)[0]


def norms_off_diagonal(
    one_step: Array, size: int, diagonal: Array | None, block: int, tick: Tick | None = None
) -> tuple[Array, Array]:
    """Compute `block_norms`, and the norms of one diagonal block less a product of diagonal matrices.

    Parameters
    ----------
    one_step : ndarray of shape (T, S, S)
        As for `block_norms`.
    size : int
        H, the size of a block.
    diagonal : ndarray of shape (T, H) or None
        The diagonal of one matrix for every step.
    block : int
        The number b of the block that the diagonal belongs to.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    norms : ndarray of shape (n, n, T, T)
        As returned by `block_norms`.
    off_diagonal : ndarray of shape (T, T)
        Entry [t, k] is the norm of d s_t^b / d s_k^b less the product of the diagonals of steps k+1 .. t. Zero without
        a diagonal, and where the square of the norm is below the smallest number of float64.
    """
    steps, states = one_step.shape[:2]
    count = states // size
    norms, off_diagonal = np.zeros((count, count, steps, steps)), np.zeros((steps, steps))
    diagonal_blocks, every = np.arange(count)[:, None], np.arange(steps)
    norms[diagonal_blocks, diagonal_blocks, every, every] = np.sqrt(size)
    matrices, identity = StepMatrices.from_array(one_step, size), np.eye(states, dtype=one_step.dtype)
    progress = ProgressMeter(tick, _work(steps, states, size, diagonal is not None))
    early_buffer, late_buffer = (ProductBuffer(length, size, one_step) for length in ((steps + 1) // 2, _CHUNK))
    for first, middle, end in _halves(0, steps):
        if middle is None:
            lags = _short_products(matrices, first, end, diagonal, block)
            for lag, (block_norms_of_lag, squares) in enumerate(lags, start=1):
                k = np.arange(first, first + len(squares))
                norms[:, :, k + lag, k], off_diagonal[k + lag, k] = block_norms_of_lag, squares
                progress.add(_SHORT_COST * len(squares) * states**3)
            continue
        before = range(middle - 1, first, -1)
        (early,) = side_products(identity, matrices.multiply_transposed, before, early_buffer, progress)
        double_upper_right(early.gram, states)
        if diagonal is not None:
            late_diagonals = np.cumprod(diagonal[middle:end], axis=0)
            early_diagonals = np.cumprod(np.vstack([np.ones(size), diagonal[middle - 1 : first : -1]]), axis=0)
            early_rest = EarlyOffDiagonal(early, block, early_diagonals, progress)
        t = middle
        for late in side_products(one_step[middle], matrices.multiply, range(middle + 1, end), late_buffer, progress):
            here = np.s_[t : t + len(late.products), first:middle]
            squares, exponents = squared_norms_across(late, early, progress)
            norms[:, :, *here] = np.ldexp(np.sqrt(squares), exponents)[..., ::-1]
            if diagonal is not None:
                diagonals = late_diagonals[t - middle :][: len(exponents)]
                off_diagonal[here] = off_diagonal_across(late, early_rest, diagonals, progress)[:, ::-1]
            t += len(late.products)
    progress.finish()
    return norms, np.sqrt(off_diagonal)


def _halves(first: int, end: int) -> Iterator[tuple[int, int | None, int]]:
    """Split the steps in the middle, and both halves again: (first, middle, end), no middle for a short range."""
    if end - first <= _SHORT:
        yield first, None, end
        return
    middle = (first + end) // 2
    yield first, middle, end
    yield from _halves(first, middle)
    yield from _halves(middle, end)


def _work(steps: int, states: int, size: int, with_diagonal: bool) -> float:
    """All the work that is reported: multiplications, those of small products dearer than those of tables."""
    total, count = 0.0, states // size
    for first, middle, end in _halves(0, steps):
        if middle is None:
            total += _SHORT_COST * (end - first) * (end - first - 1) / 2 * states**3
            continue
        late, early = end - middle, middle - first
        total += SIDE_COST * (late + early) * states**3 + late * early * count**2 * gram_length(states)
        total += off_diagonal_work(late, early, states, size) if with_diagonal else 0
    return total


def _short_products(
    matrices: StepMatrices, first: int, end: int, diagonal: Array | None, block: int
) -> Iterator[tuple[Array, Array]]:
    """Form all products within the steps first .. end - 1: first those of one matrix, then of two, of three and so on.

    Yields, for the products of equally many matrices in the order of their first step, the norms (n, n, N) of the
    blocks and the squared norms (N,) of one block less the diagonal.
    """
    size, states = matrices.size, matrices.whole.shape[-1]
    products = matrices.whole[first + 1 : end].copy()
    exponents, diagonals = np.zeros(len(products), int), np.ones((end - first, size))
    for t in range(first + 1, end):
        if t > first + 1:
            before, products, exponents = products[:-1], np.empty(products[1:].shape, products.dtype), exponents[:-1]
            matrices.multiply(slice(t, end), before, products)
        exponents = exponents + rescale(products)
        blocks = products.reshape(len(products), -1, size, states // size, size)
        norms = np.sqrt(np.vecdot(blocks, blocks).sum(2, dtype=np.float64)).transpose(1, 2, 0)
        squares = np.zeros(len(products))
        if diagonal is not None:
            diagonals = diagonals[:-1] * diagonal[t:end]
            squares = off_diagonal_squared_norms(blocks[:, block, :, block], exponents, diagonals)
        yield np.ldexp(norms, exponents), squares
