"""Numbers as files hold them, half and quarter precision too, and the arrays that they become."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np

from ...cells.activations import Array

# By name: the NumPy type under which the bytes are read before `numbers` makes sense of them.
_RAW = {
    "float64": "f8", "float32": "f4", "float16": "f2", "bfloat16": "u2",
    "float8_e4m3fn": "u1", "float8_e5m2": "u1", "float8_e4m3fnuz": "u1", "float8_e5m2fnuz": "u1",
    "float8_e8m0fnu": "u1",
    "int64": "i8", "int32": "i4", "int16": "i2", "int8": "i1",
    "uint64": "u8", "uint32": "u4", "uint16": "u2", "uint8": "u1", "bool": "u1",
}  # fmt: skip
READABLE = frozenset(_RAW)
# Exponent bits, mantissa bits, bias, and which bytes are no number. Sources: Micikevicius et al., "FP8 formats for deep
# learning" (2022); Noune et al., "8-bit numerical formats for deep neural networks" (2022) for those that end on "uz".
_EIGHTHS = {
    "float8_e4m3fn": (4, 3, 7, (0x7F, 0xFF)),
    "float8_e4m3fnuz": (4, 3, 8, (0x80,)),
    "float8_e5m2fnuz": (5, 2, 16, (0x80,)),
}


def raw(name: str, order: Literal["<", ">"] = "<") -> np.dtype:
    """The type that the bytes of a `name` in READABLE are viewed as; order: "<" or ">"."""
    return np.dtype(_RAW[name]).newbyteorder(order)


def numbers(bits: Array, name: str) -> Array:
    """What an array of type raw(name), of any strides, says: anew, in C order, and in this machine's order of bytes.

    float16, bfloat16 and the five kinds of float8 become float32, which holds them exactly; all else keeps its type.
    """
    native = np.array(bits, dtype=bits.dtype.newbyteorder("="), order="C")
    if name == "float16":
        return native.astype(np.float32)
    if name == "bfloat16":  # the upper half of a float32
        wide = native.astype(np.uint32)
        wide <<= 16
        return wide.view(np.float32)
    if name.startswith("float8"):
        return np.asarray(_eighths(name)[native])
    return native.astype(bool) if name == "bool" else native


def loaded_as(name: str) -> np.dtype:
    """The type of what `numbers` gives."""
    if name == "bool":
        return np.dtype(bool)
    return np.dtype("f4" if name in ("float16", "bfloat16") or name.startswith("float8") else _RAW[name])


@cache
def _eighths(name: str) -> Array:
    """The 256 values that a byte can mean."""
    byte = np.arange(256)
    if name == "float8_e5m2":  # the upper half of a float16
        return (byte << 8).astype(np.uint16).view(np.float16).astype(np.float32)
    if name == "float8_e8m0fnu":  # a power of two without a sign
        return np.where(byte == 0xFF, np.nan, 2.0 ** (byte - 127)).astype(np.float32)
    exponents, mantissas, bias, no_numbers = _EIGHTHS[name]
    exponent = (byte >> mantissas) & ((1 << exponents) - 1)
    mantissa = (byte & ((1 << mantissas) - 1)) / (1 << mantissas)
    size = np.where(exponent == 0, mantissa * 2.0 ** (1 - bias), (1 + mantissa) * 2.0 ** (exponent - bias))
    values = np.where(byte & 0x80, -size, size)
    values[list(no_numbers)] = np.nan
    return values.astype(np.float32)
