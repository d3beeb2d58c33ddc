"""Checks of the arrays that come from outside: each error says which array is wrong, how, and what was expected."""

from __future__ import annotations

from collections.abc import Collection, Mapping

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
    title: str, blocks: Mapping[str, tuple[str, ...]], matrices: Collection[str], arrays: Mapping[str, Array | None]
) -> int:
    """Check the parameters of a cell.

    Parameters
    ----------
    title : str
        The title of the cell.
    blocks : mapping of str to tuple of str
        The parameters by name, each with the quantities that its blocks of H rows belong to.
    matrices : collection of str
        The parameters that are matrices: weight_ih with D columns, the others with H. The rest are vectors.
    arrays : mapping of str to ndarray or None
        The parameters that are given; vectors may be left out.

    Returns
    -------
    int
        H, the hidden size.

    Raises
    ------
    ArrayError
        If a shape does not fit, or a matrix is missing.
    DtypeError
        If an argument is not an array of float32 or float64, or the dtypes differ.
    NotFiniteError
        If an array holds NaN or infinite values.
    """
    given: dict[str, Array] = {}
    for name, maybe in arrays.items():
        if maybe is not None or name in matrices:
            check_array(name, maybe)
            given[name] = np.asarray(maybe)
    hidden = _hidden_size(title, blocks, given)
    dtype = given["weight_hh" if "weight_hh" in given else "weight_ih"].dtype
    for name, array in given.items():
        rows = len(blocks[name]) * hidden
        expected = (rows, hidden) if name in matrices else (rows,)
        if name == "weight_ih":
            if array.ndim != 2 or len(array) != rows or array.size == 0:
                raise _misfit(title, name, array, f"({rows}, D)", blocks[name])
        elif array.shape != expected:
            raise _misfit(title, name, array, expected, blocks[name])
    for name, array in given.items():
        check_numbers(name, array, dtype)
    return hidden


def _hidden_size(title: str, blocks: Mapping[str, tuple[str, ...]], given: Mapping[str, Array]) -> int:
    """H, as weight_hh has it, or as the rows of weight_ih say where a cell has no weight_hh."""
    weight = given.get("weight_hh")
    if weight is None:
        count, weight = len(blocks["weight_ih"]), given["weight_ih"]
        if weight.ndim != 2 or len(weight) % count or weight.size == 0:
            raise _misfit(title, "weight_ih", weight, f"({count}*H, D)", blocks["weight_ih"])
        return len(weight) // count
    count, hidden = len(blocks["weight_hh"]), weight.shape[-1] if weight.ndim == 2 else 0
    if hidden == 0 or weight.shape != (count * hidden, hidden):
        shape = (count * hidden, hidden) if hidden else f"({count}*H, H)"
        raise _misfit(title, "weight_hh", weight, shape, blocks["weight_hh"])
    return hidden


def _misfit(title: str, name: str, array: Array, shape: object, rows: tuple[str, ...]) -> ArrayError:
    """The error for an array whose shape does not fit the cell."""
    blocks = f"{len(rows)} block{'s' * (len(rows) > 1)} of H rows: {', '.join(rows)}"
    return ArrayError(
        f"{name} has shape {array.shape}; {title} expects {shape} ({blocks}).",
        code="shape", name=name, shape=array.shape, expected=shape,
    )  # fmt: skip
