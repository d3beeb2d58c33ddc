"""The tokens of whole documents, one after another, and what is counted along them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..cells.activations import Array
from ..text.tokens import TokenKind


@dataclass(frozen=True, eq=False)
class DocumentTokens:
    """The N tokens of D whole documents, as they were read.

    Parameters
    ----------
    numbers : ndarray of int of shape (N,)
        For each token, its place in `spellings`.
    spellings : sequence of str
        Tokens as typed, each once.
    borders : ndarray of int of shape (D + 1,)
        Where each document begins, and N.
    kind : {"characters", "words", "pieces", "numbers"}
        How texts were split.
    documents : ndarray of int of shape (D,)
        The numbers of the documents in the corpus, counted from 0.
    first : int, default 0
        The position of the first token in the corpus, counted from 0.
    series : ndarray of shape (N, M), optional
        The vectors of numbers that were read in place of tokens.
    """

    numbers: Array
    spellings: Sequence[str]
    borders: Array
    kind: TokenKind
    documents: Array
    first: int = 0
    series: Array | None = None

    @classmethod
    def of(cls, documents: Iterable[Sequence[str]], kind: TokenKind = "characters") -> DocumentTokens:
        """Number the tokens of documents.

        Parameters
        ----------
        documents : iterable of sequence of str
            The tokens of each document, with the end mark if one is read.
        kind : {"characters", "words", "pieces", "numbers"}, default "characters"
            How texts were split.

        Returns
        -------
        DocumentTokens
            The documents, as if they were the whole corpus.
        """
        places: dict[str, int] = {}
        numbers, lengths = [], [0]
        for document in documents:
            numbers += [places.setdefault(token, len(places)) for token in document]
            lengths.append(len(document))
        return cls(np.array(numbers, int), [*places], np.cumsum(lengths), kind, np.arange(len(lengths) - 1))

    def __len__(self) -> int:
        return len(self.numbers)

    def part(self, first: int, last: int) -> DocumentTokens:
        """Documents `first` up to `last`, the latter left out."""
        low, high = int(self.borders[first]), int(self.borders[last])
        series = None if self.series is None else self.series[low:high]
        borders = self.borders[first : last + 1] - low
        return DocumentTokens(
            self.numbers[low:high], self.spellings, borders, self.kind, self.documents[first:last], self.first + low,
            series,
        )  # fmt: skip

    def content(self, document: int) -> Any:
        """The tokens of one of the D documents, a list of str; of a series, its vectors (T, M)."""
        part = slice(*self.borders[document : document + 2])
        return self.tokens(part) if self.series is None else self.series[part]

    def tokens(self, part: slice) -> list[str]:
        """The tokens of a part as typed."""
        return [self.spellings[k] for k in self.numbers[part]]

    @cached_property
    def lengths(self) -> Array:
        """The number of tokens of each document, (D,)."""
        return np.diff(self.borders)

    @cached_property
    def begins(self) -> Array:
        """Where documents begin, (N,)."""
        begins = np.zeros(len(self), bool)
        begins[self.borders[:-1][self.lengths > 0]] = True
        return begins

    @cached_property
    def ends(self) -> Array:
        """Where documents end, (N,)."""
        return np.append(self.begins[1:], True)[: len(self)]

    @cached_property
    def steps(self) -> Array:
        """The place of each token in its document, counted from 0, (N,)."""
        return np.arange(len(self)) - np.repeat(self.borders[:-1], self.lengths)

    @cached_property
    def different(self) -> tuple[Array, Array]:
        """The places of the different tokens in `spellings`, and for each of the N tokens which of them it is."""
        if len(self.spellings) > len(self):
            return np.unique(self.numbers, return_inverse=True)
        return np.arange(len(self.spellings)), self.numbers

    def look_up(self, of_token: Callable[[str], Any]) -> Array:
        """The values (N,) of a function of the token, which is called once for each different one."""
        places, which = self.different
        return np.array([of_token(self.spellings[k]) for k in places])[which] if len(self) else np.zeros(0)

    def where(self, is_one: Callable[[str], bool]) -> Array:
        """Where a function of the token says yes, (N,)."""
        return self.look_up(is_one).astype(bool)

    def since(self, breaks: Array) -> Array:
        """Count the tokens of the document since the last break, which is 0 itself; before one, since the beginning."""
        at = np.arange(len(self))
        return at - np.maximum.accumulate(np.where(breaks, at, np.where(self.begins, at - 1, -1)))

    def running_sum(self, values: Array) -> Array:
        """Add values up from the beginning of each document."""
        sums = np.cumsum(values)
        starts = self.borders[:-1][self.lengths > 0]
        return sums - np.repeat(sums[starts] - values[starts], self.lengths[self.lengths > 0])

    def running_minimum(self, values: Array) -> Array:
        """The least of the whole numbers so far in each document."""
        apart = (int(np.ptp(values)) + 1 if len(self) else 0) * np.repeat(np.arange(len(self.lengths)), self.lengths)
        return np.minimum.accumulate(values - apart) + apart

    def before(self, marks: Array) -> Array:
        """Where the token before, in the same document, is marked."""
        return np.append(False, marks[:-1])[: len(self)] & ~self.begins

    def after(self, marks: Array) -> Array:
        """Where the next token, in the same document, is marked."""
        return np.append(marks[1:], False)[: len(self)] & ~self.ends
