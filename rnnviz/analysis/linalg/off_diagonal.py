"""How large products of matrices are beside a diagonal that is known of them: all that a highway does not carry.

Where most of a product is its diagonal, the norm of the rest cannot be had from the norm of the whole. So the
diagonal is taken off on either side of the split. With rows L = R + D of one side, whose own columns have the
diagonal D taken off in R, and columns E = F + G of the other side with their diagonal G,

    L E - D G = L F + R G,    |L F + R G|^2 = |L F|^2 + 2 <R^T L, G F^T> + |R G|^2,

where each term is a table of one side's numbers times the other's, as in `split`.
"""

from __future__ import annotations

import numpy as np

from ...cells.activations import Array
from ..progress import Progress
from .split_products import TRUSTED, Side, mirrored, packed, square, table

_PIECE = 16  # steps that are worked on together, so that their numbers stay near the processor
_MIXED_COST, _SQUARE_COST = 3, 3  # time of a multiplication, for one of a table 1


def beside_work(late: int, early: int, states: int, size: int) -> float:
    """What progress is told of here, for so many steps on either side."""
    return (_MIXED_COST * late * size + _SQUARE_COST * early * states) * size * states + late * early * packed(states)


class EarlyBeside:
    """The early side of a split with the diagonal (M, H) of one block taken off: F, G F^T and G."""

    def __init__(self, early: Side, block: int, diagonals: Array, progress: Progress) -> None:
        size, states = early.products.shape[2:]
        columns, length = early.products[:, block], len(diagonals)
        self.side, self.block, self.diagonals = early, block, diagonals
        self.shift = np.frexp(np.abs(diagonals).max(1))[1]
        self.weights = np.ldexp(diagonals, -self.shift[:, None]).astype(columns.dtype)
        self.columns, self.weighed = np.empty((2, length, size, states), columns.dtype)
        self.exponents, self.squares = np.empty(length, int), np.empty((length, 1, packed(states)), columns.dtype)
        for first in range(0, length, _PIECE):
            some = slice(first, first + _PIECE)
            self.columns[some], self.exponents[some] = without(
                columns[some], early.exponents[some], diagonals[some], block * size
            )
            np.multiply(self.columns[some], self.weights[some, :, None], out=self.weighed[some])
            for one, square_of_one in zip(self.columns[some], self.squares[some], strict=True):
                square(one[None], square_of_one)
                progress.add(_SQUARE_COST * size * states**2)
        mirrored(self.squares, states)


def across_beside(late: Side, early: EarlyBeside, kept: Array, progress: Progress) -> Array:
    """Squared norms (N, M) of one diagonal block of the products less diag(kept[t] * early.diagonals[k])."""
    size, states = late.products.shape[2:]
    block, rows = early.block, late.products[:, early.block]
    rest, shift = without(rows[..., block * size : (block + 1) * size], late.exponents, kept)
    mixed = np.empty((len(rows), size, states), rows.dtype)
    for i, one in enumerate(rest):
        np.matmul(one.T, rows[i], out=mixed[i])
        progress.add(_MIXED_COST * size * size * states)
    first = table(late.squares[:, block, None], early.squares, progress)[0, 0]
    second = (mixed.reshape(len(rows), -1) @ early.weighed.reshape(len(early.weighed), -1).T).astype(np.float64)
    third = ((rest * rest).sum(1) @ (early.weights * early.weights).T).astype(np.float64)
    far, near = late.exponents[:, None] + early.exponents, shift[:, None] + early.shift
    alone = np.ldexp(third, 2 * near)
    found = np.ldexp(first, 2 * far) + 2 * np.ldexp(second, far + near) + alone
    largest = np.ldexp(np.multiply.outer(_squares(rows), _squares(early.columns)), 2 * far) + alone
    for t, k in np.argwhere(found < TRUSTED[rows.dtype] * largest):
        product = (rows[t] @ early.side.products[k, block].T)[None]
        exponents = late.exponents[t, None] + early.side.exponents[k, None]
        found[t, k] = size_beside(product, exponents, kept[t, None] * early.diagonals[k, None])[0]
    return found


def size_beside(matrices: Array, exponents: Array, diagonals: Array) -> Array:
    """Squared norms (N,) of matrices (N, H, H) times two to the power of their exponents, less the diagonals (N, H)."""
    rest, shift = without(matrices, exponents, diagonals)
    return np.ldexp(_squares(rest), 2 * shift)


def without(matrices: Array, exponents: Array, diagonals: Array, first: int = 0) -> tuple[Array, Array]:
    """The same matrices (N, H, M) as numbers and exponents, with diagonals taken off that begin in column `first`."""
    shift = np.maximum(exponents, np.frexp(np.abs(diagonals).max(1))[1])
    units = np.arange(matrices.shape[1])
    rest = matrices * np.ldexp(np.ones(1, matrices.dtype), exponents - shift)[:, None, None]
    rest[:, units, first + units] -= np.ldexp(diagonals, -shift[:, None]).astype(matrices.dtype)
    return rest, shift


def _squares(matrices: Array) -> Array:
    flat = matrices.reshape(len(matrices), -1)
    return np.vecdot(flat, flat).astype(np.float64)
