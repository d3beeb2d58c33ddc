"""Recurrent stacks among named arrays, as state dicts, safetensors and npz files hold them.

PyTorch's names say nearly all: what is multiplied by what, layer, direction, and with that the order of gates. The kind
of cell follows from the shapes, since weight_hh has as many blocks of H rows as the cell has gates. What neither names
nor shapes tell is taken as an assumption, which can be changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..cells.activations import Array
from .facts import facts_of
from .names import Named, numbered, read, short
from .outside import with_outside
from .stack import Source, Stack, Way

BLOCKS = {1: "rnn", 3: "gru", 4: "lstm"}
Group = dict[tuple[int, str], dict[str, Named]]  # the arrays of one owner, by layer and direction, by parameter


def stacks(arrays: Mapping[str, Array], dtypes: Mapping[str, str] | None = None) -> tuple[Stack, ...]:
    """Every recurrent stack among arrays by name. dtypes: as the file has them, where not as the arrays have them.

    Raises ValueError, in one sentence, if arrays of a recurrent layer contradict each other or cannot be run here. Of
    several stacks those that can be run are returned; the reason is then among the notes of the first.
    """
    usable = {name: array for name, array in arrays.items() if array.dtype.kind == "f"}
    groups: dict[str, Group] = {}
    for name in usable:
        named = read(name)
        if named is not None and _plausible(named, usable):
            groups.setdefault(named.owner, {}).setdefault((named.layer, named.direction), {})[named.parameter] = named
    groups = {owner: group for owner, group in groups.items() if _complete(group)}
    found, problems, taken = [], [], set[str]()
    for owner, group in _chained(groups, usable).items():
        try:
            stack = _stack(short(owner, taken), group, usable, dtypes or {})
        except ValueError as error:
            problems.append(str(error))
            continue
        taken.add(stack.name)
        found.append(stack)
    if problems and not found:
        raise ValueError(problems[0])
    if problems:
        found[0] = replace(found[0], notes=(*found[0].notes, *problems))
    return with_outside(found, usable, dtypes or {})


def _plausible(named: Named, arrays: Mapping[str, Array]) -> bool:
    """Whether an array has the axes that its name promises; short words such as "w" name other things too."""
    return arrays[named.name].ndim == (2 if named.parameter.startswith("weight") else 1) or (
        named.parameter == "bias_ih" and arrays[named.name].ndim == 2
    )


def _complete(group: Group) -> bool:
    return any({"weight_ih", "weight_hh"} <= set(way) for way in group.values())


def _chained(groups: dict[str, Group], arrays: Mapping[str, Array]) -> dict[str, Group]:
    """Groups of one layer each that are numbered and fit one above the other, as one group."""
    families: dict[str, dict[int, str]] = {}
    for owner, group in groups.items():
        place = numbered(owner)
        if place is not None and {layer for layer, _ in group} == {0}:
            families.setdefault(place[0], {})[place[1]] = owner
    found = dict(groups)
    for family, members in families.items():
        owners = [members[number] for number in sorted(members)]
        if len(owners) > 1 and _fit(owners, groups, arrays):
            together = {(k, way): named for k, owner in enumerate(owners) for (_, way), named in groups[owner].items()}
            found = {family: together} | {owner: group for owner, group in found.items() if owner not in owners}
    return found


def _fit(owners: list[str], groups: dict[str, Group], arrays: Mapping[str, Array]) -> bool:
    """Whether each layer reads vectors as wide as the one below hands on, with as many gates."""
    below: tuple[int, int] | None = None
    for owner in owners:
        ways = [way for way in groups[owner].values() if {"weight_ih", "weight_hh"} <= set(way)]
        weight_ih, weight_hh = (_upright(ways[0], arrays)[name] for name in ("weight_ih", "weight_hh"))
        hidden = weight_hh.shape[1]
        gates = len(weight_hh) // hidden
        if below is not None and below != (weight_ih.shape[1], gates):
            return False
        below = hidden * len(ways), gates
    return True


def _upright(way: Mapping[str, Named], arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The weights of a way with gates along the rows, whichever way round the file has them."""
    found = {name: arrays[named.name] for name, named in way.items()}
    if _lies(way, arrays):
        return {name: array.T if name.startswith("weight") else array for name, array in found.items()}
    return found


