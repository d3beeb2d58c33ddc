"""Adam, and the clipping of gradients that have grown too long."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..cells.activations import Array


class Adam:
    """Adam (Kingma & Ba 2015, algorithm 1): steps of a size that does not depend on the gradient's scale.

    parameters: arrays by name, changed in place. The moments, one pair of arrays for each
    parameter, and the number of steps taken are all that must be kept to go on later.

    The moments of all parameters lie one after another in one array, because a dozen calls of NumPy
    for a dozen small arrays would cost more than what they compute.
    """

    def __init__(self, parameters: Mapping[str, Array], betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8):
        self.parameters = parameters
        self.betas = betas
        self.eps = eps
        self.steps_taken = 0
        total = sum(array.size for array in parameters.values())
        dtype = np.result_type(*parameters.values())
        self._gradient, self._mean, self._square, self._work = (np.zeros(total, dtype) for _ in range(4))
        self._incoming = self._by_name(self._gradient)
        self._outgoing = self._by_name(self._work)
        self.mean = self._by_name(self._mean)
        self.square = self._by_name(self._square)

    def step(self, gradients: Mapping[str, Array], learning_rate: float) -> None:
        """Move every parameter against its gradient. Gradients of other names are ignored."""
        self.steps_taken += 1
        first, second = self.betas
        for name, place in self._incoming.items():
            place[...] = gradients[name]
        gradient, mean, square, work = self._gradient, self._mean, self._square, self._work
        # mean += (1 - first) * (gradient - mean), and the same for the square
        np.subtract(gradient, mean, out=work)
        work *= 1 - first
        mean += work
        np.multiply(gradient, gradient, out=work)
        work -= square
        work *= 1 - second
        square += work
        # step = learning_rate * (mean / (1 - first^t)) / (sqrt(square / (1 - second^t)) + eps)
        np.sqrt(square, out=work)
        work *= (1 - second**self.steps_taken) ** -0.5
        work += self.eps
        np.divide(mean, work, out=work)
        work *= learning_rate / (1 - first**self.steps_taken)
        for name, parameter in self.parameters.items():
            parameter -= self._outgoing[name]

    def _by_name(self, flat: Array) -> dict[str, Array]:
        """The stretch of a flat array that belongs to each parameter, in that parameter's shape."""
        ends = np.cumsum([array.size for array in self.parameters.values()])
        return {
            name: flat[end - array.size : end].reshape(array.shape)
            for (name, array), end in zip(self.parameters.items(), ends, strict=True)
        }


def clip_gradients(gradients: Mapping[str, Array], max_norm: float) -> float:
    """Shorten all gradients together, in place, if their joint norm exceeds `max_norm`; return the norm it had.

    Clipping by the norm keeps the direction (Pascanu, Mikolov & Bengio 2013). 0 shortens nothing.
    """
    norm = float(np.sqrt(sum(float(np.vdot(g, g)) for g in gradients.values())))
    if max_norm and norm > max_norm:
        for gradient in gradients.values():
            gradient *= max_norm / norm
    return norm
