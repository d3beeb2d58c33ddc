"""Which named arrays belong together: those of one recurrent layer, and layers of one stack."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ...cells.activations import Array
from .array_names import AMBIGUOUS, ArrayName, backward_names, parse_name, short_name, split_number, without_direction
from .assembled_layers import AssembledLayers
from .between_layers import (
    Neighbour,
    Surroundings,
    listed,
    perhaps_between,
    reads_side_by_side,
    standing_between,
)

GATE_COUNTS = (1, 3, 4)  # blocks of H rows that a recurrent matrix can have
_RECURRENT = re.compile(r"rnn|lstm|gru|recur|cell|elman", re.IGNORECASE)
_NOT_RECURRENT = re.compile(r"att|conv|norm|ffn|mlp|highway", re.IGNORECASE)
_WEIGHTS = ("weight_ih", "weight_hh")

Names = Mapping[str, ArrayName]  # the arrays of one direction of one layer, by parameter
Arrays = Mapping[str, Array]


@dataclass(frozen=True)
class LayerGroup:
    """The arrays of one stack by layer and direction, and what their grouping rests on.

    members: where layers were joined or kept apart by inference, each of them by its owner, the lowest first.
    directions: whether the members are directions of one layer. joined: whether this group is all of them. reason: one
    sentence on that. merge: how two directions become what the next layer reads. left_out: sentences on what stands
    between.
    """

    layers: Mapping[tuple[int, str], Names]
    members: Mapping[str, Mapping[tuple[int, str], Names]] = field(default_factory=dict)
    directions: bool = False
    joined: bool = False
    reason: str = ""
    merge: str = "concat"
    left_out: tuple[str, ...] = ()


def group_layers(arrays: Arrays, assembled: AssembledLayers) -> dict[str, LayerGroup]:
    """By owner, the arrays that look like those of a recurrent layer, in the order of the file, and the assembled ones.

    A short name such as "w", "u" or "b" is not enough: the shapes must be those of a recurrent layer as well.
    """
    owners: dict[str, dict[tuple[int, str], dict[str, ArrayName]]] = {}
    for owner, directions in assembled.layers.items():
        owners[owner] = {(0, direction): names for direction, names in directions.items()}
    used = assembled.used | set(assembled.arrays)
    for name in arrays:
        parsed = None if name in used else parse_name(name)
        if parsed is None or not _has_right_axes(parsed, arrays[name].ndim) or parsed.owner in assembled.layers:
            continue
        names = owners.setdefault(parsed.owner, {}).setdefault((parsed.layer, parsed.direction), {})
        other = names.get(parsed.parameter)
        if other is None or parsed.rank < other.rank:
            names[parsed.parameter] = parsed
    recurrent = {}
    for owner, layers in owners.items():
        sure = {
            place: names
            for place, names in layers.items()
            if owner in assembled.layers or not _is_ambiguous(names) or _is_plausible(owner, names, arrays)
        }
        if owner in assembled.layers or any(set(names) >= set(_WEIGHTS) for names in sure.values()):
            recurrent[owner] = LayerGroup(sure)
    paired = pair_directions(recurrent, arrays)
    files = {name: assembled.prepared.arrays[name] for name in assembled.prepared.arrays}
    of_layers = {
        part
        for group in paired.values()
        for names in group.layers.values()
        for parsed in names.values()
        for part in assembled.parts(parsed.name)
    }
    return join_numbered(paired, arrays, assembled, Surroundings.of(files, of_layers))


def gates_along_columns(names: Names, arrays: Arrays) -> bool:
    """Whether gates run along the columns, as in Keras. Where both weights are square, only their names can tell."""
    (rows, columns), (height, width) = (arrays[names[name].name].shape for name in ("weight_hh", "weight_ih"))
    if rows != columns:
        return rows < columns
    if names["weight_hh"].word.endswith("kernel") or height == width:
        return names["weight_hh"].word.endswith("kernel")
    return width == rows


def orientation_is_known(names: Names, arrays: Arrays) -> bool:
    """Whether names or shapes tell the orientation for certain."""
    (rows, columns), (height, width) = (arrays[names[name].name].shape for name in ("weight_hh", "weight_ih"))
    by_name = names["weight_hh"].exact or names["weight_hh"].word.endswith(("kernel", "weight"))
    return by_name or rows != columns or height != width


def _has_right_axes(parsed: ArrayName, axes: int) -> bool:
    """Whether an array has as many axes as its name promises; Keras has biases of two rows."""
    if parsed.parameter.startswith("weight"):
        return axes == 2
    return axes == 1 or (parsed.parameter == "bias_ih" and axes == 2)


def _is_ambiguous(names: Names) -> bool:
    """Whether none of the names is that of a recurrent layer and of nothing else."""
    recurrent = names.get("weight_hh")
    return not any(parsed.exact for parsed in names.values()) and (recurrent is None or recurrent.word in AMBIGUOUS)


def _is_plausible(owner: str, names: Names, arrays: Arrays) -> bool:
    """Whether arrays with ambiguous names are a recurrent layer's: shapes fit, and something else speaks for it."""
    if not set(names) >= set(_WEIGHTS):
        return bool(_RECURRENT.search(owner)) and not _NOT_RECURRENT.search(owner)
    rows, columns = sorted(arrays[names["weight_hh"].name].shape, reverse=True)
    if columns == 0 or rows not in [gates * columns for gates in GATE_COUNTS] or _NOT_RECURRENT.search(owner):
        return False
    if rows not in arrays[names["weight_ih"].name].shape:
        return False
    biases = [arrays[parsed.name].shape for parameter, parsed in names.items() if parameter.startswith("bias")]
    return any(shape[-1] == rows for shape in biases) or bool(_RECURRENT.search(owner))


