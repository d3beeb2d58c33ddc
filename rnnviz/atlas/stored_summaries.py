"""The summaries of a finished atlas, each read from its file when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..errors import DamagedFileError
from .extremes import Extremes
from .reading_settings import Key
from .shard_summary import BY_NAME, summary_name
from .stored_arrays import read_arrays
from .summary import Summary


class StoredSummaries:
    """Looks summaries up in the file that `ShardSummary.save` wrote.

    Parameters
    ----------
    file : Path
        The file.
    sizes : mapping of (str, int, str) to dict of str to int
        By quantity, layer and direction, the sizes of arrays by letter, see `Summary`.
    """

    def __init__(self, file: Path, sizes: Mapping[Key, Mapping[str, int]]) -> None:
        self._file, self._sizes = file, sizes
        self._known: dict[tuple[Key, str], Summary | None] = {}

    def find(self, key: Key, name: str) -> Summary | None:
        """Look up a summary by its name; None if the quantity has none."""
        if (key, name) not in self._known:
            start = summary_name(key, name)
            arrays = read_arrays(self._file, lambda full: full.startswith(start))
            own = {full.removeprefix(start): array for full, array in arrays.items()}
            try:
                if not all(np.isfinite(array).all() for array in own.values()) and name != Extremes.name:
                    raise ValueError("not finite")
                self._known[key, name] = BY_NAME[name].of(own, self._sizes[key]) if own else None
            except ValueError as error:
                raise DamagedFileError(
                    f"{self._file.name} of the atlas does not fit its other files: build it again.",
                    code="damaged", file=str(self._file),
                ) from error  # fmt: skip
        return self._known[key, name]
