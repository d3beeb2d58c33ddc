"""Activations: how a sum becomes a gate or a candidate.

Sigmoid is a shifted and squeezed tanh, sigmoid(z) = (1 + tanh(z / 2)) / 2. All
bounded activations here are therefore one formula, y = scale * tanh(scale * z) + shift,
and a whole stack of gates is activated by a single call of tanh.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Activation:
    """y = scale * tanh(scale * z) + shift, or max(z, 0) for a rectifier.

    `latex` is how an equation writes it; `low` and `high` bound its values.
    """

    name: str
    latex: str
    scale: float
    shift: float
    low: float
    high: float
    rectifier: bool = False

    def __call__(self, z: Array) -> Array:
        """The activated values of sums z of any shape; `Stack` does the same for all gates at once, in place."""
        return np.maximum(z, 0) if self.rectifier else self.scale * np.tanh(self.scale * z) + self.shift


SIGMOID = Activation("sigmoid", r"\sigma", scale=0.5, shift=0.5, low=0.0, high=1.0)
TANH = Activation("tanh", r"\tanh", scale=1.0, shift=0.0, low=-1.0, high=1.0)
RELU = Activation("relu", r"\mathrm{relu}", 1.0, 0.0, low=0.0, high=np.inf, rectifier=True)


class Stack:
    """The activations of gates whose rows lie one under another, `size` rows each."""

    def __init__(self, activations: Sequence[Activation], size: int, dtype: np.dtype) -> None:
        if any(a.rectifier for a in activations) and not all(a.rectifier for a in activations):
            raise ValueError("a cell cannot stack relu rows with sigmoid or tanh rows")
        self.rectifier = activations[0].rectifier
        column = [np.repeat([getattr(a, k) for a in activations], size) for k in ("scale", "shift")]
        self.column = [c.astype(dtype)[:, None] for c in column]
        self.wide = self.column

    def apply(self, z: Array) -> None:
        """Turn the sums z (G*H, B) into activations, in place."""
        if self.rectifier:
            np.maximum(z, 0, out=z)
            return
        scale, shift = self._spread(z)
        z *= scale
        np.tanh(z, out=z)
        z *= scale
        z += shift

    def slope(self, y: Array) -> Array:
        """dy/dz from the activations y (G*H, B): scale^2 - (y - shift)^2.

        That is y (1 - y) for sigmoid and 1 - y^2 for tanh.
        """
        if self.rectifier:
            return (y > 0).astype(y.dtype)
        scale, shift = self._spread(y)
        return scale * scale - (y - shift) ** 2

    def _spread(self, z: Array) -> Sequence[Array]:
        """Scale and shift in the shape of z: NumPy multiplies arrays of one shape twice as fast as by a column."""
        wide = self.wide
        if wide[0].shape != z.shape:
            wide = self.wide = [np.repeat(c, z.shape[1], axis=1) for c in self.column]
        return wide
