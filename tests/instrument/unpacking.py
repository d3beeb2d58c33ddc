"""What the browser does with packed data, in Python."""

import json
from typing import Any

import numpy as np


def unpack(packed: bytes) -> Any:
    """The data that `as_bytes` has packed, with its arrays."""
    end = 4 + int.from_bytes(packed[:4], "little")

    def place(value: dict[str, Any]) -> Any:
        for dtype in {"<f4", "<f2", "|u1"} & value.keys():
            first, count = value[dtype]
            return np.frombuffer(packed[end:], dtype, count, first)
        return value

    return json.loads(packed[4:end], object_hook=place)
