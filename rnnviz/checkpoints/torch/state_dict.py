"""PyTorch's files, `.pt`, `.pth`, `.bin`: state dicts and checkpoints, read without PyTorch and without running them.

Two formats are in use: since PyTorch 1.6 a zip with one pickle and every storage as a file of its own; before that a
row of pickles, with the storages behind it. Source: torch/serialization.py.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from math import prod
from typing import Any, Literal

import numpy as np

from ...cells.activations import Array
from ...limits import DEFAULT_LIMITS, Limits
from ...wording import LISTED, ignored_arrays_note, no_arrays_error, printable
from ..io.dtypes import loaded_as, numbers, raw
from ..io.zip_archive import MARK, Zipped
from ..named.named_arrays import Arrays
from .nested_containers import Flat, flat
from .pickle_machine import STEPS, BrokenError, Machine, RefusedError
from .pickle_names import NumpyArray, Storage, Strange, Tensor, names, size_of, storage

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
STORAGES_INSIDE = 5000
STEPS_INSIDE = 100  # opcodes of a storage that stands in a pickle as a file of its own
SAVE = 'from safetensors.torch import save_file\nsave_file(model.state_dict(), "model.safetensors")'
SAVE_SCRIPT = SAVE.replace("model.state_dict()", 'torch.jit.load("model.pt").state_dict()')

Find = Callable[[Storage], bytes | memoryview]  # the bytes of a whole storage
Order = Literal["<", ">"]


def read(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Arrays:
    """The arrays of a PyTorch file by name, those of nested dicts with dots: "model_state.rnn.weight_ih_l0".

    Text and numbers beside them come as metadata, lists and dicts of nothing else as JSON. What looks like an
    optimiser's state is left out, and so are complex, quantised and sparse tensors; notes say so. Nothing in the file
    is executed. Raises ValueError, in a sentence for a person, for anything but tensors in plain containers, a whole
    pickled module among it, for files that are damaged and for those that pass a limit.
    """
    limits.check_file(name, len(data))
    order: Order = "<"
    try:
        if data.startswith(MARK):
            root, find, order = _zipped(name, data, limits)
        else:
            root, find = _row(data)
        found = flat(root, (Tensor, NumpyArray, Strange), limits.arrays)
        arrays, dtypes, strange = _arrays(name, found.leaves, find, order, limits)
    except RefusedError as error:
        raise ValueError(
            f"{name} holds more than tensors and plain containers: {error}, so it was not opened, and nothing of it "
            f"was run. Where the model was made, two lines write its weights alone:\n{SAVE}"
        ) from error
    except BrokenError as error:
        raise ValueError(f"{name} cannot be read as a PyTorch file: {error}.") from error
    notes = _notes(found, strange)
    if not arrays:
        raise no_arrays_error(name, notes)
    kind = "pickled arrays" if find is _nowhere else "PyTorch state dict"
    return Arrays(kind, arrays, dtypes, found.words, notes)


def _zipped(name: str, data: bytes, limits: Limits) -> tuple[Any, Find, Order]:
    """The newer format: what its pickle holds, where its storages are, and the order of their bytes."""
    file = Zipped(name, data, limits)
    pickles = sorted((entry for entry in file.names if f"/{entry}".endswith("/data.pkl")), key=len)
    if not pickles:
        raise ValueError(f"{name} is a zip, but not one of PyTorch's: it has no data.pkl inside.")
    prefix = pickles[0].removesuffix("data.pkl")
    if f"{prefix}constants.pkl" in file or any(entry.startswith(f"{prefix}code/") for entry in file.names):
        raise ValueError(
            f"{name} is a TorchScript program, which would have to be run to be read. Where PyTorch is at hand, "
            f"these lines write its weights alone:\nimport torch\n{SAVE_SCRIPT}"
        )
    order = file.read(f"{prefix}byteorder") if f"{prefix}byteorder" in file else b"little"
    if order not in (b"little", b"big"):
        raise ValueError(f"{name} is damaged: its order of bytes is {order[:20]!r}, neither little nor big.")

    def find(where: Storage) -> bytes:
        entry = f"{prefix}data/{where.key}"
        if entry not in file:
            raise BrokenError(f"the numbers of a tensor are not in it, {printable(entry)} is missing")
        return file.read(entry)

    root = Machine(io.BytesIO(file.read(pickles[0])), names(_inside()), storage).run()
    return root, find, "<" if order == b"little" else ">"


def _row(data: bytes | bytearray, inside: bool = False) -> tuple[Any, Find]:
    """The older format: the magic number, the version, the machine's sizes, the object, keys, and the storages by key.

    A size in numbers stands before each storage, in 8 bytes; all is little-endian, whatever machine wrote it. A plain
    pickle, whose storages are files of this format inside it, is read as well.
    """
    stream = io.BytesIO(data)
    sizes: dict[str, int] = {}

    def seen(reference: Any) -> Storage:
        where = storage(reference)
        sizes.setdefault(where.key, size_of(where.dtype))
        return where

    table = names(None if inside else _inside())
    steps = STEPS_INSIDE if inside else STEPS
    first = Machine(stream, table, steps=steps).run()
    if type(first) is not int or first != MAGIC:
        return first, _nowhere
    version = Machine(stream, table, steps=steps).run()
    if version != PROTOCOL:
        raise BrokenError(f"the version of its format is not {PROTOCOL}")
    Machine(stream, table, steps=steps).run()
    root = Machine(stream, table, seen, steps).run()
    keys = Machine(stream, table, steps=steps).run()
    if not isinstance(keys, list) or not all(isinstance(key, str) and key in sizes for key in keys):
        raise BrokenError("the list of its storages is not what it should be")
    whole, place, found = memoryview(data), stream.tell(), {}
    for key in keys:
        length = int.from_bytes(whole[place : place + 8], "little") * sizes[key]
        place += 8
        if length > len(whole) - place:
            raise BrokenError("it is cut off, or a storage in it claims more than there is")
        found[key] = whole[place : place + length]
        place += length

    def find(where: Storage) -> memoryview:
        if where.key not in found:
            raise BrokenError("the numbers of a tensor are not in it")
        return found[where.key]

    return root, find


def _nowhere(where: Storage) -> bytes:
    raise BrokenError("the numbers of a tensor are not in it")


def _inside() -> Callable[[Any], Storage]:
    """How to read a storage that stands in a pickle as the bytes of a file of its own."""
    so_far = count(1)
    return lambda data: _storage_inside(data, next(so_far))


def _storage_inside(data: Any, number: int) -> Storage:
    if number > STORAGES_INSIDE:
        raise BrokenError(f"its pickle has more than {STORAGES_INSIDE:,} storages inside")
    if not isinstance(data, bytes | bytearray):
        raise BrokenError("a storage in it is made of what are no bytes")
    where, find = _row(data, inside=True)
    if not isinstance(where, Storage):
        raise BrokenError("a storage in it is none")
    return replace(where, data=find(where))


def _arrays(
    name: str, leaves: dict[str, Any], find: Find, order: Order, limits: Limits
) -> tuple[dict[str, Array], dict[str, str], list[str]]:
    """Arrays and types as the file has them, in its order, and what is passed over. Storages are read one at a time."""
    arrays: dict[str, Array] = {}
    dtypes: dict[str, str] = {}
    strange: list[str] = []
    sharing: dict[Any, list[str]] = {}
    total = 0
    for leaf, value in leaves.items():
        if isinstance(value, Tensor):
            dtypes[leaf] = value.dtype
            total += prod(value.shape) * loaded_as(value.dtype).itemsize
            sharing.setdefault(value.storage.key if value.storage.data is None else id(value.storage), []).append(leaf)
        elif isinstance(value, NumpyArray) and value.array is not None:
            dtypes[leaf] = value.array.dtype.name
            total += value.array.size * loaded_as(dtypes[leaf]).itemsize
        else:
            strange.append(f"{printable(leaf)} ({value.what if isinstance(value, Strange) else value.strange})")
        limits.check_unpacked(name, total)
    for group in sharing.values():
        where = leaves[group[0]].storage
        content = find(where) if where.data is None else where.data
        for leaf in group:
            arrays[leaf] = _array(leaf, leaves[leaf], content, order if where.data is None else "<")
    for leaf in dtypes.keys() - arrays.keys():
        arrays[leaf] = numbers(leaves[leaf].array, dtypes[leaf])
    return {leaf: arrays[leaf] for leaf in dtypes}, dtypes, strange


def _array(name: str, tensor: Tensor, content: bytes | memoryview, order: Order) -> Array:
    """The numbers of a tensor, out of the bytes of its storage."""
    kind = raw(tensor.dtype, order)
    unit = size_of(tensor.storage.dtype)
    begin, length = tensor.storage.begin * unit, tensor.storage.size * unit
    if begin + length > len(content):
        raise BrokenError(f"it is cut off: the storage of {printable(name)} claims more than there is")
    if 0 in tensor.shape:
        try:
            return numbers(np.zeros(tensor.shape, kind), tensor.dtype)
        except (ValueError, OverflowError) as error:  # the other sizes may be any
            raise BrokenError(f"the shape of {printable(name)} is none") from error
    along = list(zip(tensor.shape, tensor.strides, strict=True))
    spanned = sum((size - 1) * stride for size, stride in along) + 1
    if (tensor.offset + spanned) * kind.itemsize > length:
        raise BrokenError(f"{printable(name)} reaches outside of its storage")
    run = np.frombuffer(content, kind, spanned, begin + tensor.offset * kind.itemsize)
    strides = [stride * kind.itemsize if size > 1 else 0 for size, stride in along]
    return numbers(np.lib.stride_tricks.as_strided(run, tensor.shape, strides, writeable=False), tensor.dtype)


def _notes(found: Flat, strange: list[str]) -> tuple[str, ...]:
    if not found.optimisers:
        return ignored_arrays_note(strange)
    which = ", ".join(printable(name) for name in found.optimisers[:LISTED] if name)
    return (f"The state of an optimiser was left out{f': {which}' if which else ''}.", *ignored_arrays_note(strange))
