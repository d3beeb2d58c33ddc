"""What happens to a vector that is multiplied over and over: the simplest picture of a recurrence."""

from __future__ import annotations

import numpy as np

from ...cells.activations import Array


def growth(vector: Array, factor: float, steps: int) -> tuple[Array, Array]:
    """A vector (N,) multiplied by `factor` again and again: as it is, and with tanh after every step.

    Returns two arrays (steps + 1, N) in float64; row k is the vector after k steps, row 0 as it was given.
    Raises ValueError for anything but one vector of finite numbers, for a factor that is not finite, for a
    negative number of steps, and if the numbers grow beyond what a float can hold.
    """
    start = np.asarray(vector, dtype=np.float64)
    if start.ndim != 1 or not start.size or not np.isfinite(start).all():
        raise ValueError(f"the vector has shape {start.shape}; expected (N,) with finite numbers, at least one")
    if not np.isfinite(factor) or steps < 0:
        raise ValueError(f"the factor is {factor} and the steps are {steps}; expected a finite number and at least 0")
    free, squashed = np.empty((2, steps + 1, start.size))
    free[0] = squashed[0] = start
    with np.errstate(over="ignore"):
        for k in range(steps):
            free[k + 1] = factor * free[k]
            squashed[k + 1] = np.tanh(factor * squashed[k])
    if not np.isfinite(free).all():
        raise ValueError(f"{steps} times {factor} is more than a floating-point number can hold")
    return free, squashed
