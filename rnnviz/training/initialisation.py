"""Initial values of the recurrent matrix: they decide how a state develops over many steps of an untrained network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..cells.activations import Array
from ..network import Network

Shape = tuple[int, int]  # H rows, and H columns unless the hidden state has a size of its own


def orthogonal(shape: Shape, rng: np.random.Generator) -> Array:
    """A random orthogonal matrix: it preserves lengths, so before tanh nothing fades or grows.

    See Saxe, McClelland & Ganguli 2014. The signs of R make all rotations equally likely (Mezzadri 2007). Of a matrix
    that is not square, the rows or the columns are orthonormal, whichever are fewer.
    """
    q, r = np.linalg.qr(rng.standard_normal((max(shape), min(shape))))
    drawn = q * np.sign(np.diag(r))
    return drawn if shape[0] >= shape[1] else drawn.T


def scaled_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Normal numbers with a standard deviation of 1/sqrt(columns).

    With many units the largest eigenvalue is near 1, so states fade with a scale below 1 and grow with one above
    (Sompolinsky, Crisanti & Sommers 1988).
    """
    return rng.standard_normal(shape) / np.sqrt(shape[1])


def identity(shape: Shape, rng: np.random.Generator) -> Array:
    """The identity matrix: at first, each unit is connected to itself alone (Le, Jaitly & Hinton 2015)."""
    return np.eye(*shape)


MATRICES: dict[str, Callable[[Shape, np.random.Generator], Array]] = {
    "orthogonal": orthogonal,
    "scaled": scaled_normal,
    "identity": identity,
}
UNIFORM = "uniform"  # PyTorch's U(-1/sqrt(H), 1/sqrt(H)), with which every network is drawn
INITIALISATIONS = (UNIFORM, *MATRICES)


def initialise_recurrent(network: Network, kind: str, scale: float, rng: np.random.Generator) -> None:
    """Draw weight_hh again, in place and block by block, because each gate has a matrix of its own.

    "uniform" leaves the matrix as the network was drawn and uses no random numbers, so nothing else of the run changes.
    """
    for layer in network.layers:
        for cell in layer:
            for row in cell.parameter_blocks().get("weight_hh", ()):
                block = cell.rows_of("weight_hh", row)
                if kind != UNIFORM:
                    block[...] = MATRICES[kind](block.shape, rng)
                if scale != 1:
                    block *= scale
