"""How the recurrent matrix is started: what a state turns into on its way through many untrained steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..cells.activations import Array
from ..network import Network


def orthogonal(size: int, rng: np.random.Generator) -> Array:
    """A random rotation (with or without a reflection), (H, H): it changes no length, so nothing fades or grows at
    first (Saxe, McClelland & Ganguli 2014). The signs of R make every rotation equally likely (Mezzadri 2007)."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return q * np.sign(np.diag(r))


def scaled(size: int, rng: np.random.Generator) -> Array:
    """Normal numbers with a standard deviation of 1/sqrt(H), (H, H): with many units the largest eigenvalue is near
    1, so that a scale below 1 makes states fade, and one above 1 makes them grow (Sompolinsky et al. 1988)."""
    return rng.standard_normal((size, size)) / np.sqrt(size)


def identity(size: int, rng: np.random.Generator) -> Array:
    """The identity, (H, H): at first, every unit only hears itself (Le, Jaitly & Hinton 2015)."""
    return np.eye(size)


STARTS: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "orthogonal": orthogonal,
    "scaled": scaled,
    "identity": identity,
}
UNIFORM = "uniform"  # PyTorch's U(-1/sqrt(H), 1/sqrt(H)), as every network is drawn at first
INITIALISATIONS = (UNIFORM, *STARTS)


def initialise_recurrent(network: Network, kind: str, scale: float, rng: np.random.Generator) -> None:
    """Draw weight_hh anew, in place, block by block: each gate has a matrix of its own.

    "uniform" keeps what the network was drawn with, so that nothing else of the run changes with it.
    """
    for layer in network.layers:
        for cell in layer:
            for row in cell.rows:
                block = cell.weight_hh[cell.row(row)]
                if kind != UNIFORM:
                    block[...] = STARTS[kind](cell.hidden_size, rng)
                if scale != 1:
                    block *= scale
