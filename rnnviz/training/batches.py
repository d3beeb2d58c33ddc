"""From lists of sequences to the splits and the padded batches that a network is trained on."""

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
    """B sequences of at most T steps, shorter ones padded at their end.

    inputs, targets: (T, B) token ids and class numbers. weights: (T, B), how much each answer
    counts in the loss, 0 at padding; they add up to 1. follows: whether row b goes on where
    row b of the batch before ended, so that the states are handed over.
    """

    inputs: Array
    targets: Array
    weights: Array
    continues: bool = False


class Split(NamedTuple):
    """Which examples are trained on, which choose the best epoch and the recipe, which only the score."""

    train: Array
    validation: Array
    test: Array


def random_split(count: int) -> Split:
    """Numbers below `count` in a random but fixed order, cut 80 : 10 : 10."""
    order = np.random.default_rng(SPLIT_SEED).permutation(count)
    return Split(*np.split(order, [int(0.8 * count), int(0.9 * count)]))


def pad(sequences: Sequence[Array]) -> Array:
    """Sequences side by side as (T, B), with zeros after the end of those that are shorter."""
    out = np.zeros((max(map(len, sequences)), len(sequences)), np.int64)
    for b, sequence in enumerate(sequences):
        out[: len(sequence), b] = sequence
    return out


def batch_by_length(lengths: Array, size: int, rng: np.random.Generator, pool: int = 50) -> Iterator[Array]:
    """Every number below len(lengths) once, in random groups of `size` that differ little in length.

    Each `pool` groups are drawn at random together and sorted by length among themselves:
    random enough to learn from, and half of the padding saved.
    """
    order = rng.permutation(len(lengths))
    groups = []
    for start in range(0, len(order), pool * size):
        block = order[start : start + pool * size]
        block = block[np.argsort(lengths[block], kind="stable")]
        groups += [block[k : k + size] for k in range(0, len(block), size)]
    return (groups[k] for k in rng.permutation(len(groups)))


def logits_per_sequence(network: Network, sequences: Sequence[Array], size: int = 256) -> list[Array]:
    """The logits (T, C) that a network gives at every step of every sequence, in the order given."""
    order = np.argsort([len(s) for s in sequences], kind="stable")
    found: list[Array] = [np.empty(0)] * len(sequences)
    for start in range(0, len(order), size):
        group = order[start : start + size]
        logits = network.forward(pad([sequences[k] for k in group])).logits
        assert logits is not None
        for b, k in enumerate(group):
            found[k] = logits[: len(sequences[k]), b]
    return found
