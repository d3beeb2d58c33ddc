"""Types of numbers as files store them, half and quarter precision included, and the arrays that they become."""

from __future__ import annotations

from typing import Literal

import ml_dtypes
import numpy as np

from ...cells.activations import Array

# By name: the NumPy type under which the bytes are read before `widened` makes sense of them.
_STORED = {
    "float64": "f8", "float32": "f4", "float16": "f2", "bfloat16": "u2",
    "float8_e4m3fn": "u1", "float8_e5m2": "u1", "float8_e4m3fnuz": "u1", "float8_e5m2fnuz": "u1",
    "float8_e8m0fnu": "u1",
    "int64": "i8", "int32": "i4", "int16": "i2", "int8": "i1",
    "uint64": "u8", "uint32": "u4", "uint16": "u2", "uint8": "u1", "bool": "u1",
}  # fmt: skip
READABLE = frozenset(_STORED)


def stored_dtype(name: str, order: Literal["<", ">"] = "<") -> np.dtype:
    """The NumPy type as which the bytes of a type in READABLE are viewed; order: "<" or ">"."""
    return np.dtype(_STORED[name]).newbyteorder(order)


def loaded_dtype(name: str) -> np.dtype:
    """The type of what `widened` returns."""
    if name == "bool":
        return np.dtype(bool)
    return np.dtype("f4" if name == "float16" or _is_extension(name) else _STORED[name])


def widened(bits: Array, name: str) -> Array:
    """The numbers in an array of type `stored_dtype(name)`: a copy in C order and in this machine's byte order.

    float16, bfloat16 and the five kinds of float8 become float32, which holds them exactly; all else keeps its type.
    """
    native = np.array(bits, dtype=bits.dtype.newbyteorder("="), order="C")
    if name == "bool":
        return native.astype(bool)
    if _is_extension(name):
        native = native.view(getattr(ml_dtypes, name))
    return native.astype(loaded_dtype(name), copy=False)


def _is_extension(name: str) -> bool:
    """Whether NumPy itself lacks the type."""
    return name == "bfloat16" or name.startswith("float8")
