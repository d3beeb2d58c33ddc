"""Which units are on at which tokens, a bit each: whether a value is above a quantile of its unit.

Eight tokens are a byte, and what is asked about spans of tokens is answered by shifting and combining whole words.
"""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import cast

import numpy as np

from .reading_settings import Key
from .stored_states import STATES, STORED, read_states, states_file

Array = np.ndarray
LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99)  # quantiles
WORD = 64
ROUNDING = 1e-9  # of a level times a number of values, such as 0.95 times 60


def planes_file(folder: Path, key: Key) -> Path:
    """Where the bits of a quantity are, an array (Q, U, words)."""
    return folder / STATES / "planes" / f"{'-'.join(map(str, key))}.npy"


def thresholds_file(folder: Path, key: Key) -> Path:
    """Where the thresholds of a quantity are, an array (Q, U)."""
    return planes_file(folder, key).with_suffix(".thresholds.npy")


def quantile_thresholds(values: Array) -> Array:
    """Find the values that these shares of a unit's values do not exceed.

    Parameters
    ----------
    values : ndarray of float16 of shape (N,)
        All values of the unit.

    Returns
    -------
    ndarray of float16 of shape (Q,)
        For each of `LEVELS`, the quantile: the least value that this share of all does not exceed, so that at most the
        rest is above. Where the quantile is the highest value, which is then frequent, it is the next lower one: only
        the highest value is above. Nothing is above that of a unit that never changes.
    """
    ranks = [max(ceil(level * len(values) - ROUNDING) - 1, 0) for level in LEVELS]
    found = np.partition(values.astype(np.float32), ranks)[ranks].astype(STORED)
    highest = values.max()
    lower = values[values < highest]
    return np.where(found == highest, lower.max(), found) if len(lower) else found


def write_planes(folder: Path, key: Key) -> None:
    """Write the thresholds of a quantity and the bits at them, unit by unit."""
    states, file = read_states(folder, key), planes_file(folder, key)
    units, tokens = states.shape
    file.parent.mkdir(exist_ok=True)
    words = -(-tokens // WORD)
    thresholds = np.empty((len(LEVELS), units), STORED)
    part = file.with_name(file.name + ".part")
    with part.open("wb") as planes:  # not mapped, so that no more than a unit is in memory
        facts = {"descr": "<u8", "fortran_order": False, "shape": (len(LEVELS), units, words)}
        np.lib.format.write_array_header_1_0(planes, facts)
        start = planes.tell()
        for unit in range(units):
            place = states.offset + unit * tokens * STORED.itemsize
            row = np.fromfile(states_file(folder, key), STORED, tokens, offset=place)
            thresholds[:, unit] = quantile_thresholds(row)
            values, limits = in_order(row), in_order(thresholds[:, unit])
            for level, limit in enumerate(limits):
                planes.seek(start + (level * units + unit) * words * (WORD // 8))
                planes.write(packed(values > limit).tobytes())
    np.save(thresholds_file(folder, key), thresholds)
    part.replace(file)


def in_order(values: Array) -> Array:
    """Whole numbers in the order of values of float16: a processor compares them ten times as fast."""
    bits = np.asarray(values).view(np.int16)
    numbers = bits ^ ((bits >> np.int16(15)) & np.int16(0x7FFF))
    return cast(Array, numbers + (numbers == -1))  # of the two zeros, one


def packed(bits: Array) -> Array:
    """Pack bits (N,) into words, the first bit of a word in its lowest place; those beyond the end are 0."""
    octets = np.packbits(bits, bitorder="little")
    padded = np.zeros(-(-len(bits) // WORD) * 8, np.uint8)
    padded[: len(octets)] = octets
    return padded.view("<u8")


def unpacked(words: Array, count: int) -> Array:
    """The first `count` bits of words as 0 and 1, uint8."""
    return np.unpackbits(np.ascontiguousarray(words).view(np.uint8), count=count, bitorder="little")


def bits_at(words: Array, places: Array) -> Array:
    """The bits at some places as booleans."""
    return (words[places // WORD] >> (places % WORD).astype(np.uint64)) & np.uint64(1) != 0


def ahead(words: Array, by: int) -> Array:
    """Bits from `by` places further on; 0 beyond the end."""
    skipped, rest = divmod(by, WORD)
    moved = np.zeros_like(words)
    tail = words[skipped:]
    moved[: len(tail)] = tail >> np.uint64(rest)
    if rest:
        moved[: max(len(tail) - 1, 0)] |= tail[1:] << np.uint64(WORD - rest)
    return moved


def one_before(words: Array) -> Array:
    """Bits from one place before; 0 at the beginning."""
    moved = words << np.uint64(1)
    moved[1:] |= words[:-1] >> np.uint64(WORD - 1)
    return cast(Array, moved)
