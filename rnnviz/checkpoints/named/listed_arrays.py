"""Layers among arrays that have only numbers for names, as lists of parameters have: told by their shapes in turn.

A textbook's program lists a matrix for the input, one for the state and a bias, for each gate; Keras lists its kernel,
recurrent kernel and bias; PyTorch its two matrices and two biases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from ...cells.activations import Array
from ..settings import InferredSetting, inferred, inferred_order
from .array_names import LONGEST
from .array_settings import TANH
from .assembled_layers import AssembledLayers

_NAME = re.compile(r"(?:arr_|array_?|param_?|params_|weights?_?|p)?(?P<number>[0-9]{1,4})", re.IGNORECASE)
_KINDS = {1: "rnn", 3: "gru", 4: "lstm"}
_REASON = "The arrays have no names; their shapes and their order suggest it."


def assemble_listed(assembled: AssembledLayers, arrays: Mapping[str, Array]) -> None:
    """Add the layers at the beginning of each list of arrays."""
    lists: dict[str, dict[int, str]] = {}
    for name in arrays:
        place = max(name.rfind("."), name.rfind("/")) + 1
        match = _NAME.fullmatch(name[place:]) if len(name) <= LONGEST else None
        if match is not None:
            lists.setdefault(name[:place], {})[int(match["number"])] = name
    for head, numbered in lists.items():
        names = [numbered[number] for number in sorted(numbered)]
        layer = 0
        while taken := _layer(assembled, f"{head}{layer}." if layer else head, names, arrays):
            names, layer = names[taken:], layer + 1
        if layer and names:
            rest = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
            owner = next(reversed(assembled.layers))
            words = f"{rest} follow the layer’s arrays and have no names; what they do is not run."
            assembled.left_out.setdefault(owner, []).append(words)


def _layer(assembled: AssembledLayers, head: str, names: Sequence[str], arrays: Mapping[str, Array]) -> int:
    """Add the layer that a list begins with; returns how many arrays it has, 0 for none."""
    shapes = [arrays[name].shape for name in names[:13]]
    return _by_gates(assembled, head, names, shapes, arrays) or _by_matrices(assembled, head, names, shapes, arrays)


def _by_gates(
    assembled: AssembledLayers,
    head: str,
    names: Sequence[str],
    shapes: Sequence[tuple[int, ...]],
    arrays: Mapping[str, Array],
) -> int:
    """For each gate a matrix (D, H), one (H, H) and a bias."""
    if len(shapes) < 3 or [len(shape) for shape in shapes[:3]] != [2, 2, 1]:
        return 0
    hidden = shapes[2][0]
    if shapes[1] != (hidden, hidden) or shapes[0][1] != hidden or not hidden:
        return 0
    count = 1
    while count < 4 and list(shapes[3 * count : 3 * count + 3]) == list(shapes[:3]):
        count += 1
    if count not in _KINDS:
        return 0
    order = {1: [0], 3: [1, 0, 2], 4: [0, 1, 3, 2]}[count]  # z, r, n and i, f, o, g in such programs
    for parameter, offset in (("weight_ih", 0), ("weight_hh", 1), ("bias_ih", 2)):
        parts = tuple(names[3 * gate + offset] for gate in order)
        whole = np.concatenate([arrays[part].T for part in parts])
        changes = "joined" if offset == 2 else "transposed, joined"
        owner = assembled.add(head, parameter, whole, parts, changes)
    assembled.settings[owner] = _settings(_KINDS[count], "ifgo" if count == 4 else "rzn", "before")
    return 3 * count


def _by_matrices(
    assembled: AssembledLayers,
    head: str,
    names: Sequence[str],
    shapes: Sequence[tuple[int, ...]],
    arrays: Mapping[str, Array],
) -> int:
    """Both matrices with all gates, and one bias (Keras) or two (PyTorch)."""
    if len(shapes) < 3 or [len(shape) for shape in shapes[:2]] != [2, 2]:
        return 0
    columns = shapes[0][1] == shapes[1][1] and shapes[1][0] < shapes[1][1]
    hidden, rows = shapes[1] if columns else shapes[1][::-1]
    gates = rows // hidden if hidden and rows % hidden == 0 else 0
    if gates not in (3, 4) or (not columns and shapes[0][0] != rows):
        return 0
    two = shapes[2] == (2, rows)
    if not two and shapes[2] != (rows,):
        return 0
    pair = not columns and len(shapes) > 3 and shapes[3] == (rows,)
    changes = "transposed" if columns else ""
    for parameter, name in (("weight_ih", names[0]), ("weight_hh", names[1])):
        owner = assembled.add(head, parameter, arrays[name].T if columns else arrays[name], (name,), changes)
    biases = arrays[names[2]]
    assembled.add(head, "bias_ih", biases[0] if two else biases, (names[2],), "row 0" if two else "")
    if two:
        assembled.add(head, "bias_hh", biases[1], (names[2],), "row 1")
    elif pair:
        assembled.add(head, "bias_hh", arrays[names[3]], (names[3],), "")
    order = "ifgo" if gates == 4 else "zrn" if columns else "rzn"
    assembled.settings[owner] = _settings(_KINDS[gates], order, "after" if two or pair or not columns else "before")
    return 4 if pair else 3


def _settings(cell: str, order: str, reset: str) -> tuple[InferredSetting, ...]:
    if cell == "rnn":
        return (TANH,)
    settings = [inferred_order(cell, order, "assumed", _REASON), inferred("gates", "sigmoid", "assumed", _REASON), TANH]
    if cell == "gru":
        settings[1:1] = [
            inferred("reset", reset, "assumed", _REASON),
            inferred("update", "keeps", "assumed", _REASON),
        ]
    return tuple(settings)