def _lies(way: Mapping[str, Named], arrays: Mapping[str, Array]) -> bool:
    """Whether gates run along the columns, as in Keras: for one square block only the name can tell."""
    rows, columns = arrays[way["weight_hh"].name].shape
    return rows < columns or (rows == columns and way["weight_hh"].word == "recurrent_kernel")


def _stack(name: str, group: Group, arrays: Mapping[str, Array], dtypes: Mapping[str, str]) -> Stack:
    layers: list[dict[str, Way]] = []
    for layer in range(1 + max(layer for layer, _ in group)):
        ways = {
            direction: group[layer, direction] for direction in ("forward", "backward") if (layer, direction) in group
        }
        if not ways:
            raise ValueError(f"{name} has arrays of a layer above layer {layer}, but none of layer {layer} itself.")
        layers.append({direction: _way(name, named, arrays, dtypes) for direction, named in ways.items()})
    cell = _cell(name, layers)
    for k, ways_of in enumerate(layers):
        layers[k] = {direction: _biased(name, cell, way) for direction, way in ways_of.items()}
    named = next(iter(group.values()))
    return Stack(name, cell, tuple(layers), facts_of(cell, named, layers))


def _way(name: str, named: Mapping[str, Named], arrays: Mapping[str, Array], dtypes: Mapping[str, str]) -> Way:
    if missing := [parameter for parameter in ("weight_ih", "weight_hh") if parameter not in named]:
        there = ", ".join(one.name for one in named.values())
        raise ValueError(f"{name} has {there}, but no {missing[0]} that belongs to it.")
    if "weight_hr" in named:
        raise ValueError(
            f"{named['weight_hr'].name} projects the hidden state of an LSTM (proj_size), which is not run here: only "
            "layers whose hidden state has one number for each unit are."
        )
    lies = _lies(named, arrays)
    return {
        parameter: Source(
            one.name,
            _wide(array.T if lies and parameter.startswith("weight") else array),
            array.shape,
            dtypes.get(one.name, str(array.dtype)),
            "transposed" if lies and parameter.startswith("weight") else "",
        )
        for parameter, one in named.items()
        for array in [arrays[one.name]]
    }


def _wide(array: Array) -> Array:
    """As float32 or float64; float16 fits into float32 exactly."""
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)


def _cell(name: str, layers: list[dict[str, Way]]) -> str:
    """The kind of cell, from the shapes of all its recurrent weights."""
    kinds = set()
    for layer in layers:
        for way in layer.values():
            rows, columns = way["weight_hh"].array.shape
            if columns == 0 or rows % columns or rows // columns not in BLOCKS:
                raise ValueError(
                    f"{way['weight_hh'].name} has shape {way['weight_hh'].shape}, which is no recurrent matrix of a "
                    "simple RNN (H rows for H columns), a GRU (3H rows) or an LSTM (4H rows)."
                )
            kinds.add(BLOCKS[rows // columns])
            if len(way["weight_ih"].array) != rows:
                raise ValueError(
                    f"{way['weight_ih'].name} has shape {way['weight_ih'].shape} and {way['weight_hh'].name} has shape "
                    f"{way['weight_hh'].shape}: they contradict each other, because both need a row for each gate of "
                    "each unit."
                )
    if len(kinds) > 1:
        raise ValueError(
            f"{name} has layers of different kinds of cells ({', '.join(sorted(kinds))}), one above another."
        )
    return kinds.pop()


def _biased(name: str, cell: str, way: Way) -> Way:
    """The way with a bias of two rows (Keras: the input's and the recurrent one) as two biases."""
    bias = way.get("bias_ih")
    if bias is not None and bias.array.ndim == 2:
        rows = len(way["weight_hh"].array)
        if bias.array.shape != (2, rows) or "bias_hh" in way:
            raise ValueError(
                f"{bias.name} has shape {bias.shape}; a bias of {name} has {rows} numbers, or two rows of them."
            )
        of_input, of_state = (
            replace(bias, array=row, how=words) for row, words in zip(bias.array, ("row 0", "row 1"), strict=True)
        )
        return {**way, "bias_ih": of_input, "bias_hh": of_state}
    for parameter in ("bias_ih", "bias_hh"):
        if parameter in way and way[parameter].array.shape != (len(way["weight_hh"].array),):
            wrong, rows = way[parameter], len(way["weight_hh"].array)
            raise ValueError(
                f"{wrong.name} has shape {wrong.shape}, but {way['weight_hh'].name} needs a bias of {rows} numbers: "
                "they contradict each other."
            )
    return way
