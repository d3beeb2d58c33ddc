"""One-step Jacobians that are not multiplied where they are zero.

A state that a gate carries on enters the next step unit by unit: by an LSTM's cell state both of its
states have diagonal Jacobians. Half of the matrix is then all but empty, and a product with it costs half.
Whether it is so is read off the numbers; nothing here knows a cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array


@dataclass(frozen=True)
class Steps:
    """T matrices of n x n blocks of size H, whose last columns of blocks are diagonal.

    whole: (T, S, S). full: (T, S, F), the columns before those. diagonals: by the number of each of
    those columns of blocks, (T, n, H, 1).
    """

    size: int
    whole: Array
    full: Array
    diagonals: dict[int, Array]

    @classmethod
    def of(cls, matrices: Array, size: int) -> Steps:
        steps, states, _ = matrices.shape
        count = states // size
        blocks = matrices.reshape(steps, count, size, count, size)
        found = {}
        for b in reversed(range(count)):
            diagonals = np.diagonal(blocks[:, :, :, b], axis1=2, axis2=3)
            if np.count_nonzero(blocks[:, :, :, b] != 0) > np.count_nonzero(diagonals):
                break
            found[b] = np.ascontiguousarray(diagonals)[..., None]
        return cls(size, matrices, matrices[:, :, : (count - len(found)) * size], found)

    def times(self, t: int | slice, right: Array, out: Array) -> None:
        """The matrix of step t times another, (S, S), or those of several steps times as many, (N, S, S)."""
        np.matmul(self.full[t], right[..., : self.full.shape[-1], :], out=out)
        rights, found = self._blocks(right), self._blocks(out)
        for b, diagonals in self.diagonals.items():
            found += diagonals[t] * rights[..., b, None, :, :]

    def transposed_times(self, t: int | slice, right: Array, out: Array) -> None:
        """The same with the transposed matrices."""
        np.matmul(self.full[t].swapaxes(-1, -2), right, out=out[..., : self.full.shape[-1], :])
        rights, found = self._blocks(right), self._blocks(out)
        for b, diagonals in self.diagonals.items():
            here, rest = found[..., b, :, :], range(1, rights.shape[-3])
            np.multiply(diagonals[t][..., 0, :, :], rights[..., 0, :, :], out=here)
            for a in rest:
                here += diagonals[t][..., a, :, :] * rights[..., a, :, :]

    def _blocks(self, matrices: Array) -> Array:
        """(..., S, S) seen as (..., n, H, S), a block of rows for every state."""
        return matrices.reshape(*matrices.shape[:-2], -1, self.size, matrices.shape[-1])
