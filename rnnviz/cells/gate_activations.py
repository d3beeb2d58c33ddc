"""The activations of gates whose rows follow one another, applied with as few calls of NumPy as they allow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from .activations import SIGMOID, SMOOTH, TANH, Activation, Array


class GateActivations:
    """The activations of gates whose rows follow one another.

    Parameters
    ----------
    gates : sequence of (Activation, int)
        The activation and the number of rows of each gate.
    dtype : dtype
        The dtype of the weights.
    """

    def __init__(self, gates: Sequence[tuple[Activation, int]], dtype: np.dtype) -> None:
        # Neighbouring gates with the same activation form one block.
        self.blocks: list[tuple[slice, Activation]] = []
        for activation, neighbours in groupby(gates, key=lambda gate: gate[0]):
            start = self.blocks[-1][0].stop if self.blocks else 0
            self.blocks.append((slice(start, start + sum(rows for _, rows in neighbours)), activation))
        self.smooth = all(activation in (SIGMOID, TANH) for activation, _ in gates)
        if self.smooth:
            sizes = [rows for _, rows in gates]
            scale, shift = (np.repeat([SMOOTH[each.kind][k] for each, _ in gates], sizes) for k in (0, 1))
            self.column = [c.astype(dtype)[:, None] for c in (scale, shift, scale**2)]
            self.wide = self.column

    def apply(self, z: Array) -> None:
        """Activate sums in place.

        Parameters
        ----------
        z : ndarray of shape (G*H, B)
            The sums, which become the values of the gates.
        """
        if not self.smooth:
            for rows, activation in self.blocks:
                z[rows] = activation(z[rows])
            return
        # y = scale * tanh(scale * z) + shift: sigmoid with scale and shift 1/2, tanh with scale 1 and shift 0
        scale, shift, _ = self._spread(z)
        z *= scale
        np.tanh(z, out=z)
        z *= scale
        z += shift

    def slope(self, y: Array) -> Array:
        """Compute the slopes from the values.

        Parameters
        ----------
        y : ndarray of shape (G*H, B)
            The values of the gates.

        Returns
        -------
        ndarray of shape (G*H, B)
            dy/dz.
        """
        if not self.smooth:
            return np.concatenate([activation.slope(y[rows]) for rows, activation in self.blocks])
        # dy/dz = scale^2 - (y - shift)^2: y (1 - y) for sigmoid and 1 - y^2 for tanh
        _, shift, square = self._spread(y)
        slope = y - shift
        slope *= slope
        return np.subtract(square, slope, out=slope)

    def _spread(self, z: Array) -> Sequence[Array]:
        """Scale, shift and scale^2 in the shape of z: NumPy is twice as fast with arrays of one shape."""
        wide = self.wide
        if wide[0].shape != z.shape:
            wide = self.wide = [np.repeat(c, z.shape[1], axis=1) for c in self.column]
        return wide
