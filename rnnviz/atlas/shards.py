"""How a corpus is divided: documents into pieces that are read by themselves, and pieces into shards.

Both depend on the corpus and the settings alone, never on who reads them: so the numbers of an atlas are the same, bit
for bit, whatever computes them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .corpus_properties import CorpusProperties
from .encoded_corpus import EncodedCorpus
from .property_tokens import ShardProperties
from .reading_settings import MOST_SHARDS, ReadingSettings

Array = np.ndarray
SEED = 20  # of the positions whose values are kept


@dataclass(frozen=True)
class Pieces:
    """P stretches of documents, in the order of the corpus, each read from a network's initial states.

    Parameters
    ----------
    begins, ends : ndarray of int64 of shape (P,)
        The positions from which and up to which each is read.
    firsts, lasts : ndarray of int64 of shape (P,)
        The positions that count: every position of the corpus in just one piece.
    """

    begins: Array
    firsts: Array
    lasts: Array
    ends: Array

    def __len__(self) -> int:
        return len(self.begins)

    def part(self, start: int, stop: int) -> Pieces:
        """Some of the pieces, one after another."""
        return Pieces(*(array[start:stop] for array in (self.begins, self.firsts, self.lasts, self.ends)))

    def shifted(self, by: int) -> Pieces:
        """The same pieces, their positions counted from another one."""
        return Pieces(*(array - by for array in (self.begins, self.firsts, self.lasts, self.ends)))

    @property
    def steps(self) -> int:
        """How many steps are read, burn-in included."""
        return int((self.ends - self.begins).sum())


def cut_documents(borders: Array, settings: ReadingSettings, both_ways: bool) -> Pieces:
    """Divide documents into pieces.

    Parameters
    ----------
    borders : ndarray of int64 of shape (D + 1,)
        The positions at which documents begin, and the number of all tokens.
    settings : ReadingSettings
        How long documents are cut.
    both_ways : bool
        Whether a layer reads backward, so that a segment needs tokens after it too.

    Returns
    -------
    Pieces
        A piece for each document, or for each segment of a long one.
    """
    starts, stops = borders[:-1], borders[1:]
    if settings.carry_on:
        return Pieces(starts, starts, stops, stops)
    counts = -(-(stops - starts) // settings.segment)
    document = np.repeat(np.arange(len(starts)), counts)
    place = np.arange(len(document)) - np.repeat(np.cumsum(counts) - counts, counts)
    firsts = starts[document] + place * settings.segment
    lasts = np.minimum(firsts + settings.segment, stops[document])
    begins = np.maximum(firsts - settings.burn_in, starts[document])
    ends = np.minimum(lasts + settings.burn_in, stops[document]) if both_ways else lasts
    return Pieces(begins, firsts, lasts, ends)


def shard_borders(pieces: Pieces, settings: ReadingSettings) -> Array:
    """Group pieces into shards.

    Parameters
    ----------
    pieces : Pieces
        The pieces.
    settings : ReadingSettings
        How large shards are at least.

    Returns
    -------
    ndarray of int64 of shape (number of shards + 1,)
        The piece with which each shard begins, and the number of all pieces. All but the last have `settings.shard`
        tokens or more, of long corpora one in `MOST_SHARDS` of all.
    """
    counted = np.cumsum(pieces.lasts - pieces.firsts)
    size = max(settings.shard, -(-int(counted[-1]) // MOST_SHARDS))
    borders, done = [0], 0
    while borders[-1] < len(pieces):
        stop = min(int(np.searchsorted(counted, done + size)) + 1, len(pieces))
        borders.append(stop)
        done = int(counted[stop - 1])
    return np.array(borders)


def draw_sample(tokens: int, size: int) -> Array:
    """Draw the positions at which the values of all units are kept.

    Parameters
    ----------
    tokens : int
        N, the number of positions.
    size : int
        How many to draw.

    Returns
    -------
    ndarray of int64
        Positions in ascending order, all of them if there are not more; the same for every corpus of N tokens.
    """
    if size >= tokens:
        return np.arange(tokens)
    return np.sort(np.random.default_rng(SEED).choice(tokens, size, replace=False, shuffle=False))


@dataclass(frozen=True)
class Shard:
    """All that is needed to read a part of a corpus.

    Parameters
    ----------
    number : int
        Which of the shards, counted from 0.
    start : int
        The position in the corpus of its first input, burn-in included.
    inputs : ndarray of int32 of shape (N,), or of float of shape (N, D)
        What the network reads.
    pieces : Pieces
        Its pieces, their positions counted from `start`.
    sample : ndarray of int64
        The positions whose values are kept, counted from `start`.
    listed : ndarray of int32 of shape (N,)
        The place of each token among those whose means are kept, counted from 0; one more for all others.
    properties : ShardProperties
        The properties of the n tokens that count, which are consecutive.
    """

    number: int
    start: int
    inputs: Array
    pieces: Pieces
    sample: Array
    listed: Array
    properties: ShardProperties

    @property
    def tokens(self) -> int:
        """How many tokens count."""
        return int((self.pieces.lasts - self.pieces.firsts).sum())


class Shards:
    """The shards of a corpus, made when they are needed.

    Parameters
    ----------
    corpus : EncodedCorpus
        The corpus.
    settings : ReadingSettings
        How it is divided.
    both_ways : bool
        Whether a layer reads backward.
    listed : ndarray of int32
        The rows of the embedding whose means are kept.
    properties : CorpusProperties
        The properties of its tokens.
    """

    def __init__(
        self,
        corpus: EncodedCorpus,
        settings: ReadingSettings,
        both_ways: bool,
        listed: Array,
        properties: CorpusProperties,
    ) -> None:
        self._corpus, self._properties = corpus, properties
        self.pieces = cut_documents(corpus.borders, settings, both_ways)
        self._borders = shard_borders(self.pieces, settings)
        self.sample = draw_sample(len(corpus), settings.sample)
        self._places = np.full(int(corpus.rows.max(initial=-1)) + 1, len(listed), np.int32)
        self._places[listed] = np.arange(len(listed))
        self._others = len(listed)

    def __len__(self) -> int:
        return len(self._borders) - 1

    def __getitem__(self, number: int) -> Shard:
        return self.make(number, *map(int, self._borders[number : number + 2]))

    def first(self, number: int) -> int:
        """The position of the first token of a shard that counts."""
        return int(self.pieces.firsts[self._borders[number]])

    def tokens(self, number: int) -> int:
        """How many tokens of a shard count."""
        start, stop = self._borders[number : number + 2]
        return int(self.pieces.lasts[stop - 1] - self.pieces.firsts[start])

    def make(self, number: int, start: int, stop: int) -> Shard:
        """Make a shard of some pieces."""
        pieces = self.pieces.part(start, stop)
        low, high = int(pieces.begins.min()), int(pieces.ends.max())
        inputs = self._corpus.read(low, high)
        counted = np.searchsorted(self.sample, [pieces.firsts[0], pieces.lasts[-1]])
        listed = self._places[inputs] if self._corpus.kind != "numbers" else np.zeros(len(inputs), np.int32)
        sample = self.sample[slice(*counted)] - low
        values, folds = self._properties.at(int(pieces.firsts[0]), int(pieces.lasts[-1]))
        properties = ShardProperties(values, folds, number)
        return Shard(number, low, inputs, pieces.shifted(low), sample, listed, properties)
