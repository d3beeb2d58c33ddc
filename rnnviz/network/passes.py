"""The passes through a whole network: forward from tokens to logits, and backward to the gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..cells import Record
from ..cells.activations import Array
from .embedding import embed
from .merging import merge_directions, split_gradient
from .parameter_names import name_suffix
from .readout import read_out
from .run import Edits, Masks, Run, States, reverse_if_backward
from .starting_states import check_states, own_states

if TYPE_CHECKING:
    from .network import Network


def forward_pass(
    network: Network,
    tokens: Array,
    initial: States | None,
    masks: Masks | None,
    edits: Edits | None,
    by_token: bool,
) -> Run:
    """`Network.forward`."""
    inputs = tokens if network.embedding is None else embed(tokens, network.embedding)
    if initial is not None:
        check_states(network, initial)
    starts = initial or own_states(network, inputs)
    top = inputs if masks is None else inputs * masks.inputs
    ids = tokens if by_token and network.embedding is not None and masks is None and tokens.ndim == 2 else None
    records: list[list[Record]] = []
    for k, layer in enumerate(network.layers):
        runs = []
        for j, (direction, cell) in enumerate(zip(network.directions_by_layer[k], layer, strict=True)):
            x, start = reverse_if_backward(top, direction), starts[k][j] if starts else None
            same = None if ids is None or k else reverse_if_backward(ids, direction)
            runs.append(cell.forward(x, start, (edits or {}).get((k, direction), ()), same))
        records.append(runs)
        if k < len(network.layers) - 1:
            top = merge_directions(_hidden(network, k, runs), network.merge)
    top = network.head.read(_hidden(network, -1, records[-1]), network.directions_by_layer[-1], network.merge)
    if masks is not None:
        top = top * masks.top
    logits = read_out(network.head.inner(top)[-1], network.readout_weight, network.readout_bias)
    return Run(tokens, inputs, records, top, logits)


def backward_pass(network: Network, run: Run, d_logits: Array, masks: Masks | None) -> dict[str, Array]:
    """`Network.backward`."""
    assert network.readout_weight is not None, "a network without readout has no logits to start from"
    axes = tuple(range(d_logits.ndim - 1))
    inner = network.head.inner(run.top)
    grads = {"readout.weight": np.tensordot(d_logits, inner[-1], axes=(axes, axes))}
    if network.readout_bias is not None:
        grads["readout.bias"] = d_logits.sum(axes)
    d_top, d_inner = network.head.inner_back(d_logits @ network.readout_weight, inner)
    for k, (d_weight, d_bias) in enumerate(d_inner):
        grads |= {f"head.{k}.weight": d_weight, f"head.{k}.bias": d_bias}
    if masks is not None:
        d_top *= masks.top
    for k in reversed(range(len(network.layers))):
        d_below = np.zeros((), network.dtype)
        hidden = _hidden(network, k, run.records[k])
        if k == len(network.layers) - 1:
            d_by_direction = network.head.read_back(d_top, hidden, network.directions_by_layer[k], network.merge)
        else:
            d_by_direction = split_gradient(d_top, hidden, network.merge)
        for direction, record, d_hidden in zip(
            network.directions_by_layer[k], run.records[k], d_by_direction, strict=True
        ):
            d_cell = record.cell.backward(record, reverse_if_backward(d_hidden, direction))
            d_below = d_below + reverse_if_backward(d_cell["x"], direction)
            for name in record.cell.parameters:
                grads[f"rnn.{name}{name_suffix(k, direction)}"] = d_cell[name]
        d_top = d_below
    if masks is not None:
        d_top = d_top * masks.inputs
    grads["inputs"] = d_top
    if network.embedding is not None:
        table = np.zeros_like(network.embedding)
        # One number at a time: NumPy adds single numbers four times as fast as whole rows.
        places = run.ids[..., None] * table.shape[1] + np.arange(table.shape[1])
        np.add.at(table.reshape(-1), places.reshape(-1), d_top.reshape(-1))
        grads["embedding.weight"] = table
    return grads


def _hidden(network: Network, layer: int, records: Sequence[Record]) -> list[Array]:
    """The hidden states of a layer's directions in the order of the text."""
    return [
        reverse_if_backward(record["hidden"], direction)
        for direction, record in zip(network.directions_by_layer[layer], records, strict=True)
    ]
