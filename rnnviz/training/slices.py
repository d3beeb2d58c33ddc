"""Work in slices: long passes over many sequences, cut so that whoever watches can stop between two of them.

A function in slices is a generator that yields between two slices and returns its result. The cuts depend on sizes
alone, so that the same settings give the same numbers; work that fits into one slice is computed as if it were not cut.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

import numpy as np

from ..cells.activations import Array
from ..network import Network

# Multiply-adds, forward and backward: a quarter of a second on one core. What a forward pass of such a slice records
# takes a hundred megabytes, so that one without a backward pass is not longer.
SLICE = 4e9
# The backward pass has twice the products of the forward pass: gradients of the inputs, and of the weights.
FORWARD_AND_BACKWARD = 3

T = TypeVar("T")
Slices = Generator[None, None, T]


def finish(slices: Slices[T], at_break: Callable[[], object] | None = None) -> T:
    """Do all of the work, and return its result. at_break: is called at each break; an error of it ends the work."""
    while True:
        try:
            next(slices)
        except StopIteration as end:
            result: T = end.value
            return result
        if at_break is not None:
            at_break()


def sequence_slices(network: Network, steps: int, batch: int) -> list[slice]:
    """Cut a batch (T, B) between its sequences."""
    tables = ("embedding.weight",)  # rows of it are looked up, not multiplied
    per_token = sum(a.size for name, a in network.parameters.items() if a.ndim == 2 and name not in tables)
    count = max(1, int(SLICE / max(1, FORWARD_AND_BACKWARD * per_token * steps)))
    return [slice(start, start + count) for start in range(0, batch, count)]


def logits_in_slices(network: Network, inputs: Array) -> Slices[Array]:
    """The logits (T, B, C) of a batch."""
    slices = sequence_slices(network, inputs.shape[0], inputs.shape[1])
    parts = []
    for k, part in enumerate(slices):
        if k:
            yield
        logits = network.forward(inputs[:, part]).logits
        assert logits is not None
        parts.append(logits)
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
