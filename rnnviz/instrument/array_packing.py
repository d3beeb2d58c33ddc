"""Arrays on their way to the browser: beside the JSON as they are, or inside it in base64."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import numpy as np

ALIGNMENT = 4  # bytes: the browser reads numbers in place


def as_bytes(data: Any) -> bytes:
    """Pack data with arrays, which stay as they are in memory.

    Parameters
    ----------
    data : object
        Data that JSON can hold but for its arrays, which are little-endian.

    Returns
    -------
    bytes
        The length of the JSON as four bytes, little-endian; the JSON; and the arrays one after another. In the JSON
        stands {"<f4": [first byte, number of values]} for an array.
    """
    packed: list[bytes] = []
    size = 0

    def place(array: Any) -> dict[str, list[int]]:
        nonlocal size
        values = _checked(array)
        raw = values.tobytes()
        raw += b"\0" * (-len(raw) % ALIGNMENT)
        first, size = size, size + len(raw)
        packed.append(raw)
        return {values.dtype.str: [first, values.size]}

    text = json.dumps(data, default=place, separators=(",", ":")).encode()
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
    return json.loads(json.dumps(data, default=lambda array: in_base64(_checked(array))))


def in_base64(array: np.ndarray) -> str:
    """An array of little-endian numbers in base64."""
    return b64encode(array.tobytes()).decode()


def little_endian(array: np.ndarray, dtype: str = "<f4") -> np.ndarray:
    """An array as it is sent: row by row, float32 if nothing else is said."""
    return np.ascontiguousarray(array, dtype=dtype)


def _checked(array: Any) -> np.ndarray:
    """What JSON does not know is an array."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{type(array).__name__} cannot be sent to the browser.")
    return array
