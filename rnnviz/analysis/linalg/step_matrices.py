"""One-step Jacobians whose diagonal blocks are multiplied as such.

A state that a gate carries on enters the next step unit by unit: the blocks of an LSTM's Jacobian by the cell state are
diagonal. Half of the matrix is then nearly empty, and a product with it takes half the time. Which blocks are diagonal
is seen from the numbers; no cell has code here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array


@dataclass(frozen=True)
class StepMatrices:
    """T matrices of n x n blocks of size H, whose last columns of blocks may be diagonal.

    Parameters
    ----------
    size : int
        H, the size of a block.
    whole : ndarray of shape (T, S, S)
        The matrices.
    full : ndarray of shape (T, S, F)
        The columns before the diagonal ones.
    diagonals : dict of int to ndarray of shape (T, n, H, 1)
        The diagonals, by the number of the column of blocks.
    """

    size: int
    whole: Array
    full: Array
    diagonals: dict[int, Array]

    @classmethod
    def from_array(cls, matrices: Array, size: int) -> StepMatrices:
        """Find the diagonal columns of blocks of matrices (T, S, S)."""
        steps, states, _ = matrices.shape
        count = states // size
        blocks = matrices.reshape(steps, count, size, count, size)
        diagonals: dict[int, Array] = {}
        for b in reversed(range(count)):
            column = np.diagonal(blocks[:, :, :, b], axis1=2, axis2=3)
            if np.count_nonzero(blocks[:, :, :, b] != 0) > np.count_nonzero(column):
                break
            diagonals[b] = np.ascontiguousarray(column)[..., None]
        return cls(size, matrices, matrices[:, :, : (count - len(diagonals)) * size], diagonals)

    def multiply(self, t: int | slice, right: Array, out: Array) -> None:
        """Multiply the matrix of step t with another, (S, S), or those of several steps with as many, (N, S, S)."""
        np.matmul(self.full[t], right[..., : self.full.shape[-1], :], out=out)
        rights, sums = self._blocks(right), self._blocks(out)
        for b, diagonals in self.diagonals.items():
            sums += diagonals[t] * rights[..., b, None, :, :]

    def multiply_transposed(self, t: int | slice, right: Array, out: Array) -> None:
        """Multiply the transposed matrices, as `multiply` does."""
        np.matmul(self.full[t].swapaxes(-1, -2), right, out=out[..., : self.full.shape[-1], :])
        rights, results = self._blocks(right), self._blocks(out)
        for b, diagonals in self.diagonals.items():
            result, others = results[..., b, :, :], range(1, rights.shape[-3])
            np.multiply(diagonals[t][..., 0, :, :], rights[..., 0, :, :], out=result)
            for a in others:
                result += diagonals[t][..., a, :, :] * rights[..., a, :, :]

    def _blocks(self, matrices: Array) -> Array:
        """(..., S, S) viewed as (..., n, H, S), a block of rows for every state."""
        return matrices.reshape(*matrices.shape[:-2], -1, self.size, matrices.shape[-1])
