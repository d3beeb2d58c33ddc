"""Repeated multiplication of a vector by one factor: the simplest picture of a recurrence."""

from __future__ import annotations

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError, ArrayError


def multiply_repeatedly(vector: Array, factor: float, steps: int) -> tuple[Array, Array]:
    """Multiply a vector by a factor again and again, as it is and with tanh after every step.

    Parameters
    ----------
    vector : array_like of shape (N,)
        Finite values, at least one.
    factor : float
        A finite factor.
    steps : int
        The number of multiplications, at least 0.

    Returns
    -------
    free : ndarray of shape (steps + 1, N)
        Row k is the vector after k multiplications, in float64; row 0 is the vector itself.
    squashed : ndarray of shape (steps + 1, N)
        The same with tanh after each multiplication; all rows but the first have values in [-1, 1].

    Raises
    ------
    ArrayError
        If `vector` has another shape or values that are not finite.
    ArgumentError
        If `factor` is not finite, `steps` is negative, or the values exceed the range of float64.

    Examples
    --------
    >>> free, squashed = multiply_repeatedly([0.5], 3.0, 2)
    >>> free.tolist()
    [[0.5], [1.5], [4.5]]
    """
    start = np.asarray(vector, dtype=np.float64)
    if start.ndim != 1 or not start.size or not np.isfinite(start).all():
        raise ArrayError(
            f"The vector has shape {start.shape}; expected (N,) with finite values, at least one.",
            name="vector",
            shape=start.shape,
            expected="(N,)",
        )
    if not np.isfinite(factor):
        raise ArgumentError(f"factor is {factor}; it must be finite.", name="factor", value=factor, allowed="finite")
    if steps < 0:
        raise ArgumentError(f"steps is {steps}; it must be at least 0.", name="steps", value=steps, allowed=">= 0")
    free, squashed = np.empty((2, steps + 1, start.size))
    free[0] = squashed[0] = start
    with np.errstate(over="ignore"):
        for k in range(steps):
            free[k + 1] = factor * free[k]
            squashed[k + 1] = np.tanh(factor * squashed[k])
    if not np.isfinite(free).all():
        raise ArgumentError(
            f"{steps} multiplications by {factor} exceed the range of floating-point numbers.",
            code="overflow",
            name="steps",
            value=steps,
        )
    return free, squashed
