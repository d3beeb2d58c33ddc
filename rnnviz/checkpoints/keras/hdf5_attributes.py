"""Texts that HDF5 objects have as attributes, read from the file's own bytes.

The HDF5 library reserves memory for a text of variable length before it checks whether the file holds one, so that a
few bytes in a damaged file can ask for gigabytes (`test_hdf5` has such files). Here only slices of existing bytes are
used. Reference: the HDF5 File Format Specification, version 3.0: object headers (IV.A), attributes (IV.A.2.m), the
global heap (III.E).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from struct import Struct

ATTRIBUTE, CONTINUATION = 0x0C, 0x10
STRING, VARIABLE = 3, 9  # classes of datatypes
ELEMENT = 16  # bytes of a reference to a text of variable length: length, heap, place in the heap
MOST = 10_000  # messages of one header, and objects of one heap
REFERENCE = Struct("<IQI")  # to a text of variable length: its length, its heap, its place there
OBJECT = Struct("<H6xQ")  # of a heap: its number and its size
SHORT = 64  # bytes of a text that is paid for as an entry
HEAPS = 16  # that are kept once they are read


class Texts:
    """The texts in a file's bytes.

    count: called with the length of every long text before it is decoded. work: called with the number of entries that
    are looked at. Both raise to stop.
    """

    def __init__(self, data: bytes, count: Callable[[int], None], work: Callable[[int], None]) -> None:
        self.data, self.count, self.work = data, count, work
        self.heaps: dict[int, dict[int, tuple[int, int]]] = {}
        version = data[8] if len(data) > 14 else 255
        sizes = data[13:15] if version < 2 else data[9:11]
        self.supported = sizes == b"\x08\x08"  # offsets and lengths of 8 bytes

    def of(self, address: int, names: frozenset[str]) -> dict[str, list[str]]:
        """The requested attributes of an object, by its header's address, as far as they are texts.

        A single text comes as a list of one. Attributes stored in less usual ways are left out.
        """
        attributes: dict[str, list[str]] = {}
        if self.supported:
            for kind, body in self.messages(address):
                attribute = _Attribute.of(body) if kind == ATTRIBUTE else None
                if attribute is not None and attribute.name in names:
                    texts = list(self.texts(attribute))
                    if len(texts) == attribute.count:
                        attributes[attribute.name] = texts
        return attributes

    def messages(self, address: int) -> Iterator[tuple[int, bytes]]:
        """The messages of an object's header, by kind; those in continuations as well."""
        data = self.data
        new = data[address : address + 4] == b"OHDR"
        if new:
            flags = data[address + 5 : address + 6]
            if not flags:
                return
            start = address + 6 + (16 if flags[0] & 0x20 else 0) + (4 if flags[0] & 0x10 else 0)
            width = 1 << (flags[0] & 3)
            order = 2 if flags[0] & 4 else 0
            blocks = [(start + width, self.number(start, width))]
        else:
            order = 0
            blocks = [(address + 16, self.number(address + 8, 4))]
        head = 4 + order if new else 8
        left = MOST
        while blocks:
            place, length = blocks.pop()
            end = min(place + length, len(data))
            while place + head <= end and left:
                left -= 1
                self.work(1)
                kind = data[place] if new else self.number(place, 2)
                size = self.number(place + (1 if new else 2), 2)
                body = data[place + head : min(place + head + size, end)]
                if kind == CONTINUATION and len(body) >= ELEMENT:
                    at, more = int.from_bytes(body[:8], "little"), int.from_bytes(body[8:16], "little")
                    blocks.append(
                        (at + 4, more - 8) if new else (at, more)
                    )  # the newer layout has a name and a checksum
                yield kind, body
                place += head + size

    def texts(self, attribute: _Attribute) -> Iterator[str]:
        """The texts of an attribute, as far as they exist."""
        self.work(attribute.count)
        for k in range(attribute.count):
            piece = attribute.data[k * attribute.size : (k + 1) * attribute.size]
            if len(piece) < attribute.size:
                return
            if attribute.variable:
                length, heap, place = REFERENCE.unpack(piece)
                if length and not (piece := self.in_heap(heap, place, length)):
                    return
                piece = piece if length else b""
            if len(piece) > SHORT:
                self.count(len(piece))
            yield piece.rstrip(b"\0").decode("utf-8", "replace")

    def in_heap(self, address: int, wanted: int, length: int) -> bytes:
        """An object of a global heap; empty if it does not exist."""
        if address not in self.heaps:
            if len(self.heaps) == HEAPS:
                self.heaps.clear()
            heap = self.heaps[address] = {}
            for index, piece in self.objects(address):
                heap.setdefault(index, piece)
        place, size = self.heaps[address].get(wanted, (0, 0))
        return self.data[place : place + length] if length <= size else b""

    def objects(self, address: int) -> Iterator[tuple[int, tuple[int, int]]]:
        """The objects of a global heap by their numbers: where each begins, and its size. A heap is read once."""
        data = self.data
        if data[address : address + 4] != b"GCOL":
            return
        end = min(address + self.number(address + 8, 8), len(data))
        place = address + 16
        count = 0
        while count < MOST and place + 16 <= end:
            index, size = OBJECT.unpack_from(data, place)
            if index == 0:
                break
            count += 1
            if size <= end - place - 16:
                yield index, (place + 16, size)
            place += 16 + (size + 7) // 8 * 8
        self.work(1 + count)

    def number(self, place: int, width: int) -> int:
        return int.from_bytes(self.data[place : place + width], "little")


class _Attribute:
    """count: number of texts. size: bytes of each. variable: whether these are only a reference to the text."""

    def __init__(self, name: str, count: int, size: int, variable: bool, data: bytes) -> None:
        self.name, self.count, self.size, self.variable, self.data = name, count, size, variable, data

    @classmethod
    def of(cls, body: bytes) -> _Attribute | None:
        """From an attribute's message; None if it holds anything but texts, one or a list."""
        if len(body) < 9 or body[0] not in (1, 2, 3) or (body[0] > 1 and body[1]):  # parts stored elsewhere
            return None
        pad = 8 if body[0] == 1 else 1
        place, parts = (9 if body[0] == 3 else 8), []
        for at in (2, 4, 6):
            size = int.from_bytes(body[at : at + 2], "little")
            parts.append(body[place : place + size])
            place += (size + pad - 1) // pad * pad
        name, kind, space = parts
        if len(kind) < 8 or len(space) < 4 or space[0] not in (1, 2) or space[1] > 1:
            return None
        if space[0] == 2 and space[3] == 2:  # no values at all
            return None
        dims = space[8:16] if space[0] == 1 else space[4:12]
        count = int.from_bytes(dims, "little") if space[1] else 1
        size, sort = int.from_bytes(kind[4:8], "little"), kind[0] & 15
        variable = sort == VARIABLE and kind[1] & 15 == 1 and size == ELEMENT
        data = body[place:]
        if not (variable or sort == STRING) or size == 0 or count * size > len(data):
            return None
        return cls(name.rstrip(b"\0").decode("utf-8", "replace"), count, size, variable, data)
