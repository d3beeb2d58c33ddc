"""How the two directions of a layer become one vector, and the way back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..cells.activations import Array

MERGES = ("concat", "sum", "mul", "ave")


def merge_directions(hidden: Sequence[Array], merge: str) -> Array:
    """The hidden states of a layer's directions, in the order of the text, as one: (..., N) by N = H or 2H.

    "concat" puts them side by side, "sum", "mul" and "ave" join them unit by unit.
    """
    if len(hidden) == 1:
        return hidden[0]
    if merge == "concat":
        return np.concatenate(hidden, axis=-1)
    if merge == "mul":
        return hidden[0] * hidden[1]
    return (hidden[0] + hidden[1]) / (2 if merge == "ave" else 1)


def split_gradient(d_merged: Array, hidden: Sequence[Array], merge: str) -> list[Array]:
    """The gradients by the hidden states of each direction, from that by what they were merged to."""
    if len(hidden) == 1:
        return [d_merged]
    if merge == "concat":
        return np.split(d_merged, len(hidden), axis=-1)
    if merge == "mul":
        return [d_merged * hidden[1], d_merged * hidden[0]]
    return [d_merged / (2 if merge == "ave" else 1)] * 2
