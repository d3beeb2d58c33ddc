"""Which named arrays belong together: those of one recurrent layer, and layers of one stack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ...cells.activations import Array
from .array_names import WEAK, Named, numbered, read
from .separate_gates import Gathered

GATES = (1, 3, 4)  # how many blocks of H rows a recurrent matrix can have
_RECURRENT = re.compile(r"rnn|lstm|gru|recur|cell|elman", re.IGNORECASE)
_OTHERWISE = re.compile(r"att|conv|norm|ffn|mlp|highway", re.IGNORECASE)
_WEIGHTS = ("weight_ih", "weight_hh")

Way = dict[str, Named]  # the arrays of one direction of one layer, by parameter
Arrays = Mapping[str, Array]


@dataclass(frozen=True)
class Group:
    """The arrays of one stack by layer and direction. notes: what its arrangement rests on."""

    ways: dict[tuple[int, str], Way]
    notes: tuple[str, ...] = ()


def groups(arrays: Arrays, made: Gathered) -> dict[str, Group]:
    """By owner, the arrays that look like those of a recurrent layer, in the order of the file, and those made.

    Names alone do not do: short ones such as "w", "u" and "b" must have the shapes of a recurrent layer as well.
    """
    found: dict[str, dict[tuple[int, str], Way]] = {}
    for owner, both in made.ways.items():
        found[owner] = {(0, direction): way for direction, way in both.items()}
    taken = made.taken | set(made.arrays)
    for name in arrays:
        named = None if name in taken else read(name)
        if named is None or not _axes(named, arrays[name].ndim):
            continue
        way = found.setdefault(named.owner, {}).setdefault((named.layer, named.direction), {})
        there = way.get(named.parameter)
        if there is None or named.rank < there.rank:
            way[named.parameter] = named
    recurrent = {}
    for owner, ways in found.items():
        sure = {place: way for place, way in ways.items() if not _doubtful(way) or _convincing(owner, way, arrays)}
        if any(set(way) >= set(_WEIGHTS) for way in sure.values()):
            recurrent[owner] = Group(sure)
    return _chained(recurrent, arrays)


def lies(way: Way, arrays: Arrays) -> bool:
    """Whether gates run along the columns, as in Keras. Where both weights are square only their names can tell."""
    (rows, columns), (height, width) = (arrays[way[name].name].shape for name in ("weight_hh", "weight_ih"))
    if rows != columns:
        return rows < columns
    if way["weight_hh"].word.endswith("kernel") or height == width:
        return way["weight_hh"].word.endswith("kernel")
    return width == rows


def tells(way: Way, arrays: Arrays) -> bool:
    """Whether names or shapes tell that for certain."""
    (rows, columns), (height, width) = (arrays[way[name].name].shape for name in ("weight_hh", "weight_ih"))
    named = way["weight_hh"].exact or way["weight_hh"].word.endswith(("kernel", "weight"))
    return named or rows != columns or height != width


def _axes(named: Named, axes: int) -> bool:
    """Whether an array has as many axes as its name promises; Keras has biases of two rows."""
    return (
        axes == 2 if named.parameter.startswith("weight") else axes == 1 or (named.parameter == "bias_ih" and axes == 2)
    )


def _doubtful(way: Way) -> bool:
    """Whether none of the names is that of a recurrent layer and of nothing else."""
    strong = way.get("weight_hh")
    return not any(named.exact for named in way.values()) and (strong is None or strong.word in WEAK)


def _convincing(owner: str, way: Way, arrays: Arrays) -> bool:
    """Whether arrays whose names could be anything's are a recurrent layer's: shapes fit, and more speaks for it."""
    if not set(way) >= set(_WEIGHTS):
        return bool(_RECURRENT.search(owner)) and not _OTHERWISE.search(owner)
    rows, columns = sorted(arrays[way["weight_hh"].name].shape, reverse=True)
    if columns == 0 or rows not in [gates * columns for gates in GATES] or _OTHERWISE.search(owner):
        return False
    if rows not in arrays[way["weight_ih"].name].shape:
        return False
    biases = [arrays[named.name].shape for name, named in way.items() if name.startswith("bias")]
    return any(shape[-1] == rows for shape in biases) or bool(_RECURRENT.search(owner))


def _chained(found: dict[str, Group], arrays: Arrays) -> dict[str, Group]:
    """Groups of one layer each that are numbered and fit one above the other, as one group, where the first stood."""
    families: dict[str, dict[int, str]] = {}
    for owner, group in found.items():
        place = numbered(owner)
        if place is not None and {layer for layer, _ in group.ways} == {0}:
            families.setdefault(place[0], {})[place[1]] = owner
    joined: dict[str, tuple[str, Group]] = {}
    dropped = set()
    for family, members in families.items():
        owners = [members[number] for number in sorted(members)]
        if len(owners) > 1 and _fit([found[owner] for owner in owners], arrays):
            ways = {(k, way): named for k, owner in enumerate(owners) for (_, way), named in found[owner].ways.items()}
            told = (
                f"{owners[0]} to {owners[-1]} are numbered"
                if len(owners) > 2
                else f"{' and '.join(owners)} are numbered"
            )
            note = f"{told} and fit one above the other: they are taken as the layers of one stack."
            joined[next(owner for owner in found if owner in owners)] = family, Group(ways, (note,))
            dropped |= set(owners)
    result: dict[str, Group] = {}
    for owner, group in found.items():
        if owner in joined:
            result[joined[owner][0]] = joined[owner][1]
        elif owner not in dropped:
            result[owner] = group
    return result


def _fit(members: list[Group], arrays: Arrays) -> bool:
    """Whether each layer reads vectors as wide as the one below hands on, with as many gates."""
    below: tuple[int, int] | None = None
    for group in members:
        sizes = {_sizes(way, arrays) for way in group.ways.values()}
        size = sizes.pop()
        if sizes or size is None:
            return False
        inputs, hidden, gates = size
        if below is not None and below != (inputs, gates):
            return False
        below = hidden * len(group.ways), gates
    return True


def _sizes(way: Way, arrays: Arrays) -> tuple[int, int, int] | None:
    """D, H and the number of gates of a way; None if it is not whole."""
    if not set(way) >= set(_WEIGHTS):
        return None
    turn = -1 if lies(way, arrays) else 1
    rows, hidden = arrays[way["weight_hh"].name].shape[::turn]
    inputs = arrays[way["weight_ih"].name].shape[::turn][1]
    return (inputs, hidden, rows // hidden) if hidden else None
