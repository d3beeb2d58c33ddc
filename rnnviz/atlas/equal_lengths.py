"""Documents of one length, which are read together without padding: it would change what reads backward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..cells.activations import Array


def equal_lengths(inputs: Sequence[Array]) -> Iterator[list[int]]:
    """Group documents by length.

    Parameters
    ----------
    inputs : sequence of ndarray of shape (T, ...)
        What is read of each document.

    Yields
    ------
    list of int
        The numbers of documents of one length, in ascending order.
    """
    by_length: dict[int, list[int]] = {}
    for number, array in enumerate(inputs):
        by_length.setdefault(len(array), []).append(number)
    yield from by_length.values()
