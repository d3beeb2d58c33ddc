"""Whether a network's parts fit together: each complaint says which array is wrong, how, and what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cells.array_checks import check_array, check_numbers
from .merging import MERGES

if TYPE_CHECKING:
    from .network import Network


def check(network: Network) -> None:
    """Raises ValueError or TypeError for parts that do not fit."""
    _outside(network)
    _layers(network)
    _initial(network)
    _ends(network)


def _outside(network: Network) -> None:
    outside = {
        "embedding.weight": (network.embedding, 2),
        "readout.weight": (network.readout_weight, 2),
        "readout.bias": (network.readout_bias, 1),
    }
    for name, (array, axes) in outside.items():
        if array is None:
            continue
        check_array(name, array)
        if array.ndim != axes:
            raise ValueError(f"{name} has shape {array.shape}; expected {axes} axes")
        check_numbers(name, array, network.dtype)


def _layers(network: Network) -> None:
    layers = network.layers
    if network.merge not in MERGES:
        raise ValueError(f"two directions are merged by {', '.join(MERGES)}; {network.merge!r} is none of these")
    if [len(directions) for directions in network.directions_by_layer] != [len(layer) for layer in layers] or any(
        directions not in (("forward",), ("backward",), ("forward", "backward"))
        for directions in network.directions_by_layer
    ):
        raise ValueError(
            f"the layers have {[len(layer) for layer in layers]} cells, "
            f"which does not fit {network.directions_by_layer}"
        )
    kinds = {(type(cell), *cell.options.values(), str(cell.dtype)) for layer in layers for cell in layer}
    if len(kinds) > 1:
        raise ValueError("all layers of a network have one kind of cell, with the same options and dtype")
    for k, layer in enumerate(layers):
        if len({cell.hidden_size for cell in layer}) > 1:
            raise ValueError(f"the two directions of layer {k} have different hidden sizes")
        below = network.output_size(k - 1) if k else network.input_size
        for cell in layer:
            if cell.input_size != below:
                raise ValueError(f"layer {k} reads vectors of {cell.input_size}; expected {below}")


def _initial(network: Network) -> None:
    if network.initial is None:
        return
    if [len(layer) for layer in network.initial] != [len(layer) for layer in network.layers]:
        raise ValueError("the initial states are not those of the network's layers and directions")
    for cells, layer in zip(network.layers, network.initial, strict=True):
        for cell, states in zip(cells, layer, strict=True):
            cell.initial_states(states, 1, False)


def _ends(network: Network) -> None:
    table, weight, bias = network.embedding, network.readout_weight, network.readout_bias
    width = network.output_size(-1)
    if table is not None and table.shape[1:] != (network.input_size,):
        raise ValueError(f"embedding.weight has shape {table.shape}; the first layer expects (V, {network.input_size})")
    if weight is not None and weight.shape[1:] != (width,):
        raise ValueError(f"readout.weight has shape {weight.shape}; expected (C, {width})")
    if bias is not None:
        if weight is None:
            raise ValueError(f"readout.bias has shape {bias.shape}, but there is no readout.weight")
        if bias.shape != weight.shape[:1]:
            raise ValueError(f"readout.bias has shape {bias.shape}; expected ({weight.shape[0]},)")
