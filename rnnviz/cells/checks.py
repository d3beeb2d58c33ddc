"""Checks of the arrays that come in from outside: each says which array is wrong, how, and what was expected."""

from __future__ import annotations

import numpy as np

from .activations import Array


class NotFiniteError(ValueError):
    """Numbers that should be finite are not: of weights a fault, of a training run the sign that it ran away."""


def check_array(name: str, array: object) -> None:
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name} is a {type(array).__name__}; expected a NumPy array of float32 or float64")
    if array.dtype not in (np.float32, np.float64):
        raise TypeError(f"{name} has shape {array.shape} and dtype {array.dtype}; expected float32 or float64")


def check_numbers(name: str, array: Array, dtype: np.dtype) -> None:
    if array.dtype != dtype:
        raise TypeError(f"{name} has shape {array.shape} and dtype {array.dtype}; expected {dtype} as in weight_hh")
    if not np.isfinite(array).all():
        bad = array.size - np.isfinite(array).sum()
        raise NotFiniteError(
            f"{name} has shape {array.shape} and {bad} NaN or infinite values; expected finite numbers"
        )
