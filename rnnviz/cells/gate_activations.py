"""The activations of a whole stack of gates, applied with as few calls of NumPy as they allow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from .activations import SIGMOID, SMOOTH, TANH, Activation, Array


class GateActivations:
    """The activations of gates whose rows lie one under another, `size` rows each."""

    def __init__(self, activations: Sequence[Activation], size: int, dtype: np.dtype) -> None:
        # Rows that are neighbours and go through the same activation are one block.
        self.blocks: list[tuple[slice, Activation]] = []
        for one, rows in groupby(activations):
            start = self.blocks[-1][0].stop if self.blocks else 0
            self.blocks.append((slice(start, start + size * len(list(rows))), one))
        self.smooth = all(one in (SIGMOID, TANH) for one in activations)
        if self.smooth:
            column = [np.repeat([SMOOTH[one.kind][k] for one in activations], size) for k in (0, 1)]
            self.column = [c.astype(dtype)[:, None] for c in column]
            self.wide = self.column

    def apply(self, z: Array) -> None:
        """Turn the sums z (G*H, B) into activations, in place."""
        if not self.smooth:
            for rows, one in self.blocks:
                z[rows] = one(z[rows])
            return
        scale, shift = self._spread(z)
        z *= scale
        np.tanh(z, out=z)
        z *= scale
        z += shift

    def slope(self, y: Array) -> Array:
        """dy/dz from the activations y (G*H, B).

        Of sigmoid and tanh it is scale^2 - (y - shift)^2: y (1 - y) for the one and 1 - y^2 for the other.
        """
        if not self.smooth:
            return np.concatenate([one.slope(y[rows]) for rows, one in self.blocks])
        scale, shift = self._spread(y)
        return scale * scale - (y - shift) ** 2

    def _spread(self, z: Array) -> Sequence[Array]:
        """Scale and shift in the shape of z: NumPy multiplies arrays of one shape twice as fast as by a column."""
        wide = self.wide
        if wide[0].shape != z.shape:
            wide = self.wide = [np.repeat(c, z.shape[1], axis=1) for c in self.column]
        return wide
