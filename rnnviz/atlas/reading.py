"""The pass over a shard: the network runs over its pieces in batches, and every block of values is handed out.

Pieces are sorted by length and read in batches of a fixed size, some steps at a time with the states carried over, so
that neither memory nor padding grows with the length of documents. Layers that read backward need a piece as a whole:
there, batches are of pieces of one length.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from ..cells import Record
from ..network import Head, Network, States
from .property_tokens import PropertyTokens
from .reading_settings import BATCH, CHUNK, Key, ReadingSettings
from .shards import Pieces, Shard

Array = np.ndarray
MOST_STEPS = BATCH * CHUNK * 2  # of a batch that is read as a whole


class Columns:
    """What the columns of blocks are: runs of consecutive tokens, one run a piece.

    Parameters
    ----------
    positions : ndarray of int64 of shape (n,)
        The position of each in the shard.
    stretches : ndarray of int64
        The columns at which a new stretch of tokens begins, within which extremes are not told apart.
    shard : Shard
        The shard.
    """

    def __init__(self, positions: Array, stretches: Array, shard: Shard) -> None:
        self.local, self.stretches, self._shard = positions, stretches, shard

    def __len__(self) -> int:
        return len(self.local)

    @cached_property
    def positions(self) -> Array:
        """The position of each column in the corpus, (n,)."""
        return self.local + self._shard.start

    @cached_property
    def properties(self) -> PropertyTokens:
        """The properties of each column."""
        return self._shard.properties.at(self.local - int(self._shard.pieces.firsts[0]))

    @cached_property
    def sampled(self) -> Array:
        """The columns whose values are kept."""
        sample = self._shard.sample
        places = np.minimum(np.searchsorted(sample, self.local), max(len(sample) - 1, 0))
        return np.flatnonzero(sample[places] == self.local) if len(sample) else np.empty(0, np.int64)

    @cached_property
    def by_token(self) -> tuple[Array, Array, Array]:
        """The columns sorted by token, the places among them where each listed token begins, and which it is."""
        listed = self._shard.listed[self.local]
        order = np.argsort(listed, kind="stable")
        kinds, begins = np.unique(listed[order], return_index=True)
        return order, begins, kinds


@dataclass
class Block:
    """The values of one quantity at n tokens.

    Parameters
    ----------
    key : (str, int, str)
        Quantity, layer and direction.
    values : ndarray of float32 of shape (U, n)
        The values of all units.
    columns : Columns
        Which tokens these are.
    """

    key: Key
    values: Array
    columns: Columns

    @cached_property
    def wide(self) -> Array:
        """The values as float64, for sums."""
        return self.values.astype(np.float64)

    @cached_property
    def centred(self) -> tuple[Array, Array]:
        """The mean of each unit, (U,), and what is left of its values without it, (U, n)."""
        means = self.wide.mean(1)
        return means, self.wide - means[:, None]


def without_outputs(network: Network) -> Network:
    """The recurrent layers alone."""
    return replace(network, readout_weight=None, readout_bias=None, head=Head())


def blocks(network: Network, shard: Shard, keys: list[Key], settings: ReadingSettings) -> Iterator[list[Block]]:
    """Run a network over a shard.

    Parameters
    ----------
    network : Network
        The network; its outputs are not computed if it is one of `without_outputs`.
    shard : Shard
        The shard.
    keys : list of (str, int, str)
        What is recorded.
    settings : ReadingSettings
        How far apart contexts are.

    Yields
    ------
    list of Block
        One for each key, with the same columns; together, the blocks have every token of the shard once.
    """
    forward_only = network.directions == ("forward",)
    batches = _batches(shard.pieces) if forward_only else _equal_batches(shard.pieces)
    for pieces in batches:
        lengths, states = pieces.ends - pieces.begins, None
        chunk = CHUNK if forward_only else int(lengths[0])
        for start in range(0, int(lengths[0]), chunk):
            active = int(np.searchsorted(-lengths, -start))  # the longer ones come first
            steps = np.arange(start, min(start + chunk, int(lengths[0])))
            places = pieces.begins[:active] + np.minimum(steps[:, None], lengths[:active] - 1)
            run = network.forward(shard.inputs[places], _first(states, active), by_token=True)
            states = run.final
            yield _blocks(run.records, _columns(pieces.part(0, active), steps, shard, settings), keys, network)


def _batches(pieces: Pieces) -> Iterator[Pieces]:
    """Batches of pieces, the longest first."""
    order = np.argsort(pieces.begins - pieces.ends, kind="stable")
    for start in range(0, len(order), BATCH):
        yield _chosen(pieces, order[start : start + BATCH])


def _equal_batches(pieces: Pieces) -> Iterator[Pieces]:
    """Batches of pieces of one length, the longest first."""
    lengths = pieces.ends - pieces.begins
    order = np.argsort(-lengths, kind="stable")
    borders = [0, *(np.flatnonzero(np.diff(lengths[order])) + 1), len(order)]
    for first, last in pairwise(borders):
        size = int(np.clip(MOST_STEPS // lengths[order[first]], 1, BATCH))
        for start in range(first, last, size):
            yield _chosen(pieces, order[start : min(start + size, last)])


def _chosen(pieces: Pieces, which: Array) -> Pieces:
    return Pieces(*(array[which] for array in (pieces.begins, pieces.firsts, pieces.lasts, pieces.ends)))


def _first(states: States | None, count: int) -> States | None:
    """The states of the sequences that go on."""
    if states is None:
        return None
    return [[{name: array[:count] for name, array in cell.items()} for cell in layer] for layer in states]


def _columns(pieces: Pieces, steps: Array, shard: Shard, settings: ReadingSettings) -> tuple[Columns, Array | None]:
    """The columns of some steps of a batch, and which of all steps count; None if all do."""
    positions = pieces.begins[:, None] + steps
    counts = (positions >= pieces.firsts[:, None]) & (positions < pieces.lasts[:, None])
    stretches = np.arange(len(pieces))[:, None] * (len(steps) + 1) + (steps - steps[0]) // settings.apart
    chosen = stretches[counts]
    begins = np.concatenate([[0], np.flatnonzero(np.diff(chosen)) + 1])[: len(chosen)]
    columns = Columns(positions[counts], begins, shard)
    return columns, None if counts.all() else np.flatnonzero(counts)


def _blocks(
    records: list[list[Record]], columns: tuple[Columns, Array | None], keys: list[Key], network: Network
) -> list[Block]:
    """The blocks of a run."""
    made = []
    for key in keys if len(columns[0]) else ():
        name, layer, direction = key
        record = records[layer][network.directions_by_layer[layer].index(direction)]
        values = record.feature_first(name)
        if direction == "backward":
            values = values[::-1]
        by_unit = np.ascontiguousarray(values.swapaxes(0, 1))  # (U, T, B): two small steps are faster than one
        by_unit = np.ascontiguousarray(by_unit.swapaxes(1, 2), np.float32).reshape(len(by_unit), -1)
        made.append(Block(key, by_unit if columns[1] is None else by_unit.take(columns[1], axis=1), columns[0]))
    return made
