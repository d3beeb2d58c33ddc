"""Splits of a data set, and the padded batches that a network is trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..cells.activations import Array
from ..network import Network

SPLIT_SEED = 0


@dataclass(frozen=True)
class Batch:
    """B sequences of at most T steps; shorter ones are padded at their end.

    Parameters
    ----------
    inputs : ndarray of shape (T, B) or (T, B, D)
        Token ids, or vectors.
    targets : ndarray of int of shape (T, B)
        Class numbers of the right answers.
    weights : ndarray of shape (T, B)
        How much each answer counts in the loss: 0 at padding, adding up to 1.
    continues : bool, default False
        Whether each sequence continues where that of the batch before ended, so that the states are carried over.
    """

    inputs: Array
    targets: Array
    weights: Array
    continues: bool = False


class Split(NamedTuple):
    """The indices of the examples for training, for choosing the best epoch and recipe, and for the final score."""

    train: Array
    validation: Array
    test: Array


def random_split(count: int) -> Split:
    """The numbers below `count` in a fixed random order, split 80 : 10 : 10."""
    order = np.random.default_rng(SPLIT_SEED).permutation(count)
    return Split(*np.split(order, [int(0.8 * count), int(0.9 * count)]))


def pad(sequences: Sequence[Array]) -> Array:
    """Sequences side by side as (T, B), with zeros after the end of the shorter ones."""
    out = np.zeros((max(map(len, sequences)), len(sequences)), np.int64)
    for b, sequence in enumerate(sequences):
        out[: len(sequence), b] = sequence
    return out


def batch_by_length(lengths: Array, size: int, rng: np.random.Generator, pool: int = 50) -> Iterator[Array]:
    """All indices of `lengths`, in random groups of `size` whose lengths differ little.

    Each `pool` groups are drawn at random together and then sorted by length: random enough to learn from, with half
    of the padding.
    """
    order = rng.permutation(len(lengths))
    groups = []
    for start in range(0, len(order), pool * size):
        block = order[start : start + pool * size]
        block = block[np.argsort(lengths[block], kind="stable")]
        groups += [block[k : k + size] for k in range(0, len(block), size)]
    return (groups[k] for k in rng.permutation(len(groups)))


def logits_per_sequence(network: Network, sequences: Sequence[Array], size: int = 256) -> list[Array]:
    """The logits (T, C) of a network at every step of every sequence, in the order given."""
    order = np.argsort([len(s) for s in sequences], kind="stable")
    result: list[Array] = [np.empty(0)] * len(sequences)
    for start in range(0, len(order), size):
        group = order[start : start + size]
        logits = network.forward(pad([sequences[k] for k in group])).logits
        assert logits is not None
        for b, k in enumerate(group):
            result[k] = logits[: len(sequences[k]), b]
    return result
