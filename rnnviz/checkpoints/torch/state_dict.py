"""PyTorch's files, `.pt`, `.pth`, `.bin`: state dicts and checkpoints, read without PyTorch and without running them.

Two layouts are in use: since PyTorch 1.6 a zip with one pickle and every storage as a separate file; before that a
sequence of pickles, followed by the storages. Reference: torch/serialization.py.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, BinaryIO, Literal

import numpy as np

from ...array_shapes import count_numbers
from ...cells.activations import Array
from ...errors import DamagedFileError, UnsupportedFileError
from ...text.word_lists import FEWEST, by_row
from ...wording import printable
from ..file import File
from ..io.number_types import loaded_dtype, stored_dtype, widened
from ..io.opening_budget import OpeningBudget
from ..named.named_arrays import LISTED, UNNAMED, ArrayFormat, NamedArrays, ignored_arrays_note, no_arrays_error
from .foreign_objects import foreign_name
from .nested_containers import FlatCheckpoint, flatten
from .packed_parameters import put_together, unpack_names, with_parts
from .pickle_machine import STEPS, InvalidPickleError, Machine, Make, Name, UnsafePickleError
from .pickle_stand_ins import (
    NumpyArray,
    RoundedTensor,
    Storage,
    Tensor,
    UnreadableArray,
    size_of,
    stand_ins,
    storage_of,
)

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")  # first bytes, by protocol
# How pickles of protocol 0 and 1 begin, which have no signature: with a dict, a list, or a class.
_OLD_PICKLE = re.compile(rb"(?:\(?[dl]p?\d*\n|\([dil]|\(?c[\w.]+\n[\w.]+\n|[\]}]q)")
STORAGES_INSIDE = 5000
STEPS_INSIDE = 100  # opcodes of a storage that is a file within a pickle
SAVE = 'from safetensors.torch import save_file; save_file(model.state_dict(), "model.safetensors")'
SAVE_SCRIPT = "import torch; " + SAVE.replace("model.state_dict()", 'torch.jit.load("model.pt").state_dict()')

Find = Callable[[Storage], bytes | memoryview]  # the bytes of a whole storage
Order = Literal["<", ">"]


class TorchFile(ArrayFormat):
    """A PyTorch file of either layout, or a pickle of arrays."""

    title = "PyTorch"
    suffixes = (".pt", ".pth", ".bin", ".ckpt", ".pkl")

    def matches(self, file: File) -> bool:
        if file.is_zip:
            return any(entry.endswith(("data.pkl", "constants.pkl", "/version")) for entry in file.zip.names)
        return file.data.startswith(PICKLES) or _is_old_pickle(file.data)

    def read_arrays(self, file: File) -> NamedArrays:
        return read_state_dict(file)


def _is_old_pickle(data: bytes) -> bool:
    """Whether a file may be a pickle of protocol 0 or 1."""
    return bool(_OLD_PICKLE.match(data[:2000])) and data.rstrip(b"\n")[-1:] == b"."


def read_state_dict(file: File) -> NamedArrays:
    """The arrays of a PyTorch file by name, those of nested dicts with dots: "model_state.rnn.weight_ih_l0".

    Text and numbers beside them become metadata, lists and dicts of nothing else as JSON. Objects of other classes are
    names with attributes, whatever these are; a module that was saved whole is read from its plain dictionaries. What
    looks like an optimiser's state is left out, and so are complex and sparse tensors; notes say so. Quantised tensors
    come as the numbers that they stand for. Nothing in the file is executed. Raises UnsupportedFileError, code "code",
    for a file that asks for what could do harm or holds foreign objects alone, DamagedFileError and LimitError.
    """
    order: Order = "<"
    try:
        if file.is_zip:
            root, find, order = _read_zip(file)
        else:
            root, find = _read_sequence(file.data, file.budget)
        kinds = (Tensor, NumpyArray, UnreadableArray, RoundedTensor)
        checkpoint = flatten(root, kinds, lambda: file.budget.spend("arrays"))
        unpacked = unpack_names(checkpoint.arrays, checkpoint.modules)
        parts, rounded = with_parts(unpacked.arrays)
        file.budget.unpack(sum(12 * (count_numbers(value.shape) or 0) for value in rounded.values()))
        arrays, dtypes, skipped = _arrays(parts, find, order, file.budget)
        put_together(arrays, dtypes, rounded)
        checkpoint.metadata.update(_ids(arrays, dtypes))
    except UnsafePickleError as error:
        raise UnsupportedFileError(
            f"{file.name} asks for what no model needs and what could do harm: {error}. It was not opened, and nothing "
            f"in it was run. Where the model was made, this saves its weights alone: {SAVE}",
            code="code", file=file.name, part=error.part,
        ) from error  # fmt: skip
    except InvalidPickleError as error:
        raise DamagedFileError(
            f"{file.name} cannot be read as a PyTorch file: {error}.",
            code=error.code or "pickle", file=file.name, part=error.part,
        ) from error  # fmt: skip
    notes = _notes(checkpoint, skipped)
    if not arrays and checkpoint.foreign:
        name, kind = next(iter(checkpoint.foreign.items()))
        raise UnsupportedFileError(
            f"{file.name} holds no arrays of numbers, only objects of other programs: {printable(name)} is of the "
            f"class {printable(kind)}. Where the model was made, this saves its weights alone: {SAVE}",
            code="code", file=file.name, part=kind,
        )  # fmt: skip
    if not arrays:
        raise no_arrays_error(file.name, notes)
    description = "pickled arrays" if find is _find_nothing else "PyTorch state dict"
    owned = sum(name.rpartition(".")[0] in checkpoint.modules for name in arrays)
    description = "PyTorch module, saved whole" if 2 * owned > len(arrays) else description
    return NamedArrays(description, arrays, dtypes, checkpoint.metadata, notes, checkpoint.modules, unpacked.marks)


def _read_zip(file: File) -> tuple[Any, Find, Order]:
    """The newer layout: the content of its pickle, where its storages are, and their byte order."""
    archive = file.zip
    pickles = sorted((entry for entry in archive.names if f"/{entry}".endswith("/data.pkl")), key=len)
    if not pickles:
        raise UnsupportedFileError(
            f"{file.name} is a zip, but not one of PyTorch's: it contains no data.pkl.",
            code="missing_part", file=file.name, part="data.pkl",
        )  # fmt: skip
    prefix = pickles[0].removesuffix("data.pkl")
    if f"{prefix}constants.pkl" in archive or any(entry.startswith(f"{prefix}code/") for entry in archive.names):
        raise UnsupportedFileError(
            f"{file.name} is a TorchScript program, which would have to be run to be read. Where PyTorch is installed, "
            f"this saves its weights alone: {SAVE_SCRIPT}",
            code="torchscript", file=file.name,
        )  # fmt: skip
    order = archive.read(f"{prefix}byteorder") if f"{prefix}byteorder" in archive else b"little"
    if order not in (b"little", b"big"):
        raise DamagedFileError(
            f"{file.name} is damaged: its byte order is {order[:20]!r}, neither little nor big.",
            code="byte_order", file=file.name,
        )  # fmt: skip

    def find(storage: Storage) -> bytes:
        entry = f"{prefix}data/{storage.key}"
        if entry not in archive:
            raise InvalidPickleError(
                f"it lacks the values of a tensor, {printable(entry)}", code="missing_part", part=entry
            )
        return archive.read(entry)

    root = _run(io.BytesIO(archive.read(pickles[0])), stand_ins(_inside(file.budget)), file.budget, storage_of)
    return root, find, "<" if order == b"little" else ">"


def _read_sequence(data: bytes | bytearray, budget: OpeningBudget, inside: bool = False) -> tuple[Any, Find]:
    """The older layout: the magic number, the version, the machine's sizes, the object, keys, and the storages by key.

    A size, counted in numbers, precedes each storage, in 8 bytes; everything is little-endian, whatever machine wrote
    it. A plain pickle, whose storages are files of this layout inside it, is read as well.
    """
    stream = io.BytesIO(data)
    sizes: dict[str, int] = {}

    def seen(reference: Any) -> Storage | Name:
        storage = storage_of(reference)
        if isinstance(storage, Name):
            return storage
        sizes.setdefault(storage.key, size_of(storage.dtype))
        return storage

    table = stand_ins(None if inside else _inside(budget))
    most = STEPS_INSIDE if inside else STEPS
    first = _run(stream, table, budget, most=most)
    if type(first) is not int or first != MAGIC:
        return first, _find_nothing
    version = _run(stream, table, budget, most=most)
    if version != PROTOCOL:
        raise InvalidPickleError(f"the version of its format is not {PROTOCOL}")
    _run(stream, table, budget, most=most)
    root = _run(stream, table, budget, seen, most)
    keys = _run(stream, table, budget, most=most)
    if not isinstance(keys, list) or not all(isinstance(key, str) and key in sizes for key in keys):
        raise InvalidPickleError("the list of its storages is invalid")
    whole, place, storages = memoryview(data), stream.tell(), {}
    for key in keys:
        length = int.from_bytes(whole[place : place + 8], "little") * sizes[key]
        place += 8
        if length > len(whole) - place:
            raise InvalidPickleError(
                "it is cut off, or a storage in it claims more bytes than there are", code="cut_off"
            )
        storages[key] = whole[place : place + length]
        place += length

    def find(storage: Storage) -> memoryview:
        if storage.key not in storages:
            raise InvalidPickleError("it lacks the values of a tensor")
        return storages[storage.key]

    return root, find


def _find_nothing(storage: Storage) -> bytes:
    raise InvalidPickleError("it lacks the values of a tensor")


def _run(
    stream: BinaryIO,
    table: Mapping[str, Make | None],
    budget: OpeningBudget,
    storage: Callable[[Any], Any] | None = None,
    most: int = STEPS,
) -> Any:
    """The value of the next pickle, whose steps are spent."""
    machine = Machine(stream, table, storage, min(most, budget.left("work")), foreign_name)
    value = machine.run()
    budget.work(machine.taken)
    return value


def _inside(budget: OpeningBudget) -> Callable[[Any], Storage]:
    """A function that reads a storage which was pickled as the bytes of a file of its own."""
    so_far = count(1)
    return lambda data: _storage_inside(data, next(so_far), budget)


def _storage_inside(data: Any, number: int, budget: OpeningBudget) -> Storage:
    if number > STORAGES_INSIDE:
        raise InvalidPickleError(f"its pickle contains more than {STORAGES_INSIDE:,} storages")
    if not isinstance(data, bytes | bytearray):
        raise InvalidPickleError("an embedded storage is not a byte string")
    storage, find = _read_sequence(data, budget, inside=True)
    if not isinstance(storage, Storage):
        raise InvalidPickleError("an embedded storage is invalid")
    return replace(storage, data=find(storage))


def _arrays(
    contents: dict[str, Any], find: Find, order: Order, budget: OpeningBudget
) -> tuple[dict[str, Array], dict[str, str], list[str]]:
    """Arrays and types as the file has them, in its order, and what is skipped. Storages are read one at a time."""
    arrays: dict[str, Array] = {}
    dtypes: dict[str, str] = {}
    skipped: list[str] = []
    sharing: dict[Any, list[str]] = {}
    for key, value in contents.items():
        size = 0
        if isinstance(value, Tensor):
            dtypes[key] = value.dtype
            count = count_numbers(value.shape)
            if count is None:
                raise InvalidPickleError(f"the shape of {printable(key)} is invalid")
            size = count * loaded_dtype(value.dtype).itemsize
            sharing.setdefault(value.storage.key if value.storage.data is None else id(value.storage), []).append(key)
        elif isinstance(value, NumpyArray) and value.array is not None:
            dtypes[key] = value.array.dtype.name
            size = value.array.size * loaded_dtype(dtypes[key]).itemsize
        else:
            skipped.append(f"{printable(key)} ({value.kind})")
        budget.unpack(size)
    for group in sharing.values():
        storage = contents[group[0]].storage
        content = find(storage) if storage.data is None else storage.data
        for key in group:
            arrays[key] = _array(key, contents[key], content, order if storage.data is None else "<")
    for key in dtypes.keys() - arrays.keys():
        arrays[key] = widened(contents[key].array, dtypes[key])
    return {key: arrays[key] for key in dtypes}, dtypes, skipped


def _ids(arrays: dict[str, Array], dtypes: dict[str, str]) -> dict[str, str]:
    """Maps from words to rows whose rows are tensors of one whole number each, as JSON; they are taken out in place."""
    maps: dict[str, dict[str, int]] = {}
    for name, array in arrays.items():
        if array.ndim == 0 and array.dtype.kind in "iu":
            owner, _, word = name.rpartition(".")
            maps.setdefault(owner, {})[word] = int(array)
    found = {owner: rows for owner, rows in maps.items() if len(rows) >= FEWEST and by_row(rows) is not None}
    for owner, rows in found.items():
        for word in rows:
            name = f"{owner}.{word}" if owner else word
            del arrays[name], dtypes[name]
    return {owner or UNNAMED: json.dumps(rows, ensure_ascii=False) for owner, rows in found.items()}


def _array(name: str, tensor: Tensor, content: bytes | memoryview, order: Order) -> Array:
    """The values of a tensor, from the bytes of its storage."""
    dtype = stored_dtype(tensor.dtype, order)
    unit = size_of(tensor.storage.dtype)
    begin, length = tensor.storage.begin * unit, tensor.storage.size * unit
    if begin + length > len(content):
        raise InvalidPickleError(
            f"it is cut off: the storage of {printable(name)} claims more bytes than there are",
            code="cut_off",
            part=name,
        )
    if 0 in tensor.shape:
        try:
            return widened(np.zeros(tensor.shape, dtype), tensor.dtype)
        except (ValueError, OverflowError) as error:  # the other sizes may be any
            raise InvalidPickleError(f"the shape of {printable(name)} is invalid") from error
    along = list(zip(tensor.shape, tensor.strides, strict=True))
    spanned = sum((size - 1) * stride for size, stride in along) + 1
    if (tensor.offset + spanned) * dtype.itemsize > length:
        raise InvalidPickleError(f"{printable(name)} reaches outside of its storage", code="outside", part=name)
    run = np.frombuffer(content, dtype, spanned, begin + tensor.offset * dtype.itemsize)
    strides = [stride * dtype.itemsize if size > 1 else 0 for size, stride in along]
    return widened(np.lib.stride_tricks.as_strided(run, tensor.shape, strides, writeable=False), tensor.dtype)


def _notes(checkpoint: FlatCheckpoint, skipped: list[str]) -> tuple[str, ...]:
    notes: list[str] = []
    if checkpoint.modules:
        name, module = next(iter(checkpoint.modules.items()))
        where = f"{printable(name)}, " if name else ""
        notes.append(
            f"The file holds {where}a module of the class {printable(module.kind)}. Its "
            "weights are read from plain dictionaries; its code is not in the file, and what it computes around its "
            "layers is not known."
        )
    if checkpoint.foreign:
        listed = [f"{printable(name)} ({printable(kind)})" for name, kind in checkpoint.foreign.items()]
        more = f" and {len(listed) - LISTED} more" if len(listed) > LISTED else ""
        notes.append(
            f"Objects of other programs are read as names, and never created: {', '.join(listed[:LISTED])}{more}."
        )
    if checkpoint.optimisers:
        which = ", ".join(printable(name) for name in checkpoint.optimisers[:LISTED] if name)
        notes.append(f"The optimiser's state was skipped{f': {which}' if which else ''}.")
    return (*notes, *ignored_arrays_note(skipped))
