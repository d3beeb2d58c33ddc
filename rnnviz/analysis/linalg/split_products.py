"""Products of matrices on both sides of a split, and the norms of the products across it. See `products`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import frexp

import numpy as np

from ...cells.activations import Array
from ..progress import Progress

# A sum of large terms that nearly cancel is not trusted below these shares of what it could be;
# such a product is formed after all.
TRUSTED = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-6}
_FARTHEST = 100  # powers of two that one rescaling moves at most, so that the factor is a number in float32 too
_EASY = 2.0**24  # squared norms up to here, and down to its inverse, leave room for more products and their squares
SIDE_COST = 2.5  # time of one product and its squares, for S^3 multiplications of a table 1
_AT_ONCE = 2**28  # multiplications in one go, so that progress is told often enough


@dataclass
class Side:
    """Products from some steps of one side to the split, rows first that look away from it.

    products: (N, n, H, S), each divided by 2 to the power of its exponent (N,), which keeps their numbers
    near 1. sizes: (N, n), the squared norm of each block of H rows. squares: (N, n, ...), its Gram
    matrix, see `square`.
    """

    products: Array
    exponents: Array
    sizes: Array
    squares: Array


class Room:
    """Room for so many products of one side, to be used for one split after the other."""

    def __init__(self, length: int, size: int, one_step: Array) -> None:
        states, dtype = one_step.shape[1], one_step.dtype
        self.products = np.empty((length, states // size, size, states), dtype)
        self.squares = np.empty((length, states // size, packed(states)), dtype)


def one_side(
    first: Array, times: Callable[[int, Array, Array], None], steps: range, room: Room, progress: Progress
) -> Iterator[Side]:
    """Q_0 = first, and then Q_i = M Q_{i-1} with the matrix of the next step, by `times`; as many at once as fit."""
    states, size = len(first), room.products.shape[2]
    whole, exponents = room.products.reshape(-1, states, states), np.zeros(len(room.products), int)
    for begun in range(0, len(steps) + 1, len(whole)):
        count = min(len(whole), len(steps) + 1 - begun)
        for i in range(count):
            if begun + i:  # before the first one of the room stands the last one, of the products before these
                times(steps[begun + i - 1], whole[i - 1], whole[i])
            else:
                whole[i] = first
            exponents[i] = exponents[i - 1] + rescale(whole[i : i + 1])[0]
            square(room.products[i], room.squares[i])
            progress.add(SIDE_COST * states**3)
        blocks = room.products[:count]
        flat = blocks.reshape(count, -1, size * states)
        yield Side(blocks, exponents[:count].copy(), np.vecdot(flat, flat), room.squares[:count])


def rescale(matrices: Array) -> Array:
    """Divide matrices (N, S, S) in place by powers of two, which is exact, where their norms are far from 1."""
    powers = np.zeros(len(matrices), int)
    for i, matrix in enumerate(matrices):
        if not 1 / _EASY < np.vdot(matrix, matrix) < _EASY:
            powers[i] = max(-_FARTHEST, min(frexp(max(matrix.max(), -matrix.min()))[1], _FARTHEST))
            matrix *= matrices.dtype.type(2.0 ** -float(powers[i]))
    return powers


def packed(states: int) -> int:
    """How many numbers of a Gram matrix `square` keeps: three quarters."""
    half = states // 2
    return states * (states - half) + half**2


def _parts(squares: Array, states: int) -> tuple[Array, Array]:
    """What `square` keeps, (..., numbers), as the upper half of the matrix and the lower right quarter."""
    half = states - states // 2
    upper, lower = squares[..., : half * states], squares[..., half * states :]
    return upper.reshape(*upper.shape[:-1], half, states), lower.reshape(
        *lower.shape[:-1], states - half, states - half
    )


def square(rows: Array, out: Array) -> None:
    """The Gram matrices of blocks of rows (n, H, S), but for the lower left quarter, which mirrors the upper right."""
    upper, lower = _parts(out, rows.shape[-1])
    half = upper.shape[-2]
    np.matmul(rows[..., :half].swapaxes(1, 2), rows, out=upper)
    np.matmul(rows[..., half:].swapaxes(1, 2), rows[..., half:], out=lower)


def mirrored(squares: Array, states: int) -> Array:
    """What `square` keeps, (..., numbers), for the second place in a `table`.

    The upper right quarter is doubled, in place: once for itself and once for its mirror image.
    """
    upper, _ = _parts(squares, states)
    upper[..., upper.shape[-2] :] *= 2
    return squares


def table(late: Array, early: Array, progress: Progress) -> Array:
    """The sums of products (n, m, N, M) of Gram matrices (N, n, numbers) and, `mirrored`, (M, m, numbers)."""
    (length, count, numbers), other = late.shape, early.reshape(-1, late.shape[2])
    found = np.empty((count, early.shape[1], length, len(early)))
    at_once = max(1, _AT_ONCE // (count * other.size))
    for first in range(0, length, at_once):
        part = late[first : first + at_once]
        sums = (part.reshape(-1, numbers) @ other.T).reshape(len(part), count, len(early), -1)
        found[:, :, first : first + at_once] = sums.transpose(1, 3, 0, 2)
        progress.add(part.size * len(other))
    return found


def across(late: Side, early: Side, progress: Progress) -> tuple[Array, Array]:
    """Squared norms (n, n, late, early) of the blocks of all products across a split, and their exponents.

    The squares of the early side are `mirrored`.
    """
    found = table(late.squares, early.squares, progress)
    largest = late.sizes.T[:, None, :, None] * early.sizes.T[None, :, None, :]
    doubtful = found < TRUSTED[late.products.dtype] * largest
    for a, b, t in np.argwhere(doubtful.any(3)):
        k = np.flatnonzero(doubtful[a, b, t])
        formed = (late.products[t, a] @ early.products[k, b].swapaxes(1, 2)).reshape(len(k), -1)
        found[a, b, t, k] = np.vecdot(formed, formed)
    return found, late.exponents[:, None] + early.exponents
