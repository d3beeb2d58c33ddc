"""The properties of a part of a corpus as evidence needs them: values, folds, and values shifted against the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..cells.activations import Array
from .document_tokens import DocumentTokens
from .text_properties import TextProperty

FOLDS = 5
STRETCH = 256  # tokens of a document that are in the same fold
SHIFTS = 19  # so that chance exceeds all of them once in 20
NEAREST = 0.05  # the shortest shift, as a share of the stretch that is shifted
SEED = 20  # of the shifts


@dataclass(frozen=True, eq=False)
class PropertyTokens:
    """The P properties of N tokens in reading order.

    Parameters
    ----------
    values : ndarray of float64 of shape (P, N)
        The values; NaN where a property is not known.
    shifted : ndarray of float32 of shape (S, P, N)
        The values less their mean, shifted around by S offsets: what is at a token is from elsewhere, and NaN is where
        it was.
    folds : ndarray of int of shape (N,)
        The fold of each token, from 0 to 4.
    """

    values: Array
    shifted: Array
    folds: Array

    @property
    def known_together(self) -> Iterator[tuple[Array, Array | None]]:
        """Properties that are known at the same tokens: their numbers, and the mask (N,); None if that is all."""
        groups: dict[bytes, list[int]] = {}
        known = ~np.isnan(self.values)
        for p, row in enumerate(known):
            groups.setdefault(row.tobytes(), []).append(p)
        for rows in groups.values():
            mask = known[rows[0]]
            yield np.array(rows), None if len(groups) == 1 and mask.all() else mask

    def at(self, tokens: Array | slice) -> PropertyTokens:
        """Select tokens, not shifted anew."""
        return PropertyTokens(self.values[:, tokens], self.shifted[:, :, tokens], self.folds[tokens])


def property_tokens(text: DocumentTokens, properties: Sequence[TextProperty]) -> PropertyTokens:
    """Compute the properties of documents that are read in one shard, see `shifted_properties`."""
    return shifted_properties(property_values(text, properties), folds(text), 0)


def property_values(text: DocumentTokens, properties: Sequence[TextProperty]) -> Array:
    """The properties (P, N) of the tokens of documents."""
    return np.array([one.of(text) for one in properties]).reshape(len(properties), len(text))


def folds(text: DocumentTokens) -> Array:
    """Deal the tokens (N,) of documents to five folds.

    A document is cut into stretches of 256 tokens, and the stretches are dealt to the folds in turn, so that tokens
    that follow each other, which are alike, are in the same fold, and a short document is as a whole.
    """
    return (np.repeat(text.documents, text.lengths) + text.steps // STRETCH) % FOLDS


def shifted_properties(values: Array, folds: Array, shard: int) -> PropertyTokens:
    """Shift the properties of a shard against its text.

    A shift turns the values of a property around a shard of the corpus: each token gets the value of the token that is
    so many places before it, and the last ones go to the beginning. All texture stays, such as long slopes and rare
    bursts, by which two unrelated curves can agree for a while; shuffled token by token, a property would lose it, and
    chance would seem smaller than it is. What a property has to do with the text at the same place is gone. Where it is
    not known it stays so, and the known values turn around among themselves.

    Parameters
    ----------
    values : ndarray of shape (P, N)
        The properties of the N tokens of a shard, in reading order; NaN where one is not known.
    folds : ndarray of int of shape (N,)
        The fold of each token.
    shard : int
        The number of the shard, from which the offsets are drawn.

    Returns
    -------
    PropertyTokens
        Values, shifted values and folds.
    """
    return ShardProperties(values, folds, shard).at(np.arange(values.shape[1]))


@dataclass(frozen=True, eq=False)
class ShardProperties:
    """The P properties of the N tokens of a shard; shifted values are made where they are needed, token by token.

    Parameters
    ----------
    values : ndarray of shape (P, N)
        The properties in reading order; NaN where one is not known.
    folds : ndarray of int of shape (N,)
        The fold of each token.
    shard : int
        The number of the shard, from which the offsets are drawn.
    """

    values: Array
    folds: Array
    shard: int

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def _turned(self) -> list[tuple[Array, Array | None, Array]]:
        """Of each property, the known values less their mean, the place of each token among them, and the offsets."""
        shares = np.random.default_rng([SEED, self.shard]).uniform(NEAREST, 1 - NEAREST, SHIFTS)
        turned = []
        for row in self.values:
            known = ~np.isnan(row)
            values = row[known]
            centred = (values - (values.mean() if len(values) else 0)).astype(np.float32)
            offsets = np.clip((shares * len(values)).astype(np.int64), 1, max(len(values) - 1, 1))
            places = None if known.all() else np.where(known, np.cumsum(known) - 1, -1).astype(np.int32)
            turned.append((centred, places, offsets))
        return turned

    def at(self, tokens: Array) -> PropertyTokens:
        """Look tokens up: those of a block at a time, since the shifted values of all are S times as many."""
        shifted = np.full((SHIFTS, len(self.values), len(tokens)), np.nan, np.float32)
        for p, (centred, places, offsets) in enumerate(self._turned):
            here = tokens if places is None else places[tokens]
            known = here >= 0
            if len(centred):
                shifted[:, p, known] = centred[(here[known] - offsets[:, None]) % len(centred)]
        return PropertyTokens(self.values[:, tokens], shifted, self.folds[tokens])
