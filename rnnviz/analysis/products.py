"""How large every product of consecutive matrices is, without forming every product.

There are T (T - 1) / 2 products J_t J_{t-1} ... J_{k+1} of T matrices of size S. Forming them all costs
S^3 for each. But a Frobenius norm needs no product: split it anywhere, as A B, and

    |A B|^2 = trace(B^T A^T A B) = sum over i, j of (A^T A)[i, j] (B B^T)[i, j].

So all pairs that have their two ends on either side of one split take but the products from each end to
the split, their squares A^T A and B B^T, and one multiplication of two tables. Splitting the steps in the
middle, and both halves again, reaches every pair: the cost grows as T log(T) S^3 + T^2 S^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import frexp

import numpy as np

from ..cells.activations import Array

# A sum of large terms that nearly cancel is not trusted below these shares of what it could be;
# such a product is formed after all.
_TRUSTED = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-6}
_FARTHEST = 100  # powers of two that one rescaling moves at most, so that the factor is a number in float32 too


@dataclass
class _Side:
    """The products from each step of one side to the split, rows first that look away from it.

    products: (N, n, H, S), each divided by 2 to the power of its exponent (N,), which keeps the largest
    number near 1. squares: (N * n, S * S), the Gram matrix of each block of H rows.
    """

    products: Array
    exponents: Array
    squares: Array


def block_norms(one_step: Array, size: int) -> Array:
    """Frobenius norms (n, n, T, T) of all products' blocks: [a, b, t, k] is of d s_t^a / d s_k^b, zero for k > t.

    one_step: (T, S, S), [t] is d s_t / d s_{t-1}, where s consists of n = S / size blocks; the first one
    leads to before the first step and takes no part. The products of no matrices, k = t, are the identity.
    Computed in the dtype of `one_step`, returned in float64; what is below its smallest number is zero.
    """
    return norms_beside(one_step, size, None, 0)[0]


def norms_beside(one_step: Array, size: int, diagonal: Array | None, block: int) -> tuple[Array, Array]:
    """`block_norms`, and the norms (T, T) of one diagonal block with a product of diagonal matrices taken off.

    diagonal: (T, H), the diagonal of a matrix for every step; [t, k] is the norm of d s_t^b / d s_k^b less the
    product of the diagonals of k+1 .. t, for the block b of that number. Zeros if there is no such diagonal,
    and for a norm whose square is below the smallest number of a float64.
    """
    steps, count = len(one_step), one_step.shape[1] // size
    norms, beside = np.zeros((count, count, steps, steps)), np.zeros((steps, steps))
    norms[np.arange(count)[:, None], np.arange(count)[:, None], np.arange(steps), np.arange(steps)] = np.sqrt(size)
    backwards, identity = np.ascontiguousarray(one_step.swapaxes(1, 2)), np.eye(one_step.shape[1], dtype=one_step.dtype)
    width = 1
    while width < steps:
        for first in range(0, steps - width, 2 * width):
            middle, end = first + width, min(first + 2 * width, steps)
            late = _side(one_step[middle], one_step[middle + 1 : end], size)
            early = _side(identity, backwards[middle - 1 : first : -1], size)
            found, scale = _across(late, early)
            here = np.s_[middle:end, first:middle]
            norms[:, :, *here] = np.ldexp(np.sqrt(found), scale)[..., ::-1]
            if diagonal is not None:
                kept = np.cumprod(diagonal[middle:end], axis=0)
                kept_early = np.cumprod(np.vstack([np.ones(size), diagonal[middle - 1 : first : -1]]), axis=0)
                beside[here] = _less_diagonal(late, early, block, kept, kept_early, found[block, block], scale)[:, ::-1]
        width *= 2
    return norms, np.sqrt(beside)


def _side(first: Array, rest: Array, size: int) -> _Side:
    """Q_0 = first, and then Q_i = rest[i-1] Q_{i-1}, rescaled at every step by a power of two, which is exact."""
    length, states = 1 + len(rest), len(first)
    products, exponents = np.empty((length, states, states), first.dtype), np.zeros(length, int)
    squares = np.empty((length, states // size, states, states), first.dtype)
    products[0] = first
    for i, product in enumerate(products):
        if i:
            np.matmul(rest[i - 1], products[i - 1], out=product)
        power = max(-_FARTHEST, min(frexp(max(product.max(), -product.min()))[1], _FARTHEST))
        product *= first.dtype.type(2.0**-power)
        exponents[i] = power + (exponents[i - 1] if i else 0)
        for rows, square in zip(product.reshape(-1, size, states), squares[i], strict=True):
            np.matmul(rows.T, rows, out=square)
    return _Side(products.reshape(length, -1, size, states), exponents, squares.reshape(-1, states * states))


def _across(late: _Side, early: _Side) -> tuple[Array, Array]:
    """Squared norms (n, n, late, early) of the blocks of all products across a split, and their exponents."""
    count = late.products.shape[1]
    shape = (len(late.products), count, len(early.products), count)
    found = (late.squares @ early.squares.T).reshape(shape).astype(np.float64).transpose(1, 3, 0, 2)
    states = late.products.shape[-1]
    sizes = [side.squares[:, :: states + 1].sum(1).reshape(-1, count).T for side in (late, early)]  # their traces
    largest = sizes[0][:, None, :, None] * sizes[1][None, :, None, :]
    for a, b, t, k in np.argwhere(found < _TRUSTED[late.products.dtype] * largest):
        product = late.products[t, a] @ early.products[k, b].T
        found[a, b, t, k] = np.vdot(product, product)
    return found, late.exponents[:, None] + early.exponents


def _less_diagonal(
    late: _Side, early: _Side, block: int, kept: Array, kept_early: Array, found: Array, scale: Array
) -> Array:
    """Squared norms (late, early) of one block of the products less diag(kept[t] * kept_early[k])."""
    weighed = [
        (factor[:, :, None] * side.products[:, block]).reshape(len(factor), -1)
        for factor, side in ((kept, late), (kept_early, early))
    ]
    whole, both = np.ldexp(found, 2 * scale), np.ldexp(weighed[0] @ weighed[1].T, scale)
    alone = (kept * kept) @ (kept_early * kept_early).T
    rest = whole - 2 * both + alone
    for t, k in np.argwhere(rest < _TRUSTED[late.products.dtype] * (whole + alone)):
        product = np.ldexp(late.products[t, block] @ early.products[k, block].T, scale[t, k]).astype(np.float64)
        product[np.diag_indices(len(product))] -= kept[t] * kept_early[k]
        rest[t, k] = np.vdot(product, product)
    return rest
