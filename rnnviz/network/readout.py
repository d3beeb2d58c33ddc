"""The readout alone: the logits of few steps, where those of all would be many."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..cells.activations import Array

if TYPE_CHECKING:
    from .network import Network


def read_out(top: Array, weight: Array | None, bias: Array | None) -> Array | None:
    """The logits (..., C) of what the top layer passes on (..., N); None without a readout."""
    if weight is None:
        return None
    logits: Array = top @ weight.T
    if bias is not None:
        logits += bias
    return logits


def without_readout(network: Network) -> Network:
    """The same network without its readout; what a run of it passes on is what the head reads."""
    return replace(network, readout_weight=None, readout_bias=None, head=replace(network.head, layers=()))


def logits_of(network: Network, top: Array) -> Array:
    """The logits (..., C) that a network with a readout computes of what its head reads, (..., N)."""
    logits = read_out(network.head.inner(top)[-1], network.readout_weight, network.readout_bias)
    assert logits is not None
    return logits
