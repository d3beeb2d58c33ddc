"""All that an atlas keeps of a shard, of several, or of the whole corpus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from ..errors import DamagedFileError
from ..network import Network
from .covariance import Covariance
from .evidence import Evidence
from .extremes import Extremes
from .moments import Moments
from .reading import blocks
from .reading_settings import Key, ReadingSettings, recorded_quantity
from .sampled_values import SampledValues
from .saturation import Saturation
from .shards import Shard
from .stored_arrays import read_arrays
from .stored_states import STORED
from .summary import Summary, UnitFacts
from .token_sums import TokenSums
from .value_histogram import ValueHistogram
from .within_tokens import PropertySums

SUMMARIES: tuple[type[Summary], ...] = (
    Moments, Extremes, ValueHistogram, Saturation, Covariance, TokenSums, SampledValues, Evidence,
    PropertySums,
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in SUMMARIES}

T = TypeVar("T")


@dataclass
class ShardSummary:
    """Summaries by what they are about.

    Parameters
    ----------
    parts : dict of (str, int, str) to dict of str to Summary
        By quantity, layer and direction: the summaries by their names.
    states : dict of (str, int, str) to ndarray of float16 of shape (U, n)
        The values of a shard at all of its tokens, of quantities that are stored; not merged, nor saved with the rest.
    """

    parts: dict[Key, dict[str, Summary]]
    states: dict[Key, np.ndarray] = field(default_factory=dict)

    def merged(self, other: ShardSummary) -> ShardSummary:
        """Make the summary of both parts of the corpus."""
        return ShardSummary(
            {
                key: {name: summary.merged(other.parts[key][name]) for name, summary in summaries.items()}
                for key, summaries in self.parts.items()
            }
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Name all arrays: "hidden/0/forward/moments/sums"."""
        return {
            summary_name(key, name) + field: array
            for key, summaries in self.parts.items()
            for name, summary in summaries.items()
            for field, array in summary.arrays.items()
        }

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        return sum(array.nbytes for array in self.arrays().values())

    def save(self, file: Path) -> None:
        """Write all arrays to an `.npz` file, which is there as a whole or not at all."""
        part = file.with_name(file.name + ".part")
        with part.open("wb") as target:
            np.savez(target, **self.arrays())  # type: ignore[arg-type]
        part.replace(file)

    @classmethod
    def load(cls, file: Path, facts: Mapping[Key, UnitFacts]) -> ShardSummary:
        """Read what `save` wrote of quantities with these facts.

        Raises
        ------
        DamagedFileError
            If the file is missing or damaged, or holds something else.
        """
        arrays = read_arrays(file, lambda name: True)
        parts: dict[Key, dict[str, Summary]] = {}
        try:
            for key, about in facts.items():
                parts[key] = {}
                for kind in SUMMARIES:
                    if kind.applies(about):
                        start = summary_name(key, kind.name)
                        own = {name: arrays[start + name] for name in kind.axes}
                        parts[key][kind.name] = kind.of(own, about.sizes)
        except (KeyError, ValueError) as error:
            raise DamagedFileError(
                f"{file.name} holds something else than a part of this atlas.", code="damaged", file=str(file)
            ) from error
        return cls(parts)


def summary_name(key: Key, name: str) -> str:
    """How the names of a summary's arrays begin in a file: "hidden/0/forward/moments/"."""
    return "/".join(map(str, (*key, name, "")))


def summarise(
    network: Network,
    shard: Shard,
    keys: list[Key],
    listed: int,
    settings: ReadingSettings,
    tick: Callable[[int], None] | None = None,
) -> ShardSummary:
    """Read a shard.

    Parameters
    ----------
    network : Network
        The network without its outputs.
    shard : Shard
        The shard.
    keys : list of (str, int, str)
        What is recorded.
    listed : int
        How many tokens have means of their own.
    settings : ReadingSettings
        How the corpus is read.
    tick : callable or None, default None
        Called after every block with the number of its tokens.

    Returns
    -------
    ShardSummary
        What the atlas keeps of it.
    """
    parts = {
        key: {kind.name: kind.begin(facts) for kind in SUMMARIES if kind.applies(facts)}
        for key, facts in unit_facts(network, keys, listed, settings, len(shard.properties)).items()
    }
    states = {
        key: np.empty((network.cell(key[1], key[2]).units(key[0]), shard.tokens), STORED)
        for key in keys
        if key[0] in (settings.states or ())
    }
    for made in blocks(network, shard, keys, settings):
        for block in made:
            if block.key in states:
                with np.errstate(over="ignore"):  # beyond the largest number of float16 it is on, whatever counts as on
                    states[block.key][:, block.columns.local - shard.pieces.firsts[0]] = block.values
            for summary in parts[block.key].values():
                summary.add(block)
        if tick is not None and made:
            tick(len(made[0].columns))
    return ShardSummary(parts, states)


def unit_facts(
    network: Network, keys: list[Key], listed: int, settings: ReadingSettings, properties: int
) -> dict[Key, UnitFacts]:
    """What summaries must know of the units of each quantity."""
    sizes = {key: network.cell(key[1], key[2]).units(key[0]) for key in keys}
    return {
        key: UnitFacts(units, recorded_quantity(network, key), listed, settings, properties)
        for key, units in sizes.items()
    }


class MergeTree(Generic[T]):
    """Merges n things in one fixed tree, in whatever order they come.

    Neighbours are merged in pairs, then pairs of pairs, so that sums of floats do not depend on the order.

    Parameters
    ----------
    count : int
        n, at least 1.
    merge : callable
        Makes one thing of the left and the right one.
    """

    def __init__(self, count: int, merge: Callable[[T, T], T]) -> None:
        self._count, self._merge = count, merge
        self._waiting: dict[tuple[int, int], T] = {}
        self.result: T | None = None  # when all have come

    def add(self, number: int, thing: T) -> None:
        """Add one of them.

        Parameters
        ----------
        number : int
            Which, counted from 0; each once.
        thing : object
            What it is.
        """
        level, size = 0, self._count
        while size > 1:
            sibling = number ^ 1
            if sibling < size:  # the last of an odd number has none and goes up as it is
                if (level, sibling) not in self._waiting:
                    self._waiting[level, number] = thing
                    return
                other = self._waiting.pop((level, sibling))
                thing = self._merge(thing, other) if number < sibling else self._merge(other, thing)
            level, number, size = level + 1, number // 2, -(-size // 2)
        self.result = thing
