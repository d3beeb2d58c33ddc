"""Cross-entropy, and its gradients by back-propagation through time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..cells import Record
from ..cells.activations import Array
from ..network import Masks, Network, States
from .batches import Batch
from .slices import Slices, finish, sequence_slices


def log_softmax(logits: Array) -> Array:
    """Return the logarithms of the probabilities, computed without overflow.

    Parameters
    ----------
    logits : ndarray of shape (..., C)
        Scores of C classes.

    Returns
    -------
    ndarray of shape (..., C)
        Log-probabilities, at most 0.
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted


def surprisal(logits: Array, targets: Array) -> Array:
    """Return -log p(target) in nats.

    Parameters
    ----------
    logits : ndarray of shape (..., C)
        Scores of C classes.
    targets : ndarray of int of shape (...)
        Class numbers, 0 to C - 1.

    Returns
    -------
    ndarray of shape (...)
        Surprisals in nats, 0 or above.
    """
    return -np.take_along_axis(log_softmax(logits), targets[..., None], axis=-1)[..., 0]


def cross_entropy(logits: Array, targets: Array, weights: Array) -> tuple[float, Array]:
    """Return the weighted sum of surprisals and its gradient with respect to the logits.

    Parameters
    ----------
    logits : ndarray of shape (T, B, C)
        Scores of C classes.
    targets : ndarray of int of shape (T, B)
        Class numbers, 0 to C - 1.
    weights : ndarray of shape (T, B)
        How much each answer counts: 0 at padding and at steps that are not scored. With weights that add up to 1,
        the loss is a mean.

    Returns
    -------
    loss : float
        In nats, 0 or above.
    gradient : ndarray of shape (T, B, C)
        Gradient of the loss with respect to the logits.
    """
    gradient = log_softmax(logits)
    target_log_p = np.take_along_axis(gradient, targets[..., None], axis=-1)
    loss = -float((weights * target_log_p[..., 0]).sum(dtype=np.float64))
    np.exp(gradient, out=gradient)
    np.put_along_axis(gradient, targets[..., None], np.exp(target_log_p) - 1, axis=-1)
    gradient *= weights[..., None]
    return loss, gradient


def loss_and_gradients(
    network: Network, batch: Batch, states: States | None = None, masks: Masks | None = None, truncate: int = 0
) -> tuple[float, dict[str, Array], States]:
    """Return the loss of a batch, its gradient with respect to every parameter, and the final states.

    Parameters
    ----------
    network : Network
        The network, with a readout.
    batch : Batch
        Sequences of T steps with their targets and weights.
    states : list of list of dict, optional
        Initial states by layer and direction; zeros by default.
    masks : Masks, optional
        Dropout masks for the inputs and for the top hidden states.
    truncate : int, default 0
        Split longer sequences into segments of this many steps. Each segment starts from the final states of the
        segment before it, but no gradient flows back into them. 0 does not truncate.

    Returns
    -------
    loss : float
        In nats.
    gradients : dict of str to ndarray
        By parameter name, each of the parameter's shape. Gradients of segments add up.
    states : list of list of dict
        States after the last step, by layer and direction.

    Raises
    ------
    NotFiniteError
        If the values passed between two layers are no longer finite.

    References
    ----------
    R. J. Williams and J. Peng, "An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories", Neural Computation 2(4), 1990 (truncated back-propagation through time).
    """
    return finish(gradients_in_slices(network, batch, states, masks, truncate))


def gradients_in_slices(
    network: Network, batch: Batch, states: States | None = None, masks: Masks | None = None, truncate: int = 0
) -> Slices[tuple[float, dict[str, Array], States]]:
    """As `loss_and_gradients`. A large batch is cut between its sequences, whose losses and gradients add up."""
    steps, sequences = batch.targets.shape
    slices = sequence_slices(network, steps, sequences)
    if len(slices) == 1:
        return _loss_and_gradients(network, batch, states, masks, truncate)
    loss, total, finals = 0.0, dict[str, Array](), list[States]()
    for k, part in enumerate(slices):
        if k:
            yield
        members = Batch(batch.inputs[:, part], batch.targets[:, part], batch.weights[:, part])
        starts = None if states is None else _each_state(lambda state: state[part], states)  # noqa: B023
        mask = None if masks is None else Masks(masks.inputs[:, part], masks.top[:, part])
        part_loss, gradients, final = _loss_and_gradients(network, members, starts, mask, truncate)
        loss += part_loss
        finals.append(_each_state(np.copy, final))  # it is a view of everything that the slice recorded
        for name, gradient in gradients.items():
            if name in total:
                total[name] += gradient
            else:
                total[name] = gradient
    return loss, total, _each_state(lambda *parts: np.concatenate(parts), *finals)


