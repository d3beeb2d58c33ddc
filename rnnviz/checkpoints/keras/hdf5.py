"""HDF5 files, read carefully: groups, arrays of floating-point numbers and short texts, and nothing that leads outside.

Links to other places, datasets whose numbers lie in other files, views of other datasets, and compressed ones, which
Keras does not write and which can unpack to any size, are refused. What a dataset claims to hold counts against the
limits before any of it is read.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from ...limits import Limits
from ..stack import Source
from .hdf5_attributes import Texts

SIGNATURE = b"\x89HDF\r\n\x1a\n"
DEEPEST = 32  # groups within groups
GROUPS = 4  # for each array that a file may hold
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
        self.texts = Texts(data, self.count)
        self.unpacked = self.arrays = self.groups = 0
        self.seen: set[Any] = set()

    def group(self, group: Any, path: tuple[str, ...]) -> Group:
        import h5py

        self.groups += 1
        if len(path) > DEEPEST or self.groups > GROUPS * self.limits.arrays:
            raise ValueError(f"{self.name} has more groups, or deeper ones, than a recurrent network has.")
        found = Group()
        for name, texts in self.attributes_of(group).items():
            if self.attributes[name] == "list":
                found.lists[name] = texts
            elif len(texts) == 1:
                found.texts[name] = texts[0]
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
            filters = dataset.id.get_create_plist().get_nfilters()
        if elsewhere:
            raise ValueError(
                f"The numbers of {path!r} in {self.name} lie outside of it, in another file; such files are not read. "
                "Save the model itself anew."
            )
        brain = dtype.kind == "V" and dtype.itemsize == 2 and dtype.names is None
        brain = brain and self.attributes_of(dataset, ["dtype"]).get("dtype") == ["bfloat16"]  # as Keras 3 marks them
        if shape is None or not (brain or (dtype.kind == "f" and dtype.itemsize in (2, 4, 8))):
            return None
        if filters:
            raise ValueError(
                f"{path!r} in {self.name} is compressed, which Keras's files are not; such arrays are not read. "
                "Save the model itself anew."
            )
        wide = 8 if dtype.itemsize == 8 else 4
        self.count(max(prod(shape), prod(chunks)) * wide)
        with _undamaged(self.name):
            array = dataset[()]
        if brain:
            array = (np.asarray(array).view(np.uint16).astype(np.uint32) << 16).view(np.float32)
        array = np.asarray(array, np.float64 if wide == 8 else np.float32)
        return Source(path, array, shape, "bfloat16" if brain else dtype.newbyteorder("=").name)

    def attributes_of(self, item: Any, names: Iterable[str] = ()) -> dict[str, list[str]]:
        import h5py

        with _undamaged(self.name):
            address = h5py.h5o.get_info(item.id).addr
        return self.texts.of(address, frozenset(names or self.attributes))

    def count(self, size: int) -> None:
        self.unpacked += size
        self.limits.check_unpacked(self.name, self.unpacked)
