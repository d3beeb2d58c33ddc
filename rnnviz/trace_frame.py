"""The values of a trace as a tidy pandas frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def values_frame(values: Mapping[tuple[str, int, str], np.ndarray], tokens: Sequence[str]) -> pd.DataFrame:
    """Put values, each (T, H), by quantity, layer and direction into one frame; see `Trace.to_frame`."""
    import pandas as pd

    parts = []
    for (quantity, layer, direction), array in values.items():
        steps, units = array.shape
        step = np.repeat(np.arange(steps), units)
        parts.append(
            {
                "step": step + 1,
                "token": np.array(tokens, dtype=object)[step],
                "layer": np.full(array.size, layer),
                "direction": np.full(array.size, direction, dtype=object),
                "quantity": np.full(array.size, quantity, dtype=object),
                "unit": np.tile(np.arange(units), steps),
                "value": array.ravel(),
            }
        )
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    frame = pd.DataFrame(columns)
    for name in ("direction", "quantity"):
        frame[name] = frame[name].astype("category")
    return frame
