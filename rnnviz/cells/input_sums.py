"""The input's part of all sums of a batch, W_ih x_t + b, which depends on no step before."""

from __future__ import annotations

import numpy as np

from .activations import Array

LOOKED_UP = 32  # multiply-adds that take as long as looking one number up, from a table that fits the cache
LARGEST = 64  # times as large as there are ids may they be
CACHED_TABLE = 2**21  # bytes of such a table; from one twice as large, looking up takes about twice as long


def input_sums(weight: Array, bias: Array, inputs: Array, ids: Array | None = None) -> Array:
    """Compute the input's part of all sums.

    Parameters
    ----------
    weight : ndarray of shape (N, D)
        The input weights.
    bias : ndarray of shape (N,)
        What is added to every sum.
    inputs : ndarray of shape (T, D, B)
        The input.
    ids : ndarray of int of shape (T, B), optional
        Numbers of at least 0 that are equal only where the vectors are. Where it saves time, products are computed
        once for each number.

    Returns
    -------
    ndarray of shape (T, N, B)
        The sums.
    """
    if ids is not None and ids.max() < LARGEST * ids.size:
        places, kinds = kinds_of(ids)
        if looks_up(len(weight), weight.shape[1], len(places), ids.size):
            table = weight @ inputs[places // ids.shape[1], :, places % ids.shape[1]].T
            table += bias[:, None]
            z = np.empty((len(inputs), len(weight), inputs.shape[2]), weight.dtype)
            for z_t, kinds_t in zip(z, kinds, strict=True):
                table.take(kinds_t, 1, z_t, "clip")  # without a copy, unlike "raise"
            return z
    z = weight @ inputs
    z += np.repeat(bias[:, None], z.shape[2], axis=1)
    return z


def kinds_of(ids: Array) -> tuple[Array, Array]:
    """Find the different numbers among many.

    Parameters
    ----------
    ids : ndarray of int of shape (T, B)
        Numbers of at least 0; the work grows with the largest.

    Returns
    -------
    places : ndarray of int of shape (U,)
        A place of each number in the flattened array.
    kinds : ndarray of int of shape (T, B)
        Which of the U numbers each is.
    """
    one_of = np.full(int(ids.max()) + 1, -1)
    one_of[ids.reshape(-1)] = np.arange(ids.size)
    numbers = np.flatnonzero(one_of >= 0)
    places = one_of[numbers]
    one_of[numbers] = np.arange(len(numbers))
    return places, one_of[ids]


def looks_up(rows: int, size: int, kinds: int, vectors: int) -> bool:
    """Tell whether a product for each kind of vector and looking these up takes less time than one for each vector.

    Parameters
    ----------
    rows, size : int
        N and D, the shape of the weights.
    kinds, vectors : int
        How many different vectors there are, and how many altogether.

    Returns
    -------
    bool
        Whether it does, by measured times.
    """
    looking_up = LOOKED_UP * max(1.0, 4 * rows * kinds / CACHED_TABLE)
    return size * (vectors - kinds) > looking_up * vectors
