"""Keras's layers in a running program, of any version; Keras itself is never imported here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...errors import ArgumentError, DtypeError
from ..stack import SourceArray, Stack
from .configuration import described_layers
from .layer import Layer
from .layer_stacks import stacks_from_layers

PACKAGES = ("keras", "tf_keras", "tensorflow")


def stacks_from_live_keras(layer: Any) -> tuple[Stack, ...]:
    """The recurrent stacks of a Keras layer or model. Raises as `live_layers` and `stacks_from_layers`."""
    return stacks_from_layers(live_layers(layer))


def live_layers(layer: Any) -> list[Layer]:
    """The layers of a Keras layer or model.

    Raises DtypeError if it is neither, ArgumentError, code "no_weights", if it has no weights yet.
    """
    if not all(callable(getattr(layer, name, None)) for name in ("get_config", "get_weights")):
        kind = type(layer).__name__
        raise DtypeError(
            f"from_keras takes a layer or a model of Keras, not {kind}",
            name="layer",
            dtype=kind,
            expected="keras.Layer",
        )
    if not layer.get_weights():
        name = getattr(layer, "name", "the layer")
        raise ArgumentError(
            f"{name!r} has no weights yet: build it, or call it on an input first", code="no_weights", name="layer"
        )
    root = type(layer).__module__.split(".")[0]
    bases = [base.__module__.split(".")[0] for base in type(layer).__mro__]
    package = next((name for name in (root, *bases) if name in PACKAGES), "keras")
    version = str(getattr(sys.modules.get(package), "__version__", ""))
    try:
        config = layer.get_config()
    except NotImplementedError:  # a custom model
        config = {}
    if hasattr(layer, "layers") and not isinstance(config.get("layers"), list | tuple):
        return [member for inner in layer.layers if inner.get_weights() for member in _unconnected(inner)]
    kind = type(layer).__name__
    raw = {"class_name": kind, "config": config, "module": type(layer).__module__, "live": True}
    if root not in PACKAGES:
        raw["registered_name"] = kind
    return described_layers(raw, _LiveArrays(layer), version)


def _unconnected(layer: Any) -> list[Layer]:
    """A layer of a custom model, which does not tell how its layers are connected."""
    first, *rest = live_layers(layer)
    return [replace(first, below=None), *rest]


@dataclass
class _LiveArrays:
    """Where the arrays of a live layer are: see `configuration.Holder`."""

    layer: Any

    def children(self, layers: Sequence[tuple[str, str]]) -> list[_LiveArrays | None]:
        inside = {child.name: _LiveArrays(child) for child in getattr(self.layer, "layers", ())}
        return [inside.get(name) for _, name in layers]

    def part(self, name: str, place: int = 0) -> _LiveArrays | None:
        if name == "cell":
            cell = self.layer.cell
            cells = getattr(cell, "cells", [cell])
            return _LiveArrays(cells[place]) if place < len(cells) else None
        inner = getattr(self.layer, "layer" if name == "wrapped" else f"{name}_layer", None)
        return None if inner is None else _LiveArrays(inner)

    def sources(self) -> list[SourceArray]:
        names = [str(getattr(weight, "path", getattr(weight, "name", ""))) for weight in self.layer.weights]
        return [_source(name, array) for name, array in zip(names, self.layer.get_weights(), strict=False)]


def _source(name: str, array: Any) -> SourceArray:
    array = np.asarray(array)
    dtype = str(array.dtype)
    return SourceArray(name, array if dtype == "float64" else array.astype(np.float32), array.shape, dtype)
