"""Gradients through a whole network: of a state by the layers below it, of an output by what was read."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...cells import Cell, Record
from ...cells.activations import Array
from ...network import Network, Run, softmax
from ...network.merging import split_gradient
from ...trace import Trace
from ..progress import Progress, Tick
from .jacobians import reading_order, refuse_held, rerun


@dataclass(frozen=True)
class LayersFlow:
    """How much the hidden state at one step depends on everything at and below its layer.

    states: by layer and direction, the gradients (T, H, S): [k, i, j] is d h_to[i] / d s_k[j], by all paths through
    layers and directions. inputs: (T, H, D), by the vectors that the first layer read.
    The norms, (T,), are Frobenius norms / sqrt(H), as in `Flow`.
    """

    states: dict[tuple[int, str], Array]
    inputs: Array

    def norm(self, layer: int, direction: str = "forward") -> Array:
        return _rms(self.states[layer, direction])

    @property
    def input_norm(self) -> Array:
        return _rms(self.inputs)


def gradient_by_layers(
    trace: Trace, to: int | None = None, layer: int | None = None, direction: str = "forward", tick: Tick | None = None
) -> LayersFlow:
    """The gradient of a layer's hidden state at step `to` by every state and input that leads to it, exactly.

    layer: the top one if left out. to: counted from 1, the last step that the direction reads if left out.
    A state's gradient is by all that is handed on after its step and by what the layer above reads of it.
    For an LSTM, hidden and cell state count as two things: a path from the cell state of step k through the
    hidden state of the same step belongs to the latter. In layers with two directions a state may depend on
    later steps as well. One pass backwards with H gradients at once: T (H^2 (D + H)) for every layer.
    tick: called now and then with the share done, from 0 to 1; what it raises ends the computation.

    Raises ValueError for a trace that does not know its network or that has interventions inside it and for a
    step that does not exist, KeyError for a layer or direction that the trace lacks.
    """
    refuse_held(trace)
    top = trace.layers - 1 if layer is None else layer
    rerun(trace, top, direction)  # which says so if there is no such layer or direction
    steps = len(trace)
    if to is not None and not 1 <= to <= steps:
        raise ValueError(f"there is no step {to}; the trace has steps 1 to {steps}")
    row = range(steps)[reading_order(direction)][-1] if to is None else to - 1
    size = trace.units(top)
    enters = {d: np.zeros((steps, size, size), trace["hidden", top, d].dtype) for d in trace.directions_by_layer[top]}
    enters[direction][row] = np.eye(size)
    found: dict[tuple[int, str], Array] = {}
    progress = Progress(tick, steps * sum(cell.weight_hh.size + cell.weight_ih.size for cell in _cells(trace, top)))
    for k in range(top, -1, -1):
        d_below: Array = np.zeros(())
        for d in trace.directions_by_layer[k]:
            along = reading_order(d)
            states, inputs = _back(rerun(trace, k, d), enters[d][along], progress)
            found[k, d] = states[along]
            d_below = d_below + inputs[along]
        enters = _by_direction(trace, k - 1, d_below) if k else enters
    progress.finish()
    return LayersFlow(found, d_below.swapaxes(1, 2))


def _by_direction(trace: Trace, layer: int, d_merged: Array) -> dict[str, Array]:
    """From N gradients by what a layer hands on, (T, width, N), those by the hidden states of each direction."""
    assert trace.network is not None
    hidden = [trace["hidden", layer, d][:, None] for d in trace.directions_by_layer[layer]]
    found = split_gradient(d_merged.swapaxes(1, 2), hidden, trace.network.merge)
    return {d: one.swapaxes(1, 2) for d, one in zip(trace.directions_by_layer[layer], found, strict=True)}


def _cells(trace: Trace, top: int) -> list[Cell]:
    """The cells of a layer and of all below it."""
    assert trace.network is not None  # or `rerun` had refused
    return [cell for cells in trace.network.layers[: top + 1] for cell in cells]


def _back(record: Record, enters: Array, progress: Progress) -> tuple[Array, Array]:
    """From N gradients by the hidden states (T, H, N), those by all states (T, N, S) and by the inputs (T, D, N)."""
    cell, count = record.cell, enters.shape[2]
    d = {state: np.zeros((cell.hidden_size, count), cell.dtype) for state in cell.states}
    dz = np.empty((record.z.shape[1], count), cell.dtype)
    states = np.empty((len(record), count, len(cell.states) * cell.hidden_size), cell.dtype)
    inputs = np.empty((len(record), cell.input_size, count), cell.dtype)
    by_step = list(cell.step_values(record.z, record.values))
    for t in reversed(range(len(record))):
        d["hidden"] += enters[t]
        np.concatenate([d[state] for state in cell.states], out=states[t].T)
        cell.step_back(record.z[t], {s: record.values[s][t] for s in cell.states}, by_step[t], d, dz)
        np.matmul(cell.weight_ih.T, dz, out=inputs[t])
        progress.add(cell.weight_hh.size + cell.weight_ih.size)
    return states, inputs


def input_gradient(
    trace: Trace, output: int | str, step: int | None = None, *, of: str = "logit"
) -> tuple[Array, Array]:
    """The gradient of one output by each token's vector, (T, D), and its length for each token, (T,).

    output: a label of the trace or its number. step: where the readout is asked, counted from 1; the last
    one if left out. of: "logit", or "probability". All layers and directions are passed through.

    Raises ValueError for a label or step that does not exist, for a network without a readout, and for a
    trace that does not know its network or that has interventions inside it.
    """
    run, network = whole_run(trace)
    label, row = label_number(trace, output), step_row(trace, step)
    assert run.logits is not None
    d_logits = np.zeros_like(run.logits)
    d_logits[row, label] = 1
    if of == "probability":
        said = softmax(run.logits[row])
        d_logits[row] = said[label] * (d_logits[row] - said)
    elif of != "logit":
        raise ValueError(f"a gradient is of a 'logit' or of a 'probability', not of {of!r}")
    found = network.backward(run, d_logits)["inputs"]
    return found, np.sqrt((found.astype(np.float64) ** 2).sum(1))


def whole_run(trace: Trace) -> tuple[Run, Network]:
    """The trace's run once more through all layers, and its network as one that reads vectors instead of tokens.

    Raises ValueError if the trace does not know its network or the network has no readout.
    """
    refuse_held(trace)
    records = [
        [rerun(trace, layer, d) for d in directions] for layer, directions in enumerate(trace.directions_by_layer)
    ]
    assert trace.network is not None  # or `rerun` had refused
    network = replace(trace.network, embedding=None)
    if network.readout_weight is None:
        raise ValueError("the network has no readout, and so no outputs to ask about")
    initial = [[record.initial for record in layer] for layer in records]
    return network.forward(trace["input_vector"], initial), network


def label_number(trace: Trace, output: int | str) -> int:
    """The column of a label, given by its name or its number. Raises ValueError if there is none."""
    if isinstance(output, str) and output in trace.labels:
        return trace.labels.index(output)
    if isinstance(output, str) or not 0 <= output < len(trace.labels):
        raise ValueError(f"there is no output {output!r}; the model has {', '.join(trace.labels) or 'none'}")
    return int(output)


def step_row(trace: Trace, step: int | None) -> int:
    """The row of a step counted from 1, of the last one for None. Raises ValueError if there is none."""
    if step is not None and not 1 <= step <= len(trace):
        raise ValueError(f"there is no step {step}; the trace has steps 1 to {len(trace)}")
    return len(trace) - 1 if step is None else step - 1


def _rms(matrices: Array) -> Array:
    return np.sqrt((matrices.astype(np.float64) ** 2).sum((1, 2)) / matrices.shape[1])