def _each_state(change: Callable[..., Array], *states: States) -> States:
    """Apply a function to the arrays of each state, by layer and direction."""
    return [
        [{name: change(*(one[name] for one in each)) for name in each[0]} for each in zip(*layers, strict=True)]
        for layers in zip(*states, strict=True)
    ]


def _loss_and_gradients(
    network: Network, batch: Batch, states: States | None, masks: Masks | None, truncate: int
) -> tuple[float, dict[str, Array], States]:
    loss, total = 0.0, None
    for segment, mask in _segments(batch, masks, truncate):
        run = network.forward(segment.inputs, states, mask)
        states = run.final
        assert run.logits is not None
        segment_loss, d_logits = cross_entropy(run.logits, segment.targets, segment.weights)
        loss += segment_loss
        if total is not None and not d_logits.any():
            continue  # no answer is scored in this segment: its gradient is zero
        gradients = network.backward(run, d_logits, mask)
        if total is None:
            total = {name: gradients[name] for name in network.parameters}
        else:
            for name, gradient in total.items():
                gradient += gradients[name]
    assert total is not None and states is not None
    return loss, total, states


def state_gradient_norms(
    network: Network, inputs: Array, targets: Array, weights: Array
) -> tuple[float, dict[str, Array]]:
    """Return the loss of one sequence and the norms of its gradient with respect to the states after each step.

    The gradient of a state counts everything that depends on it: all later steps and all layers above. An LSTM passes
    on a hidden state and a cell state; each gradient is taken with the other state held fixed.

    Parameters
    ----------
    network : Network
        A network of one direction, with a readout.
    inputs : ndarray of shape (T,) or (T, D)
        Token ids, or vectors.
    targets : ndarray of int of shape (T,)
        Class numbers of the right answers.
    weights : ndarray of shape (T,)
        How much each answer counts.

    Returns
    -------
    loss : float
        In nats.
    norms : dict of str to ndarray of shape (layers, T)
        By state ("hidden", "cell"), 0 or above; NaN in a layer whose cell has no such state.
    """
    run = network.forward(inputs[:, None])
    assert run.logits is not None and network.readout_weight is not None
    loss, d_logits = cross_entropy(run.logits, targets[:, None], weights[:, None])
    d_top = d_logits @ network.readout_weight
    layers: list[dict[str, Array]] = []
    for (record,) in reversed(run.records):
        norms, d_top = _layer_norms(record, d_top)
        layers.insert(0, norms)
    none = np.full(len(inputs), np.nan)
    states = dict.fromkeys(state for norms in layers for state in norms)
    return loss, {state: np.stack([norms.get(state, none) for norms in layers]) for state in states}


def _segments(batch: Batch, masks: Masks | None, truncate: int) -> Iterator[tuple[Batch, Masks | None]]:
    """The batch, cut every `truncate` steps, with the dropout masks of each segment."""
    steps = len(batch.inputs)
    if not 0 < truncate < steps:
        yield batch, masks
        return
    for start in range(0, steps, truncate):
        part = np.s_[start : start + truncate]
        mask = None if masks is None else Masks(masks.inputs[part], masks.top[part])
        yield Batch(batch.inputs[part], batch.targets[part], batch.weights[part]), mask


def _layer_norms(record: Record, d_hidden: Array) -> tuple[dict[str, Array], Array]:
    """One layer of one sequence: the norms (T,) by state, and the gradient of the layer's input, (T, 1, D).

    This is `Cell.backward`, which does not record the gradients of the states on its way.
    """
    cell = record.cell
    norms = {state: np.zeros(len(record)) for state in cell.states}
    d = {state: np.zeros((cell.units(state), 1), cell.dtype) for state in cell.states}
    dz = np.empty_like(record.z)
    by_step = list(cell.step_values(record.z, record.values))
    for t in reversed(range(len(record))):
        d["hidden"] += d_hidden[t].T
        for state, gradient in d.items():
            norms[state][t] = np.linalg.norm(gradient)
        before = {state: record.values[state][t] for state in cell.states}
        cell.step_back(record.z[t], before, by_step[t], d, dz[t])
    return norms, dz.swapaxes(1, 2) @ cell.weight_ih
