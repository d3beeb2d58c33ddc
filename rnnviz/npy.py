"""NumPy's `.npy` format, read within bounds: nothing is executed, and no memory is set aside for what is not there.

`np.load` reserves memory for the shape that a header claims, and can unpickle; a stranger's file gets neither here.
Reference: numpy/lib/format.py (NEP 1).
"""

from __future__ import annotations

import ast
import re
import sys
from typing import NamedTuple

import numpy as np

from .array_shapes import count_numbers
from .errors import DamagedFileError, UnsupportedFileError

SIGNATURE = b"\x93NUMPY"
LONGEST_HEADER = 10_000  # bytes, as in NumPy
_DTYPE = re.compile(r"[<>|=][?biufcSUVmM]\d{0,9}(\[\w+\])?")


class NpyArray(NamedTuple):
    """The content of a `.npy` file.

    Parameters
    ----------
    dtype : str
        NumPy's name of the type, such as "float32", or "records".
    shape : tuple of int
        The shape.
    array : ndarray or None
        The array, read-only, in the byte order of the file; None unless it holds real numbers, booleans or text.
    """

    dtype: str
    shape: tuple[int, ...]
    array: np.ndarray | None


def read(name: str, data: bytes | memoryview) -> NpyArray:
    """Read a `.npy` file.

    Parameters
    ----------
    name : str
        What messages call it.
    data : bytes
        The whole file.

    Returns
    -------
    NpyArray
        Its type, its shape and, for real numbers, booleans and text, a view of its bytes as an array.

    Raises
    ------
    UnsupportedFileError
        If it holds Python objects, which only pickle could read; code "objects".
    DamagedFileError
        If it is cut off or its header is invalid; code "header", "dtype", "shape", "cut_off" or "text".
    """
    if data[:6] != SIGNATURE:
        raise DamagedFileError(f"{name} is damaged: it does not begin like a NumPy array.", code="header", file=name)
    width = 2 if data[6:7] == b"\x01" else 4
    begin = 8 + width
    size = int.from_bytes(data[8:begin], "little")
    header = bytes(data[begin : begin + size]) if size <= LONGEST_HEADER else b""
    known = data[6:7] in (b"\x01", b"\x02", b"\x03") and b"\\" not in header
    if not known or size > LONGEST_HEADER or len(header) < size:
        raise _invalid_header(name)
    try:
        entries = ast.literal_eval(header.decode("latin-1" if width == 2 else "utf-8").strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise _invalid_header(name) from error
    match entries:
        case {"descr": list(), "fortran_order": bool(), "shape": tuple(shape)}:
            return NpyArray("records", _checked(name, shape), None)
        case {"descr": str(code), "fortran_order": bool(fortran), "shape": tuple(shape)}:
            return _filled(name, code, _checked(name, shape), fortran, memoryview(data)[begin + size :])
    raise _invalid_header(name)


def _filled(name: str, code: str, shape: tuple[int, ...], fortran: bool, content: memoryview) -> NpyArray:
    if re.fullmatch(r"[<>|=]?O\d*", code):
        raise UnsupportedFileError(
            f"{name} holds Python objects, which are never read because they could run any code: save plain arrays, "
            "each under its own name.",
            code="objects", file=name,
        )  # fmt: skip
    try:
        dtype = np.dtype(code) if _DTYPE.fullmatch(code) else None
    except (TypeError, ValueError):
        dtype = None
    if dtype is None:
        raise DamagedFileError(f"{name} is damaged: its header has an invalid dtype.", code="dtype", file=name)
    count = count_numbers(shape)
    if count is None:
        raise _invalid_shape(name)
    if count * dtype.itemsize != len(content):
        raise DamagedFileError(
            f"{name} is damaged or incomplete: its shape {_short(shape)} does not fit its {len(content):,} bytes.",
            code="cut_off", file=name,
        )  # fmt: skip
    if dtype.kind not in "biufU" or (dtype.itemsize > 8 and dtype.kind != "U"):
        return NpyArray(dtype.name, shape, None)
    try:
        array = np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")
    except (ValueError, OverflowError) as error:  # an empty array can claim any other sizes, or too many
        raise _invalid_shape(name) from error
    if dtype.kind == "U" and (np.frombuffer(content, f"{code[0]}u4") > sys.maxunicode).any():
        raise DamagedFileError(f"{name} is damaged: it holds invalid text.", code="text", file=name)
    return NpyArray(dtype.name, shape, array)


def _checked(name: str, shape: tuple[object, ...]) -> tuple[int, ...]:
    sizes = tuple(size for size in shape if type(size) is int and size >= 0)
    if len(sizes) != len(shape):
        raise _invalid_shape(name)
    return sizes


def _short(shape: tuple[int, ...]) -> str:
    text = str(shape) if len(shape) <= 8 and max(shape, default=0) < 1 << 63 else ""
    return text or f"of {len(shape)} axes"


def _invalid_header(name: str) -> DamagedFileError:
    return DamagedFileError(f"{name} is damaged or incomplete: its header is invalid.", code="header", file=name)


def _invalid_shape(name: str) -> DamagedFileError:
    return DamagedFileError(f"{name} is damaged: its header has an invalid shape.", code="shape", file=name)
