"""A model as the browser computes it: its equations as trees, and its weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cells import Definition
from ..cells.activations import activation
from ..cells.cell_kind import CellKind
from ..model import Model
from ..network import Head
from ..network.head import SOFTMAX
from .array_packing import as_json, little_endian
from .cell_encoding import encode_activation, encode_activations, encode_equation, encode_weights
from .model_schema import CellData, HeadData, LayerData, ModelData, TableData
from .schema import ActivationData


def model_data(model: Model) -> dict[str, Any]:
    """Encode a model, so that the browser can run it over token ids or vectors.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    dict
        A `ModelData` that JSON can hold. Arrays are sent as float32, whatever their dtype, in base64.
    """
    return dict(as_json(encode_model(model)))


def encode_model(model: Model) -> ModelData:
    """A model with its arrays, for `as_bytes` or `as_json`."""
    network = model.network
    weight, bias = network.readout_weight, network.readout_bias
    return {
        "name": model.name,
        "cells": [_cell(kind.definition) for kind in different_kinds(model)],
        "activations": _activations(model) | _head_activations(network.head),
        "embedding": None if network.embedding is None else _table(network.embedding),
        "layers": [
            [_layer(model, layer, direction) for direction in directions]
            for layer, directions in enumerate(network.directions_by_layer)
        ],
        "merge": network.merge,  # type: ignore[typeddict-item]
        "head": _head(network.head),
        "readout": None if weight is None else _table(weight),
        "readout_bias": None if bias is None else little_endian(bias),
        "labels": list(model.labels),
    }


def different_kinds(model: Model) -> list[CellKind]:
    """Each kind of cell of a model once, in the order of the layers."""
    kinds = model.network.cell_kinds
    return [kind for k, kind in enumerate(kinds) if kind not in kinds[:k]]


def _cell(definition: Definition) -> CellData:
    """What a cell computes."""
    return {
        "name": definition.name,
        "states": list(definition.states),
        "equations": [encode_equation(equation) for phase in definition.phases for equation in phase.equations],
    }


def _activations(model: Model) -> dict[str, ActivationData]:
    """The functions of all cells, by name."""
    activations: dict[str, ActivationData] = {}
    for kind in different_kinds(model):
        activations |= encode_activations(kind.definition)
    return activations


def _layer(model: Model, layer: int, direction: str) -> LayerData:
    """The cell of one layer and direction."""
    network = model.network
    cell = network.cell(layer, direction)
    initial = network.initial[layer][network.directions_by_layer[layer].index(direction)] if network.initial else {}
    return {
        "cell": different_kinds(model).index(network.cell_kinds[layer]),
        "direction": direction,  # type: ignore[typeddict-item]
        "units": {q.name: cell.units(q.name) for q in cell.definition.quantities},
        "input_size": cell.input_size,
        "weights": encode_weights(cell),
        "initial": {state: little_endian(array) for state, array in initial.items()},
    }


def _head(head: Head) -> HeadData:
    """What the readout reads, and what becomes of its sums."""
    return {
        "activation": head.activation,
        "reading": head.reading,  # type: ignore[typeddict-item]
        "layers": [
            {"weight": _table(layer.weight), "bias": little_endian(layer.bias), "activation": layer.activation}
            for layer in head.layers
        ],
    }


def _head_activations(head: Head) -> dict[str, ActivationData]:
    """The functions of a head, by the names that it has for them."""
    names = {*(layer.activation for layer in head.layers), head.activation} - {SOFTMAX}
    return {name: encode_activation(activation(name)) for name in sorted(names)}


def _table(array: np.ndarray) -> TableData:
    rows, columns = array.shape
    return {"rows": rows, "columns": columns, "values": little_endian(array)}
