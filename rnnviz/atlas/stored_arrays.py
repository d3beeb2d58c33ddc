"""The arrays in the files of an atlas, read within bounds: a file costs no more than some multiple of its size."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from tokenize import TokenError

import numpy as np

from .. import npy
from ..errors import DamagedFileError, FileError
from ..limits import MILLION
from ..wording import printable

SLACK, RATIO = 16 * MILLION, 100  # bytes of an array, and for each compressed byte of it
_BROKEN = (
    OSError, ValueError, TypeError, KeyError, IndexError, EOFError, RuntimeError, NotImplementedError, OverflowError,
    MemoryError, zlib.error, zipfile.BadZipFile,
)  # fmt: skip


def read_arrays(file: Path, is_wanted: Callable[[str], bool]) -> dict[str, np.ndarray]:
    """Read some of the arrays of an `.npz` file. Nothing in it is executed.

    Parameters
    ----------
    file : Path
        The file.
    is_wanted : callable
        Tells by its name whether an array is read.

    Returns
    -------
    dict of str to ndarray
        The arrays by name.

    Raises
    ------
    DamagedFileError
        If the file is missing or damaged, or unpacks to far more than it holds.
    """
    arrays = {}
    try:
        with zipfile.ZipFile(file) as archive:
            most = file.stat().st_size
            for entry in archive.infolist():
                name = entry.filename.removesuffix(".npy")
                if not is_wanted(name):
                    continue
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others know no bounds
                    raise ValueError(entry.filename)
                limit = SLACK + RATIO * min(entry.compress_size, most)
                with archive.open(entry) as part:
                    content = part.read(limit + 1)
                array = npy.read(printable(name), content).array if len(content) <= limit else None
                if array is None or array.dtype.kind not in "iuf":
                    raise ValueError(entry.filename)
                arrays[name] = np.asarray(array, array.dtype.newbyteorder("="))
    except (FileError, *_BROKEN) as error:
        raise _damaged(file) from error
    return arrays


def open_array(file: Path, dtype: np.dtype | None, shape: tuple[int, ...]) -> np.memmap:
    """Open the array in an `.npy` file, which stays on disk.

    Parameters
    ----------
    file : Path
        The file.
    dtype : dtype or None
        The type of its numbers; None for any.
    shape : tuple of int
        Its shape; -1 for any size.

    Returns
    -------
    memmap
        The array.

    Raises
    ------
    DamagedFileError
        If the file is missing or damaged, or holds another array.
    """
    try:
        array = np.load(file, mmap_mode="r", allow_pickle=False)
    except (SyntaxError, TokenError, *_BROKEN) as error:  # of NumPy's parser of headers
        raise _damaged(file) from error
    fits = array.ndim == len(shape) and all(size in (-1, own) for size, own in zip(shape, array.shape, strict=True))
    if not isinstance(array, np.memmap) or dtype not in (None, array.dtype) or not fits or not array.flags.c_contiguous:
        raise _damaged(file)
    return array


def _damaged(file: Path) -> DamagedFileError:
    return DamagedFileError(
        f"{printable(file.name)} of the atlas is missing or damaged: build it again.", code="damaged", file=str(file)
    )
