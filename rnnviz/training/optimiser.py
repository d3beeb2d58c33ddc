"""Adam, and the clipping of gradients that have grown too long."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..cells.activations import Array


class Adam:
    """Adam (Kingma & Ba 2015, algorithm 1): steps of a size that does not depend on the gradient's scale.

    parameters: arrays by name, changed in place. The moments, one pair of arrays for each
    parameter, and the number of steps taken are all that must be kept to go on later.
    """

    def __init__(self, parameters: Mapping[str, Array], betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8):
        self.parameters = parameters
        self.betas = betas
        self.eps = eps
        self.taken = 0
        self.mean = {name: np.zeros_like(array) for name, array in parameters.items()}
        self.square = {name: np.zeros_like(array) for name, array in parameters.items()}

    def step(self, gradients: Mapping[str, Array], learning_rate: float) -> None:
        """Move every parameter against its gradient. Gradients of other names are ignored."""
        self.taken += 1
        first, second = self.betas
        stride = learning_rate / (1 - first**self.taken)
        shrink = (1 - second**self.taken) ** -0.5
        for name, parameter in self.parameters.items():
            gradient, mean, square = gradients[name], self.mean[name], self.square[name]
            mean += (1 - first) * (gradient - mean)
            square += (1 - second) * (gradient * gradient - square)
            step = np.sqrt(square)
            step *= shrink
            step += self.eps
            np.divide(mean, step, out=step)
            step *= stride
            parameter -= step


def clip(gradients: Mapping[str, Array], longest: float) -> float:
    """Shorten all gradients together, in place, if their joint norm exceeds `longest`; return the norm it had.

    Clipping by the norm keeps the direction (Pascanu, Mikolov & Bengio 2013).
    """
    norm = float(np.sqrt(sum(float(np.vdot(g, g)) for g in gradients.values())))
    if norm > longest:
        for gradient in gradients.values():
            gradient *= longest / norm
    return norm
