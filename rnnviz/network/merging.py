"""How the two directions of a layer become one vector, and how its gradient is split again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..cells.activations import Array

MERGES = ("concat", "sum", "mul", "ave")


def merge_directions(hidden: Sequence[Array], merge: str) -> Array:
    """Merge the hidden states of a layer's directions.

    Parameters
    ----------
    hidden : sequence of ndarray of shape (..., H)
        The hidden states of one or two directions, in the order of the text.
    merge : {"concat", "sum", "mul", "ave"}
        Side by side, or added, multiplied or averaged unit by unit.

    Returns
    -------
    ndarray of shape (..., N)
        One vector for each step; N is 2H for two directions side by side, else H.
    """
    if len(hidden) == 1:
        return hidden[0]
    if merge == "concat":
        return np.concatenate(hidden, axis=-1)
    if merge == "mul":
        return hidden[0] * hidden[1]
    return (hidden[0] + hidden[1]) / (2 if merge == "ave" else 1)


def split_gradient(d_merged: Array, hidden: Sequence[Array], merge: str) -> list[Array]:
    """Split the gradient by merged hidden states.

    Parameters
    ----------
    d_merged : ndarray of shape (..., N)
        The gradient by what `merge_directions` returned.
    hidden : sequence of ndarray of shape (..., H)
        What it merged.
    merge : {"concat", "sum", "mul", "ave"}
        How it merged them.

    Returns
    -------
    list of ndarray of shape (..., H)
        The gradient by the hidden states of each direction.
    """
    if len(hidden) == 1:
        return [d_merged]
    if merge == "concat":
        return np.split(d_merged, len(hidden), axis=-1)
    if merge == "mul":
        return [d_merged * hidden[1], d_merged * hidden[0]]
    return [d_merged / (2 if merge == "ave" else 1)] * 2
