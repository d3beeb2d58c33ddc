"""Gradients through a whole network: of a state by the layers below it, and of an output by the inputs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...cells import Cell, Record
from ...cells.activations import Array
from ...errors import ArgumentError
from ...network import Network, Run, softmax
from ...network.merging import split_gradient
from ...trace import Trace
from ..progress_meter import ProgressMeter, Tick
from ..selection import check_step, label_column, last_read_row, reading_order, step_row
from .jacobians import check_differentiable, rerun


@dataclass(frozen=True)
class LayerGradients:
    """How much the hidden state at one step depends on everything at and below its layer.

    Parameters
    ----------
    states : dict of (int, str) to ndarray of shape (T, H, S)
        By layer and direction: entry [k, i, j] is d h_to[i] / d s_k[j], by all paths through layers and directions.
    inputs : ndarray of shape (T, H, D)
        Gradients by the vectors that the first layer read.
    """

    states: dict[tuple[int, str], Array]
    inputs: Array

    def norm(self, layer: int, direction: str = "forward") -> Array:
        """Norm of the gradients by the states of one layer and direction.

        Parameters
        ----------
        layer : int
            The layer, counted from 0.
        direction : {"forward", "backward"}, default "forward"
            The direction of the layer.

        Returns
        -------
        ndarray of shape (T,)
            Frobenius norms / sqrt(H), as in `GradientFlow`, in float64.
        """
        return _root_mean_square(self.states[layer, direction])

    @property
    def input_norm(self) -> Array:
        """Norm of the gradients by the input vectors, (T,): Frobenius norms / sqrt(H)."""
        return _root_mean_square(self.inputs)


def gradient_by_layers(
    trace: Trace, to: int | None = None, layer: int | None = None, direction: str = "forward", tick: Tick | None = None
) -> LayerGradients:
    """Compute the exact gradient of a layer's hidden state by every state and input that leads to it.

    The gradient by a state includes what its layer passes on after its step and what the layer above reads of it. For
    an LSTM, hidden and cell state are two things: a path from the cell state of step k through the hidden state of the
    same step belongs to the hidden state. In layers with two directions a state may depend on later steps as well.

    Parameters
    ----------
    trace : Trace
        A run of T steps that knows its network and has no interventions inside it.
    to : int, optional
        The step, counted from 1; by default the last step that the direction reads.
    layer : int, optional
        The layer, counted from 0; by default the top layer.
    direction : {"forward", "backward"}, default "forward"
        The direction of that layer.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    LayerGradients
        The gradients, from one backward pass with H gradients at once.

    Raises
    ------
    ArgumentError
        If there is no step `to`, or the trace does not know its network.
    InterventionError
        If the run has interventions inside it.
    UnknownQuantityError
        If the trace has no such layer or direction.

    References
    ----------
    .. [1] P. J. Werbos, "Backpropagation through time: what it does and how to do it", Proceedings of the IEEE 78(10),
       1990.
    """
    check_differentiable(trace)
    top = trace.layers - 1 if layer is None else layer
    rerun(trace, top, direction)  # raises if there is no such layer or direction
    steps = len(trace)
    if to is not None:
        check_step(to, steps, "to")
    row = last_read_row(steps, direction) if to is None else to - 1
    size = trace.units(top, quantity="hidden")
    d_hidden = {d: np.zeros((steps, size, size), trace["hidden", top, d].dtype) for d in trace.directions_by_layer[top]}
    d_hidden[direction][row] = np.eye(size)
    gradients: dict[tuple[int, str], Array] = {}
    weights = (cell.matrix_size for cell in _cells_up_to(trace, top))
    progress = ProgressMeter(tick, steps * sum(weights))
    for k in range(top, -1, -1):
        d_below: Array = np.zeros(())
        for d in trace.directions_by_layer[k]:
            order = reading_order(d)
            states, inputs = _backward(rerun(trace, k, d), d_hidden[d][order], progress)
            gradients[k, d] = states[order]
            d_below = d_below + inputs[order]
        d_hidden = _by_direction(trace, k - 1, d_below) if k else d_hidden
    progress.finish()
    return LayerGradients(gradients, d_below.swapaxes(1, 2))


def _by_direction(trace: Trace, layer: int, d_merged: Array) -> dict[str, Array]:
    """Gradients by the hidden states of each direction, from N gradients by a layer's output, (T, width, N)."""
    assert trace.network is not None
    hidden = [trace["hidden", layer, d][:, None] for d in trace.directions_by_layer[layer]]
    split = split_gradient(d_merged.swapaxes(1, 2), hidden, trace.network.merge)
    return {d: gradient.swapaxes(1, 2) for d, gradient in zip(trace.directions_by_layer[layer], split, strict=True)}


