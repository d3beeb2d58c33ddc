"""Norms of products of matrices less a known diagonal: all that a highway does not carry.

Where most of a product is its diagonal, the norm of the rest does not follow from the norm of the whole. So the
diagonal is subtracted on either side of the split. With rows L = R + D of one side, whose own columns have the diagonal
D subtracted in R, and columns E = F + G of the other side with their diagonal G,

    L E - D G = L F + R G,    |L F + R G|^2 = |L F|^2 + 2 <R^T L, G F^T> + |R G|^2,

where each term is a table of one side's elements times the other's, as in `gram_matrices`.
"""

from __future__ import annotations

import numpy as np

from ...cells.activations import Array
from ..progress_meter import ProgressMeter
from .gram_matrices import TRUSTED, SideProducts, double_upper_right, gram_length, gram_matrix, inner_products

_CHUNK = 16  # steps that are worked on together, so that their elements stay in the processor's cache
_MIXED_COST, _GRAM_COST = 3, 3  # time of a multiplication, for one of a table 1


def off_diagonal_work(late: int, early: int, states: int, size: int) -> float:
    """The work that is reported here, for so many steps on either side."""
    mixed, gram = _MIXED_COST * late * size, _GRAM_COST * early * states
    return (mixed + gram) * size * states + late * early * gram_length(states)


class EarlyOffDiagonal:
    """The early side of a split with the diagonal (M, H) of one block subtracted: F, G F^T and G."""

    def __init__(self, early: SideProducts, block: int, diagonals: Array, progress: ProgressMeter) -> None:
        size, states = early.products.shape[2:]
        columns, length = early.products[:, block], len(diagonals)
        self.side, self.block, self.diagonals = early, block, diagonals
        self.shift = np.frexp(np.abs(diagonals).max(1))[1]
        self.weights = np.ldexp(diagonals, -self.shift[:, None]).astype(columns.dtype)
        self.columns, self.weighted = np.empty((2, length, size, states), columns.dtype)
        self.exponents, self.gram = np.empty(length, int), np.empty((length, 1, gram_length(states)), columns.dtype)
        for first in range(0, length, _CHUNK):
            chunk = slice(first, first + _CHUNK)
            self.columns[chunk], self.exponents[chunk] = subtract_diagonal(
                columns[chunk], early.exponents[chunk], diagonals[chunk], block * size
            )
            np.multiply(self.columns[chunk], self.weights[chunk, :, None], out=self.weighted[chunk])
            for matrix, gram in zip(self.columns[chunk], self.gram[chunk], strict=True):
                gram_matrix(matrix[None], gram)
                progress.add(_GRAM_COST * size * states**2)
        double_upper_right(self.gram, states)


def off_diagonal_across(
    late: SideProducts, early: EarlyOffDiagonal, diagonals: Array, progress: ProgressMeter
) -> Array:
    """Squared norms (N, M) of one diagonal block of the products less diag(diagonals[t] * early.diagonals[k])."""
    size, states = late.products.shape[2:]
    block, rows = early.block, late.products[:, early.block]
    rest, shift = subtract_diagonal(rows[..., block * size : (block + 1) * size], late.exponents, diagonals)
    mixed = np.empty((len(rows), size, states), rows.dtype)
    for i, matrix in enumerate(rest):
        np.matmul(matrix.T, rows[i], out=mixed[i])
        progress.add(_MIXED_COST * size * size * states)
    first = inner_products(late.gram[:, block, None], early.gram, progress)[0, 0]
    second = (mixed.reshape(len(rows), -1) @ early.weighted.reshape(len(early.weighted), -1).T).astype(np.float64)
    third = ((rest * rest).sum(1) @ (early.weights * early.weights).T).astype(np.float64)
    far, near = late.exponents[:, None] + early.exponents, shift[:, None] + early.shift
    last = np.ldexp(third, 2 * near)
    squares = np.ldexp(first, 2 * far) + 2 * np.ldexp(second, far + near) + last
    largest = np.ldexp(np.multiply.outer(_squared_norms(rows), _squared_norms(early.columns)), 2 * far) + last
    for t, k in np.argwhere(squares < TRUSTED[rows.dtype] * largest):
        product = (rows[t] @ early.side.products[k, block].T)[None]
        exponents = late.exponents[t, None] + early.side.exponents[k, None]
        diagonal = diagonals[t, None] * early.diagonals[k, None]
        squares[t, k] = off_diagonal_squared_norms(product, exponents, diagonal)[0]
    return squares


def off_diagonal_squared_norms(matrices: Array, exponents: Array, diagonals: Array) -> Array:
    """Squared norms (N,) of matrices (N, H, H) times two to the power of their exponents, less the diagonals (N, H)."""
    rest, shift = subtract_diagonal(matrices, exponents, diagonals)
    return np.ldexp(_squared_norms(rest), 2 * shift)


def subtract_diagonal(matrices: Array, exponents: Array, diagonals: Array, first: int = 0) -> tuple[Array, Array]:
    """Subtract diagonals that begin in column `first` from matrices (N, H, M); return elements and exponents."""
    shift = np.maximum(exponents, np.frexp(np.abs(diagonals).max(1))[1])
    units = np.arange(matrices.shape[1])
    rest = matrices * np.ldexp(np.ones(1, matrices.dtype), exponents - shift)[:, None, None]
    rest[:, units, first + units] -= np.ldexp(diagonals, -shift[:, None]).astype(matrices.dtype)
    return rest, shift


def _squared_norms(matrices: Array) -> Array:
    flat = matrices.reshape(len(matrices), -1)
    return np.vecdot(flat, flat).astype(np.float64)
