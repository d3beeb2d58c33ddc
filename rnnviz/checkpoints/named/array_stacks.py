"""Recurrent stacks among named arrays, as state dicts, safetensors and npz files hold them.

PyTorch's names say nearly all: what is multiplied by what, layer, direction, and with that the order of gates. The kind
of cell follows from the shapes, since weight_hh has as many blocks of H rows as the cell has gates. What neither names
nor shapes tell is taken as an assumption, which can be changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...cells.activations import Array
from ..stack import Source, Stack, Way
from .array_names import Named, read, short
from .array_settings import facts_of, of_joint, of_single_gates, orientation
from .layer_groups import Group, groups, lies, tells
from .separate_gates import Gathered, gathered
from .surroundings import with_outside

BLOCKS = {1: "rnn", 3: "gru", 4: "lstm"}
MOST = 100  # stacks of one file


def stacks(arrays: Mapping[str, Array], dtypes: Mapping[str, str] | None = None) -> tuple[Stack, ...]:
    """Every recurrent stack among arrays by name. dtypes: as the file has them, where not as the arrays have them.

    Raises ValueError, in one sentence, if arrays of a recurrent layer contradict each other or cannot be run here. Of
    several stacks those that can be run are returned; the reason is then among the notes of the first.
    """
    usable = {name: array for name, array in arrays.items() if array.dtype.kind == "f"}
    found, problems = [], []
    made = gathered(usable)
    whole = usable | made.arrays
    grouped = groups(whole, made)
    if len(grouped) > MOST:
        raise ValueError(
            f"There are {len(grouped):,} recurrent layers, none above another, and at most {MOST} are read."
        )
    for owner, name in short(grouped).items():
        try:
            found.append(_stack(name, grouped[owner], whole, dtypes or {}, made))
        except ValueError as error:
            problems.append(str(error))
    if not found:
        problems += _rounded(arrays)
        if problems:
            raise ValueError(problems[0])
        return ()
    found[0] = replace(found[0], notes=(*found[0].notes, *problems))
    return with_outside(found, usable, dtypes or {})


def _rounded(arrays: Mapping[str, Array]) -> list[str]:
    """What to say of weights that are whole numbers."""
    whole = [name for name, array in arrays.items() if array.dtype.kind in "iu" and array.ndim == 2]
    return [
        f"{name} holds whole numbers ({arrays[name].dtype}): bring the model as it was before it was quantised."
        for name in whole
        if (named := read(name)) is not None and named.exact
    ]


def _stack(name: str, group: Group, arrays: Mapping[str, Array], dtypes: Mapping[str, str], made: Gathered) -> Stack:
    layers: list[dict[str, Way]] = []
    for layer in range(1 + max(layer for layer, _ in group.ways)):
        ways = {way: group.ways[layer, way] for way in ("forward", "backward") if (layer, way) in group.ways}
        if not ways:
            raise ValueError(f"{name} has arrays of a layer above layer {layer}, but none of layer {layer} itself.")
        layers.append({direction: _way(name, named, arrays, dtypes, made) for direction, named in ways.items()})
    cell = _cell(name, layers)
    layers = [{direction: _biased(name, way) for direction, way in ways.items()} for ways in layers]
    _fits(layers)
    named = next(iter(group.ways.values()))
    owners = {one.owner for one in named.values()}
    if owners & made.joint:
        facts = of_joint()
    elif owners & set(made.ways):
        facts = of_single_gates(facts_of(cell, named, layers), layers)
        facts += tuple(orientation(made.open[owner]) for owner in owners & set(made.open))
    else:
        facts = facts_of(cell, named, layers)
    if cell == "rnn" and not tells(named, arrays):
        facts = (*facts, orientation(lies(named, arrays)))
    return Stack(name, cell, tuple(layers), facts, notes=group.notes)


def _way(
    name: str, named: Mapping[str, Named], arrays: Mapping[str, Array], dtypes: Mapping[str, str], made: Gathered
) -> Way:
    if missing := [parameter for parameter in ("weight_ih", "weight_hh") if parameter not in named]:
        there = ", ".join(one.name for one in named.values())
        raise ValueError(f"{name} has {there}, but no {missing[0]} that belongs to it.")
    if "weight_hr" in named:
        raise ValueError(
            f"{named['weight_hr'].name} projects the hidden state of an LSTM (proj_size), which is not run here: only "
            "layers whose hidden state has one number for each unit are."
        )
    lying = lies(dict(named), arrays)
    way = {}
    for parameter, one in named.items():
        array, turn = arrays[one.name], lying and parameter.startswith("weight")
        wide = _wide(array.T if turn else array)
        part = made.parts.get(one.name)
        names, how = (part.names, part.how) if part else ((one.name,), "transposed" if turn else "")
        dtype = dtypes.get(names[0], str(array.dtype))
        way[parameter] = Source(
            one.name.partition(" for ")[0] if part else one.name, wide, array.shape, dtype, how, names
        )
    return way


def _wide(array: Array) -> Array:
    """As float32 or float64; float16 fits into float32 exactly."""
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)


def _cell(name: str, layers: list[dict[str, Way]]) -> str:
    """The kind of cell, from the shapes of all its recurrent weights."""
    kinds = {_kind(way) for layer in layers for way in layer.values()}
    if len(kinds) > 1:
        raise ValueError(
            f"{name} has layers of different kinds of cells ({', '.join(sorted(kinds))}), one above another, and a "
            "network here has one kind."
        )
    return kinds.pop()


def _kind(way: Way) -> str:
    read, recalled = way["weight_ih"], way["weight_hh"]
    rows, columns = recalled.array.shape
    if columns == 0 or rows % columns or rows // columns not in BLOCKS:
        raise ValueError(
            f"{recalled.name} has shape {recalled.shape}, which is no recurrent matrix of a simple RNN (H rows for H "
            "columns), a GRU (3H rows) or an LSTM (4H rows)."
        )
    if len(read.array) != rows or read.array.shape[1] == 0:
        raise ValueError(
            f"{read.name} has shape {read.shape} and {recalled.name} has shape {recalled.shape}: they contradict each "
            "other, because both need one row for each gate of each unit."
        )
    return BLOCKS[rows // columns]


def _fits(layers: list[dict[str, Way]]) -> None:
    """Raises ValueError unless both directions have one size and each layer reads what the one below hands on."""
    below: int | None = None
    lower = ""
    for layer in layers:
        sizes = {way["weight_hh"].array.shape[1] for way in layer.values()}
        if len(sizes) > 1:
            one, two = (way["weight_hh"] for way in layer.values())
            raise ValueError(
                f"{one.name} has shape {one.shape} and {two.name} has shape {two.shape}, and two directions of one "
                "layer are run only if they have the same size."
            )
        for way in layer.values():
            source = way["weight_ih"]
            if below is not None and source.array.shape[1] != below:
                raise ValueError(
                    f"{source.name} has shape {source.shape}, but the layer below hands on {below} numbers "
                    f"({lower}): they contradict each other."
                )
        below = sum(way["weight_hh"].array.shape[1] for way in layer.values())
        lower = " and ".join(f"{way['weight_hh'].name} {way['weight_hh'].shape}" for way in layer.values())


def _biased(name: str, way: Way) -> Way:
    """The way with a bias of two rows (Keras: the input's and the recurrent one) as two biases."""
    bias, rows = way.get("bias_ih"), len(way["weight_hh"].array)
    if bias is not None and bias.array.ndim == 2:
        if bias.array.shape != (2, rows) or "bias_hh" in way:
            raise ValueError(
                f"{bias.name} has shape {bias.shape}; a bias of {name} has {rows} numbers, or two rows of them."
            )
        return {
            **way,
            "bias_ih": replace(bias, array=bias.array[0], how="row 0"),
            "bias_hh": replace(bias, array=bias.array[1], how="row 1"),
        }
    for parameter in ("bias_ih", "bias_hh"):
        if parameter in way and way[parameter].array.shape != (rows,):
            wrong = way[parameter]
            raise ValueError(
                f"{wrong.name} has shape {wrong.shape}, but {way['weight_hh'].name} needs a bias of {rows} numbers: "
                "they contradict each other."
            )
    return way
