"""How the gradient runs back through one watched sequence: how much the loss depends on every state on the way."""

from __future__ import annotations

import numpy as np

from ..cells import Record
from ..cells.activations import Array
from ..network import Network
from .loss import cross_entropy
from .tasks import Probe


def state_gradient_norms(network: Network, inputs: Array, probe: Probe) -> tuple[float, dict[str, Array]]:
    """The loss on a probe in nats, and by state the norms (layers, T) of its gradient by that state after each step.

    inputs: what the vocabulary makes of the probe's text, ids (T,) or vectors (T, D). A state's gradient counts
    all that comes after the step, through all layers and all further steps; an LSTM's hidden state and cell
    state are both handed on, and each is moved with the other held. For networks of one direction.
    """
    run = network.forward(inputs[:, None])
    assert run.logits is not None and network.readout_weight is not None
    loss, d_logits = cross_entropy(run.logits, probe.targets[:, None], probe.weights[:, None])
    d_top = d_logits @ network.readout_weight
    layers: list[dict[str, Array]] = []
    for (record,) in reversed(run.records):
        found, d_top = _back(record, d_top)
        layers.insert(0, found)
    return loss, {state: np.stack([norms[state] for norms in layers]) for state in layers[0]}


def _back(record: Record, d_hidden: Array) -> tuple[dict[str, Array], Array]:
    """One layer of one sequence: the norms (T,) by state, and the gradient by what the layer read, (T, 1, D).

    As `Cell.backward`, which does not keep the gradients by the states that it passes on its way.
    """
    cell = record.cell
    norms = {state: np.zeros(len(record)) for state in cell.states}
    d = {state: np.zeros((cell.hidden_size, 1), cell.dtype) for state in cell.states}
    dz = np.empty_like(record.z)
    by_step = list(cell.step_values(record.z, record.values))
    for t in reversed(range(len(record))):
        d["hidden"] += d_hidden[t].T
        for state, gradient in d.items():
            norms[state][t] = np.linalg.norm(gradient)
        before = {state: record.values[state][t] for state in cell.states}
        cell.step_back(record.z[t], before, by_step[t], d, dz[t])
    return norms, dz.swapaxes(1, 2) @ cell.weight_ih
