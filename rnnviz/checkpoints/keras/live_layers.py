"""Keras's layers in a running program, of any version; Keras itself is never imported here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..stack import Source, Stack
from .configuration import described
from .layer import Layer
from .layer_stacks import stacks

ROOTS = ("keras", "tf_keras", "tensorflow")


def keras_stacks(layer: Any) -> tuple[Stack, ...]:
    """The recurrent stacks of a Keras layer or model. Raises TypeError and ValueError as `live`."""
    return stacks(live(layer))


def live(layer: Any) -> list[Layer]:
    """The layers of a Keras layer or model, for `stacks`.

    Raises TypeError if it is neither, ValueError if it has no weights yet.
    """
    if not all(callable(getattr(layer, name, None)) for name in ("get_config", "get_weights")):
        raise TypeError(f"expected a layer or a model of Keras, not {type(layer).__name__}")
    if not layer.get_weights():
        raise ValueError(
            f"{getattr(layer, 'name', 'the layer')!r} has no weights yet: build it, or call it on an input first"
        )
    root = type(layer).__module__.split(".")[0]
    bases = [base.__module__.split(".")[0] for base in type(layer).__mro__]
    package = next((name for name in (root, *bases) if name in ROOTS), "keras")
    version = str(getattr(sys.modules.get(package), "__version__", ""))
    described_by_config = _Live(layer)
    try:
        config = layer.get_config()
    except NotImplementedError:  # a model of somebody's own
        config = {}
    if hasattr(layer, "layers") and not isinstance(config.get("layers"), list | tuple):
        return [one for inner in layer.layers if inner.get_weights() for one in _alone(inner, version)]
    kind = type(layer).__name__
    raw = {"class_name": kind, "config": config, "module": type(layer).__module__}
    if root not in ROOTS:
        raw["registered_name"] = kind
    return described(raw, described_by_config, version)


def _alone(layer: Any, version: str) -> list[Layer]:
    """A layer of a model of somebody's own, which does not say how its layers are joined."""
    found = live(layer)
    return [replace(one, below=None) if place == 0 else one for place, one in enumerate(found)]


@dataclass
class _Live:
    layer: Any

    def children(self, layers: Sequence[tuple[str, str]]) -> list[_Live | None]:
        inside = {one.name: _Live(one) for one in getattr(self.layer, "layers", ())}
        return [inside.get(name) for _, name in layers]

    def part(self, name: str, place: int = 0) -> _Live | None:
        if name == "cell":
            cell = self.layer.cell
            cells = getattr(cell, "cells", [cell])
            return _Live(cells[place]) if place < len(cells) else None
        inner = getattr(self.layer, "layer" if name == "wrapped" else f"{name}_layer", None)
        return None if inner is None else _Live(inner)

    def sources(self) -> list[Source]:
        named = [str(getattr(one, "path", getattr(one, "name", ""))) for one in self.layer.weights]
        return [_source(name, array) for name, array in zip(named, self.layer.get_weights(), strict=False)]


def _source(name: str, array: Any) -> Source:
    array = np.asarray(array)
    dtype = str(array.dtype)
    return Source(name, array if dtype == "float64" else array.astype(np.float32), array.shape, dtype)
