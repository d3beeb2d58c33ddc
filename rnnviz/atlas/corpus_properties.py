"""The properties of a whole corpus, computed shard by shard, from whole documents."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import cast

import numpy as np

from ..cells.activations import Array
from ..errors import ArrayError
from ..text.tokens import TokenKind
from .document_tokens import DocumentTokens
from .encoded_corpus import EncodedCorpus
from .property_tokens import folds, property_values
from .text_properties import TextProperty, fitting_properties, properties_by_name

SAMPLE = 50_000  # tokens that are looked at to see which properties fit, and what distinguishes them from others
FITTING = "fitting"

Wanted = str | TextProperty | Sequence[str | TextProperty]


class CorpusProperties:
    """Properties of the tokens of a corpus.

    Parameters
    ----------
    corpus : EncodedCorpus
        The corpus, N tokens.
    wanted : str, TextProperty, or sequence of these
        Properties or their names; "fitting" for those that say something about its beginning.

    Raises
    ------
    UnknownNameError
        If no property has a name.
    ArrayError
        If a property is given for another number of tokens.
    """

    def __init__(self, corpus: EncodedCorpus, wanted: Wanted) -> None:
        self._corpus = corpus
        self._sample = self._documents(0, int(np.searchsorted(corpus.borders, SAMPLE)))
        self.properties: list[TextProperty] = []
        for one in [wanted] if isinstance(wanted, str | TextProperty) else wanted:
            self.properties += fitting_properties(self._sample) if one == FITTING else properties_by_name([one])
        for one in self.properties:
            if one.size not in (None, len(corpus)):
                raise ArrayError(
                    f"The property {one.name!r} has {one.size} values, but the corpus has {len(corpus)} tokens.",
                    name=one.name, shape=(one.size or 0,), expected=(len(corpus),),
                )  # fmt: skip
        self._last: tuple[int, Array, Array] | None = None  # the long document that was computed last

    def __len__(self) -> int:
        return len(self.properties)

    @cached_property
    def digest(self) -> str:
        """A digest of the properties' names, of numbers that were given, and of values at the corpus's beginning."""
        digest = blake2b(digest_size=16)
        for one in self.properties:
            digest.update(f"{one.name}\0{one.sentence}\0{one.kind}\0{one.digest}".encode())
        digest.update(property_values(self._sample, self.properties).tobytes())
        return digest.hexdigest()

    def at(self, first: int, last: int) -> tuple[Array, Array]:
        """Compute the properties of consecutive tokens.

        Parameters
        ----------
        first, last : int
            Positions, the last one exclusive.

        Returns
        -------
        values : ndarray of float64 of shape (P, last - first)
            The properties; NaN where one is not known.
        folds : ndarray of int of shape (last - first,)
            The fold of each token.
        """
        borders = self._corpus.borders
        start = int(np.searchsorted(borders, first, side="right")) - 1
        stop = int(np.searchsorted(borders, last, side="left"))
        # A document that goes on in other shards is computed once, and by itself.
        cut = [d for d in (start, stop - 1) if borders[d] < first or borders[d + 1] > last]
        parts = []
        for d, end in _runs(start, stop, cut):
            values, dealt = self._of_long(d) if d in cut else self._of(d, end)
            chosen = slice(max(first - int(borders[d]), 0), last - int(borders[d]))
            parts.append((values[:, chosen], dealt[chosen]))
        return np.concatenate([values for values, _ in parts], axis=1), np.concatenate([dealt for _, dealt in parts])

    def _of(self, first: int, last: int) -> tuple[Array, Array]:
        """The properties and folds of whole documents."""
        text = self._documents(first, last)
        return property_values(text, self.properties), folds(text)

    def _of_long(self, document: int) -> tuple[Array, Array]:
        if self._last is None or self._last[0] != document:
            self._last = (document, *self._of(document, document + 1))
        return self._last[1], self._last[2]

    def _documents(self, first: int, last: int) -> DocumentTokens:
        """Documents `first` up to `last`, the latter left out."""
        corpus = self._corpus
        borders = corpus.borders[first : last + 1]
        low, high = int(borders[0]), int(borders[-1])
        is_series = corpus.kind == "numbers"
        tokens = np.asarray(corpus.tokens[low:high])
        numbers = np.zeros(len(tokens), np.int32) if is_series else tokens
        spellings = ("",) if is_series else corpus.spellings
        kind, series = cast(TokenKind, corpus.kind), tokens if is_series else None
        return DocumentTokens(numbers, spellings, borders - low, kind, corpus.numbers[first:last], low, series)


def _runs(start: int, stop: int, cut: Sequence[int]) -> list[tuple[int, int]]:
    """Documents as ranges: those in `cut` by themselves, those between together."""
    edges = sorted({start, stop, *cut, *(d + 1 for d in cut)})
    return [(a, b) for a, b in pairwise(edges)]
