"""How each step's state depends on the state before it: the exact Jacobians of a run.

These are gradients of states by earlier *states*, not by weights. A gradient by the weights
adds up over all steps, near and far, and so hides from how far back anything came; the
Jacobians tell the steps apart. Training sees the past through them alone: what they shrink
to nothing teaches the weights nothing.

Nothing here knows any cell in particular. A cell's own `step_back` turns a gradient by the
states after a step into that by the states before it; given the identity matrix as a batch
of S gradients it answers with the whole Jacobian.
"""

from __future__ import annotations

import numpy as np

from ...cells import Cell, Record
from ...cells.activations import Array
from ...network import Network
from ...trace import Trace
from ..progress import Progress, Tick


def step_jacobians(trace: Trace, layer: int = 0, direction: str = "forward", tick: Tick | None = None) -> Array:
    """The Jacobian of every step of a layer, (T, S, S): [t, i, j] is d s_t[i] / d s_{t-1}[j].

    s is all that the cell hands on, the states of its definition one under another, the
    hidden state first: S = H for an RNN or a GRU, and 2H for an LSTM, whose s is (h, c).
    Row t belongs to token t in both directions; "before" is what the direction read before,
    for its first token the initial state. The dtype is the network's. tick: see `Progress`.

    Raises ValueError for a trace that does not know its network (one read from a file),
    KeyError for a layer or direction that it lacks.
    """
    along = reading_order(direction)
    return record_jacobians(rerun(trace, layer, direction), tick)[along]


def hidden_by_state(trace: Trace, layer: int = 0, direction: str = "forward", to: int | None = None) -> Array:
    """d h_to / d s_k for every step k, (T, H, S) in float64, by products of the one-step Jacobians.

    to: the step whose hidden state is asked about, counted from 1; the last one read if left
    out. Steps that the direction reads after it cannot reach it: their entries are zero.
    Raises as `step_jacobians`, and ValueError for a step that does not exist.
    """
    along = reading_order(direction)
    one_step = record_jacobians(rerun(trace, layer, direction)).astype(np.float64, copy=False)
    steps, states, _ = one_step.shape
    if to is not None and not 1 <= to <= steps:
        raise ValueError(f"there is no step {to}; the trace has steps 1 to {steps}")
    last = steps - 1 if to is None else range(steps)[along].index(to - 1)
    units = trace.units(layer, direction)
    found = np.zeros((steps, units, states))
    found[last] = np.eye(units, states)  # the hidden state stands first in s
    for k in range(last, 0, -1):
        np.matmul(found[k], one_step[k], out=found[k - 1])
    return found[along]


def rerun(trace: Trace, layer: int = 0, direction: str = "forward") -> Record:
    """A layer's run once more, on the input vectors and from the states that the trace recorded.

    The record holds what a trace leaves out and the way back needs. It is in the order in
    which the direction read. Raises as `step_jacobians`.
    """
    refuse_held(trace)
    x = trace["input_vector", layer, direction][reading_order(direction)]
    network: Network | None = trace.network
    if network is None:
        raise ValueError(
            "the trace does not know the network that it came from, because it was read from a file or made by hand; "
            "trace the text with the model again"
        )
    cell = network.cell(layer, direction)
    return cell.forward(x, {state: trace.initial[state, layer, direction] for state in cell.states})


def refuse_held(trace: Trace) -> None:
    """Raises ValueError for a run whose values are not all the cell's own: its way back is another one."""
    if trace.has_held_values:
        raise ValueError("the gradients are those of the cell's own run, and this run has interventions inside it")


def record_jacobians(record: Record, tick: Tick | None = None) -> Array:
    """The Jacobians (T, S, S) of a run without a batch axis, in the order in which it read. tick: see `Progress`."""
    cell: Cell = record.cell
    count, size = len(cell.states), len(cell.states) * cell.hidden_size
    # [t, :, i] is the gradient of s_t[i]: by s_t itself at first, by s_{t-1} in the end.
    gradients, identity = np.empty((len(record), size, size), cell.dtype), np.eye(size, dtype=cell.dtype)
    d_sums = np.empty((record.z.shape[1], size), cell.dtype)
    progress = Progress(tick, len(record))
    for t, now in enumerate(cell.step_values(record.z, record.values)):
        gradients[t] = identity
        before = {state: record.values[state][t] for state in cell.states}
        by_state = dict(zip(cell.states, gradients[t].reshape(count, -1, size), strict=True))
        cell.step_back(record.z[t], before, now, by_state, d_sums)
        progress.add(1)
    progress.finish()
    return gradients.swapaxes(1, 2)


def reading_order(direction: str) -> slice:
    """The steps of the text as a direction reads them; the same slice puts them back."""
    return slice(None) if direction == "forward" else slice(None, None, -1)
