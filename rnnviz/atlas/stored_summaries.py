"""The summaries of a finished atlas, each read from its file when it is asked for."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from ..errors import DamagedFileError
from .reading_settings import Key
from .shard_summary import BY_NAME
from .summary import Summary


class StoredSummaries:
    """Looks summaries up in the file that `ShardSummary.save` wrote.

    Parameters
    ----------
    file : Path
        The file.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[tuple[Key, str], Summary | None] = {}

    def find(self, key: Key, name: str) -> Summary | None:
        """Look up a summary by its name; None if the quantity has none."""
        if (key, name) not in self._known:
            start = f"{'/'.join(map(str, key))}/{name}/"
            try:
                with np.load(self._file, allow_pickle=False) as arrays:
                    own = {n.removeprefix(start): arrays[n] for n in arrays.files if n.startswith(start)}
                self._known[key, name] = BY_NAME[name].of(own) if own else None
            except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
                raise DamagedFileError(
                    f"{self._file.name} of the atlas is missing or damaged: build it again.",
                    code="damaged", file=str(self._file),
                ) from error  # fmt: skip
        return self._known[key, name]
