"""The values of states at every token, in a file for each quantity, unit by unit, as float16."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ..errors import ArgumentError, DamagedFileError
from .reading_settings import Key
from .stored_arrays import open_array

Array = np.ndarray
STATES = "states"  # the folder
STORED = np.dtype(np.float16)


def states_file(folder: Path, key: Key) -> Path:
    """Where the values of a quantity are, an array (U, N)."""
    return folder / STATES / f"{'-'.join(map(str, key))}.npy"


def prepare_states(folder: Path, sizes: dict[Key, int], tokens: int) -> bool:
    """Make the files in which shards are filled in, where they are missing.

    Parameters
    ----------
    folder : Path
        The folder of the atlas.
    sizes : dict of (str, int, str) to int
        The number of units by quantity, layer and direction.
    tokens : int
        N, the tokens of the corpus.

    Returns
    -------
    bool
        Whether any was missing or damaged, so that no shard is in it.
    """
    missing = False
    for key, units in sizes.items():
        file = states_file(folder, key)
        try:
            open_array(file, STORED, (units, tokens))
        except DamagedFileError:
            file.parent.mkdir(exist_ok=True)
            part = file.with_name(file.name + ".part")
            np.lib.format.open_memmap(part, "w+", STORED, (units, tokens)).flush()
            part.replace(file)
            missing = True
    return missing


def write_states(folder: Path, first: int, states: dict[Key, Array]) -> None:
    """Fill in the values of a shard, (U, n) by key, from position `first` on; nothing else of a file is touched."""
    for key, values in states.items():
        file = states_file(folder, key)
        whole = open_array(file, STORED, (-1, -1))
        with file.open("r+b") as target:
            for unit, row in enumerate(np.ascontiguousarray(values, STORED)):
                target.seek(whole.offset + (unit * whole.shape[1] + first) * STORED.itemsize)
                target.write(row.tobytes())


def read_states(folder: Path, key: Key, shape: tuple[int, int] = (-1, -1)) -> np.memmap:
    """Open the values of a quantity.

    Parameters
    ----------
    folder : Path
        The folder of the atlas.
    key : (str, int, str)
        Quantity, layer and direction.
    shape : tuple of int, default (-1, -1)
        U and N; -1 for any.

    Returns
    -------
    memmap of float16 of shape (U, N)
        The values, which stay on disk.

    Raises
    ------
    ArgumentError
        If the atlas was built without them.
    DamagedFileError
        If they are damaged.
    """
    file = states_file(folder, key)
    if not file.is_file():
        having = sorted(path.stem for path in (folder / STATES).glob("*.npy"))
        raise ArgumentError(
            f"The atlas does not store the values of {key[0]} in layer {key[1]}, {key[2]}, at every token"
            + (f"; it stores {', '.join(having)}." if having else ": build it with states=[...]."),
            code="no_states", name="quantity", value=key[0], allowed=tuple(having),
        )  # fmt: skip
    return open_array(file, STORED, shape)


def stored_bytes(sizes: Iterable[int], tokens: int) -> int:
    """The bytes of the values of so many units."""
    return STORED.itemsize * sum(sizes) * tokens
