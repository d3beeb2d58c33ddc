"""The arrays in the file of a trace, read within bounds: a stranger's file costs no more than it holds."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import numpy as np

from . import npy
from .errors import DamagedFileError, LimitError
from .limits import MILLION
from .wording import printable

LARGEST = 2000 * MILLION  # bytes of all arrays
MOST = 50_000  # arrays
_DIRECTORY_ENTRY = b"PK\x01\x02"
_BROKEN = (
    BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, LookupError,
    OverflowError,
)  # fmt: skip


def read_trace_arrays(file: str | Path | IO[bytes]) -> dict[str, np.ndarray]:
    """Read the arrays of an .npz file by name.

    Parameters
    ----------
    file : str, Path or binary file
        Where to read.

    Returns
    -------
    dict of str to ndarray
        The arrays; each is its own and can be written to.

    Raises
    ------
    DamagedFileError
        If it is not such a file; code "unreadable".
    LimitError
        If it holds too much; code "unpacked" or "arrays".
    FileNotFoundError
        If there is no such file.
    """
    data = file.read() if not isinstance(file, str | Path) else Path(file).read_bytes()
    if data.count(_DIRECTORY_ENTRY) > MOST:
        raise LimitError(f"It holds more than {MOST:,} arrays.", code="arrays", limit=MOST)
    arrays: dict[str, np.ndarray] = {}
    left = LARGEST
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # the others unpack without bounds
                    raise NotImplementedError
                with archive.open(entry) as part:
                    content = part.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise LimitError(
                        f"It holds more than {LARGEST / MILLION:,.0f} million bytes once unpacked.",
                        code="unpacked", limit=LARGEST,
                    )  # fmt: skip
                array = npy.read(printable(entry.filename), content).array
                if array is None:
                    raise ValueError("no numbers")
                arrays[entry.filename.removesuffix(".npy")] = np.array(array, array.dtype.newbyteorder("="))
    except LimitError:
        raise
    except _BROKEN as error:
        raise DamagedFileError(
            f"It is not an npz file, or is damaged ({type(error).__name__}).", code="unreadable"
        ) from error
    return arrays