def _cells_up_to(trace: Trace, top: int) -> list[Cell]:
    """The cells of a layer and of all layers below it."""
    assert trace.network is not None  # `rerun` has checked it
    return [cell for cells in trace.network.layers[: top + 1] for cell in cells]


def _backward(record: Record, d_hidden: Array, progress: ProgressMeter) -> tuple[Array, Array]:
    """N gradients by all states (T, N, S) and by the inputs (T, D, N), from those by the hidden states (T, H, N)."""
    cell, count = record.cell, d_hidden.shape[2]
    d = {state: np.zeros((cell.units(state), count), cell.dtype) for state in cell.states}
    dz = np.empty((record.z.shape[1], count), cell.dtype)
    states = np.empty((len(record), count, sum(map(cell.units, cell.states))), cell.dtype)
    inputs = np.empty((len(record), cell.input_size, count), cell.dtype)
    by_step = list(cell.step_values(record.z, record.values))
    for t in reversed(range(len(record))):
        d["hidden"] += d_hidden[t]
        np.concatenate([d[state] for state in cell.states], out=states[t].T)
        cell.step_back(record.z[t], {s: record.values[s][t] for s in cell.states}, by_step[t], d, dz)
        np.matmul(cell.weight_ih.T, dz, out=inputs[t])
        progress.add(cell.matrix_size)
    return states, inputs


def input_gradient(
    trace: Trace, output: int | str, step: int | None = None, *, of: str = "logit"
) -> tuple[Array, Array]:
    """Compute the gradient of one output by each token's vector, through all layers and directions.

    It is the slope at this input. It is not the change of the output when a token is removed or replaced, which can be
    very different where the network saturates; `attribution` measures that.

    Parameters
    ----------
    trace : Trace
        A run of T steps that knows its network and has no interventions inside it.
    output : int or str
        The number of an output, or its label.
    step : int, optional
        The step after which the output is read, counted from 1; by default the last one.
    of : {"logit", "probability"}, default "logit"
        Which number of the output is differentiated.

    Returns
    -------
    gradient : ndarray of shape (T, D)
        The gradient, in the network's dtype.
    length : ndarray of shape (T,)
        The Euclidean length of the gradient for each token, in float64.

    Raises
    ------
    UnknownNameError
        If there is no such output.
    ArgumentError
        If there is no such step, `of` is something else or a probability that there is not, the network has no readout,
        or the trace does not know its network.
    InterventionError
        If the run has interventions inside it.

    References
    ----------
    .. [1] K. Simonyan, A. Vedaldi and A. Zisserman, "Deep inside convolutional networks: visualising image
       classification models and saliency maps", ICLR workshop 2014.
    """
    run, network = rerun_network(trace)
    column, row = label_column(trace, output), step_row(trace, step)
    assert run.logits is not None
    d_logits = np.zeros_like(run.logits)
    d_logits[row, column] = 1
    if of == "probability":
        if not network.head.is_distribution:
            raise ArgumentError(
                "The outputs of this network are no probabilities; its logits have gradients.",
                code="no_probabilities", name="of", value=of, allowed=("logit",),
            )  # fmt: skip
        probabilities = softmax(run.logits[row])
        d_logits[row] = probabilities[column] * (d_logits[row] - probabilities)
    elif of != "logit":
        raise ArgumentError(
            f"A gradient is of a 'logit' or of a 'probability', not of {of!r}.",
            name="of",
            value=of,
            allowed=("logit", "probability"),
        )
    gradient = network.backward(run, d_logits)["inputs"]
    return gradient, np.sqrt((gradient.astype(np.float64) ** 2).sum(1))


def rerun_network(trace: Trace) -> tuple[Run, Network]:
    """Run the trace again through all layers; return the run and the network, which reads vectors in place of tokens.

    Raises ArgumentError if the trace does not know its network or the network has no readout.
    """
    check_differentiable(trace)
    records = [
        [rerun(trace, layer, d) for d in directions] for layer, directions in enumerate(trace.directions_by_layer)
    ]
    assert trace.network is not None  # `rerun` has checked it
    network = replace(trace.network, embedding=None)
    if network.readout_weight is None:
        raise ArgumentError("The network has no readout, and so no outputs.", code="no_readout", name="trace")
    initial = [[record.initial for record in layer] for layer in records]
    return network.forward(trace["input_vector"], initial), network


def _root_mean_square(matrices: Array) -> Array:
    return np.sqrt((matrices.astype(np.float64) ** 2).sum((1, 2)) / matrices.shape[1])
