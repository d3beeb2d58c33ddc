"""Weights that PyTorch rounded, and the objects it packs them in: `rnn._all_weight_values.0.param`.

`torch.ao.quantization.quantize_dynamic` replaces recurrent and linear layers by ones whose weights are integers with a
scale, or half precision. Their state dicts have one object for each direction of a layer, or a pair of weight and
bias, and since PyTorch 1.4 all of these hold plain tensors. Here they get the names that the layers had before.
Reference: torch/ao/nn/quantized/dynamic/modules/rnn.py and torch/ao/nn/quantized/modules/linear.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...cells.activations import Array
from ...limits import LONGEST_NAME
from ...wording import printable
from ..named.stated_modules import StatedModule
from .foreign_objects import ForeignObject
from .pickle_machine import InvalidPickleError, Pairs
from .pickle_stand_ins import RoundedTensor, Tensor

SCRIPT_OBJECT = "torch.ScriptObject"
_LINEAR, _CELL = "LinearPackedParamsBase", "CellParamsBase"
_WITH_PAIR = (
    "rnn.PackedParameter",
    "linear.LinearPackedParams",
)  # classes that pickle as a pair, in PyTorch 1.4 and 1.5
_SIDES = ("ih", "hh")
_LAYER = re.compile(
    r"(?P<head>.*?)_all_weight_values\.(?P<number>\d{1,4})\.(?:param\.)?"
    r"(?P<what>weight|bias)(?P<side>_ih|_hh)?"
)
_CELL_WEIGHT = re.compile(r"(?P<head>.*?)_packed_weight_(?P<side>ih|hh)\.(?P<what>weight|bias)")
_LINEAR_WEIGHT = re.compile(
    r"(?P<head>.*?\.|)_packed_params\.(?:_packed_params\.)?"
    r"(?P<what>weight|bias|0|1|_packed_weight)"
)
_CELL_BIASES = ("bias_ih", "bias_hh")
_ADDRESS = re.compile(r"(?:.*\.)?w_(?:ih|hh)_l\d{1,3}(?:_reverse)?")
EIGHT_BITS = (
    "The file rounds the weights of some layers to integers: they are read as these integers times their scale. While "
    "it runs, it also rounds what these layers read; here nothing else is rounded."
)
HALF = "The weights of some layers were rounded to half precision (float16) before they were saved."


@dataclass
class UnpackedArrays:
    """Arrays by the names of the layers that were packed, and marks by the name of an array: what was done to it."""

    arrays: dict[str, Any]
    marks: dict[str, str] = field(default_factory=dict)


def packed_items(value: ForeignObject) -> Pairs | None:
    """What an object of packed weights holds, by name; None for any other object."""
    if value.kind == SCRIPT_OBJECT:
        match value.states:
            case [(weight, bias), str(kind)] if kind.endswith(_LINEAR):
                return Pairs([("weight", weight), ("bias", bias)])
            case [(str(), list(biases), list(), list(), list(parts)), str(kind)] if kind.endswith(_CELL):
                return _cell_items(biases, parts)
    if value.kind.endswith(_WITH_PAIR):
        match value.states:
            case [(weight, bias), *_] if isinstance(weight, RoundedTensor | Tensor):
                return Pairs([("weight", weight), ("bias", bias)])
    return None


def _cell_items(biases: list[Any], parts: list[Any]) -> Pairs | None:
    """The weights and biases of one direction of a layer; biases beside its packed weights count."""
    items: list[tuple[Any, Any]] = []
    for k, (side, part) in enumerate(zip(_SIDES, parts, strict=False)):
        match part:
            case ForeignObject(kind=kind, states=[(weight, bias), str(base)]) if (
                kind == SCRIPT_OBJECT and base.endswith(_LINEAR)
            ):
                items += [(f"weight_{side}", weight), (f"bias_{side}", biases[k] if len(biases) == 2 else bias)]
            case _:
                return None
    return Pairs(items) if len(items) == 4 else None


def unpack_names(arrays: Mapping[str, Any], modules: Mapping[str, StatedModule]) -> UnpackedArrays:
    """Arrays under the names that their layers have when nothing is packed, in their order.

    modules: what modules that were saved whole state, by name. Raises InvalidPickleError for weights that PyTorch 1.3
    left as an address in memory.
    """
    unpacked = UnpackedArrays({})
    layers = _layer_names(arrays, modules, unpacked)
    for name, value in arrays.items():
        if _ADDRESS.fullmatch(name[:LONGEST_NAME]) and getattr(value, "dtype", "") == "uint8":
            raise InvalidPickleError(
                f"{name} is the address of packed weights, which PyTorch 1.3 wrote in place of the weights of a "
                "quantised LSTM: the weights are not in the file. Quantise the float model with a newer PyTorch, or "
                "open the float model itself",
                code="packed_address", part=name,
            )  # fmt: skip
        plain = layers.get(name) or _plain_name(name)
        taken = plain in unpacked.arrays
        if taken and plain.rpartition(".")[2] not in _CELL_BIASES:
            raise InvalidPickleError(
                f"it has two arrays for {printable(plain)}, one of them packed", code="duplicate", part=plain
            )
        if not taken or plain != name:
            unpacked.arrays[plain] = value  # a quantised cell has its biases twice: it adds those beside its weights
        if isinstance(value, RoundedTensor):
            unpacked.marks.setdefault(plain, EIGHT_BITS)
        elif plain != name and len(getattr(value, "shape", ())) == 2:
            unpacked.marks.setdefault(plain, HALF)
    return unpacked


def _plain_name(name: str) -> str:
    """The name of an array of a packed cell or linear layer without the packing; any other name as it is."""
    if (match := _CELL_WEIGHT.fullmatch(name)) is not None:
        return f"{match['head']}{match['what']}_{match['side']}"
    if (match := _LINEAR_WEIGHT.fullmatch(name)) is not None:
        return match["head"] + ("bias" if match["what"] in ("bias", "1") else "weight")
    return name


def _layer_names(
    arrays: Mapping[str, Any], modules: Mapping[str, StatedModule], unpacked: UnpackedArrays
) -> dict[str, str]:
    """By its name in the file, what an array of a packed layer is called without the packing."""
    found: dict[str, list[tuple[str, int, str, str]]] = {}
    widths = {value.shape[1] for value in arrays.values() if len(getattr(value, "shape", ())) == 2}
    for name in arrays:
        match = _LAYER.fullmatch(name)
        if match is not None:
            number = int(match["number"])
            side = match["side"] or f"_{_SIDES[number % 2]}"  # before 1.6, there was an object for each weight
            place = number if match["side"] else number // 2
            found.setdefault(match["head"], []).append((name, place, match["what"], side))
    names: dict[str, str] = {}
    for head, entries in found.items():
        shapes = {(place, what + side): getattr(arrays[name], "shape", ()) for name, place, what, side in entries}
        stated = modules.get(head.removesuffix("."), StatedModule("")).settings.get("bidirectional")
        both, sure = (bool(stated), True) if isinstance(stated, bool) else _are_directions(shapes, widths)
        for name, place, what, side in entries:
            layer, back = (place // 2, place % 2) if both else (place, 0)
            names[name] = f"{head}{what}{side}_l{layer}{'_reverse' if back else ''}"
            if not sure:
                unpacked.marks[names[name]] = (
                    f"{head}_all_weight_values has two entries of equal sizes, which may be two layers or the two "
                    f"directions of one; they are taken for {'directions' if both else 'layers'}."
                )
    return names


def _are_directions(shapes: Mapping[tuple[int, str], tuple[int, ...]], widths: set[int]) -> tuple[bool, bool]:
    """Whether every second entry reads backwards, by what each reads, and whether that is sure.

    widths: what all matrices of the file read.
    """
    reads = {place: shape[-1:] for (place, what), shape in shapes.items() if what == "weight_ih"}
    units = next((shape[-1] for (_, what), shape in shapes.items() if what == "weight_hh" and shape), 0)
    count = len(reads)
    if not count or count % 2 or sorted(reads) != list(range(count)) or reads[0] != reads[1]:
        return False, True
    if count > 2:
        return reads[2] == (2 * units,), True
    if reads[0] != (units,):
        return True, True
    return 2 * units in widths, False


def multiplied_out(integers: Array, scale: Array, zero: Array, axis: int | None) -> Array:
    """The numbers that integers stand for: (q - zero) times scale, these of all or of each slice along an axis."""
    if axis is not None:
        shape = [1] * integers.ndim
        shape[axis] = -1
        scale, zero = scale.reshape(shape), zero.reshape(shape)
    with np.errstate(over="ignore"):  # too large for float32: infinite, which is said where the weights are used
        return ((integers.astype(np.float64) - zero) * scale).astype(np.float32)


def with_parts(contents: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, RoundedTensor]]:
    """Arrays with the integers, scales and zero points of rounded ones as arrays of their own, and the rounded ones."""
    parts: dict[str, Any] = {}
    rounded: dict[str, RoundedTensor] = {}
    for name, value in contents.items():
        if isinstance(value, RoundedTensor):
            rounded[name] = value
            parts[name] = value.integers
            for end, part in (("scale", value.scale), ("zero", value.zero)):
                if isinstance(part, Tensor):
                    if f"{name}\0{end}" in contents:
                        raise InvalidPickleError(f"it has two arrays for the {end} of {printable(name)}")
                    parts[f"{name}\0{end}"] = part
        else:
            parts[name] = value
    return parts, rounded


def put_together(arrays: dict[str, Array], dtypes: dict[str, str], rounded: Mapping[str, RoundedTensor]) -> None:
    """Replace the integers of rounded arrays by the numbers that they stand for, in place."""
    for name, value in rounded.items():
        scale, zero = (
            arrays.pop(f"{name}\0{end}") if isinstance(part, Tensor) else np.asarray(part, np.float64)
            for end, part in (("scale", value.scale), ("zero", value.zero))
        )
        for end in ("scale", "zero"):
            dtypes.pop(f"{name}\0{end}", None)
        integers = arrays[name]
        sizes = (1,) if value.axis is None else (integers.shape[value.axis],) if value.axis < integers.ndim else ()
        if scale.size not in sizes or zero.size not in sizes:
            raise InvalidPickleError(f"the scales of {printable(name)} do not fit it")
        if not (np.isfinite(scale).all() and np.isfinite(zero).all()):
            raise InvalidPickleError(
                f"the scale or zero point of {printable(name)} is no finite number", code="scale", part=name
            )
        arrays[name] = multiplied_out(integers, scale, zero, value.axis)
        dtypes[name] = f"q{dtypes[name]}"
