"""Keras 1: one array a gate, named W, U and b, and other words in its configurations.

The gates' arrays are joined to those that Keras has had since 2.0: a kernel, a recurrent kernel and a bias, with gates
along the columns. Keras 0 numbers its arrays instead, in the order W, U, b for each gate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..stack import SourceArray
from .hdf5 import Group

VERSION = "1"
PARTS = {"W": "kernel", "U": "recurrent_kernel", "b": "bias"}  # and "kernel" for the table of an Embedding
GATES = {"LSTM": "ifco", "GRU": "zrh"}  # as Keras stacks them since 2.0
JOINED = "joined to one "
NUMBERED = {12: "icfo", 9: "zrh"}  # gates in the order of Keras 0, by the count of arrays
RENAMED = {"output_dim": "units", "inner_activation": "recurrent_activation"}
_NAME = re.compile(r"(?P<stem>.{0,300}?)_?(?P<part>[WUb])(?:_(?P<gate>[icfozrh]))?(?:_\d{1,4})?(?::0)?", re.DOTALL)
_NUMBER = re.compile(r"param_(\d{1,4})")


def part_of(source: SourceArray) -> str:
    """Keras's present name of an array of `joined`; empty for any other array."""
    if source.changes.startswith(JOINED):
        return source.changes.removeprefix(JOINED)
    match = _NAME.fullmatch(source.name.rsplit("/", 1)[-1]) if source.parts else None
    return PARTS[match["part"]] if match is not None else ""


def is_keras_1(weights: Group) -> bool:
    """Whether the arrays of a file are named as Keras 1 or 0 names those of its recurrent layers."""
    names = [name for _, group in weights.walk() for name in group.arrays]
    parts = [match for name in names if (match := _NAME.fullmatch(name)) is not None]
    stems = {(match["stem"], match["part"]) for match in parts}
    recurrent = any((stem, "W") in stems and (stem, "U") in stems for stem, _ in stems)
    return recurrent or any(_numbered(group.arrays.values()) for _, group in weights.walk())


def joined(sources: Sequence[SourceArray]) -> list[tuple[tuple[str, ...], SourceArray]]:
    """The arrays of a layer's group, those of gates joined, each below the name of its layer ("forward_lstm_1").

    What Keras 1 has no such name for stays as it is.
    """
    numbered = _numbered(sources)
    if numbered:
        return [((), source) for source in _of_gates(numbered)]
    found: dict[str, dict[tuple[str, str], SourceArray]] = {}
    rest: list[tuple[tuple[str, ...], SourceArray]] = []
    for source in sources:
        match = _NAME.fullmatch(source.name.rsplit("/", 1)[-1])
        if match is None:
            rest.append(((), source))
        else:
            found.setdefault(match["stem"], {})[match["part"], match["gate"] or ""] = source
    for stem, arrays in found.items():
        path = (stem,) if stem else ()
        gates = {gate for _, gate in arrays}
        order = next((order for order in GATES.values() if gates == set(order)), "")
        complete = len(arrays) == 3 * len(order)
        plain = [replace(source, parts=(source.name,)) for source in arrays.values()]  # marks names of Keras 1
        inside = _of_gates(arrays, order) if order and complete else plain
        rest += [(path, source) for source in inside]
    return rest


def _numbered(sources: Any) -> dict[tuple[str, str], SourceArray]:
    """The arrays of a recurrent layer of Keras 0 by part and gate; empty for any others."""
    by_number = {}
    for source in sources:
        match = _NUMBER.fullmatch(source.name.rsplit("/", 1)[-1])
        if match is None:
            return {}
        by_number[int(match[1])] = source
    order = NUMBERED.get(len(by_number))
    if order is None or set(by_number) != set(range(len(by_number))):
        return {}
    return {(part, gate): by_number[3 * k + j] for k, gate in enumerate(order) for j, part in enumerate(PARTS)}


def _of_gates(arrays: Mapping[tuple[str, str], SourceArray], order: str = "") -> list[SourceArray]:
    """The kernel, the recurrent kernel and the bias of a layer, gates along the columns in Keras's present order."""
    order = order or next(order for order in GATES.values() if set(order) == {gate for _, gate in arrays})
    whole = []
    for part in PARTS:
        pieces = [arrays[part, gate] for gate in order]
        if len({piece.array.shape for piece in pieces}) > 1 or any(piece.array.ndim == 0 for piece in pieces):
            return list(arrays.values())
        array = np.concatenate([piece.array for piece in pieces], axis=-1)
        names = tuple(piece.name for piece in pieces)
        changes = f"{JOINED}{PARTS[part]}"
        whole.append(
            replace(pieces[0], name=" + ".join(names), array=array, shape=array.shape, changes=changes, parts=names)
        )
    return whole


def modern_settings(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The configuration of a recurrent layer with the words that Keras has for it since 2.0."""
    if "output_dim" not in config or "units" in config:
        return config
    return {RENAMED.get(key, key): value for key, value in config.items()}
