"""The loss of one batch and its gradient: back-propagation through time, to the beginning or truncated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..cells.activations import Array
from ..network import Masks, Network, States
from .batches import Batch
from .loss import cross_entropy


def loss_and_gradients(
    network: Network, batch: Batch, states: States | None = None, masks: Masks | None = None, truncate: int = 0
) -> tuple[float, dict[str, Array], States]:
    """The loss of a batch in nats, its gradient by every parameter, and the states after the last step.

    truncate: sequences longer than that are read in stretches of so many steps. Each stretch starts in the
    states that the one before ended in, but takes them as given: no gradient goes back into them. The
    gradients of the stretches add up (truncated back-propagation through time, Williams & Peng 1990).
    Raises NotFiniteError where numbers between two layers are no longer finite.
    """
    loss, total = 0.0, None
    for stretch, mask in _stretches(batch, masks, truncate):
        run = network.forward(stretch.inputs, states, mask)
        states = run.final
        assert run.logits is not None
        lost, d_logits = cross_entropy(run.logits, stretch.targets, stretch.weights)
        loss += lost
        if total is not None and not d_logits.any():
            continue  # nothing was asked in this stretch: its gradient is zero
        found = network.backward(run, d_logits, mask)
        if total is None:
            total = {name: found[name] for name in network.parameters}
        else:
            for name, gradient in total.items():
                gradient += found[name]
    assert total is not None and states is not None
    return loss, total, states


def _stretches(batch: Batch, masks: Masks | None, truncate: int) -> Iterator[tuple[Batch, Masks | None]]:
    """The batch, cut every `truncate` steps, with the dropout that belongs to each stretch."""
    steps = len(batch.inputs)
    if not 0 < truncate < steps:
        yield batch, masks
        return
    for start in range(0, steps, truncate):
        part = np.s_[start : start + truncate]
        mask = None if masks is None else Masks(masks.inputs[part], masks.top[part])
        yield Batch(batch.inputs[part], batch.targets[part], batch.weights[part]), mask
