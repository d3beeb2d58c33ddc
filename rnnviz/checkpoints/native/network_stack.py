"""A network of ours as a stack, so that a file of rnnviz's own can be looked at and taken otherwise like any other."""

from __future__ import annotations

from ...cells.activations import Array
from ...model import Model
from ...network.merging import MERGES
from ...network.parameter_names import name_suffix
from ..gate_orders import ORDERS
from ..named.array_settings import ACTIVATIONS, GATES, RESETS, UPDATES
from ..named.surroundings import NONE
from ..stack import Fact, Readout, Source, Stack

# By option of a cell: its title, and in words what else it could be.
_OPTIONS = {
    "reset": ("Reset gate", RESETS),
    "update": ("Update gate", UPDATES),
    "gates": ("Activation of the gates", GATES),
    "activation": ("Activation", ACTIVATIONS),
    "squash": ("The cell state’s way out", ACTIVATIONS),
}
_WHY = "rnnviz wrote the file, and its card says so."


def as_stack(model: Model) -> Stack:
    """The stack whose network, built as it is, is the model's."""
    network = model.network
    layers = tuple(
        {
            way: {name: _source(f"rnn.{name}{name_suffix(k, way)}", array) for name, array in cell.parameters.items()}
            for way, cell in zip(network.directions_by_layer[k], cells, strict=True)
        }
        for k, cells in enumerate(network.layers)
    )
    facts = []
    if network.cell_name in ORDERS and len(network.layers[0][0].rows) > 1:
        orders = ORDERS[network.cell_name]
        facts.append(Fact("order", "Order of the gates", next(iter(orders)), orders, "fixed", "It is rnnviz’s own."))
    for name, value in network.layers[0][0].options.items():
        title, known = _OPTIONS.get(name, (name, {}))
        facts.append(Fact(name, title, value, {value: value} | known, "said", _WHY))
    if network.merge != "concat" or any(len(cells) == 2 for cells in network.layers):
        facts.append(Fact("merge", "The two directions", network.merge, {m: m for m in MERGES}, "said", _WHY))
    embeddings, readouts = {}, {}
    if network.embedding is not None:
        embeddings["embedding.weight"] = _source("embedding.weight", network.embedding)
        none = f"none: the input is vectors of {network.input_size} numbers"
        facts.append(_present("embedding", f"{len(network.embedding):,} tokens", none))
    if network.readout_weight is not None:
        bias = None if network.readout_bias is None else _source("readout.bias", network.readout_bias)
        readouts["readout.weight"] = Readout(_source("readout.weight", network.readout_weight), bias)
        none = "none: the network ends with its hidden states"
        facts.append(_present("readout", f"{len(network.readout_weight):,} outputs", none))
    initial = {
        (k, way, state): _source(f"initial.{state}{name_suffix(k, way)}", array)
        for k, layer in enumerate(network.initial or [])
        for way, states in zip(network.directions_by_layer[k], layer, strict=True)
        for state, array in states.items()
    }
    return Stack(
        model.name,
        network.cell_name,
        layers,
        tuple(facts),
        embeddings,
        readouts,
        initial,
        model.max_steps,
        network.merge,
    )


def _source(name: str, array: Array) -> Source:
    return Source(name, array, array.shape, array.dtype.name)


def _present(name: str, words: str, none: str) -> Fact:
    there = f"{name}.weight"
    return Fact(name, name.capitalize(), there, {there: f"{there}, {words}", NONE: none}, "said", _WHY)
