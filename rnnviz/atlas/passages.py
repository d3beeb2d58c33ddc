"""Passages of a corpus, drawn at random: what a model reads again to have some of the states that an atlas counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..model import Model
from ..trace import Trace
from .stored_atlas import StoredAtlas

Array = np.ndarray
LENGTH = 100  # tokens of a passage that count
SEED = 0


@dataclass(frozen=True)
class Passage:
    """A stretch of a document.

    Parameters
    ----------
    inputs : ndarray of int32 of shape (n,), or of float of shape (n, D)
        What the model reads: rows of the embedding, or numbers.
    first, last : int
        The steps that count, the last one exclusive. Those before are read so that states are not those of a text that
        begins at the first, and for a layer that reads backward also those after.
    """

    inputs: Array
    first: int
    last: int

    def read(self, model: Model) -> Trace:
        """Run the model of the atlas over the passage.

        Parameters
        ----------
        model : Model
            The model.

        Returns
        -------
        Trace
            The run; at the steps that count its states are those of the atlas, but for rounding.
        """
        return model.trace(self.inputs)


def draw_passages(atlas: StoredAtlas, most: int) -> list[Passage]:
    """Draw passages of an atlas's corpus.

    A short document is one passage. Of a longer one, each segment that the atlas read by itself has a passage at its
    beginning; a network with a layer that reads backward needs the segment as a whole.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    most : int
        How many tokens they have together at most, those included that are read and do not count.

    Returns
    -------
    list of Passage
        In random order, the same every time; none if each is longer.
    """
    pieces, corpus = atlas.pieces, atlas.corpus
    lasts = pieces.lasts if atlas.both_ways else np.minimum(pieces.lasts, pieces.firsts + LENGTH)
    ends = pieces.ends if atlas.both_ways else lasts
    lengths = ends - pieces.begins
    order = np.random.default_rng(SEED).permutation(np.flatnonzero(lengths <= most))
    chosen = order[: int(np.searchsorted(np.cumsum(lengths[order]), most, side="right"))]
    bounds = np.stack([pieces.begins, pieces.firsts, lasts, ends])[:, chosen].T.tolist()
    return [Passage(corpus.read(begin, end), first - begin, last - begin) for begin, first, last, end in bounds]
