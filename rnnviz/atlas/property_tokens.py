"""The properties of a part of a corpus as evidence needs them: values, folds, and values shifted against the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
        """Select tokens.

        Parameters
        ----------
        tokens : ndarray of int, or slice
            Which ones.

        Returns
        -------
        PropertyTokens
            These alone, not shifted anew.
        """
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
    return PropertyTokens(values, _shifted(values, shard), folds)


def _shifted(values: Array, shard: int) -> Array:
    """The values (P, N) less their means, turned around by S offsets: (S, P, N)."""
    shifted = np.full((SHIFTS, *values.shape), np.nan, np.float32)
    shares = np.random.default_rng([SEED, shard]).uniform(NEAREST, 1 - NEAREST, SHIFTS)
    for p, row in enumerate(values):
        known = np.flatnonzero(~np.isnan(row))
        if not len(known):
            continue
        centred = (row[known] - row[known].mean()).astype(np.float32)
        for s, share in enumerate(shares):
            shifted[s, p, known] = np.roll(centred, int(np.clip(share * len(known), 1, max(len(known) - 1, 1))))
    return shifted
