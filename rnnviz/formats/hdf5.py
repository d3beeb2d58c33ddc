"""HDF5 files, read carefully: groups, arrays of floating-point numbers and short texts, and nothing that leads outside.

Links to other places, datasets whose numbers lie in other files, and views of other datasets are refused. What a
dataset claims to hold counts against the limits before any of it is read.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from ..layouts.stack import Source
from .limits import Limits

SIGNATURE = b"\x89HDF\r\n\x1a\n"
DEEPEST = 32  # groups within groups
GROUPS = 4  # for each array that a file may hold
HEAP = b"GCOL"  # begins a heap of texts of varying length, whose size stands 8 bytes later
LONGEST_NAME = 300


@dataclass
class Group:
    """texts, lists: its attributes that were asked for. arrays: by name. groups: by name. other: arrays passed over."""

    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    arrays: dict[str, Source] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    other: int = 0

    def walk(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Group]]:
        """This group and all inside it, each with its path."""
        yield path, self
        for name, group in self.groups.items():
            yield from group.walk((*path, name))


def is_hdf5(data: bytes) -> bool:
    return data.startswith(SIGNATURE)


def read(
    name: str, data: bytes, limits: Limits, attributes: Mapping[str, str], skip: Callable[[tuple[str, ...]], bool]
) -> Group:
    """A file's groups and arrays.

    attributes: which to read, "text" or "list" by name. skip: groups, by path, to be left unread. Arrays are
    float32 or float64; float16 and bfloat16 come as float32; those of whole numbers and others are passed over.
    Raises ValueError, in a sentence, for files that are damaged, too large, or lead outside.
    """
    import h5py

    with _undamaged(name):
        file = h5py.File(io.BytesIO(data), "r")
    try:
        return _Reader(name, data, limits, attributes, skip).group(file, ())
    finally:
        file.close()


@contextmanager
def _undamaged(name: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # h5py passes on whatever its library says of a broken file
        raise ValueError(f"{name} cannot be read as HDF5: it is damaged or cut short.") from error


class _Reader:
    def __init__(
        self,
        name: str,
        data: bytes,
        limits: Limits,
        attributes: Mapping[str, str],
        skip: Callable[[tuple[str, ...]], bool],
    ) -> None:
        self.name, self.limits, self.attributes, self.skip = name, limits, attributes, skip
        self.heap = _largest_heap(data)
        self.unpacked = self.arrays = self.groups = 0
        self.seen: set[Any] = set()

    def group(self, group: Any, path: tuple[str, ...]) -> Group:
        import h5py

        self.groups += 1
        if len(path) > DEEPEST or self.groups > GROUPS * self.limits.arrays:
            raise ValueError(f"{self.name} has more groups, or deeper ones, than a recurrent network has.")
        found = Group()
        self.read_attributes(group, found)
        for key in self.keys(group):
            inner = (*path, key)
            if self.skip(inner):
                continue
            with _undamaged(self.name):
                link = group.get(key, getlink=True)
                outside = not isinstance(link, h5py.HardLink)
            if outside:
                raise ValueError(
                    f"{self.name} has a link that leads elsewhere, {'/'.join(inner)!r}; such files are not read. "
                    "Save the model itself anew."
                )
            with _undamaged(self.name):
                item = group[key]
                info = h5py.h5o.get_info(item.id)
            if isinstance(item, h5py.Group):
                if info.addr in self.seen:
                    raise ValueError(f"{self.name} holds the group {'/'.join(inner)!r} in two places; it is not read.")
                self.seen.add(info.addr)
                found.groups[key] = self.group(item, inner)
            elif isinstance(item, h5py.Dataset):
                self.arrays += 1
                self.limits.check_arrays(self.name, self.arrays)
                array = self.dataset(item, "/".join(inner))
                if array is None:
                    found.other += 1
                else:
                    found.arrays[key] = array
        return found

    def keys(self, group: Any) -> list[str]:
        with _undamaged(self.name):
            many = len(group)
        if many > GROUPS * self.limits.arrays:
            raise ValueError(f"{self.name} has more groups than a recurrent network has.")
        with _undamaged(self.name):
            keys = list(group)
        if any(len(key) > LONGEST_NAME for key in keys):
            raise ValueError(f"{self.name} has a name of more than {LONGEST_NAME} letters in it; it is not read.")
        return keys

    def dataset(self, dataset: Any, path: str) -> Source | None:
        """The numbers of a dataset; None if it holds anything but floating-point numbers."""
        with _undamaged(self.name):
            elsewhere = dataset.is_virtual or dataset.external
            shape, dtype, chunks = dataset.shape, dataset.dtype, dataset.chunks or ()
            brain = dtype.kind == "V" and dtype.itemsize == 2 and dtype.names is None and self.brain(dataset)
        if elsewhere:
            raise ValueError(
                f"The numbers of {path!r} in {self.name} lie outside of it, in another file; such files are not read. "
                "Save the model itself anew."
            )
        if shape is None or not (brain or (dtype.kind == "f" and dtype.itemsize in (2, 4, 8))):
            return None
        wide = 8 if dtype.itemsize == 8 else 4
        self.count(max(prod(shape), prod(chunks)) * wide)
        with _undamaged(self.name):
            array = dataset[()]
        if brain:
            array = (np.asarray(array).view(np.uint16).astype(np.uint32) << 16).view(np.float32)
        array = np.asarray(array, np.float64 if wide == 8 else np.float32)
        return Source(path, array, shape, "bfloat16" if brain else dtype.newbyteorder("=").name)

    @staticmethod
    def brain(dataset: Any) -> bool:
        """Whether two opaque bytes are a bfloat16, as Keras 3 marks them."""
        import h5py

        if not h5py.h5a.exists(dataset.id, b"dtype"):
            return False
        mark = h5py.h5a.open(dataset.id, b"dtype")
        return mark.shape == () and mark.dtype.kind in "OS" and _text(dataset.attrs["dtype"]) == "bfloat16"

    def read_attributes(self, group: Any, found: Group) -> None:
        import h5py

        for name, kind in self.attributes.items():
            with _undamaged(self.name):
                if not h5py.h5a.exists(group.id, name.encode()):
                    continue
                opened = h5py.h5a.open(group.id, name.encode())
                shape, dtype = opened.shape, opened.dtype
                text = h5py.check_string_dtype(dtype)
            if shape is None or text is None or len(shape) > (kind == "list"):
                continue
            # A text of varying length is no longer than the heap it lies in; but many can point to the same long one.
            longest = self.heap if text.length is None else dtype.itemsize
            if prod(shape) * longest > self.limits.unpacked:
                continue
            with _undamaged(self.name):
                texts = [_text(one) for one in np.ravel(group.attrs[name])]
            self.count(sum(map(len, texts)))
            if kind == "list":
                found.lists[name] = texts
            else:
                found.texts[name] = texts[0]

    def count(self, size: int) -> None:
        self.unpacked += size
        self.limits.check_unpacked(self.name, self.unpacked)


def _largest_heap(data: bytes) -> int:
    """The most bytes that one text of varying length can have."""
    largest, place = 0, data.find(HEAP)
    while place >= 0:
        largest = max(largest, int.from_bytes(data[place + 8 : place + 16], "little"))
        place = data.find(HEAP, place + len(HEAP))
    return min(largest, len(data))


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
