"""Jacobians of a run: how each step's state depends on the states before it.

These are gradients of states by earlier *states*, not by weights. A gradient by the weights sums over all steps, near
and far, and so hides how far back it came from; the Jacobians keep the steps apart. What the Jacobians shrink to
nothing cannot teach the weights anything (Bengio et al. 1994, Pascanu et al. 2013).

No cell has code here. A cell's own `step_back` turns a gradient by the states after a step into the gradient by the
states before it; with the identity matrix as a batch of S gradients it returns the whole Jacobian.
"""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np

from ...cells import Cell, Record
from ...cells.activations import Array
from ...errors import ArgumentError, InterventionError
from ...interventions import ValueIntervention
from ...network import Network
from ...trace import Trace
from ..linalg.singular_values import largest_singular_values
from ..progress_meter import ProgressMeter, Tick
from ..selection import check_step, reading_order


def step_jacobians(trace: Trace, layer: int = 0, direction: str = "forward", tick: Tick | None = None) -> Array:
    """Compute the Jacobian of every step of a layer.

    The state s holds all states of the cell, one after the other, the hidden state first: S = H for a simple RNN or a
    GRU, S = 2H with s = (h, c) for an LSTM, and S = P + H for one with projection.

    Parameters
    ----------
    trace : Trace
        A run of T steps that knows its network and has no interventions inside it.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    ndarray of shape (T, S, S)
        Entry [t, i, j] is d s_t[i] / d s_{t-1}[j], in the network's dtype. Row t belongs to token t in both directions;
        t - 1 is the step that the direction read before, for the first one the initial state.

    Raises
    ------
    ArgumentError
        If the trace does not know its network, as one that was read from a file.
    InterventionError
        If the run has interventions inside it.
    UnknownQuantityError
        If the trace has no such layer or direction.

    References
    ----------
    .. [1] R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013,
       equation 5.
    """
    return record_jacobians(rerun(trace, layer, direction), tick)[reading_order(direction)]


def hidden_jacobians(trace: Trace, layer: int = 0, direction: str = "forward", to: int | None = None) -> Array:
    """Compute the Jacobians of one step's hidden state by the state after every step.

    They are products of the one-step Jacobians of `step_jacobians`.

    Parameters
    ----------
    trace : Trace
        A run of T steps that knows its network and has no interventions inside it.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    to : int, optional
        The step whose hidden state is differentiated, counted from 1; by default the last step that the direction
        reads.

    Returns
    -------
    ndarray of shape (T, H, S)
        Entry [k, i, j] is d h_to[i] / d s_k[j], in float64; zero for steps that the direction reads after `to`.

    Raises
    ------
    ArgumentError
        If there is no step `to`, or the trace does not know its network.
    InterventionError
        If the run has interventions inside it.
    UnknownQuantityError
        If the trace has no such layer or direction.
    """
    order = reading_order(direction)
    one_step = record_jacobians(rerun(trace, layer, direction)).astype(np.float64, copy=False)
    steps, states, _ = one_step.shape
    if to is not None:
        check_step(to, steps, "to")
    last = steps - 1 if to is None else range(steps)[order].index(to - 1)
    units = trace.units(layer, direction, "hidden")
    products = np.zeros((steps, units, states))
    products[last] = np.eye(units, states)  # the hidden state is the first part of s
    for k in range(last, 0, -1):
        np.matmul(products[k], one_step[k], out=products[k - 1])
    return products[order]


def reach(trace: Trace, layer: int = 0, direction: str = "forward", to: int | None = None) -> Array:
    """Compute how far the strongest nudge to each step's state moves a later hidden state.

    The reach of step k is the largest singular value of d h_to / d s_k: to first order, the factor by which the
    strongest nudge to all that the cell passes on after step k (the hidden state, and an LSTM's cell state) arrives in
    the hidden state of step `to`. A value that falls towards 0 on the way back is a vanishing gradient, a value far
    above 1 an exploding gradient. It is a gradient by states, not by weights.

    `GradientFlow.curve` is another measure of the same Jacobians: the root mean square over the units instead of the
    largest singular value, and of all states instead of the hidden state alone.

    Parameters
    ----------
    trace : Trace
        A run of T steps that knows its network and has no interventions inside it.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    to : int, optional
        The step whose hidden state moves, counted from 1; by default the last step that the direction reads.

    Returns
    -------
    ndarray of shape (T,)
        At least 0, in float64: 1 at step `to` itself, 0 at steps that the direction reads after it.

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
    .. [1] R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.

    Examples
    --------
    >>> import rnnviz
    >>> reach(rnnviz.load("recall-lstm").trace("Cabc?")).shape
    (5,)
    """
    return largest_singular_values(hidden_jacobians(trace, layer, direction, to))


def rerun(trace: Trace, layer: int = 0, direction: str = "forward") -> Record:
    """Run a layer again on the input vectors and initial states of the trace, in the direction's reading order.

    The record holds what a trace leaves out and back-propagation needs. Raises as `step_jacobians`.
    """
    check_differentiable(trace)
    x = trace["input_vector", layer, direction][reading_order(direction)]
    network: Network | None = trace.network
    if network is None:
        raise ArgumentError(
            "The trace does not know its network, because it was read from a file or made by hand; trace the text "
            "with the model again.",
            code="no_network",
            name="trace",
        )
    cell = network.cell(layer, direction)
    return cell.forward(x, {state: trace.initial[state, layer, direction] for state in cell.states})


def check_differentiable(trace: Trace) -> None:
    """Check that all values of a run are the cell's own; raise InterventionError otherwise."""
    if trace.has_held_values:
        raise InterventionError(
            "This run has interventions inside it, and so its values are not those that the gradients belong to; "
            "trace the text without them.",
            code="no_gradient",
            intervention=next(each for each in trace.interventions if isinstance(each, ValueIntervention)),
        )


def record_jacobians(record: Record, tick: Tick | None = None) -> Array:
    """Compute the Jacobians (T, S, S) of a run without a batch axis, in reading order."""
    cell: Cell = record.cell
    bounds = [0, *accumulate(cell.units(state) for state in cell.states)]
    size = bounds[-1]
    # [t, :, i] is the gradient of s[i] after step t: by s after it at first, by s before it in the end.
    gradients, identity = np.empty((len(record), size, size), cell.dtype), np.eye(size, dtype=cell.dtype)
    d_sums = np.empty((len(cell.weight_ih), size), cell.dtype)
    progress = ProgressMeter(tick, len(record))
    for t, (matrix, now) in enumerate(zip(gradients, cell.step_values(record.z, record.values), strict=True)):
        matrix[:] = identity
        before = {state: record.values[state][t] for state in cell.states}
        by_state = {state: matrix[slice(*ends)] for state, ends in zip(cell.states, pairwise(bounds), strict=True)}
        cell.step_back(record.z[t], before, now, by_state, d_sums)
        progress.add(1)
    progress.finish()
    return gradients.swapaxes(1, 2)
