"""Products of matrices on both sides of a split, their Gram matrices, and the norms of the products across the split.

`product_norms` says what they are for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import frexp

import numpy as np

from ...cells.activations import Array
from ..progress_meter import ProgressMeter

# A sum of large terms that nearly cancel is not trusted below these shares of its largest possible value; such a
# product is formed after all.
TRUSTED = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-6}
SIDE_COST = 2.5  # time of one product and its Gram matrix, for S^3 multiplications of a table 1
_LARGEST_SHIFT = 100  # powers of two that one rescaling moves at most, so that the factor is finite in float32 too
_SAFE = 2.0**24  # squared norms up to here, and down to its inverse, leave room for more products and their squares
_CHUNK = 2**28  # multiplications in one go, so that progress is reported often enough


@dataclass
class SideProducts:
    """Products of the matrices between some steps of one side and the split.

    Rows belong to the step that is far from the split.

    Parameters
    ----------
    products : ndarray of shape (N, n, H, S)
        Each divided by 2 to the power of its exponent, which keeps its elements near 1.
    exponents : ndarray of shape (N,)
        Powers of two.
    squared_norms : ndarray of shape (N, n)
        The squared norm of each block of H rows.
    gram : ndarray of shape (N, n, L)
        The Gram matrices, as `gram_matrix` stores them.
    """

    products: Array
    exponents: Array
    squared_norms: Array
    gram: Array


class ProductBuffer:
    """Memory for a number of products of one side, reused for one split after the other."""

    def __init__(self, length: int, size: int, one_step: Array) -> None:
        states, dtype = one_step.shape[1], one_step.dtype
        self.products = np.empty((length, states // size, size, states), dtype)
        self.gram = np.empty((length, states // size, gram_length(states)), dtype)


def side_products(
    first: Array,
    multiply: Callable[[int, Array, Array], None],
    steps: range,
    buffer: ProductBuffer,
    progress: ProgressMeter,
) -> Iterator[SideProducts]:
    """Form Q_0 = first, and then Q_i = M Q_{i-1} with the matrix of the next step; yield as many as fit at once."""
    states, size = len(first), buffer.products.shape[2]
    whole, exponents = buffer.products.reshape(-1, states, states), np.zeros(len(buffer.products), int)
    for start in range(0, len(steps) + 1, len(whole)):
        count = min(len(whole), len(steps) + 1 - start)
        for i in range(count):
            if start + i:  # before the first place of the buffer is the last one, of the products before these
                multiply(steps[start + i - 1], whole[i - 1], whole[i])
            else:
                whole[i] = first
            exponents[i] = exponents[i - 1] + rescale(whole[i : i + 1])[0]
            gram_matrix(buffer.products[i], buffer.gram[i])
            progress.add(SIDE_COST * states**3)
        blocks = buffer.products[:count]
        flat = blocks.reshape(count, -1, size * states)
        yield SideProducts(blocks, exponents[:count].copy(), np.vecdot(flat, flat), buffer.gram[:count])


def rescale(matrices: Array) -> Array:
    """Divide matrices (N, S, S) in place by powers of two, which is exact, where their norms are far from 1."""
    powers = np.zeros(len(matrices), int)
    for i, matrix in enumerate(matrices):
        if not 1 / _SAFE < np.vdot(matrix, matrix) < _SAFE:
            exponent = frexp(max(matrix.max(), -matrix.min()))[1]
            powers[i] = max(-_LARGEST_SHIFT, min(exponent, _LARGEST_SHIFT))
            matrix *= matrices.dtype.type(2.0 ** -float(powers[i]))
    return powers


def gram_length(states: int) -> int:
    """Number of elements of a Gram matrix that `gram_matrix` stores: three quarters."""
    half = states // 2
    return states * (states - half) + half**2


def gram_matrix(rows: Array, out: Array) -> None:
    """Gram matrices of blocks of rows (n, H, S), without the lower left quarter, which mirrors the upper right."""
    upper, lower = _gram_parts(out, rows.shape[-1])
    half = upper.shape[-2]
    np.matmul(rows[..., :half].swapaxes(1, 2), rows, out=upper)
    np.matmul(rows[..., half:].swapaxes(1, 2), rows[..., half:], out=lower)


def _gram_parts(gram: Array, states: int) -> tuple[Array, Array]:
    """View stored Gram matrices (..., L) as their upper halves and their lower right quarters."""
    half = states - states // 2
    upper, lower = gram[..., : half * states], gram[..., half * states :]
    return upper.reshape(*upper.shape[:-1], half, states), lower.reshape(
        *lower.shape[:-1], states - half, states - half
    )


def double_upper_right(gram: Array, states: int) -> Array:
    """Double the upper right quarters of stored Gram matrices in place, to count their mirror images too.

    One of the two arguments of `inner_products` must be doubled.
    """
    upper, _ = _gram_parts(gram, states)
    upper[..., upper.shape[-2] :] *= 2
    return gram


def inner_products(late: Array, early: Array, progress: ProgressMeter) -> Array:
    """Inner products (n, m, N, M) of Gram matrices (N, n, L) with doubled ones (M, m, L)."""
    (length, count, elements), other = late.shape, early.reshape(-1, late.shape[2])
    products = np.empty((count, early.shape[1], length, len(early)))
    at_once = max(1, _CHUNK // (count * other.size))
    for first in range(0, length, at_once):
        chunk = late[first : first + at_once]
        sums = (chunk.reshape(-1, elements) @ other.T).reshape(len(chunk), count, len(early), -1)
        products[:, :, first : first + at_once] = sums.transpose(1, 3, 0, 2)
        progress.add(chunk.size * len(other))
    return products


def squared_norms_across(late: SideProducts, early: SideProducts, progress: ProgressMeter) -> tuple[Array, Array]:
    """Squared norms (n, n, late, early) of the blocks of all products across a split, and exponents of the norms.

    The Gram matrices of the early side are doubled, see `double_upper_right`.
    """
    squares = inner_products(late.gram, early.gram, progress)
    largest = late.squared_norms.T[:, None, :, None] * early.squared_norms.T[None, :, None, :]
    doubtful = squares < TRUSTED[late.products.dtype] * largest
    for a, b, t in np.argwhere(doubtful.any(3)):
        k = np.flatnonzero(doubtful[a, b, t])
        formed = (late.products[t, a] @ early.products[k, b].swapaxes(1, 2)).reshape(len(k), -1)
        squares[a, b, t, k] = np.vecdot(formed, formed)
    return squares, late.exponents[:, None] + early.exponents