def join_numbered(
    groups: dict[str, LayerGroup], arrays: Arrays, assembled: AssembledLayers, around: Surroundings
) -> dict[str, LayerGroup]:
    """Groups of one layer each that are numbered and fit one above the other, as one group, where the first was.

    Layers between which something stands stay apart, and so do towers side by side.
    """
    families: dict[str, dict[int, str]] = {}
    for owner, group in groups.items():
        numbered = split_number(owner)
        if numbered is not None and {layer for layer, _ in group.layers} == {0}:
            families.setdefault(numbered[0], {})[numbered[1]] = owner
    place = {owner: k for k, owner in enumerate(groups)}
    replaced: dict[str, dict[str, LayerGroup]] = {}
    dropped: set[str] = set()
    for family, members in families.items():
        owners = [members[number] for number in sorted(members)]
        merge = _fit_together([groups[owner] for owner in owners], arrays) if len(owners) > 1 else None
        if merge is None:
            continue
        layers = [
            _neighbour(owner, number, groups[owner], merge, arrays, assembled)
            for number, owner in sorted(members.items())
        ]
        parts = _parted(family, owners, layers, groups, merge, around)
        replaced[min(owners, key=place.__getitem__)] = parts
        dropped |= set(owners)
    result: dict[str, LayerGroup] = {}
    for owner, group in groups.items():
        if owner in replaced:
            result |= replaced[owner]
        elif owner not in dropped:
            result[owner] = group
    return result


def _parted(
    family: str,
    owners: Sequence[str],
    layers: Sequence[Neighbour],
    groups: Mapping[str, LayerGroup],
    merge: str,
    around: Surroundings,
) -> dict[str, LayerGroup]:
    """Numbered layers that fit: as one group, or as several where something stands between them."""
    end = max((around.places[name] for layer in layers for name in layer.names), default=0)
    obstacles = [standing_between(lower, upper, end, around) for lower, upper in pairwise(layers)]
    tower = None if any(obstacles) else reads_side_by_side(layers, around)
    members = {owner: groups[owner].layers for owner in owners}
    runs: list[list[int]] = [[0]]
    for k, names in enumerate(obstacles, 1):
        if names or tower:
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
        if len(runs) == 1:
            name = family
            if doubtful := perhaps_between(layers, around):
                left_out.append(f"{listed(doubtful)} would fit between {which}; the file does not say where it stands.")
        else:
            name = owners[run[0]] if len(run) == 1 else f"{inside[0]} to {inside[-1]}"
            others = [short_name(owners[k]) for k in range(len(owners)) if k not in run]
            if tower:
                reason = (
                    f"{tower} reads what all of {', '.join(owners)} pass on, side by side, so each stands by itself."
                )
            else:
                reason = f"Something stands between it and {', '.join(others)}."
                left_out += _neighbours_in_words(run, owners, obstacles)
        parts[name] = LayerGroup(stacked, members, False, len(runs) == 1, reason, merge, tuple(left_out))
    return parts


