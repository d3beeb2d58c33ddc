"""Checks of the arrays that come from outside: each error says which array is wrong, how, and what was expected."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import ArrayError, DtypeError, NotFiniteError
from .activations import Array

FLOATS = "float32 or float64"


def check_array(name: str, array: object) -> None:
    """Check that an argument is an array of floats.

    Parameters
    ----------
    name : str
        The name of the argument.
    array : object
        The argument.

    Raises
    ------
    DtypeError
        If it is not a NumPy array of float32 or float64.
    """
    if not isinstance(array, np.ndarray):
        kind = type(array).__name__
        raise DtypeError(
            f"{name} is a {kind}; expected a NumPy array of {FLOATS}.",
            code="not_an_array", name=name, dtype=kind, expected=FLOATS,
        )  # fmt: skip
    if array.dtype not in (np.float32, np.float64):
        raise DtypeError(
            f"{name} has shape {array.shape} and dtype {array.dtype}; expected {FLOATS}.",
            code="dtype", name=name, dtype=str(array.dtype), expected=FLOATS,
        )  # fmt: skip


def check_numbers(name: str, array: Array, dtype: np.dtype) -> None:
    """Check the dtype and the values of an array.

    Parameters
    ----------
    name : str
        The name of the array.
    array : ndarray
        The array.
    dtype : dtype
        The dtype of the weights.

    Raises
    ------
    DtypeError
        If the array has another dtype.
    NotFiniteError
        If it holds NaN or infinite values.
    """
    if array.dtype != dtype:
        raise DtypeError(
            f"{name} has shape {array.shape} and dtype {array.dtype}; expected {dtype} as in weight_hh.",
            code="mixed_dtypes", name=name, dtype=str(array.dtype), expected=str(dtype),
        )  # fmt: skip
    if not np.isfinite(array).all():
        count = int(array.size - np.isfinite(array).sum())
        raise NotFiniteError(
            f"{name} has shape {array.shape} and {count} NaN or infinite values; expected finite numbers.",
            code="not_finite", name=name, shape=array.shape, count=count,
        )  # fmt: skip


def check_parameters(
    title: str,
    rows: tuple[str, ...],
    weight_ih: Array,
    weight_hh: Array,
    vectors: Mapping[str, Array | None],
    rows_of: Mapping[str, tuple[str, ...]],
) -> int:
    """Check the parameters of a cell.

    Parameters
    ----------
    title : str
        The title of the cell.
    rows : tuple of str
        What the G blocks of the matrices compute.
    weight_ih : ndarray of shape (G*H, D)
        The input weights.
    weight_hh : ndarray of shape (G*H, H)
        The recurrent weights.
    vectors : mapping of str to ndarray or None
        The other parameters; None for those left out.
    rows_of : mapping of str to tuple of str
        What the blocks of each of these belong to.

    Returns
    -------
    int
        H, the hidden size.

    Raises
    ------
    ArrayError
        If a shape does not fit.
    DtypeError
        If an argument is not an array of float32 or float64, or the dtypes differ.
    NotFiniteError
        If an array holds NaN or infinite values.
    """
    matrices = {"weight_ih": weight_ih, "weight_hh": weight_hh}
    arrays = matrices | {name: array for name, array in vectors.items() if array is not None}
    for name, array in arrays.items():
        check_array(name, array)
    gates, hidden = len(rows), weight_hh.shape[-1] if weight_hh.ndim == 2 else 0
    if hidden == 0 or weight_hh.shape != (gates * hidden, hidden):
        shape = (gates * hidden, hidden) if hidden else f"({gates}*H, H)"
        raise _misfit(title, "weight_hh", weight_hh, shape, rows)
    if weight_ih.ndim != 2 or len(weight_ih) != gates * hidden or weight_ih.size == 0:
        raise _misfit(title, "weight_ih", weight_ih, f"({gates * hidden}, D)", rows)
    for name, array in arrays.items():
        if name in vectors and array.shape != (len(rows_of[name]) * hidden,):
            raise _misfit(title, name, array, (len(rows_of[name]) * hidden,), rows_of[name])
        check_numbers(name, array, weight_hh.dtype)
    return hidden


def _misfit(title: str, name: str, array: Array, shape: object, rows: tuple[str, ...]) -> ArrayError:
    """The error for an array whose shape does not fit the cell."""
    blocks = f"{len(rows)} block{'s' * (len(rows) > 1)} of H rows: {', '.join(rows)}"
    return ArrayError(
        f"{name} has shape {array.shape}; {title} expects {shape} ({blocks}).",
        code="shape", name=name, shape=array.shape, expected=shape,
    )  # fmt: skip
