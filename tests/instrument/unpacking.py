"""What the browser does with packed data, in Python."""

import json
from typing import Any

import numpy as np


def unpack(packed: bytes) -> Any:
    """The data that `as_bytes` has packed, with its arrays."""
    end = 4 + int.from_bytes(packed[:4], "little")

    def place(value: dict[str, Any]) -> Any:
        for dtype in {"<f4", "<f2", "|u1"} & value.keys():
            first, count, *coded = value[dtype]
            if coded:
                return _joined(packed[end + first :], count, *coded)
            return np.frombuffer(packed[end:], dtype, count, first)
        return value

    return json.loads(packed[4:end], object_hook=place)


def _joined(packed: bytes, count: int, rare: int) -> np.ndarray:
    """Numbers whose upper bytes are coded."""
    frequent, codes = packed[:15], [half for byte in packed[15:] for half in (byte & 15, byte >> 4)][:count]
    start = 15 + (count + 1) // 2
    others, third = iter(packed[start : start + rare]), packed[start + rare :]
    lower = third[count:]
    numbers = [
        lower[2 * k : 2 * k + 2] + bytes([third[k], frequent[code] if code < 15 else next(others)])
        for k, code in enumerate(codes)
    ]
    return np.frombuffer(b"".join(numbers), "<f4")
