"""A network as a stack, so that a file of rnnviz's own can be inspected and overridden like any other."""

from __future__ import annotations

from dataclasses import replace

from ...cells import Cell
from ...cells.activations import Array
from ...model import Model
from ...network.parameter_names import name_suffix
from ...wording import counted
from ..gate_orders import ORDERS
from ..settings import CHOICES, NONE, InferredSetting, inferred, inferred_order
from ..stack import HeadPart, Readout, SourceArray, Stack

_REASON = "rnnviz wrote the file, and its card states it."


def stack_from_model(model: Model) -> Stack:
    """The stack whose network, built as it is, is the model's."""
    network = model.network
    layers = tuple(
        {
            direction: {
                name: _source(f"rnn.{name}{name_suffix(k, direction)}", array) for name, array in parameters.items()
            }
            for direction, parameters in zip(
                network.directions_by_layer[k], (cell.parameters for cell in cells), strict=True
            )
        }
        for k, cells in enumerate(network.layers)
    )
    runs: list[tuple[int, str]] = []
    settings = []
    kinds = network.cell_kinds
    for k, kind in enumerate(kinds):
        if k and kind == kinds[k - 1]:
            continue
        runs.append((k, kind.name))
        end = "" if all(other == kinds[0] for other in kinds) else f"_l{k}"
        settings += [_of_layer(setting, k, end) for setting in _settings(network.layers[k][0])]
    if network.merge != "concat" or any(len(cells) == 2 for cells in network.layers):
        settings.append(inferred("merge", network.merge, "stated", _REASON))
    embeddings, readouts = {}, {}
    if network.embedding is not None:
        embeddings["embedding.weight"] = _source("embedding.weight", network.embedding)
        none = f"none: the input is vectors of size {network.input_size}"
        settings.append(_present("embedding", f"{len(network.embedding):,} tokens", none))
    if network.readout_weight is not None:
        bias = None if network.readout_bias is None else _source("readout.bias", network.readout_bias)
        parts = tuple(
            HeadPart(_source(f"head.{k}.weight", layer.weight), _source(f"head.{k}.bias", layer.bias), layer.activation)
            for k, layer in enumerate(network.head.layers)
        )
        weight = _source("readout.weight", network.readout_weight)
        readouts["readout.weight"] = Readout(weight, bias, network.head.activation, network.head.reading, parts)
        none = "none: the network ends with its hidden states"
        settings.append(_present("readout", counted(len(network.readout_weight), "output"), none))
    initial = {
        (k, direction, state): _source(f"initial.{state}{name_suffix(k, direction)}", array)
        for k, layer in enumerate(network.initial or [])
        for direction, states in zip(network.directions_by_layer[k], layer, strict=True)
        for state, array in states.items()
    }
    return Stack(
        model.name,
        kinds[0].name,
        layers,
        tuple(settings),
        embeddings,
        readouts,
        initial,
        model.max_steps,
        network.merge,
        runs=tuple(runs) if len(runs) > 1 else (),
    )


def _settings(cell: Cell) -> list[InferredSetting]:
    """What a cell's options state, and the order of its gates."""
    settings = []
    if cell.name in ORDERS and len(cell.rows) > 1:
        order = next(iter(ORDERS[cell.name]))
        settings.append(inferred_order(cell.name, order, "fixed", "rnnviz always stacks them in this order."))
    for name, value in cell.options.items():
        settings.append(inferred(name, value, "stated", _REASON, {value: value} | CHOICES.get(name, {})))
    return settings


def _of_layer(setting: InferredSetting, first: int, end: str) -> InferredSetting:
    """A setting of the layers from one on, if not all layers are alike."""
    return replace(setting, name=setting.name + end, title=f"{setting.title}, layer {first + 1}") if end else setting


def _source(name: str, array: Array) -> SourceArray:
    return SourceArray(name, array, array.shape, array.dtype.name)


def _present(name: str, size: str, none: str) -> InferredSetting:
    weight = f"{name}.weight"
    return inferred(name, weight, "stated", _REASON, {weight: f"{weight}, {size}", NONE: none})
