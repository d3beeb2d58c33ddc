"""The tensors of an ONNX file as NumPy arrays: typed fields, raw bytes, and bytes in a file next to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from ...cells.activations import Array
from ...limits import Limits


class UnreadableError(ValueError):
    """One array or layer cannot be read; others of the file may."""


@dataclass(frozen=True)
class Kind:
    """A type of numbers. name: in words. stored: as raw bytes have it. field: where a tensor keeps it otherwise."""

    name: str
    stored: str
    field: str


# By their number in TensorProto.DataType. bfloat16 is the upper half of a float32: NumPy has no such type.
KINDS = {
    1: Kind("float32", "<f4", "float_data"),
    2: Kind("uint8", "<u1", "int32_data"),
    3: Kind("int8", "<i1", "int32_data"),
    4: Kind("uint16", "<u2", "int32_data"),
    5: Kind("int16", "<i2", "int32_data"),
    6: Kind("int32", "<i4", "int32_data"),
    7: Kind("int64", "<i8", "int64_data"),
    9: Kind("bool", "?", "int32_data"),
    10: Kind("float16", "<f2", "int32_data"),
    11: Kind("float64", "<f8", "double_data"),
    12: Kind("uint32", "<u4", "uint64_data"),
    13: Kind("uint64", "<u8", "uint64_data"),
    16: Kind("bfloat16", "<u2", "int32_data"),
}
EXTERNAL = 1  # TensorProto.DataLocation
OTHERS = {8: "text", 14: "complex64", 15: "complex128"}


@dataclass(frozen=True)
class Bytes:
    """Where the bytes of a file's tensors are. name: of the file. beside: the files next to it. limits: on sizes."""

    name: str
    beside: Mapping[str, bytes]
    limits: Limits

    def decoded(self, tensor: Any) -> tuple[Array, str]:
        """A TensorProto's numbers, bfloat16 as float32, and the name of their type in the file.

        Raises UnreadableError if it contradicts itself or is of another kind, ValueError if a file is missing.
        """
        called = f"the array {words(tensor.name)!r}" if tensor.name else "an array"
        kind = KINDS.get(tensor.data_type)
        if kind is None:
            other = OTHERS.get(tensor.data_type, f"type {tensor.data_type}")
            raise UnreadableError(
                f"{called} holds {other}; weights of float16, bfloat16, float32 or float64 can be read"
            )
        shape = tuple(int(size) for size in tensor.dims)
        if any(size < 0 for size in shape):
            raise UnreadableError(f"{called} has the shape {shape}, which is none")
        count = math.prod(shape)
        stored = np.dtype(kind.stored)
        if tensor.data_location == EXTERNAL:
            raw = self._beside(called, entries(tensor))
        elif tensor.HasField("raw_data"):
            raw = memoryview(tensor.raw_data)
        else:
            return _typed(called, getattr(tensor, kind.field), kind, shape), kind.name
        if len(raw) != count * stored.itemsize:
            raise UnreadableError(
                f"{called} has the shape {shape} of {kind.name}, {count * stored.itemsize} bytes, but {len(raw)} "
                "are there"
            )
        return _widened(np.frombuffer(raw, stored).reshape(shape), kind), kind.name

    def _beside(self, called: str, said: dict[str, str]) -> memoryview:
        location = outside(self.name, said)
        if location not in self.beside:
            raise ValueError(f"{self.name} keeps its weights in {location!r}: bring that file along with it.")
        data = self.beside[location]
        self.limits.check_file(location, len(data))
        try:
            start = int(said.get("offset", "0"))
            length = int(said.get("length", len(data) - start))
        except ValueError:
            raise UnreadableError(f"{called} stands in {location!r} at a place that is no number") from None
        if start < 0 or length < 0 or start + length > len(data):
            raise UnreadableError(
                f"{called} is said to be bytes {start} to {start + length} of {location!r}, which has {len(data)}: "
                "the file was cut off or belongs to another model"
            )
        return memoryview(data)[start : start + length]


def words(value: str | bytes) -> str:
    """Text of a file; protobuf hands out bytes where they are none."""
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def entries(tensor: Any) -> dict[str, str]:
    """What a tensor says of where its bytes are."""
    return {words(entry.key): words(entry.value) for entry in tensor.external_data}


def outside(name: str, said: Mapping[str, str]) -> str:
    """The plain name of the file that a tensor's bytes are in.

    Raises ValueError for a place outside of the folder that the model's own file is in.
    """
    location = said.get("location", "")
    path = PurePosixPath(location.replace("\\", "/"))
    if len(path.parts) != 1 or path.parts[0] in ("..", "/") or ":" in location or "\0" in location:
        raise ValueError(
            f"{name} wants its weights from {location[:80]!r}; only a file in its own folder is read: "
            "save the model again with its weights in one file beside it, named without a folder."
        )
    return path.parts[0]


def _typed(called: str, numbers: Any, kind: Kind, shape: tuple[int, ...]) -> Array:
    """From the field of a TensorProto that lists numbers; the two half floats stand there as their bits."""
    if len(numbers) != math.prod(shape):
        raise UnreadableError(f"{called} has the shape {shape}, but {len(numbers)} numbers are there")
    try:
        if kind.name in ("float16", "bfloat16"):
            found = np.array(numbers, np.int64).astype("<u2").view(kind.stored)
        else:
            found = np.array(numbers, np.dtype(kind.stored))
    except OverflowError:
        raise UnreadableError(f"{called} holds numbers that do not fit into {kind.name}") from None
    return _widened(found.reshape(shape), kind)


def _widened(array: Array, kind: Kind) -> Array:
    """As the machine has it, and bfloat16 as float32."""
    if kind.name == "bfloat16":
        return (array.astype(np.uint32) << 16).view(np.float32)
    return array.astype(array.dtype.newbyteorder("="), copy=False)
