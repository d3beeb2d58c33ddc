"""The sigmoids and tanhs of gates whose rows follow one another, applied with as few calls of NumPy as they allow.

Sigmoid is a shifted and squeezed tanh, sigmoid(z) = (1 + tanh(z / 2)) / 2. Both are therefore one formula,
y = scale * tanh(scale * z) + shift, and both have slopes that follow from their values, so that steps need not keep
the sums.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .activations import SIGMOID, TANH, Activation
from .environments import Array

SCALE_AND_SHIFT = {SIGMOID: (0.5, 0.5), TANH: (1.0, 0.0)}


class GateActivations:
    """The activations of gates whose rows follow one another.

    Parameters
    ----------
    gates : sequence of (Activation, int)
        The activation, `SIGMOID` or `TANH`, and the number of rows of each gate.
    dtype : dtype
        The dtype of the weights.
    """

    def __init__(self, gates: Sequence[tuple[Activation, int]], dtype: np.dtype) -> None:
        numbers = np.array([SCALE_AND_SHIFT[activation] for activation, _ in gates], dtype).reshape(-1, 2)
        scale, shift = np.repeat(numbers.T, np.array([rows for _, rows in gates], int), axis=1)[..., None]
        self.column = [scale, shift, scale**2]
        self.wide = self.column

    def apply(self, z: Array) -> None:
        """Activate sums in place.

        Parameters
        ----------
        z : ndarray of shape (G*H, B)
            The sums, which become the values of the gates.
        """
        # y = scale * tanh(scale * z) + shift
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


def slope_from_value(activation: Activation, y: Array) -> Array:
    """Compute the slope of a sigmoid or tanh from its value.

    Parameters
    ----------
    activation : Activation
        `SIGMOID` or `TANH`.
    y : ndarray of any shape
        The values.

    Returns
    -------
    ndarray of the same shape
        dy/dz.
    """
    scale, shift = SCALE_AND_SHIFT[activation]
    return scale * scale - (y - shift) ** 2
