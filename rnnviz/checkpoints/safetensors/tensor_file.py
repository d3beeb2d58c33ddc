"""`.safetensors`: a header in JSON that says where each array's bytes are. Read with NumPy, which knows no bfloat16.

Source: github.com/huggingface/safetensors, README, "Format".
"""

from __future__ import annotations

import json
from math import prod
from typing import Any

import numpy as np

from ...limits import DEFAULT_LIMITS, Limits
from ...wording import ignored_arrays_note, no_arrays_error, printable, without_surrogates
from ..io.dtypes import loaded_as, numbers, raw
from ..named.named_arrays import Arrays

HEADER = 8_000_000  # bytes of JSON, which takes some twenty times its size once it is parsed
DTYPES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "U16": "uint16", "I16": "int16", "U32": "uint32", "I32": "int32",
    "U64": "uint64", "I64": "int64", "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64",
    "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "F8_E8M0": "float8_e8m0fnu",
    "F8_E4M3FNUZ": "float8_e4m3fnuz", "F8_E5M2FNUZ": "float8_e5m2fnuz",
}  # fmt: skip
_OTHER_BITS = {"C64": 64, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6}  # whose numbers are not read


def read(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Arrays:
    """The arrays of a .safetensors file, by name, and the words in its header as metadata.

    Complex numbers and those of 4 or 6 bits are passed over, with a note. Raises ValueError, in a sentence for a
    person, for a header that is none, says one thing twice, or lies about where the arrays are, for a file that was cut
    off, and for one that passes a limit.
    """
    limits.check_file(name, len(data))
    header, rest = _header(name, data)
    words = header.pop("__metadata__", {})
    if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
        raise ValueError(f"{name} is damaged: the metadata in its header is not made of text.")
    words = {without_surrogates(word): without_surrogates(text) for word, text in words.items()}
    limits.check_arrays(name, len(header))
    kept, strange, total = {}, [], 0
    for key, (dtype, shape, begin, end) in _entries(name, header, len(rest)).items():
        if dtype not in DTYPES:
            strange.append(f"{printable(key)} ({dtype})")
            continue
        kept[key] = DTYPES[dtype], shape, rest[begin:end]
        total += prod(shape) * loaded_as(DTYPES[dtype]).itemsize
        limits.check_unpacked(name, total)
    notes = ignored_arrays_note(strange)
    if not kept:
        raise no_arrays_error(name, notes)
    try:
        arrays = {k: numbers(np.frombuffer(part, raw(d)).reshape(shape), d) for k, (d, shape, part) in kept.items()}
    except (ValueError, OverflowError) as error:  # an empty array can claim any other sizes, or too many
        raise ValueError(f"{name} is damaged: an array in it has a shape that is none.") from error
    return Arrays("safetensors", arrays, {key: dtype for key, (dtype, _, _) in kept.items()}, words, notes)


def _header(name: str, data: bytes) -> tuple[dict[str, Any], memoryview]:
    """The header, and the bytes behind it."""
    size = int.from_bytes(data[:8], "little")
    if len(data) < 10 or size > len(data) - 8:
        raise ValueError(f"{name} is no safetensors file, or was cut off: its header would be longer than the file.")
    if size > HEADER:
        raise ValueError(f"{name} has a header of {size:,} bytes, and at most {HEADER:,} are read.")
    try:
        header = json.loads(data[8 : 8 + size].decode("utf-8"), object_pairs_hook=_once)
    except _TwiceError as error:
        raise ValueError(f"{name} is damaged: its header names {printable(str(error))} twice.") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} is no safetensors file, or is damaged: its header is not JSON.") from error
    if not isinstance(header, dict):
        raise ValueError(f"{name} is no safetensors file: its header names no arrays.")
    return header, memoryview(data)[8 + size :]


class _TwiceError(Exception):
    """A name that stands twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(key)
        found[key] = value
    return found


def _entries(name: str, header: dict[str, Any], length: int) -> dict[str, tuple[str, list[int], int, int]]:
    """By array: dtype, shape, where it begins and ends. They must follow one another without gap and fill the file."""
    found = {}
    for key, entry in header.items():
        match entry:
            case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [begin, end]}:
                bits = 8 * raw(DTYPES[dtype]).itemsize if dtype in DTYPES else _OTHER_BITS.get(dtype)
            case _:
                raise ValueError(f"{name} is damaged: its header does not say what {printable(key)} is.")
        if not _sizes([*shape, begin, end]) or without_surrogates(key) != key:
            raise ValueError(f"{name} is damaged: its header does not say what {printable(key)} is.")
        if bits is None:
            raise ValueError(
                f"{name} is damaged: {printable(key)} has the type {printable(dtype)}, which does not exist."
            )
        if prod(shape) * bits != 8 * (end - begin):
            raise ValueError(
                f"{name} is damaged: the shape of {printable(key)} does not fit its {end - begin:,} bytes."
            )
        found[key] = (dtype, shape, begin, end)
    place = 0
    for key, (_, _, begin, end) in sorted(found.items(), key=lambda item: item[1][2:]):
        if begin != place:
            raise ValueError(f"{name} is damaged: {printable(key)} does not begin where the array before it ends.")
        place = end
    if place > length:
        raise ValueError(f"{name} was cut off: {place:,} bytes of arrays are announced, and {length:,} are there.")
    if place < length:
        raise ValueError(f"{name} is damaged: {length - place:,} bytes at its end belong to no array.")
    return found


def _sizes(values: list[Any]) -> bool:
    return all(type(value) is int and 0 <= value < 1 << 63 for value in values)
