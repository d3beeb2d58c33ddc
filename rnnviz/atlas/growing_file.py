"""An array in a `.npy` file that grows at its end, so that it is never in memory as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

HELD = 1 << 18  # numbers that wait in memory


class GrowingFile:
    """A `.npy` file to which rows are added.

    Parameters
    ----------
    path : Path
        The file, which appears when `close` has been called.
    dtype : dtype
        The type of its numbers.
    row : tuple of int, default ()
        The shape of one row.
    """

    def __init__(self, path: Path, dtype: Any, row: tuple[int, ...] = ()) -> None:
        self.path, self.dtype, self.row, self.length = path, np.dtype(dtype), row, 0
        self._parts: list[np.ndarray] = []
        self._held = 0
        self._file = path.with_name(path.name + ".part").open("w+b")
        self._write_header()

    def _write_header(self) -> None:
        """Write the header, which leaves room for a longer length."""
        self._file.seek(0)
        facts = {"descr": self.dtype.str, "fortran_order": False, "shape": (self.length, *self.row)}
        np.lib.format.write_array_header_1_0(self._file, facts)

    def add(self, rows: np.ndarray) -> None:
        """Add rows at the end."""
        self._parts.append(np.ascontiguousarray(rows, self.dtype))
        self._held += rows.size
        self.length += len(rows)
        if self._held >= HELD:
            self._flush()

    def _flush(self) -> None:
        if self._parts:
            self._file.write(np.concatenate(self._parts).tobytes())
            self._parts, self._held = [], 0

    def close(self) -> np.ndarray:
        """Finish the file; return it as an array that stays on disk."""
        self._flush()
        end = self._file.tell()
        self._write_header()
        self._file.seek(end)
        self._file.close()
        Path(self._file.name).replace(self.path)
        return np.load(self.path, mmap_mode="r") if self.length else np.empty((0, *self.row), self.dtype)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        Path(self._file.name).unlink(missing_ok=True)
