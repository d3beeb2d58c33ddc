"""The embedding: from token ids to vectors."""

from __future__ import annotations

import numpy as np

from ..cells.activations import Array
from ..errors import ArgumentError, ArrayError


def embed(ids: Array, table: Array) -> Array:
    """Look up the vectors of token ids.

    Parameters
    ----------
    ids : ndarray of int of shape (T,) or (T, B)
        Token ids.
    table : ndarray of shape (V, D)
        The embedding.

    Returns
    -------
    ndarray of shape (T, D) or (T, B, D)
        The row of each id.

    Raises
    ------
    ArrayError
        If the ids are not integers of such a shape.
    ArgumentError
        If an id is outside the embedding.
    """
    shape, dtype = np.shape(ids), getattr(ids, "dtype", type(ids).__name__)
    if not isinstance(ids, np.ndarray) or ids.dtype.kind not in "iu" or ids.ndim not in (1, 2) or ids.size == 0:
        raise ArrayError(
            f"The token ids have shape {shape} and type {dtype}; expected integers (T,) or (T, B), at least one.",
            code="token_ids", name="tokens", shape=shape, expected="integers (T,) or (T, B)",
        )  # fmt: skip
    low, high = int(ids.min()), int(ids.max())
    if not 0 <= low <= high < len(table):
        raise ArgumentError(
            f"The token ids are between {low} and {high}, but the embedding has only the rows 0 to "
            f"{len(table) - 1}.",
            code="out_of_range", name="tokens", value=(low, high), allowed=len(table),
        )  # fmt: skip
    return table[ids]
