"""Two sequences aligned as a diff aligns them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

Columns = list[tuple[int | None, int | None]]


def align(first: Sequence[Hashable], second: Sequence[Hashable]) -> Columns:
    """Align two sequences so that as many equal items as possible meet.

    Between items that meet, the others meet one by one from the left, and what is left over meets a gap.

    Parameters
    ----------
    first, second : sequence
        N and M items that can be compared, such as tokens.

    Returns
    -------
    list of tuple of (int or None, int or None)
        The columns from left to right: an item of each sequence, counted from 0; None for a gap.

    Examples
    --------
    >>> align("was not good".split(), "was good".split())
    [(0, 0), (1, None), (2, 1)]

    References
    ----------
    .. [1] R. A. Wagner and M. J. Fischer, "The string-to-string correction problem", JACM 21 (1), 1974.
    """
    columns: Columns = []
    before = (0, 0)
    for meeting in [*_meetings(first, second), (len(first), len(second))]:
        rows = [range(start, end) for start, end in zip(before, meeting, strict=True)]
        for k in range(max(map(len, rows))):
            columns.append((rows[0][k] if k < len(rows[0]) else None, rows[1][k] if k < len(rows[1]) else None))
        columns.append(meeting)
        before = (meeting[0] + 1, meeting[1] + 1)
    return columns[:-1]


def _meetings(first: Sequence[Hashable], second: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The pairs of equal items of a longest common subsequence; of several, the one that begins earliest."""
    codes: dict[Hashable, int] = {}
    one, other = (np.array([codes.setdefault(item, len(codes)) for item in items], int) for items in (first, second))
    longest = np.zeros((len(one) + 1, len(other) + 1), int)  # [i, j]: of first[i:] and second[j:]
    for i in reversed(range(len(one))):
        best = np.maximum(longest[i + 1, :-1], longest[i + 1, 1:] + (other == one[i]))
        longest[i, :-1] = np.maximum.accumulate(best[::-1])[::-1]
    found, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif longest[i + 1, j] >= longest[i, j + 1]:
            i += 1
        else:
            j += 1
    return found
