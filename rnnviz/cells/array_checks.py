"""Checks of the arrays that come from outside: each error says which array is wrong, how, and what was expected."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import ArrayError, DtypeError, NotFiniteError
from .activations import Array
from .sizes import INPUT_SIZE, UNITS, ParameterLayout

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
    title: str, layouts: Mapping[str, ParameterLayout], arrays: Mapping[str, Array | None]
) -> dict[str, int]:
    """Check the parameters of a cell.

    Parameters
    ----------
    title : str
        The title of the cell.
    layouts : mapping of str to ParameterLayout
        The layouts of its parameters, by name.
    arrays : mapping of str to ndarray or None
        The parameters that are given; vectors may be left out.

    Returns
    -------
    dict of str to int
        The number of units by size: D, H, and further sizes of the cell.

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
    for name, maybe in sorted(arrays.items(), key=lambda item: item[0] != "weight_hh"):  # which shows H best
        if maybe is not None or layouts[name].columns is not None:
            check_array(name, maybe)
            given[name] = np.asarray(maybe)
    lengths: dict[str, int] = {}
    for name, array in given.items():
        _read_lengths(title, name, array, layouts[name], lengths)
    dtype = next(iter(given.values())).dtype
    for name, array in given.items():
        layout = layouts[name]
        if not set(layout.rows) <= set(lengths) or array.shape != layout.shape(lengths):
            raise _misfit(title, name, array, layout, lengths)
    for name, array in given.items():
        check_numbers(name, array, dtype)
    return lengths


def _read_lengths(title: str, name: str, array: Array, layout: ParameterLayout, lengths: dict[str, int]) -> None:
    """Read off the shape of a matrix what is not known yet."""
    if layout.columns is None:
        return
    if array.ndim != 2 or array.size == 0:
        raise _misfit(title, name, array, layout, lengths)
    lengths.setdefault(layout.columns, array.shape[1])
    unknown = {size for size in layout.rows if size not in lengths}
    if len(unknown) == 1:
        (size,) = unknown
        rest = len(array) - sum(lengths[row] for row in layout.rows if row != size)
        if rest > 0 and rest % layout.rows.count(size) == 0:
            lengths[size] = rest // layout.rows.count(size)


def _misfit(title: str, name: str, array: Array, layout: ParameterLayout, lengths: Mapping[str, int]) -> ArrayError:
    """The error for an array whose shape does not fit the cell."""
    known = set(layout.rows) | {layout.columns or UNITS} <= set(lengths) and layout.columns != INPUT_SIZE
    shape = layout.shape(lengths) if known else _in_letters(layout, lengths)
    count, sizes = len(layout.blocks), sorted(set(layout.rows))
    blocks = f"{count} block{'s' * (count > 1)} of {' or '.join(sizes)} rows: {', '.join(layout.blocks)}"
    return ArrayError(
        f"{name} has shape {array.shape}; {title} expects {shape} ({blocks}).",
        code="shape", name=name, shape=array.shape, expected=shape,
    )  # fmt: skip


def _in_letters(layout: ParameterLayout, lengths: Mapping[str, int]) -> str:
    """A shape with letters for what is not known: "(4*H, H)"."""
    if set(layout.rows) <= set(lengths):
        rows = str(sum(lengths[size] for size in layout.rows))
    else:
        rows = " + ".join(f"{layout.rows.count(size)}*{size}" for size in dict.fromkeys(layout.rows))
    return f"({rows},)" if layout.columns is None else f"({rows}, {layout.columns})"
