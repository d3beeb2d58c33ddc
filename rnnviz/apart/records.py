"""Values between the server and a worker, as JSON and the bytes of arrays.

A worker has read a stranger's bytes with libraries written in C, so the server trusts nothing that it sends. An answer
is therefore not pickled: it holds numbers, texts, lists, arrays and the few classes listed here, each made anew by its
constructor with all its checks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from .. import errors
from ..cells.cell_kind import CellKind
from ..checkpoints import FORMATS, Agreement, Checkpoint, Correction, Format, Location, Readout, SourceArray, Stack
from ..checkpoints.interface import UnusedArray
from ..checkpoints.settings import InferredSetting
from ..checkpoints.stack import HeadPart
from ..errors import RnnvizError
from ..model import Model
from ..network import Network
from ..text.named_tables import Tables
from ..text.tokens import Vocabulary
from ..text.word_lists import WordList

Buffer = bytes | bytearray | memoryview

# Rebuilt from the fields that their constructors take.
DATACLASSES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        Agreement,
        Checkpoint,
        Correction,
        HeadPart,
        InferredSetting,
        Location,
        Model,
        Readout,
        SourceArray,
        Stack,
        UnusedArray,
        Vocabulary,
        WordList,
    )
}
FORMATS_BY_TITLE = {format.title: format for format in FORMATS}
ERRORS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, RnnvizError) and kind is not RnnvizError
}
NUMBERS = ("?", "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")
DTYPES = {kind.str: kind for kind in map(np.dtype, NUMBERS)}
DEEPEST = 60  # values inside each other


class RecordError(ValueError):
    """An answer is not what `pack` writes."""


def pack(value: Any) -> tuple[bytes, list[Buffer]]:
    """A value as JSON and buffers. Raises TypeError for what is no record."""
    packer = _Packer()
    head = json.dumps(packer.pack(value)).encode()
    return head, packer.buffers


def unpack(head: Buffer, buffers: Sequence[bytearray]) -> Any:
    """The value of `pack`. Raises RecordError for anything else, and what constructors raise."""
    try:
        tree = json.loads(bytes(head))
    except (ValueError, RecursionError) as error:
        raise RecordError("not JSON") from error
    return _Unpacker(buffers).unpack(tree, DEEPEST)


class _Packer:
    """Collects the buffers; an array that occurs twice is sent once, and is one array again on the other side."""

    def __init__(self) -> None:
        self.buffers: list[Buffer] = []
        self._places: dict[int, int] = {}
        self._alive: list[object] = []  # so that no other array gets the id of one that was packed

    def pack(self, value: Any) -> Any:
        match value:
            case None | bool() | int() | float() | str():
                return _plain(value)
            case np.generic():
                return _plain(value.item())
            case bytes():
                return ["bytes", self._buffer(value, value)]
            case np.ndarray():
                return self._array(value)
            case list():
                return ["list", *map(self.pack, value)]
            case tuple():
                return ["tuple", *map(self.pack, value)]
            case set() | frozenset():
                return ["set", *map(self.pack, value)]
            case Tables() | dict():
                kind = "tables" if isinstance(value, Tables) else "dict"
                return [kind, *([self.pack(key), self.pack(member)] for key, member in value.items())]
            case Format():
                return ["format", value.title]
            case Network():
                kinds = [[kind.name, kind.options] for kind in value.cell_kinds]
                parts = [dict(value.parameters), kinds, value.merge, value.head.to_json()]
                return ["network", self.pack(parts)]
            case RnnvizError():
                given = {name: self._said(field) for name, field in value.fields.items()}
                return ["error", type(value).__name__, value.message, value.code, ["dict", *map(list, given.items())]]
        if is_dataclass(value) and type(value).__name__ in DATACLASSES:
            named = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
            return ["record", type(value).__name__, self.pack(named)]
        raise TypeError(f"a {type(value).__name__} is no record")

    def _array(self, array: np.ndarray) -> Any:
        if array.dtype.str not in DTYPES:
            raise TypeError(f"an array of {array.dtype} is no record")
        if id(array) not in self._places:
            # As numbers of one byte: a buffer of no values cannot be cast to it.
            self._buffer(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, array)
        return ["array", self._places[id(array)], array.dtype.str, list(array.shape)]

    def _buffer(self, data: Buffer, owner: object) -> int:
        if id(owner) not in self._places:
            self._places[id(owner)] = len(self.buffers)
            self.buffers.append(data)
            self._alive.append(owner)
        return self._places[id(owner)]

    def _said(self, value: Any) -> Any:
        """A field of an error; in words if it is no record."""
        try:
            return self.pack(value)
        except TypeError:
            return str(value)


class _Unpacker:
    def __init__(self, buffers: Sequence[bytearray]) -> None:
        self.buffers = buffers
        self._arrays: dict[tuple[int, str, tuple[int, ...]], np.ndarray] = {}

    def unpack(self, tree: Any, depth: int) -> Any:
        if tree is None or isinstance(tree, (bool, int, float, str)):
            return tree
        if depth == 0 or not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
            raise RecordError("not a record")
        kind, *parts = tree
        if kind not in KINDS:
            raise RecordError(f"{kind!r} is no kind of record")
        try:
            return KINDS[kind](self, parts, depth - 1)
        except (TypeError, KeyError, IndexError, AttributeError) as error:
            raise RecordError(f"not a {kind}") from error

    def _number(self, parts: list[Any], depth: int) -> float:
        return {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}[parts[0]]

    def _bytes(self, parts: list[Any], depth: int) -> bytes:
        return bytes(self._at(parts[0]))

    def _list(self, parts: list[Any], depth: int) -> list[Any]:
        return [self.unpack(part, depth) for part in parts]

    def _tuple(self, parts: list[Any], depth: int) -> tuple[Any, ...]:
        return tuple(self._list(parts, depth))

    def _set(self, parts: list[Any], depth: int) -> frozenset[Any]:
        return frozenset(self._list(parts, depth))

    def _dict(self, parts: list[Any], depth: int) -> dict[Any, Any]:
        return {self.unpack(key, depth): self.unpack(value, depth) for key, value in parts}

    def _tables(self, parts: list[Any], depth: int) -> Tables:
        return Tables(self._dict(parts, depth))

    def _array(self, parts: list[Any], depth: int) -> np.ndarray:
        place, dtype, shape = parts
        key = place, dtype, tuple(shape)
        if key not in self._arrays:
            sizes = [size for size in shape if type(size) is int and size >= 0]
            if len(sizes) != len(shape) or len(shape) > 8:
                raise RecordError("not a shape")
            try:
                self._arrays[key] = np.frombuffer(self._at(place), DTYPES[dtype]).reshape(sizes)
            except ValueError as error:
                raise RecordError("not an array") from error
        return self._arrays[key]

    def _format(self, parts: list[Any], depth: int) -> Format:
        return FORMATS_BY_TITLE[parts[0]]

    def _network(self, parts: list[Any], depth: int) -> Network:
        parameters, kinds, merge, head = self.unpack(parts[0], depth)
        cells = [CellKind(name, options) for name, options in kinds]
        return Network.from_parameters(parameters, cells, merge=merge, head=head)

    def _error(self, parts: list[Any], depth: int) -> RnnvizError:
        name, message, code, given = parts
        return ERRORS[name](str(message), code=str(code), **self.unpack(given, depth))

    def _record(self, parts: list[Any], depth: int) -> Any:
        name, given = parts
        return DATACLASSES[name](**_texts(self.unpack(given, depth)))

    def _at(self, place: Any) -> bytearray:
        if type(place) is not int or not 0 <= place < len(self.buffers):
            raise RecordError("no such buffer")
        return self.buffers[place]


KINDS: dict[str, Callable[[_Unpacker, list[Any], int], Any]] = {
    "array": _Unpacker._array,
    "bytes": _Unpacker._bytes,
    "dict": _Unpacker._dict,
    "error": _Unpacker._error,
    "format": _Unpacker._format,
    "list": _Unpacker._list,
    "network": _Unpacker._network,
    "number": _Unpacker._number,
    "record": _Unpacker._record,
    "set": _Unpacker._set,
    "tables": _Unpacker._tables,
    "tuple": _Unpacker._tuple,
}


def _plain(value: Any) -> Any:
    """A number or text as JSON has it, which knows neither NaN nor infinity."""
    if isinstance(value, float) and not np.isfinite(value):
        return ["number", str(value)]
    return value


def _texts(given: Mapping[Any, Any]) -> dict[str, Any]:
    if not all(isinstance(name, str) for name in given):
        raise RecordError("not the fields of a record")
    return dict(given)
