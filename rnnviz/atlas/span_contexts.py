"""Spans of a corpus with what stands around them, and how many of some units are on at each token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .bit_planes import LEVELS, bits_at
from .stored_atlas import StoredAtlas
from .summary import Array
from .unit_planes import UnitPlanes


@dataclass(frozen=True)
class SpanContext:
    """A stretch of a document around a span.

    Parameters
    ----------
    tokens : list of str
        The n tokens as they are spelled.
    counts : ndarray of int of shape (n,)
        How many of the units are on at each.
    first, last : int
        The places of the first and the last token of the span among them.
    """

    tokens: list[str]
    counts: Array
    first: int
    last: int


def span_contexts(
    atlas: StoredAtlas,
    planes: UnitPlanes,
    positions: Sequence[int] | Array,
    length: int,
    units: Sequence[int],
    level: float,
    *,
    before: int = 30,
    after: int = 10,
) -> list[SpanContext]:
    """Look up spans with their surroundings.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    planes : UnitPlanes
        At which tokens units are on.
    positions : sequence of int
        The position of each span's first token.
    length : int
        The tokens of a span.
    units : sequence of int
        The units that are counted.
    level : float
        One of `LEVELS`: what counts as on.
    before, after : int, default 30 and 10
        How many tokens of the same document are shown around each.

    Returns
    -------
    list of SpanContext
        One for each position, in their order.
    """
    corpus, words = atlas.corpus, planes.words[LEVELS.index(level)]
    places = np.asarray(positions, np.int64)
    document = corpus.document_of(places)
    contexts = []
    for place, at in zip(places.tolist(), document.tolist(), strict=True):
        low = max(int(corpus.borders[at]), place - before)
        high = min(int(corpus.borders[at + 1]), place + length + after)
        shown = np.arange(low, high)
        counts = np.zeros(len(shown), np.int64)
        for unit in units:
            counts += bits_at(words[unit], shown)
        contexts.append(SpanContext(corpus.texts(low, high), counts, place - low, place - low + length - 1))
    return contexts
