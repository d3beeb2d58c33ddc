"""Decomposition of a gated state into what every step wrote.

Where a gate carries a state on, s_t = k_t * s_{t-1} + w_t unit by unit (see `gated_states`), it is

    s_t = sum over j <= t of (k_{j+1} * ... * k_t) * w_j + (k_1 * ... * k_t) * s_0,

and each term belongs to one step. For the LSTM this is the cell state, with k = f and w = i * g; for the GRU the hidden
state, with k = z and w = (1 - z) * n, or k = 1 - z and w = z * n where z writes. The simple RNN squashes old and new
together at every step: its state is no such sum.

A state that an intervention holds counts as written at that step; a frozen one is kept as a whole. What a step writes
depends on all that the network knows at that step, not on that step's token alone: the terms are exact bookkeeping of a
run, not causes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells.activations import SIGMOID, Array
from ...cells.applied_activation import Apply
from ...cells.gated_equations import GatedState
from ...cells.parameter_gradients import ParameterGradients
from ...errors import ArgumentError
from ...interventions import held_and_frozen
from ...trace import Trace
from ..selection import check_unit, last_read_row, reading_order, step_row
from .gated_states import gated_state, retention

_SMALL = 1e-4  # a share kept, below which a float32 sigmoid is off by more than 0.1 %


@dataclass(frozen=True)
class Memory:
    """A gated state at one step as a sum: `by_step` summed over the steps, plus `initial`, is the state.

    Parameters
    ----------
    state, gate : str
        The names of the state and of the gate that carries it on.
    by_step : ndarray of shape (T, H)
        What is left of what each step wrote; zero for steps that the direction has not read yet.
    initial : ndarray of shape (H,)
        What is left of the initial state.
    """

    state: str
    gate: str
    by_step: Array
    initial: Array

    @property
    def total(self) -> Array:
        """The state itself, (H,)."""
        return self.by_step.sum(0) + self.initial


@dataclass(frozen=True)
class KeptByGate:
    """What share of its memory the gate alone keeps of each unit in one step.

    Parameters
    ----------
    gate : str
        The gate that keeps the memory.
    shares : ndarray of shape (H,)
        The geometric means of the shares kept, at least 0, see `kept_by_gate`.
    order : ndarray of shape (H,)
        The units, the one that keeps most first.
    """

    gate: str
    shares: Array
    order: Array

    @property
    def half_life(self) -> Array:
        """After how many steps half would be left at this rate, (H,): from 0 to infinity."""
        with np.errstate(divide="ignore"):
            rate = np.log(self.shares)
            return np.where(rate < 0, np.log(0.5) / rate, np.inf)


def memory_of(trace: Trace, step: int | None = None, layer: int = 0, direction: str = "forward") -> Memory:
    """Decompose the gated state after one step into what every step wrote.

    Parameters
    ----------
    trace : Trace
        A run of T steps by a cell whose state a gate carries on.
    step : int, optional
        The step, counted from 1; by default the last step that the direction reads.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.

    Returns
    -------
    Memory
        The terms of the sum, in float64.

    Raises
    ------
    ArgumentError
        If no gate of the cell carries a state on, or there is no such step.
    UnknownQuantityError
        If the trace has no such layer or direction.

    Examples
    --------
    >>> import rnnviz
    >>> trace = rnnviz.load("names-lstm").trace("Rossi")
    >>> memory = memory_of(trace)
    >>> bool(abs(memory.total - trace["cell"][-1]).max() < 1e-5)
    True
    """
    gated, keep, writes = memory_terms(trace, layer, direction)
    order = reading_order(direction)
    row = last_read_row(len(trace), direction) if step is None else step_row(trace, step)
    last = range(len(trace))[order].index(row)
    by_step = np.zeros_like(writes)
    left = np.ones(writes.shape[1])
    for k in range(last, -1, -1):
        by_step[k] = left * writes[k]
        left = left * keep[k]
    initial = left * trace.initial[gated.state, layer, direction]
    return Memory(gated.state, gated.gate, by_step[order], initial)


def memory_shares(trace: Trace, unit: int | None = None, layer: int = 0, direction: str = "forward") -> Array:
    """Compute how much of what every step wrote is in the memory after every step.

    Parameters
    ----------
    trace : Trace
        A run of T steps by a cell whose state a gate carries on.
    unit : int, optional
        A unit, counted from 0; by default the sizes of all units' shares are summed.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.

    Returns
    -------
    ndarray of shape (T, T)
        Entry [t, k] is what is left after step t of what step k wrote, in float64. For one unit it has a sign, and the
        rows add up to the state less what is left of the initial state.

    Raises
    ------
    ArgumentError
        If no gate of the cell carries a state on, or there is no such unit.
    UnknownQuantityError
        If the trace has no such layer or direction.
    """
    _, keep, writes = memory_terms(trace, layer, direction)
    order = reading_order(direction)
    if unit is None:
        return retention(keep, np.abs(writes))[order, order]
    check_unit(unit, writes.shape[1])
    return retention(keep[:, unit, None], writes[:, unit, None])[order, order]


def kept_by_gate(trace: Trace, layer: int = 0, direction: str = "forward") -> KeptByGate:
    """Compute what share of its memory the gate alone keeps of each unit in one step.

    It is the geometric mean of the shares that the gate kept over this text, over all steps but the first, before which
    nothing of the text could be kept: a gate that kept this same share at every step would keep as much in the end. For
    a gate that can be negative, the size of the share counts. A single nearly closed gate lowers the mean greatly. What
    a network keeps by writing it again through its recurrent weights does not count: it can remember for much longer.

    A sigmoid in the network's dtype has no digits left near 0. Where less than 1e-4 is kept, its logarithm is therefore
    computed from the gate's sum in float64, unless interventions hold values or the trace does not know its network.

    Parameters
    ----------
    trace : Trace
        A run of T steps by a cell whose state a gate carries on.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.

    Returns
    -------
    KeptByGate
        Shares in float64: 1 over a single step, and 0 for a unit that gave everything up at some step.

    Raises
    ------
    ArgumentError
        If no gate of the cell carries a state on.
    UnknownQuantityError
        If the trace has no such layer or direction.

    Examples
    --------
    >>> import rnnviz
    >>> trace = rnnviz.load("recall-lstm").trace("Cabhge?")
    >>> kept = kept_by_gate(trace)
    >>> mean = np.exp(np.log(trace["forget"][1:].astype(float)).mean(0))
    >>> bool(abs(kept.shares - mean).max() < 1e-12)
    True
    """
    gated, keep, _ = memory_terms(trace, layer, direction)
    with np.errstate(divide="ignore"):
        logs = np.log(np.abs(keep))
    small = np.abs(keep) < _SMALL
    if small.any() and trace.network is not None and not trace.has_held_values:
        logs = np.where(small, _logs_by_sums(trace, gated, layer, direction), logs)
    shares = np.exp(logs[1:].sum(0) / max(len(logs) - 1, 1))
    return KeptByGate(gated.gate, shares, np.argsort(-shares, kind="stable"))


def _logs_by_sums(trace: Trace, gated: GatedState, layer: int, direction: str) -> Array:
    """The logarithms (T, H) of the shares that each step keeps, in reading order, by a copy of the cell in float64."""
    assert trace.network is not None
    cell = trace.network.cell(layer, direction)
    double = cell.from_parameters([array.astype(np.float64) for array in cell.parameters.values()], cell.options)
    inputs = trace["input_vector", layer, direction][reading_order(direction)].astype(np.float64)
    record = double.forward(inputs, {s: trace.initial[s, layer, direction].astype(np.float64) for s in cell.states})
    env, total = ParameterGradients(double, record), np.zeros((len(trace), cell.units(gated.state)))
    for factor in gated.keep_factors:
        right = cell.definition.equations[factor.name]
        if isinstance(right, Apply) and right.function == SIGMOID:  # log σ(z) = -log(1 + e^-z), and 1 - σ(z) = σ(-z)
            sums = right.of.evaluate(env).T
            total -= np.logaddexp(0, sums if factor.complement else -sums)
        else:
            with np.errstate(divide="ignore"):
                total += np.log(np.abs(1 - record[factor.name] if factor.complement else record[factor.name]))
    return total


def memory_terms(trace: Trace, layer: int, direction: str) -> tuple[GatedState, Array, Array]:
    """The gated state of a layer, and what each step kept (T, H) and wrote (T, H), in reading order."""
    _ = trace["hidden", layer, direction]  # raises if there is no such layer
    definition, order = trace.definitions[layer], reading_order(direction)
    gated = gated_state(definition)
    if gated is None:
        raise ArgumentError(
            f"The state of {with_article(definition.title)} is no sum over the past, because it is computed anew at "
            "every step; gradient_flow says how much each earlier state matters to it.",
            code="no_gated_state",
            name="trace",
            value=trace.cell_kinds[layer].name,
        )
    values = {name: trace[name, layer, direction][order].astype(np.float64) for name in definition.by_name}
    keep, writes, state = gated.keep_shares(values), gated.writes(values), values[gated.state]
    masks = held_and_frozen(trace.interventions, definition, gated.state, state.shape, layer, direction)
    overridden, frozen = (mask[order] for mask in masks)
    keep, writes = np.where(frozen, 1.0, keep), np.where(frozen, 0.0, writes)
    return gated, np.where(overridden, 0.0, keep), np.where(overridden, state, writes)


def with_article(title: str) -> str:
    """A cell's title behind "a" or "an"."""
    return f"{'an' if title[0] in 'AEFHILMNORSX' and title.isupper() else 'a'} {title}"
