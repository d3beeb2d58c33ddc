"""Adam, and the clipping of gradients by their norm."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..cells.activations import Array


class Adam:
    """The Adam optimiser.

    The number of steps and the moments, two arrays for each parameter, are its whole state.

    Parameters
    ----------
    parameters : mapping of str to ndarray
        Parameters by name. `step` changes these arrays in place.
    betas : tuple of float, default (0.9, 0.999)
        Decay rates of the two moments, each in [0, 1).
    eps : float, default 1e-8
        Added to the denominator, so that no step divides by zero.

    Attributes
    ----------
    steps_taken : int
        How many steps were taken.
    mean, square : dict of str to ndarray
        Moving averages of the gradient and of its square, by parameter name.

    Notes
    -----
    The moments of all parameters are stored one after another in one array: a dozen NumPy calls for a dozen small
    arrays would take longer than the arithmetic.

    References
    ----------
    D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
    """

    def __init__(self, parameters: Mapping[str, Array], betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8):
        self.parameters = parameters
        self.betas = betas
        self.eps = eps
        self.steps_taken = 0
        total = sum(array.size for array in parameters.values())
        dtype = np.result_type(*parameters.values())
        self._gradient, self._mean, self._square, self._work = (np.zeros(total, dtype) for _ in range(4))
        self._gradient_by_name = self._by_name(self._gradient)
        self._step_by_name = self._by_name(self._work)
        self.mean = self._by_name(self._mean)
        self.square = self._by_name(self._square)

    def step(self, gradients: Mapping[str, Array], learning_rate: float) -> None:
        """Move every parameter against its gradient.

        Parameters
        ----------
        gradients : mapping of str to ndarray
            By parameter name, each of the parameter's shape. Other names are ignored.
        learning_rate : float
            Step size, above 0.
        """
        self.steps_taken += 1
        beta_1, beta_2 = self.betas
        for name, view in self._gradient_by_name.items():
            view[...] = gradients[name]
        gradient, mean, square, work = self._gradient, self._mean, self._square, self._work
        # mean += (1 - beta_1) * (gradient - mean), and the same for the square
        np.subtract(gradient, mean, out=work)
        work *= 1 - beta_1
        mean += work
        np.multiply(gradient, gradient, out=work)
        work -= square
        work *= 1 - beta_2
        square += work
        # step = learning_rate * (mean / (1 - beta_1^t)) / (sqrt(square / (1 - beta_2^t)) + eps)
        np.sqrt(square, out=work)
        work *= (1 - beta_2**self.steps_taken) ** -0.5
        work += self.eps
        np.divide(mean, work, out=work)
        work *= learning_rate / (1 - beta_1**self.steps_taken)
        for name, parameter in self.parameters.items():
            parameter -= self._step_by_name[name]

    def _by_name(self, flat: Array) -> dict[str, Array]:
        """Views of a flat array by parameter name, each in the parameter's shape."""
        ends = np.cumsum([array.size for array in self.parameters.values()])
        return {
            name: flat[end - array.size : end].reshape(array.shape)
            for (name, array), end in zip(self.parameters.items(), ends, strict=True)
        }


def clip_gradients(gradients: Mapping[str, Array], max_norm: float) -> float:
    """Scale all gradients down, in place, if their joint norm exceeds a limit.

    Clipping by the norm keeps the direction of the gradient.

    Parameters
    ----------
    gradients : mapping of str to ndarray
        By parameter name.
    max_norm : float
        Largest joint norm. 0 turns clipping off.

    Returns
    -------
    float
        The joint norm before clipping.

    References
    ----------
    R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
    """
    norm = float(np.sqrt(sum(float(np.vdot(g, g)) for g in gradients.values())))
    if max_norm and norm > max_norm:
        for gradient in gradients.values():
            gradient *= max_norm / norm
    return norm
