"""Arrays on their way to the browser: beside the JSON as they are, or inside it in base64."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import numpy as np

ALIGNMENT = 4  # bytes: the browser reads numbers in place
RARE = 15  # the code of an upper byte that is none of the 15 most frequent ones
WORTHWHILE = 256  # numbers, from which on upper bytes are coded


def as_bytes(data: Any) -> bytes:
    """Pack data with arrays, which stay as they are in memory.

    Parameters
    ----------
    data : object
        Data that JSON can hold but for its arrays, which are little-endian. Its keys are names; one that is a dtype,
        such as "<f4", would be read as the mark of an array. NaN and infinities are in arrays alone: JSON has none.

    Returns
    -------
    bytes
        The length of the JSON as four bytes, little-endian; the JSON; and the arrays one after another. In the JSON
        stands {"<f4": [first byte, number of values]} for an array. A third number says that the array's upper bytes
        are coded, and how many of them are rare.
    """
    packed: list[bytes] = []
    size = 0

    def pack(array: Any) -> dict[str, list[int]]:
        nonlocal size
        values = _checked(array)
        raw, place = values.tobytes(), [size, values.size]
        if values.dtype == np.float32 and values.size >= WORTHWHILE:
            coded, rare = _with_coded_upper_bytes(values)
            if len(coded) < len(raw):
                raw, place = coded, [*place, rare]
        raw += b"\0" * (-len(raw) % ALIGNMENT)
        size += len(raw)
        packed.append(raw)
        return {values.dtype.str: place}

    text = json.dumps(data, default=pack, separators=(",", ":"), allow_nan=False).encode()
    return b"".join([len(text).to_bytes(4, "little"), text, *packed])


def as_json(data: Any) -> Any:
    """Write data as JSON can hold it, with arrays in base64.

    Parameters
    ----------
    data : object
        Data that JSON can hold but for its arrays, which are little-endian.

    Returns
    -------
    object
        A copy in which text stands for each array.
    """
    return json.loads(json.dumps(data, default=lambda array: in_base64(_checked(array)), allow_nan=False))


def in_base64(array: np.ndarray) -> str:
    """An array of little-endian numbers in base64."""
    return b64encode(array.tobytes()).decode()


def little_endian(array: np.ndarray, dtype: str = "<f4") -> np.ndarray:
    """An array as it is sent: row by row, float32 if nothing else is said."""
    return np.ascontiguousarray(array, dtype=dtype)


def _with_coded_upper_bytes(array: np.ndarray) -> tuple[bytes, int]:
    """An array of float32 in an eighth less, without loss, and how many of its upper bytes are rare.

    The upper byte of a number is its sign and most of its exponent, in which the values of a network differ little.
    First come the 15 most frequent upper bytes, then a code of each number, two in a byte, then the rare upper bytes,
    then the byte below of each number, and then the two lower bytes of each.
    """
    octets = array.reshape(-1).view("u1").reshape(-1, 4)
    upper = np.ascontiguousarray(octets[:, 3])
    frequent = np.bincount(upper, minlength=256).argsort()[::-1][:RARE].astype("u1")
    code_of = np.full(256, RARE, "u1")
    code_of[frequent] = np.arange(RARE)
    codes = code_of.take(upper)
    rare = upper[codes == RARE]
    second = np.append(codes, np.zeros(len(codes) % 2, "u1"))[1::2]
    parts = (frequent, codes[::2] | second << 4, rare, octets[:, 2], octets.view("u2")[:, 0])
    return b"".join(part.tobytes() for part in parts), len(rare)


def _checked(array: Any) -> np.ndarray:
    """What JSON does not know is an array."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{type(array).__name__} cannot be sent to the browser.")
    return array
