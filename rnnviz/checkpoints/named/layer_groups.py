"""Which named arrays belong together: those of one recurrent layer, and layers of one stack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...cells.activations import Array
from ...errors import DamagedFileError, FileError
from .array_names import AMBIGUOUS, ArrayName, parse_name
from .assembled_layers import AssembledLayers

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
    family: of layers of different cells that are numbered and fit one above the other, what all of them are called.
    """

    layers: Mapping[tuple[int, str], Names]
    members: Mapping[str, Mapping[tuple[int, str], Names]] = field(default_factory=dict)
    directions: bool = False
    joined: bool = False
    reason: str = ""
    merge: str = "concat"
    left_out: tuple[str, ...] = ()
    family: str = ""


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
        else:
            assembled.problems += _missing_halves(layers, arrays)
    return recurrent


def _missing_halves(layers: Mapping[tuple[int, str], Names], arrays: Arrays) -> list[FileError]:
    """The error for a layer with PyTorch's names of which one of both matrices is missing."""
    for names in layers.values():
        present = next((names[name] for name in _WEIGHTS if name in names and names[name].exact), None)
        if present is not None and ("_l" in present.name or len(names) > 1):
            other = _WEIGHTS[1 - _WEIGHTS.index(present.parameter)]
            missing = present.name.replace(present.parameter, other)
            words = f"{missing} is missing: the file has {present.name} {arrays[present.name].shape} beside it."
            return [DamagedFileError(words, code="missing_array", part=missing)]
    return []


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


def sizes_of(names: Names, arrays: Arrays) -> tuple[int, int, int] | None:
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
