"""Recurrent layers that are numbered: read one above the other where they fit and nothing stands between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from .array_names import short_name, split_number
from .assembled_layers import AssembledLayers
from .between_layers import (
    Neighbour,
    Surroundings,
    in_words,
    perhaps_between,
    reads_side_by_side,
    standing_between,
)
from .layer_groups import Arrays, LayerGroup, sizes_of


def join_numbered(
    groups: Mapping[str, LayerGroup], arrays: Arrays, assembled: AssembledLayers
) -> dict[str, LayerGroup]:
    """Groups of one layer each that are numbered and fit one above the other, as one group, where the first was.

    Layers between which something stands stay apart, and so do towers side by side.
    """
    families: dict[str, dict[int, str]] = {}
    for owner, group in groups.items():
        numbered = split_number(owner)
        if numbered is not None and {layer for layer, _ in group.layers} == {0}:
            families.setdefault(numbered[0], {})[numbered[1]] = owner
    families = {family: members for family, members in families.items() if len(members) > 1}
    if not families:
        return dict(groups)
    around = Surroundings.of(assembled.prepared.arrays, _names_of(groups.values(), assembled))
    place = {owner: k for k, owner in enumerate(groups)}
    replaced: dict[str, dict[str, LayerGroup]] = {}
    dropped: set[str] = set()
    for family, members in families.items():
        owners = [members[number] for number in sorted(members)]
        layers = [_neighbour(number, groups[members[number]], arrays, assembled) for number in sorted(members)]
        if any(layer is None for layer in layers):
            continue
        known = [layer for layer in layers if layer is not None]
        assembled.work(3 * len(known) * len(around.free))
        replaced[min(owners, key=place.__getitem__)] = _parted(family, owners, known, groups, around)
        dropped |= set(owners)
    result: dict[str, LayerGroup] = {}
    for owner, group in groups.items():
        if owner in replaced:
            result |= replaced[owner]
        elif owner not in dropped:
            result[owner] = group
    return result


def _names_of(groups: Iterable[LayerGroup], assembled: AssembledLayers) -> set[str]:
    """The prepared arrays that groups are made of."""
    return {
        part
        for group in groups
        for names in group.layers.values()
        for parsed in names.values()
        for part in assembled.parts(parsed.name)
    }


def _neighbour(number: int, group: LayerGroup, arrays: Arrays, assembled: AssembledLayers) -> Neighbour | None:
    """One of numbered layers; None if its arrays do not tell its sizes."""
    sizes = {sizes_of(names, arrays) for names in group.layers.values()}
    size = sizes.pop()
    if sizes or size is None:
        return None
    owner = next(parsed.owner for names in group.layers.values() for parsed in names.values())
    names = frozenset(_names_of([group], assembled))
    return Neighbour(owner, number, names, *size, len(group.layers))


def _merge(layers: Sequence[Neighbour], around: Surroundings) -> str | None:
    """How directions are merged so that all layers fit one above the other; None if they do not."""
    for merge in ("concat", "sum"):
        if all(below.passes(merge) == above.reads for below, above in pairwise(layers)):
            sizes = {frozenset((below.passes("concat"), above.reads)) for below, above in pairwise(layers)}
            mapped = any(array.ndim == 2 and frozenset(array.shape) in sizes for array in around.free.values())
            return None if merge == "sum" and mapped else merge
    return None


def _parted(
    family: str,
    owners: Sequence[str],
    layers: Sequence[Neighbour],
    groups: Mapping[str, LayerGroup],
    around: Surroundings,
) -> dict[str, LayerGroup]:
    """Numbered layers: as one group, or as several where they do not fit or something stands between them."""
    end = max((around.places[name] for layer in layers for name in layer.names), default=0)
    merge = _merge(layers, around)
    obstacles = [standing_between(low, high, merge or "concat", end, around) for low, high in pairwise(layers)]
    tower = None if any(obstacles) or merge is None else reads_side_by_side(layers, around)
    if len({layer.gates for layer in layers}) > 1:  # each is a stack of its own, which are joined as a whole
        if merge is not None and not any(obstacles) and not tower:
            return {owner: replace(groups[owner], family=family) for owner in owners}
        merge, tower = None, None
    members = {owner: groups[owner].layers for owner in owners} if merge is not None else {}
    runs: list[list[int]] = [[0]]
    for k, names in enumerate(obstacles, 1):
        if names or tower or merge is None:
            runs.append([k])
        else:
            runs[-1].append(k)
    parts: dict[str, LayerGroup] = {}
    for run in runs:
        inside = [short_name(owners[k]) for k in run]
        stacked = {(j, d): names for j, k in enumerate(run) for (_, d), names in groups[owners[k]].layers.items()}
        which = f"{inside[0]} to {inside[-1]}" if len(inside) > 2 else " and ".join(inside)
        left_out = [sentence for k in run for sentence in groups[owners[k]].left_out]
        reason = f"{which} are numbered and fit one above the other, so they are read as the layers of one stack."
        others = " and ".join(short_name(owners[k]) for k in range(len(owners)) if k not in run)
        if len(runs) == 1:
            name = family
            if doubtful := perhaps_between(layers, merge or "concat", around):
                between, verb = in_words(doubtful, "would", "would")
                left_out.append(f"{between} {verb} fit between {which}; the file does not say where.")
        elif tower:
            name = owners[run[0]]
            reason = f"{tower} reads this layer and {others} side by side, so each stands by itself."
        else:
            name = owners[run[0]] if len(run) == 1 else f"{inside[0]} to {inside[-1]}"
            reason = f"Something stands between it and {others}."
            left_out += _neighbours_in_words(run, owners, obstacles)
        if merge is None and len(run) == 1 and len(groups[owners[run[0]]].members) > 1:  # directions that were paired
            parts[name] = replace(groups[owners[run[0]]], left_out=tuple(left_out))
            continue
        joined = "concat" if tower or merge is None else merge
        parts[name] = LayerGroup(stacked, members, False, len(runs) == 1, reason, joined, tuple(left_out))
    return parts


def _neighbours_in_words(run: Sequence[int], owners: Sequence[str], obstacles: Sequence[tuple[str, ...]]) -> list[str]:
    """What stands below and above some of numbered layers, and is not run."""
    names = [short_name(owner) for owner in owners]
    words = []
    if run[0] > 0 and obstacles[run[0] - 1]:
        below, own = names[run[0] - 1], names[run[0]]
        between, verb = in_words(obstacles[run[0] - 1], "makes", "make")
        words.append(
            f"{own} reads what {between} {verb} of what {below} passes on. That is not run: {own} reads vectors."
        )
    if run[-1] < len(obstacles) and obstacles[run[-1]]:
        own, above = names[run[-1]], names[run[-1] + 1]
        between, verb = in_words(obstacles[run[-1]], "is", "are")
        words.append(f"What {own} passes on goes through {between}, which {verb} not run, before {above} reads it.")
    return words
