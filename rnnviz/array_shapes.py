"""Shapes of arrays as files state them, looked at before anything is multiplied."""

from __future__ import annotations

from collections.abc import Sequence

MOST_AXES = 32  # as many as every version of NumPy knows
LARGEST = 1 << 62  # a size, or the numbers of an array; NumPy counts to twice as many


def count_numbers(shape: Sequence[int]) -> int | None:
    """Count the numbers of an array of a shape.

    Parameters
    ----------
    shape : sequence of int
        The sizes along its axes, from a file: any numbers, and any number of them.

    Returns
    -------
    int or None
        Their product; None if no array has this shape.
    """
    if len(shape) > MOST_AXES:
        return None
    count = 1
    empty = False
    for size in shape:
        if not 0 <= size <= LARGEST:
            return None
        empty = empty or size == 0
        count *= int(size) or 1  # the other sizes of an empty array have to be possible ones as well
        if count > LARGEST:
            return None
    return 0 if empty else count
