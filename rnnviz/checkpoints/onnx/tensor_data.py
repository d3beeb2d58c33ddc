"""The tensors of an ONNX file as NumPy arrays: from typed fields, raw bytes, and bytes in a file beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import ml_dtypes
import numpy as np

from ...array_shapes import MOST_AXES, count_numbers
from ...cells.activations import Array
from ...errors import FileError, UnsupportedFileError
from ...wording import printable
from ..io.opening_budget import OpeningBudget


class UnreadablePartError(UnsupportedFileError):
    """One array or layer cannot be read; others of the file may. The message is the end of a sentence."""


@dataclass(frozen=True)
class NumberType:
    """A type of numbers. stored: its NumPy type as raw bytes. field: where a tensor has its numbers otherwise."""

    name: str
    stored: str
    field: str


# By their number in TensorProto.DataType.
TYPES = {
    1: NumberType("float32", "<f4", "float_data"),
    2: NumberType("uint8", "<u1", "int32_data"),
    3: NumberType("int8", "<i1", "int32_data"),
    4: NumberType("uint16", "<u2", "int32_data"),
    5: NumberType("int16", "<i2", "int32_data"),
    6: NumberType("int32", "<i4", "int32_data"),
    7: NumberType("int64", "<i8", "int64_data"),
    9: NumberType("bool", "?", "int32_data"),
    10: NumberType("float16", "<f2", "int32_data"),
    11: NumberType("float64", "<f8", "double_data"),
    12: NumberType("uint32", "<u4", "uint64_data"),
    13: NumberType("uint64", "<u8", "uint64_data"),
    16: NumberType("bfloat16", "<u2", "int32_data"),
}
EXTERNAL = 1  # TensorProto.DataLocation
DIGITS = 20  # of a place in a file
OTHER_TYPES = {8: "text", 14: "complex64", 15: "complex128"}


@dataclass(frozen=True)
class TensorData:
    """Where the bytes of a file's tensors are. name: of the file. beside: the files beside it, each read once."""

    name: str
    beside: Mapping[str, bytes]
    budget: OpeningBudget
    _read: dict[str, bytes] = field(default_factory=dict)

    def decode(self, tensor: Any) -> tuple[Array, str]:
        """The numbers of a TensorProto, bfloat16 as float32, and the name of their type in the file.

        Raises UnreadablePartError if it contradicts itself or is of another kind, FileError, code "missing", if a file
        is missing.
        """
        called = f"the array {printable(as_text(tensor.name))!r}" if tensor.name else "an array"
        kind = TYPES.get(tensor.data_type)
        if kind is None:
            other = OTHER_TYPES.get(tensor.data_type, f"type {tensor.data_type}")
            raise UnreadablePartError(
                f"{called} holds {other}; only weights of float16, bfloat16, float32 or float64 can be read",
                code="dtype",
            )
        count = count_numbers(tensor.dims)
        if count is None:
            shown = printable(str(tuple(tensor.dims[:MOST_AXES])))
            raise UnreadablePartError(f"{called} has the invalid shape {shown}", code="shape")
        shape = tuple(int(size) for size in tensor.dims)
        stored = np.dtype(kind.stored)
        if tensor.data_location == EXTERNAL:
            raw = self._read_beside(called, external_entries(tensor))
        elif tensor.HasField("raw_data"):
            raw = memoryview(tensor.raw_data)
        else:
            return _from_field(called, getattr(tensor, kind.field), kind, shape, count), kind.name
        if len(raw) != count * stored.itemsize:
            raise UnreadablePartError(
                f"{called} has the shape {shape} of {kind.name}, which takes {count * stored.itemsize} bytes, but "
                f"{len(raw)} were found",
                code="size",
            )
        return _native(np.frombuffer(raw, stored).reshape(shape), kind), kind.name

    def _read_beside(self, called: str, entries: dict[str, str]) -> memoryview:
        location = external_file(self.name, entries)
        shown = repr(printable(location))
        if location not in self._read:
            data = self.beside.get(location)
            if data is None:
                raise FileError(
                    f"{self.name} keeps its weights in {shown}: provide that file as well.",
                    code="missing", file=self.name, part=location,
                )  # fmt: skip
            self.budget.limits.check_file(printable(location), len(data))
            self.budget.spend("inflated", len(data))
            self._read[location] = data
        data = self._read[location]
        try:
            start, length = (int(entries.get(name, "0")[:DIGITS]) for name in ("offset", "length"))
            length = length if "length" in entries else len(data) - start
        except ValueError:
            raise UnreadablePartError(
                f"{called} is in {shown} at a place that is not a number", code="external"
            ) from None
        if start < 0 or length < 0 or start + length > len(data):
            raise UnreadablePartError(
                f"{called} should be bytes {start} to {start + length} of {shown}, which has {len(data)}: the "
                "file is incomplete or belongs to another model",
                code="external",
            )
        return memoryview(data)[start : start + length]


def as_text(value: str | bytes) -> str:
    """Text of a file; protobuf returns bytes where it is invalid."""
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def external_entries(tensor: Any) -> dict[str, str]:
    """What a tensor states about where its bytes are."""
    return {as_text(entry.key): as_text(entry.value) for entry in tensor.external_data}


def external_file(name: str, entries: Mapping[str, str]) -> str:
    """The plain name of the file that a tensor's bytes are in.

    Raises UnsupportedFileError, code "outside", for a place outside of the folder of the model's own file.
    """
    location = entries.get("location", "")
    path = PurePosixPath(location.replace("\\", "/"))
    if len(path.parts) != 1 or path.parts[0] in ("..", "/") or ":" in location or "\0" in location:
        raise UnsupportedFileError(
            f"{name} keeps its weights in {location[:80]!r}, but only files in its own folder are read: save the model "
            "again with its weights in one file beside it, named without a folder.",
            code="outside", file=name, part=location,
        )  # fmt: skip
    return path.parts[0]


def _from_field(called: str, numbers: Any, kind: NumberType, shape: tuple[int, ...], count: int) -> Array:
    """From the field of a TensorProto that lists numbers; it has the bits of the two half-precision types."""
    if len(numbers) != count:
        raise UnreadablePartError(f"{called} has the shape {shape}, but {len(numbers)} numbers were found", code="size")
    try:
        if kind.name in ("float16", "bfloat16"):
            array = np.array(numbers, np.int64).astype("<u2").view(kind.stored)
        else:
            array = np.array(numbers, np.dtype(kind.stored))
    except OverflowError:
        raise UnreadablePartError(f"{called} holds numbers that do not fit into {kind.name}", code="overflow") from None
    return _native(array.reshape(shape), kind)


def _native(array: Array, kind: NumberType) -> Array:
    """In this machine's byte order, and bfloat16 as float32."""
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    return array.view(ml_dtypes.bfloat16).astype(np.float32) if kind.name == "bfloat16" else array
