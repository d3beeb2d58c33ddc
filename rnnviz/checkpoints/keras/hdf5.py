"""HDF5 files, read carefully: groups, arrays of floating-point numbers and short texts, nothing outside of the file.

Links to other places, datasets stored in other files, views of other datasets, and compressed ones, which Keras does
not write and which can unpack to any size, are refused. What a dataset claims to hold counts against the limits before
any of it is read.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import ml_dtypes
import numpy as np

from ...errors import DamagedFileError, FileError, LimitError, UnsupportedFileError
from ...limits import LONGEST_NAME
from ...wording import without_surrogates
from ..io.opening_budget import OpeningBudget
from ..stack import SourceArray
from .hdf5_attributes import Texts

SIGNATURE = b"\x89HDF\r\n\x1a\n"
DEEPEST = 32  # groups within groups
GROUPS = 4  # for each array that a file may hold
_SAVE_AGAIN = "Save the model itself again."


@dataclass
class Group:
    """texts, lists: the requested attributes. arrays, groups: by name. skipped: number of arrays that were skipped."""

    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    arrays: dict[str, SourceArray] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    skipped: int = 0

    def walk(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Group]]:
        """The group and all groups inside it, each with its path."""
        yield path, self
        for name, group in self.groups.items():
            yield from group.walk((*path, name))


def is_hdf5(data: bytes) -> bool:
    """Whether a file begins as an HDF5 file does."""
    return data.startswith(SIGNATURE)


def read_hdf5(
    name: str,
    data: bytes,
    budget: OpeningBudget,
    attributes: Mapping[str, str],
    skip: Callable[[tuple[str, ...]], bool],
) -> Group:
    """A file's groups and arrays.

    attributes: which to read, "text" or "list" by name. skip: groups, by path, that are not read. Arrays are float32 or
    float64; float16 and bfloat16 come as float32; those of integers and others are skipped. Raises FileError for files
    that are damaged, too large, or lead outside.
    """
    import h5py

    with _reading(name):
        file = h5py.File(io.BytesIO(data), "r")
    try:
        return _Reader(name, data, budget, attributes, skip).group(file, ())
    finally:
        file.close()


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # h5py passes on whatever its library raises for a broken file
        raise DamagedFileError(
            f"{name} cannot be read as HDF5: it is damaged or incomplete.", code="hdf5", file=name
        ) from error


class _Reader:
    def __init__(
        self,
        name: str,
        data: bytes,
        budget: OpeningBudget,
        attributes: Mapping[str, str],
        skip: Callable[[tuple[str, ...]], bool],
    ) -> None:
        self.name, self.budget, self.attributes, self.skip = name, budget, attributes, skip
        self.texts = Texts(data, budget.unpack, budget.work)
        self.most_groups = GROUPS * budget.limits.arrays
        self.groups = 0
        self.seen: set[Any] = set()

    def group(self, group: Any, path: tuple[str, ...]) -> Group:
        import h5py

        self.groups += 1
        if len(path) > DEEPEST or self.groups > self.most_groups:
            raise self.too_many_groups()
        contents = Group()
        for name, texts in self.attributes_of(group).items():
            if self.attributes[name] == "list":
                contents.lists[name] = texts
            elif len(texts) == 1:
                contents.texts[name] = texts[0]
        for key in self.keys(group):
            self.budget.work()
            inner = (*path, key)
            if self.skip(inner):
                continue
            with _reading(self.name):
                link = group.get(key, getlink=True)
                outside = not isinstance(link, h5py.HardLink)
            if outside:
                raise self.unsupported(
                    f"{self.name} contains a link to another place, {'/'.join(inner)!r}, which is not followed. "
                    f"{_SAVE_AGAIN}",
                    "link", inner,
                )  # fmt: skip
            with _reading(self.name):
                item = group[key]
                info = h5py.h5o.get_info(item.id)
            if isinstance(item, h5py.Group):
                if info.addr in self.seen:
                    raise self.unsupported(
                        f"{self.name} contains the group {'/'.join(inner)!r} in two places. {_SAVE_AGAIN}",
                        "duplicate", inner,
                    )  # fmt: skip
                self.seen.add(info.addr)
                contents.groups[key] = self.group(item, inner)
            elif isinstance(item, h5py.Dataset):
                self.budget.spend("arrays")
                array = self.dataset(item, "/".join(inner))
                if array is None:
                    contents.skipped += 1
                else:
                    contents.arrays[key] = array
        return contents

    def keys(self, group: Any) -> list[str]:
        with _reading(self.name):
            count = len(group)
        if count > self.most_groups:
            raise self.too_many_groups()
        with _reading(self.name):
            keys = list(group)
        if not all(isinstance(key, str) and key == without_surrogates(key) for key in keys):
            raise DamagedFileError(f"{self.name} contains a name that is not text.", code="name", file=self.name)
        if any(len(key) > LONGEST_NAME for key in keys):
            raise LimitError(
                f"{self.name} contains a name of more than {LONGEST_NAME:,} letters, which is the limit.",
                code="name", file=self.name, limit=LONGEST_NAME,
            )  # fmt: skip
        return keys

    def dataset(self, dataset: Any, path: str) -> SourceArray | None:
        """The array of a dataset; None if it holds anything but floating-point numbers."""
        with _reading(self.name):
            elsewhere = dataset.is_virtual or dataset.external
            shape, dtype, chunks = dataset.shape, dataset.dtype, dataset.chunks or ()
            filters = dataset.id.get_create_plist().get_nfilters()
        if elsewhere:
            raise self.unsupported(
                f"{path!r} in {self.name} is stored in another file, which is not read. {_SAVE_AGAIN}", "external", path
            )
        opaque = dtype.kind == "V" and dtype.itemsize == 2 and dtype.names is None
        is_bfloat16 = opaque and self.attributes_of(dataset, ["dtype"]).get("dtype") == ["bfloat16"]  # Keras 3's mark
        if shape is None or not (is_bfloat16 or (dtype.kind == "f" and dtype.itemsize in (2, 4, 8))):
            return None
        if filters:
            raise self.unsupported(
                f"{path!r} in {self.name} is compressed, as Keras's own files never are. {_SAVE_AGAIN}",
                "compression", path,
            )  # fmt: skip
        wide = 8 if dtype.itemsize == 8 else 4
        self.budget.unpack(max(self.budget.count_numbers(repr(path), sizes) for sizes in (shape, chunks)) * wide)
        with _reading(self.name):
            array = dataset[()]
        if is_bfloat16:
            array = np.asarray(array).view(ml_dtypes.bfloat16)
        array = np.asarray(array, np.float64 if wide == 8 else np.float32)
        return SourceArray(path, array, shape, "bfloat16" if is_bfloat16 else dtype.newbyteorder("=").name)

    def attributes_of(self, item: Any, names: Iterable[str] = ()) -> dict[str, list[str]]:
        import h5py

        with _reading(self.name):
            address = h5py.h5o.get_info(item.id).addr
        return self.texts.of(address, frozenset(names or self.attributes))

    def unsupported(self, message: str, code: str, path: str | tuple[str, ...]) -> FileError:
        part = path if isinstance(path, str) else "/".join(path)
        return UnsupportedFileError(message, code=code, file=self.name, part=part)

    def too_many_groups(self) -> FileError:
        return LimitError(
            f"{self.name} has more groups, or more deeply nested ones, than a recurrent network has.",
            code="groups", file=self.name, limit=self.most_groups,
        )  # fmt: skip