def _neighbours_in_words(run: Sequence[int], owners: Sequence[str], obstacles: Sequence[tuple[str, ...]]) -> list[str]:
    """What stands below and above some of numbered layers, and is not run."""
    names = [short_name(owner) for owner in owners]
    words = []
    if run[0] > 0:
        between, below, own = listed(obstacles[run[0] - 1]), names[run[0] - 1], names[run[0]]
        words.append(
            f"{own} reads what {between} makes of what {below} passes on. That is not run: {own} reads vectors."
        )
    if run[-1] < len(obstacles):
        between, own, above = listed(obstacles[run[-1]]), names[run[-1]], names[run[-1] + 1]
        words.append(f"What {own} passes on goes through {between}, which is not run, before {above} reads it.")
    return words


def _neighbour(
    owner: str, number: int, group: LayerGroup, merge: str, arrays: Arrays, assembled: AssembledLayers
) -> Neighbour:
    size = _sizes(next(iter(group.layers.values())), arrays)
    assert size is not None, "layers that fit have sizes"
    names = frozenset(
        part for each in group.layers.values() for parsed in each.values() for part in assembled.parts(parsed.name)
    )
    return Neighbour(owner, number, names, size[0], size[1] * (len(group.layers) if merge == "concat" else 1))


def _fit_together(members: list[LayerGroup], arrays: Arrays) -> str | None:
    """How directions must be merged for each layer to read what the one below passes on; None if they do not fit."""
    found = []
    for group in members:
        sizes = {_sizes(names, arrays) for names in group.layers.values()}
        size = sizes.pop()
        if sizes or size is None:
            return None
        found.append((*size, len(group.layers)))
    for merge in ("concat", "sum"):
        if all(
            (above[0], above[2]) == (below[1] * (below[3] if merge == "concat" else 1), below[2])
            for below, above in pairwise(found)
        ):
            return merge
    return None


def pair_directions(groups: Mapping[str, LayerGroup], arrays: Arrays) -> dict[str, LayerGroup]:
    """Groups of one direction each whose names differ in a word for it alone, as both directions of one."""
    result: dict[str, LayerGroup] = {}
    done: set[str] = set()
    for owner, group in groups.items():
        partner = next((other for other in backward_names(owner) if other in groups), None)
        if owner in done:
            continue
        if partner is not None and _are_directions(group, groups[partner], arrays):
            layers = {(k, "forward"): names for (k, _), names in group.layers.items()}
            layers |= {(k, "backward"): names for (k, _), names in groups[partner].layers.items()}
            members = {owner: group.layers, partner: groups[partner].layers}
            reason = f"By their names, {short_name(owner)} reads forwards and {short_name(partner)} backwards."
            result[without_direction(owner, partner)] = LayerGroup(layers, members, True, True, reason)
            done |= {owner, partner}
        else:
            result[owner] = group
    return {owner: group for owner, group in result.items() if owner not in done}


def _are_directions(first: LayerGroup, second: LayerGroup, arrays: Arrays) -> bool:
    """Whether two groups of one direction have arrays of the same shapes."""
    shapes = [
        {(k, p): arrays[n.name].shape for (k, _), names in group.layers.items() for p, n in names.items()}
        for group in (first, second)
    ]
    only_forward = {d for group in (first, second) for _, d in group.layers} == {"forward"}
    return shapes[0] == shapes[1] and only_forward


def _sizes(names: Names, arrays: Arrays) -> tuple[int, int, int] | None:
    """D, the size of the hidden state and the number of gates of one direction; None if a weight is missing."""
    if not set(names) >= set(_WEIGHTS):
        if "weight_u" not in names or "weight_ih" not in names:
            return None
        rows, inputs = arrays[names["weight_ih"].name].shape
        return inputs, rows, 1
    step = -1 if gates_along_columns(names, arrays) else 1
    rows, hidden = arrays[names["weight_hh"].name].shape[::step]
    inputs = arrays[names["weight_ih"].name].shape[::step][1]
    units = arrays[names["weight_hr"].name].shape[1] if "weight_hr" in names else hidden
    return (inputs, hidden, rows // units) if hidden and units else None
