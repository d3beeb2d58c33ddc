"""NumPy's files: `.npz`, a zip of named arrays, and `.npy`, a single one. Read without pickle, and within bounds.

Source: numpy/lib/format.py, "NEP 1".
"""

from __future__ import annotations

import ast
import json
import re
import sys
from math import prod

import numpy as np

from ...cells.activations import Array
from ...limits import DEFAULT_LIMITS, Limits
from ...wording import ignored_arrays_note, no_arrays_error, printable, without_surrogates
from ..io.dtypes import READABLE, loaded_as, numbers
from ..io.zip_archive import MARK, Zipped
from ..named.named_arrays import ALONE, WORDS, Arrays

NPY = b"\x93NUMPY"
HEADER = 10_000  # bytes, as in NumPy
EMPTY = b"PK\x05\x06"  # how a zip begins that holds no_arrays_error


def read(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Arrays:
    """The arrays of an .npz file by name, or the one array of an .npy file, whose name is "array".

    Arrays of text come as metadata, as JSON; complex numbers, dates and records are passed over, with a note. Raises
    ValueError, in a sentence for a person, for arrays of Python objects, which only pickle could read, and for files
    that are damaged or pass a limit.
    """
    limits.check_file(name, len(data))
    if data.startswith(NPY):
        limits.check_unpacked(name, len(data))
        parts = {ALONE: data}
        return _arrays(name, "NumPy array", parts, [], limits)
    if not data.startswith((MARK, EMPTY)):
        raise ValueError(f"{name} is no file of NumPy's: it begins neither like an .npz nor like an .npy.")
    file = Zipped(name, data, limits)
    inside = [entry for entry in file.names if entry.endswith(".npy")]
    limits.check_arrays(name, len(inside))
    parts = {entry.removesuffix(".npy"): file.read(entry) for entry in inside}
    others = [f"{printable(entry)} (no array)" for entry in file.names if not entry.endswith(".npy")]
    return _arrays(name, "NumPy archive", parts, others, limits)


def _arrays(name: str, kind: str, parts: dict[str, bytes], strange: list[str], limits: Limits) -> Arrays:
    arrays: dict[str, Array] = {}
    dtypes: dict[str, str] = {}
    words: dict[str, str] = {}
    total = 0
    for key in list(parts):
        array = _array(f"{printable(key)} in {name}" if kind == "NumPy archive" else name, parts.pop(key))
        if isinstance(array, str):
            strange.append(f"{printable(key)} ({array})")
        elif array.dtype.kind == "U":
            if array.nbytes + sum(map(len, words.values())) <= WORDS:
                words[key] = _text(array)
        else:
            dtypes[key] = array.dtype.name
            total += array.size * loaded_as(dtypes[key]).itemsize
            limits.check_unpacked(name, total)
            arrays[key] = numbers(array, dtypes[key])
    notes = ignored_arrays_note(strange)
    if not arrays:
        raise no_arrays_error(name, notes)
    return Arrays(kind, arrays, dtypes, words, notes)


def _text(array: Array) -> str:
    return without_surrogates(json.dumps(array.tolist(), ensure_ascii=False) if array.ndim else str(array))


def _array(what: str, data: bytes) -> Array | str:
    """One .npy file: an array of numbers or text over its bytes, or in a word the kind of what it holds else."""
    if not data.startswith(NPY):
        raise ValueError(f"{what} is damaged: it does not begin like an array of NumPy's.")
    wide = 2 if data[6:7] == b"\x01" else 4
    begin = 8 + wide
    size = int.from_bytes(data[8:begin], "little")
    known = data[6:7] in (b"\x01", b"\x02", b"\x03") and b"\\" not in data[begin : begin + size]
    if not known or size > HEADER or begin + size > len(data):
        raise ValueError(f"{what} is damaged or was cut off: its header is not what NumPy writes.")
    try:
        header = ast.literal_eval(data[begin : begin + size].decode("latin-1" if wide == 2 else "utf-8").strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(f"{what} is damaged: its header is not what NumPy writes.") from error
    match header:
        case {"descr": list(), "fortran_order": bool(), "shape": tuple()}:
            return "records"
        case {"descr": str(code), "fortran_order": bool(fortran), "shape": tuple(shape)}:
            return _filled(what, code, shape, fortran, memoryview(data)[begin + size :])
    raise ValueError(f"{what} is damaged: its header is not what NumPy writes.")


def _filled(what: str, code: str, shape: tuple[object, ...], fortran: bool, content: memoryview) -> Array | str:
    if re.fullmatch(r"[<>|=]?O\d*", code):
        raise ValueError(
            f"{what} holds Python objects instead of numbers, which are never read, as they could run anything: save "
            "plain arrays, each under a name of its own."
        )
    sizes = [size for size in shape if type(size) is int and size >= 0]
    if not re.fullmatch(r"[<>|=][?biufcSUVmM]\d{0,9}(\[\w+\])?", code) or len(sizes) != len(shape):
        raise ValueError(f"{what} is damaged: its type or its shape is none.")
    try:
        dtype = np.dtype(code)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what} is damaged: {printable(code)} is no type.") from error
    if prod(sizes) * dtype.itemsize != len(content):
        raise ValueError(f"{what} is damaged or was cut off: its shape does not fit its {len(content):,} bytes.")
    if dtype.kind != "U" and dtype.name not in READABLE:
        return dtype.name
    try:
        array = np.frombuffer(content, dtype).reshape(sizes, order="F" if fortran else "C")
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{what} is damaged: its shape is none.") from error
    if dtype.kind == "U" and (np.frombuffer(content, f"{code[0]}u4") > sys.maxunicode).any():
        raise ValueError(f"{what} is damaged: its text is none.")
    return array
