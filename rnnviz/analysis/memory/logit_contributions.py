"""Decomposition of a logit into the contributions of what every step wrote into the top layer's memory.

See `decomposition` for the sum over the steps. It is exact bookkeeping of a run: a contribution is not the change of
the logit when a token is removed or replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...cells import Cell
from ...cells.activations import Array
from ...cells.gated_equations import projected_quantity
from ...errors import ArgumentError
from ...network import READINGS, Network
from ...network.merging import split_gradient
from ...trace import Trace
from ..selection import label_column, reading_order, step_row
from ..weights.gate_weights import projection_matrix
from .decomposition import memory_of, memory_terms, with_article
from .gated_states import output_gating, retention

SQUASH = ("separate", "shared")


@dataclass(frozen=True)
class Contributions:
    """A logit as a sum: the sum of `by_step`, plus `initial`, `unexplained` and `bias`, is `logit`.

    Parameters
    ----------
    label : str
        The label of the output.
    by_step : ndarray of shape (T,)
        The contribution of what each step wrote, through the label's weights in the readout.
    initial : float
        The contribution of the initial state.
    unexplained : float
        The difference between the hidden state and the memory that it shows, which belongs to no step.
    bias : float
        The readout's bias.
    logit : float
        The whole logit.
    """

    label: str
    by_step: Array
    initial: float
    unexplained: float
    bias: float
    logit: float


@dataclass(frozen=True)
class ContributionsOverTime:
    """One label's logits after every step as sums; `Contributions` is one row of it.

    `by_step` summed over its columns, plus `initial`, `unexplained` and `bias`, is `logit`.

    Parameters
    ----------
    label : str
        The label of the output.
    by_step : ndarray of shape (T, T)
        Entry [t, k] is the contribution of what step k wrote to the logit after step t; zero for what no direction has
        read by then.
    initial, unexplained : ndarray of shape (T,)
        The contributions of the initial state, and of what belongs to no step.
    bias : float
        The readout's bias.
    logit : ndarray of shape (T,)
        The whole logit.
    """

    label: str
    by_step: Array
    initial: Array
    unexplained: Array
    bias: float
    logit: Array


def contributions(
    trace: Trace, label: int | str, step: int | None = None, squash: Literal["separate", "shared"] = "separate"
) -> Contributions:
    """Decompose a logit into the contributions of what every step wrote into the top layer's memory.

    In a GRU the hidden state is the memory, and the contributions explain it all. In an LSTM the output gate and tanh
    (or another squash) are between the two: h = o * tanh(c). The output gate scales all contributions alike; `squash`
    says what becomes of the difference that tanh makes. A projection after them is part of the readout's weights.

    The contributions do not say how a step moved the gates of later steps, as the gradient does (see `input_gradient`),
    nor how the logit changes if a token is replaced.

    Parameters
    ----------
    trace : Trace
        A run of T steps that knows its network, by a cell whose state a gate carries on.
    label : int or str
        The number of an output, or its label.
    step : int, optional
        The step after which the logit is read, counted from 1; by default the last one.
    squash : {"separate", "shared"}, default "separate"
        "separate" takes the contributions as if the squash let the state through as it is, o * c, and reports what it
        takes away as `unexplained`. "shared" spreads that over the contributions in proportion to their size, which
        leaves nothing unexplained but is a convention.

    Returns
    -------
    Contributions
        The terms of the sum, in float64.

    Raises
    ------
    UnknownNameError
        If there is no such label.
    ArgumentError
        If no gate of the cell carries a state on or the state shows in the hidden state in another form, if there is no
        such step, or if the trace does not know its network or the network has no readout.

    Examples
    --------
    >>> import rnnviz
    >>> parts = contributions(rnnviz.load("names-gru").trace("Rossi"), "Italian")
    >>> total = parts.by_step.sum() + parts.initial + parts.unexplained + parts.bias
    >>> bool(abs(total - parts.logit) < 1e-9)
    True
    """
    row, top = step_row(trace, step), trace.layers - 1
    readings, bias = _readings(trace, label, squash)
    by_step, initial = np.zeros(len(trace)), 0.0
    for direction, reading in readings.items():
        memory = memory_of(trace, row + 1, top, direction)
        by_step += memory.by_step @ reading.weights[row]
        initial += float(memory.initial @ reading.weights[row])
    unexplained = float(sum(reading.unexplained[row] for reading in readings.values()))
    logit = float(sum(reading.logit[row] for reading in readings.values())) + bias
    return Contributions(trace.labels[label_column(trace, label)], by_step, initial, unexplained, bias, logit)


def contributions_over_time(
    trace: Trace, label: int | str, squash: Literal["separate", "shared"] = "separate"
) -> ContributionsOverTime:
    """Decompose one label's logit after every step, as `contributions` does for one step.

    Takes T^2 H operations and T^2 + T H memory.

    Parameters
    ----------
    trace : Trace
        A run of T steps that knows its network, by a cell whose state a gate carries on.
    label : int or str
        The number of an output, or its label.
    squash : {"separate", "shared"}, default "separate"
        As for `contributions`.

    Returns
    -------
    ContributionsOverTime
        The terms of the sums, in float64.

    Raises
    ------
    UnknownNameError
        If there is no such label.
    ArgumentError
        As for `contributions`.
    """
    readings, bias = _readings(trace, label, squash)
    by_step, initial = np.zeros((len(trace), len(trace))), np.zeros(len(trace))
    for direction, reading in readings.items():
        order = reading_order(direction)
        gated, keep, writes = memory_terms(trace, trace.layers - 1, direction)
        by_step += retention(keep, writes, reading.weights[order])[order, order]
        left = np.cumprod(keep, axis=0)[order] * trace.initial[gated.state, trace.layers - 1, direction]
        initial += np.vecdot(left, reading.weights)
    unexplained = np.sum([reading.unexplained for reading in readings.values()], axis=0)
    logit = np.sum([reading.logit for reading in readings.values()], axis=0) + bias
    return ContributionsOverTime(trace.labels[label_column(trace, label)], by_step, initial, unexplained, bias, logit)


@dataclass(frozen=True)
class _Reading:
    """How a label's logit reads the memory of one direction of the top layer, at every step of the text.

    weights: (T, H), what a unit's memory is multiplied by on its way into the logit. logit: (T,), what this direction
    adds to it. unexplained: (T,), `logit` less the memory times its weights.
    """

    weights: Array
    unexplained: Array
    logit: Array


def _readings(trace: Trace, label: int | str, squash: str) -> tuple[dict[str, _Reading], float]:
    """The reading of every direction, and the label's bias."""
    column = label_column(trace, label)
    network: Network | None = trace.network
    if network is None or network.readout_weight is None:
        raise ArgumentError(
            "The contributions need the weights of the readout, which the trace does not know.",
            code="no_network" if network is None else "no_readout",
            name="trace",
        )
    if not network.reads_directly:
        layers = "has several layers" if network.head.layers else f"reads {READINGS[network.head.reading]}"
        raise ArgumentError(
            f"A logit is no sum over the memory of one step here: the head {layers}.",
            code="indirect_head",
            name="trace",
        )
    if squash not in SQUASH:
        raise ArgumentError(
            f"squash is {squash!r}; it must be 'separate' or 'shared'.", name="squash", value=squash, allowed=SQUASH
        )
    top, readings = trace.layers - 1, {}
    if len(trace.directions_by_layer[top]) == 2 and network.merge == "mul":
        raise ArgumentError(
            "The two directions of the top layer are multiplied, and so what they wrote does not add up.",
            code="multiplied_directions",
            name="trace",
        )
    hidden_of = [trace["hidden", top, direction] for direction in trace.directions_by_layer[top]]
    by_direction = split_gradient(network.readout_weight[column].astype(np.float64), hidden_of, network.merge)
    for direction, weights in zip(trace.directions_by_layer[top], by_direction, strict=True):
        logit = trace["hidden", top, direction].astype(np.float64) @ weights
        shown, weights = _before_projection(trace, network.cell(top, direction), direction, weights)
        gated, keep, writes = memory_terms(trace, top, direction)
        memory = np.empty_like(writes)
        state: Array = trace.initial[gated.state, top, direction].astype(np.float64)
        for t in range(len(trace)):
            state = memory[t] = keep[t] * state + writes[t]
        memory = memory[reading_order(direction)]
        factor = _output_factor(trace, gated.state, direction)
        if squash == "shared":
            factor = np.divide(shown, memory, out=factor.copy(), where=memory != 0)
        readings[direction] = _Reading(factor * weights, logit - (factor * memory) @ weights, logit)
    return readings, 0.0 if network.readout_bias is None else float(network.readout_bias[column])


def _before_projection(trace: Trace, cell: Cell, direction: str, weights: Array) -> tuple[Array, Array]:
    """What shows the memory unit by unit, (T, H), and the weights by which a logit reads it, from those of h."""
    name, matrix = projected_quantity(cell.definition.equations), projection_matrix(cell)
    if matrix is not None:  # w h = w W m = (W^T w) m
        weights = weights @ matrix
    return trace[name, trace.layers - 1, direction].astype(np.float64), weights


def _output_factor(trace: Trace, state: str, direction: str) -> Array:
    """What a state is multiplied by, (T, H), on its way into the hidden state, if the squash is left out."""
    top = trace.layers - 1
    if state == "hidden":
        return np.ones(trace[state, top, direction].shape)
    definition = trace.definitions[top]
    gating = output_gating(definition, state)
    if gating is None:
        raise ArgumentError(
            f"The {state} state of {with_article(definition.title)} shows in the hidden state in no known form.",
            code="no_output_gate",
            name="trace",
            value=trace.cell_kinds[top].name,
        )
    return trace[gating.gate, top, direction].astype(np.float64)
