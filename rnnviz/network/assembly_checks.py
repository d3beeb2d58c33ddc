"""Whether a network's parts fit together: each error says which part is wrong, how, and what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cells.array_checks import check_array, check_numbers
from ..errors import ArgumentError, ArrayError, UnknownNameError
from .merging import MERGES

if TYPE_CHECKING:
    from .network import Network


def check_network(network: Network) -> None:
    """Check that the parts of a network fit together.

    Parameters
    ----------
    network : Network
        The network.

    Raises
    ------
    ArrayError
        If an array has the wrong shape, or holds values that are not finite.
    DtypeError
        If an array does not hold floats, or dtypes differ.
    ArgumentError
        If layers, directions or initial states do not fit.
    UnknownNameError
        If `merge` is not in `MERGES`.
    """
    _check_arrays(network)
    _check_layers(network)
    _check_initial(network)
    _check_ends(network)


def _check_arrays(network: Network) -> None:
    """Check embedding and readout by themselves."""
    outside = {
        "embedding.weight": (network.embedding, 2),
        "readout.weight": (network.readout_weight, 2),
        "readout.bias": (network.readout_bias, 1),
    }
    for k, layer in enumerate(network.head.layers):
        outside |= {f"head.{k}.weight": (layer.weight, 2), f"head.{k}.bias": (layer.bias, 1)}
    for name, (array, axes) in outside.items():
        if array is None:
            continue
        check_array(name, array)
        if array.ndim != axes:
            raise ArrayError(
                f"{name} has shape {array.shape}; expected {axes} axes.",
                code="axes", name=name, shape=array.shape, expected=axes,
            )  # fmt: skip
        check_numbers(name, array, network.dtype)


def _check_layers(network: Network) -> None:
    """Check that the layers fit each other."""
    layers = network.layers
    if network.merge not in MERGES:
        raise UnknownNameError(
            f"Two directions are merged by {', '.join(MERGES)}, not by {network.merge!r}.",
            code="unknown", kind="merge", name=network.merge, allowed=MERGES,
        )  # fmt: skip
    counts = [len(layer) for layer in layers]
    if [len(directions) for directions in network.directions_by_layer] != counts or any(
        directions not in (("forward",), ("backward",), ("forward", "backward"))
        for directions in network.directions_by_layer
    ):
        raise ArgumentError(
            f"The layers have {counts} cells, which does not fit the directions {network.directions_by_layer}.",
            code="directions", name="directions_by_layer", value=network.directions_by_layer,
        )  # fmt: skip
    if len(dtypes := {str(cell.dtype) for layer in layers for cell in layer}) > 1:
        raise ArgumentError(
            "All layers of a network must have one dtype.", code="dtypes", name="layers", value=sorted(dtypes)
        )
    for k, layer in enumerate(layers):
        if len({(type(cell), *cell.options.values()) for cell in layer}) > 1:
            raise ArgumentError(
                f"The two directions of layer {k} must have one kind of cell, with the same options.",
                code="mixed_cells", name="layers", value=k,
            )  # fmt: skip
        sizes = [cell.hidden_size for cell in layer]
        if len({tuple(cell.units(q.name) for q in cell.definition.quantities) for cell in layer}) > 1:
            raise ArgumentError(
                f"The two directions of layer {k} have different hidden sizes.",
                code="hidden_sizes", name="layers", value=sizes,
            )  # fmt: skip
        below = network.output_size(k - 1) if k else network.input_size
        for cell in layer:
            if cell.input_size != below:
                raise ArgumentError(
                    f"Layer {k} reads vectors of {cell.input_size} values; expected {below}.",
                    code="input_size", name="layers", value=cell.input_size, allowed=below,
                )  # fmt: skip


def _check_initial(network: Network) -> None:
    """Check that the initial states fit the layers."""
    if network.initial is None:
        return
    counts, expected = ([len(layer) for layer in layers] for layers in (network.initial, network.layers))
    if counts != expected:
        raise ArgumentError(
            "The initial states do not fit the layers and directions of the network.",
            code="layers", name="initial", value=counts, allowed=expected,
        )  # fmt: skip
    for cells, layer in zip(network.layers, network.initial, strict=True):
        for cell, states in zip(cells, layer, strict=True):
            cell.initial_states(states, 1, False)


def _check_ends(network: Network) -> None:
    """Check that embedding and readout fit the layers."""
    table, weight, bias = network.embedding, network.readout_weight, network.readout_bias
    size = network.output_size(-1)
    if table is not None and table.shape[1:] != (network.input_size,):
        raise ArrayError(
            f"embedding.weight has shape {table.shape}; the first layer expects (V, {network.input_size}).",
            code="shape", name="embedding.weight", shape=table.shape, expected=f"(V, {network.input_size})",
        )  # fmt: skip
    if network.head.layers and weight is None:
        raise ArrayError(
            "The head has layers, but there is no readout.weight above them.",
            code="no_readout_weight", name="head.0.weight", shape=network.head.layers[0].weight.shape,
        )  # fmt: skip
    for k, layer in enumerate(network.head.layers):
        if layer.weight.shape[1:] != (size,) or layer.bias.shape != layer.weight.shape[:1]:
            raise ArrayError(
                f"head.{k}.weight has shape {layer.weight.shape} and head.{k}.bias {layer.bias.shape}; expected "
                f"(K, {size}) and (K,).",
                code="shape", name=f"head.{k}.weight", shape=layer.weight.shape, expected=f"(K, {size})",
            )  # fmt: skip
        size = len(layer.weight)
    if weight is not None and weight.shape[1:] != (size,):
        raise ArrayError(
            f"readout.weight has shape {weight.shape}; expected (C, {size}).",
            code="shape", name="readout.weight", shape=weight.shape, expected=f"(C, {size})",
        )  # fmt: skip
    if bias is not None:
        if weight is None:
            raise ArrayError(
                f"readout.bias has shape {bias.shape}, but there is no readout.weight.",
                code="no_readout_weight", name="readout.bias", shape=bias.shape,
            )  # fmt: skip
        if bias.shape != weight.shape[:1]:
            raise ArrayError(
                f"readout.bias has shape {bias.shape}; expected ({weight.shape[0]},).",
                code="shape", name="readout.bias", shape=bias.shape, expected=weight.shape[:1],
            )  # fmt: skip
