"""The parts of a protobuf file counted before it is parsed: two bytes can ask the parser for a hundred times as many.

Reference: protobuf.dev, "Encoding".
"""

from __future__ import annotations

from typing import Any

from ..io.opening_budget import OpeningBudget

VARINT, FIXED_64, BYTES, GROUP, END_OF_GROUP, FIXED_32 = range(6)
LONGEST = 10  # bytes of a number
GLANCE = 1000  # parts that are spent at once


def count_parts(data: bytes, kind: Any, budget: OpeningBudget) -> None:
    """Spend a step for every part of a message and of the messages in it, as far as the bytes are those of one.

    kind: the descriptor of its type. Raises LimitError if there are too many. Of a message the count ends at bytes that
    are none, where the parser refuses it.
    """
    inner: dict[Any, dict[int, Any]] = {}
    queue = [(kind, 0, len(data))]
    count = 0
    while queue:
        kind, place, end = queue.pop()
        messages = inner.get(kind)
        if messages is None:
            messages = inner[kind] = {part.number: part.message_type for part in kind.fields if part.message_type}
        while place < end:
            count += 1
            if count == GLANCE:
                budget.work(count)
                count = 0
            tag, place = _number(data, place, end)
            wire = tag & 7
            if wire == BYTES:
                length, place = _number(data, place, end)
                if length > end - place:
                    break
                if length and (message := messages.get(tag >> 3)) is not None:
                    queue.append((message, place, place + length))
                place += length
            elif wire == VARINT:
                _, place = _number(data, place, end)
            elif wire in (FIXED_64, FIXED_32):
                place += 8 if wire == FIXED_64 else 4
            elif wire not in (GROUP, END_OF_GROUP):  # what is inside of a group is counted as if it were not
                break
    budget.work(count)


def _number(data: bytes, place: int, end: int) -> tuple[int, int]:
    """A number in as many bytes as it needs, and the place after it."""
    byte = data[place] if place < end else 0
    if byte < 128:
        return byte, place + 1
    number, shift = byte & 127, 7
    for k in range(place + 1, min(place + LONGEST, end)):
        byte = data[k]
        number |= (byte & 127) << shift
        if byte < 128:
            return number, k + 1
        shift += 7
    return number, min(place + LONGEST, end)
