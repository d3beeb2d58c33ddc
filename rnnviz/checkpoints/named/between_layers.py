"""What stands between two recurrent layers: arrays by whose names, places or sizes one may not read the other alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from ...cells.activations import Array
from .array_names import LONGEST, short_name, split_number

_NORM = re.compile(r"norm|(?:^|[._/])(?:ln|bn)", re.IGNORECASE)
_PART = re.compile(r"(?:^|(?<=[._/]))([0-9]{1,9})(?=[._/]|$)")
_FEW = 4


@dataclass
class Surroundings:
    """The arrays of a file that belong to no recurrent layer, and where each stands.

    places: of every array of the file. ordered: whether the order of the file is that of its layers; many formats
    sort arrays by name.
    """

    free: Mapping[str, Array]
    places: Mapping[str, int]
    ordered: bool
    matrices: set[str]
    _numbers: dict[str, tuple[str, int] | None] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, arrays: Mapping[str, Array], used: set[str]) -> Surroundings:
        names = list(arrays)
        free = {name: array for name, array in arrays.items() if name not in used and len(name) <= LONGEST}
        matrices = {_parent(name) for name, array in free.items() if array.ndim == 2}
        return cls(free, {name: place for place, name in enumerate(names)}, names != sorted(names), matrices)

    def number(self, name: str) -> tuple[str, int] | None:
        """A name of an array without its own part, with its last number apart, as `split_number` gives them."""
        if name not in self._numbers:
            self._numbers[name] = split_number(_parent(name) or name)
        return self._numbers[name]

    def is_norm(self, name: str) -> bool:
        """Whether a vector is of a norm, by its name or because no matrix stands beside it."""
        return self.free[name].ndim == 1 and (bool(_NORM.search(name)) or _parent(name) not in self.matrices)


@dataclass(frozen=True)
class Neighbour:
    """One of numbered layers.

    owner, number: its name and the number in it. names: its arrays. reads: the size of the vectors that it reads.
    hidden, gates: the size of its hidden state and the number of its gates. directions: how many it has.
    """

    owner: str
    number: int
    names: frozenset[str]
    reads: int
    hidden: int
    gates: int
    directions: int

    def passes(self, merge: str) -> int:
        """The size of the vectors that it passes on."""
        return self.hidden * (self.directions if merge == "concat" else 1)


def standing_between(lower: Neighbour, upper: Neighbour, merge: str, end: int, around: Surroundings) -> tuple[str, ...]:
    """The names of arrays that seem to stand between two layers. end: the place of the last array of all of them."""
    after = max((around.places[name] for name in lower.names), default=0)
    before = min((around.places[name] for name in upper.names), default=0)
    own, next_own = _module(lower), _module(upper)
    passes = lower.passes(merge)
    found: list[str] = []
    late: list[str] = []  # norms that come after all layers, of which only the number says where they belong
    for name, array in around.free.items():
        if array.ndim == 0 or not {passes, upper.reads} & set(array.shape):
            continue
        place = around.places[name]
        inside = own and name.startswith(own) and (place > after or not around.ordered)
        inside = inside or (next_own and name.startswith(next_own) and (place < before or not around.ordered))
        if after < place < before or inside:
            found.append(name)
            continue
        numbered = around.number(name)
        if numbered is None or numbered[1] != lower.number or not _maps(array, passes, upper.reads):
            continue
        after_all = around.ordered and place > end
        if around.is_norm(name):
            (late if after_all else found).append(name)
        elif array.ndim == 2 and not after_all:
            found.append(name)
    return tuple(found or late)


def perhaps_between(members: Iterable[Neighbour], merge: str, around: Surroundings) -> tuple[str, ...]:
    """The names of arrays that would fit between joined layers, but need not stand there."""
    layers = list(members)
    end = max(around.places[name] for layer in layers for name in layer.names if name in around.places)
    found = []
    for name, array in around.free.items():
        if array.ndim == 0 or (around.ordered and around.places[name] > end and around.number(name) is None):
            continue
        fits = any(_maps(array, low.passes(merge), high.reads) for low, high in pairwise(layers))
        if fits and (array.ndim == 2 or around.is_norm(name)):
            found.append(name)
    return tuple(found)


def reads_side_by_side(members: Iterable[Neighbour], around: Surroundings) -> str | None:
    """A matrix that reads all layers side by side where none reads the last alone: the layers are then towers."""
    layers = list(members)
    width = layers[-1].passes("concat")
    whole = sum(layer.passes("concat") for layer in layers)
    alone = False
    together: str | None = None
    for name, array in around.free.items():
        if array.ndim != 2:
            continue
        alone = alone or width in array.shape
        for size in array.shape:
            if size % whole == 0 and size > width:
                together = together or name
    return None if alone or len({layer.reads for layer in layers}) > 1 else together


def in_words(names: Iterable[str], one: str, several: str) -> tuple[str, str]:
    """The layers that arrays belong to, and the verb for one or several of them."""
    owners = list(dict.fromkeys(short_name(_parent(name) or name) for name in names))
    if len(owners) > _FEW:
        return f"{', '.join(owners[:_FEW])} and {len(owners) - _FEW} more", several
    return " and ".join(filter(None, [", ".join(owners[:-1]), owners[-1]])), several if len(owners) > 1 else one


def _parent(name: str) -> str:
    return name[: max(name.rfind("."), name.rfind("/"), 0)]


def _maps(array: Array, passes: int, reads: int) -> bool:
    """Whether an array could be of a layer that turns what one layer passes on into what the next one reads."""
    if array.ndim == 1:
        return len(array) in (passes, reads)
    if array.ndim != 2:
        return False
    return array.shape == (reads, passes) or (passes == reads == array.shape[0])


def _module(layer: Neighbour) -> str:
    """What the names begin with that belong to the layer's own module: "rnns.1." of "rnns.1.rnn"; empty if nothing."""
    numbered, parts = split_number(layer.owner), list(_PART.finditer(layer.owner))
    if (
        numbered is None or not parts or parts[-1].start() != numbered[0].rfind("*")
    ):  # the number is not a part by itself
        return ""
    end = parts[-1].end()
    return layer.owner[:end] + (layer.owner[end : end + 1] or ".")
