"""Whether units are on at the tokens of a corpus, as bits: stored with an atlas, or computed by reading it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import LimitError
from ..network import Network
from .bit_planes import LEVELS, WORD, in_order, packed, planes_file, quantile_thresholds, thresholds_file
from .corpus_properties import CorpusProperties
from .one_thread import one_thread
from .reading import blocks, without_outputs
from .reading_settings import Key
from .shards import Shards
from .stored_arrays import open_array
from .stored_atlas import StoredAtlas
from .stored_states import STORED, read_states, states_file
from .summary import Array

MOST_VALUES = 1 << 27  # that are computed at once: 200,000 tokens of 670 units


@dataclass(frozen=True)
class UnitPlanes:
    """For each level, above what value a unit is on, and at which tokens it is.

    Parameters
    ----------
    thresholds : ndarray of float16 of shape (Q, U)
        For each of `LEVELS`, the thresholds of the units.
    words : ndarray of uint64 of shape (Q, U, ceil(N / 64))
        The bits, see `packed`.
    """

    thresholds: Array
    words: Array


def stored_planes(folder: Path, key: Key, shape: tuple[int, int] = (-1, -1)) -> UnitPlanes:
    """Open the bits that an atlas stores; they stay on disk.

    Parameters
    ----------
    folder : Path
        The folder of the atlas.
    key : (str, int, str)
        Quantity, layer and direction.
    shape : tuple of int, default (-1, -1)
        U and N; -1 for any.

    Returns
    -------
    UnitPlanes
        The bits.

    Raises
    ------
    ArgumentError
        If the atlas stores no values of the quantity.
    DamagedFileError
        If they are damaged.
    """
    units, tokens = read_states(folder, key, shape).shape
    thresholds = open_array(thresholds_file(folder, key), STORED, (len(LEVELS), units))
    words = open_array(planes_file(folder, key), np.dtype("<u8"), (len(LEVELS), units, -(-tokens // WORD)))
    return UnitPlanes(np.array(thresholds), words)


def unit_planes(
    atlas: StoredAtlas,
    network: Network,
    quantity: str = "hidden",
    *,
    layer: int = 0,
    direction: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> UnitPlanes:
    """Open the bits of an atlas or, where it stores none, let the network read the corpus again.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    network : Network
        The network that it is of.
    quantity : str, default "hidden"
        A quantity that it records.
    layer : int, default 0
        The layer.
    direction : {"forward", "backward"} or None, default None
        The direction.
    progress : callable or None, default None
        Called with the share that has been read, from 0 to 1.

    Returns
    -------
    UnitPlanes
        The same bits, whether they were stored or not.

    Raises
    ------
    UnknownQuantityError
        If the quantity is not recorded.
    ArgumentError
        If the network is not that of the atlas.
    LimitError
        If the corpus is too large to be read again in memory; code "too_large".
    """
    key = atlas._key(quantity, layer, direction)
    atlas.check_network(network)
    if states_file(atlas.folder, key).is_file():
        return stored_planes(atlas.folder, key, (atlas.recorded[key].units, atlas.tokens))
    units, tokens = atlas.recorded[key].units, atlas.tokens
    if units * tokens > MOST_VALUES:
        raise LimitError(
            f"The atlas does not store the values of {units:,} units at {tokens:,} tokens, which are too many to "
            f"compute them again at once: build it with states=[{quantity!r}].",
            code="too_large", limit=MOST_VALUES, actual=units * tokens,
        )  # fmt: skip
    settings = replace(atlas.settings, sample=0, states=())
    nothing = np.empty(0, np.int32)
    shards = Shards(
        atlas.corpus, settings, "backward" in network.directions, nothing, CorpusProperties(atlas.corpus, ())
    )
    states, read = np.empty((units, tokens), STORED), 0
    with one_thread():
        for number in range(len(shards)):
            for made in blocks(without_outputs(network), shards[number], [key], settings):
                for block in made:
                    with np.errstate(over="ignore"):  # as in the files of an atlas
                        states[:, block.columns.positions] = block.values
                    read += len(block.columns)
                if progress is not None:
                    progress(read / tokens)
    thresholds = np.stack([quantile_thresholds(row) for row in states], axis=1)
    levels, ordered = in_order(thresholds), in_order(states)
    words = [[packed(row > limit) for row, limit in zip(ordered, level, strict=True)] for level in levels]
    return UnitPlanes(thresholds, np.array(words))
