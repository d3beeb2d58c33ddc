"""What of a layer is the same in every run: its cell's definition, its weights, and the labels of the model."""

from __future__ import annotations

from ..analysis.memory.gated_states import gated_states
from ..cells.activations import Array
from ..cells.definition import Definition
from ..cells.gated_equations import GatedState
from ..colours import negative_colour
from ..model import Model
from ..network.merging import split_gradient
from ..text.tokens import visible
from ..trace import Trace
from .array_packing import little_endian
from .cell_encoding import encode_activations, encode_equation, encode_weights, finite
from .leading_labels import MOST_LABELS
from .schema import DefinitionData, FactorData, GatedStateData, PhaseData, QuantityData


def encode_definition(trace: Trace, model: Model | None, layer: int, direction: str) -> DefinitionData:
    """The cell of one layer and direction, and the labels; the weights if the model is known."""
    readout = _readout(model, layer, direction)
    return {
        **common_definition(trace.definitions[layer], trace.labels),
        "readout": None if readout is None else little_endian(readout),
        "weights": encode_weights(model.network.cell(layer, direction)) if model else None,
    }


def common_definition(definition: Definition, labels: list[str]) -> DefinitionData:
    """What all layers and directions of a network share: their cell, and the labels. It has no weights."""
    return {
        "quantities": _quantities(definition),
        "phases": _phases(definition),
        "gated_states": [_gated_state(gated) for gated in gated_states(definition)],
        "activations": encode_activations(definition),
        "labels": [visible(label) for label in labels] if len(labels) <= MOST_LABELS else [],
        "readout": None,
        "weights": None,
    }


def _readout(model: Model | None, layer: int, direction: str) -> Array | None:
    """The weights (C, H) by which a hidden state adds to the logits, if it goes to the readout by itself."""
    network = model.network if model else None
    if network is None or network.readout_weight is None or layer != len(network.layers) - 1:
        return None
    if len(network.readout_weight) > MOST_LABELS or not network.reads_directly or not network.head.is_distribution:
        return None
    directions = network.directions_by_layer[layer]
    if len(directions) == 2 and network.merge == "mul":
        return None
    parts = split_gradient(network.readout_weight, [network.readout_weight] * len(directions), network.merge)
    return parts[directions.index(direction)]


def _quantities(definition: Definition) -> list[QuantityData]:
    """The quantities, the input vector first."""
    return [
        {
            "name": q.name,
            "symbol": q.symbol,
            "title": q.title,
            "role": q.role,
            "colour": q.colour,
            "negative_colour": negative_colour(q.colour),
            "activation": q.activation.name if q.activation else None,
            "low": finite(q.low),
            "high": finite(q.high),
        }
        for q in definition.by_name.values()
    ]


def _phases(definition: Definition) -> list[PhaseData]:
    """The phases of a step."""
    return [
        {
            "name": phase.name,
            "title": phase.title,
            "description": phase.description,
            "computes": list(phase.computes),
            "equations": [encode_equation(equation) for equation in phase.equations],
        }
        for phase in definition.phases
    ]


def _gated_state(gated: GatedState) -> GatedStateData:
    """A state that a gate carries on."""
    keep, *write = (
        [FactorData(name=factor.name, complement=factor.complement) for factor in product]
        for product in (gated.keep_factors, *gated.write_terms)
    )
    return {"state": gated.state, "keep": keep, "write": write}
