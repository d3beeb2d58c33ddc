"""Checks of the arrays that come in from outside: each says which array is wrong, how, and what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

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


def check_parameters(
    title: str,
    rows: tuple[str, ...],
    weight_ih: Array,
    weight_hh: Array,
    vectors: Mapping[str, Array | None],
    seen: Mapping[str, tuple[str, ...]],
) -> int:
    """The hidden size of a cell with these parameters. Raises as `Cell`.

    rows: what the blocks of the matrices compute. vectors: the other parameters, None for those left out. seen: what
    the blocks of each of these belong to.
    """
    matrices = {"weight_ih": weight_ih, "weight_hh": weight_hh}
    given = matrices | {name: array for name, array in vectors.items() if array is not None}
    for name, array in given.items():
        check_array(name, array)
    gates, hidden = len(rows), weight_hh.shape[-1] if weight_hh.ndim == 2 else 0
    if hidden == 0 or weight_hh.shape != (gates * hidden, hidden):
        shape = (gates * hidden, hidden) if hidden else f"({gates}*H, H)"
        _misfit(title, "weight_hh", weight_hh, shape, rows)
    if weight_ih.ndim != 2 or len(weight_ih) != gates * hidden or weight_ih.size == 0:
        _misfit(title, "weight_ih", weight_ih, f"({gates * hidden}, D)", rows)
    for name, array in given.items():
        if name in vectors and array.shape != (len(seen[name]) * hidden,):
            _misfit(title, name, array, (len(seen[name]) * hidden,), seen[name])
        check_numbers(name, array, weight_hh.dtype)
    return hidden


def _misfit(title: str, name: str, array: Array, shape: object, rows: tuple[str, ...]) -> NoReturn:
    blocks = f"{len(rows)} block{'s' * (len(rows) > 1)} of H rows: {', '.join(rows)}"
    raise ValueError(f"{name} has shape {array.shape}; {title} expects {shape} ({blocks})")
