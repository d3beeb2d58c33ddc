"""A socket that carries records: how many buffers and of which sizes, then all of them."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import Any

from . import records
from .records import Buffer, RecordError

MOST_BUFFERS = 50_000
LARGEST_HEAD = 32_000_000  # bytes of JSON
_COUNT = struct.Struct("<I")


class ClosedError(ConnectionError):
    """The other side ended before all was said."""


def send(channel: socket.socket, value: Any, beat: Callable[[], None] = lambda: None) -> None:
    """Send a record. beat: called again and again meanwhile, for a channel with a timeout; it may raise."""
    head, buffers = records.pack(value)
    parts: list[Buffer] = [head, *buffers]
    sizes = [memoryview(part).nbytes for part in parts]
    for part in (_COUNT.pack(len(sizes)), struct.pack(f"<{len(sizes)}Q", *sizes), *parts):
        _send_all(channel, memoryview(part).cast("B"), beat)


def receive(channel: socket.socket, most: int, beat: Callable[[], None] = lambda: None) -> Any:
    """Receive a record of at most so many bytes. Raises ClosedError, RecordError, and what constructors raise."""
    (count,) = _COUNT.unpack(_receive_all(channel, _COUNT.size, beat))
    if not 1 <= count <= MOST_BUFFERS:
        raise RecordError("too many buffers")
    sizes = struct.unpack(f"<{count}Q", _receive_all(channel, 8 * count, beat))
    if sizes[0] > LARGEST_HEAD or sum(sizes) > most:
        raise RecordError("too large")
    head, *buffers = (_receive_all(channel, size, beat) for size in sizes)
    return records.unpack(head, buffers)


def _send_all(channel: socket.socket, data: memoryview, beat: Callable[[], None]) -> None:
    while len(data):
        try:
            data = data[channel.send(data) :]
        except TimeoutError:
            beat()
        except OSError as error:
            raise ClosedError from error


def _receive_all(channel: socket.socket, size: int, beat: Callable[[], None]) -> bytearray:
    data = bytearray(size)
    left = memoryview(data)
    while len(left):
        try:
            received = channel.recv_into(left)
        except TimeoutError:
            beat()
            continue
        except OSError as error:
            raise ClosedError from error
        if not received:
            raise ClosedError
        left = left[received:]
    return data
