"""Who wrote this memory: a gated state as the exact sum of what every step wrote into it.

Where a state is carried on by a gate, s_t = k_t * s_{t-1} + w_t unit by unit (see `carry`), it is

    s_t = sum over j <= t of (k_{j+1} * ... * k_t) * w_j + (k_1 * ... * k_t) * s_0,

and each summand belongs to one step. For the LSTM that is the cell state, with k = f and w = i * g; for the
GRU the hidden state, with k = z and w = (1 - z) * n, or with k and w changing places where z writes. The simple
RNN squashes old and new together at every step: its state is no such sum.

Where an intervention set the state, all of it counts as written at that step; where one froze it, all is kept.
What a step wrote depends on all that the network knew at that step, not on that step's token alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...cells.activations import Array
from ...interventions import held_and_frozen
from ...network import Network
from ...network.merging import split_gradient
from ...trace import Trace
from ..gradients.gradient_flow import carried_on
from ..gradients.jacobians import reading_order
from ..gradients.through_layers import label_number, step_row
from .carry import Carry, carry, shown_through


@dataclass(frozen=True)
class Memory:
    """A state at one step, taken apart: `tokens`.sum(0) + `initial` is the state, unit by unit.

    state, gate: the names of the state and of the gate that carries it on. tokens: (T, H), what is left of what each
    step wrote, zero for steps that the direction has not read yet. initial: (H,), what is left of the initial state.
    """

    state: str
    gate: str
    tokens: Array
    initial: Array

    @property
    def total(self) -> Array:
        return self.tokens.sum(0) + self.initial


@dataclass(frozen=True)
class Contributions:
    """A logit taken apart: sum of `tokens` + `initial` + `unexplained` + `bias` is `logit`.

    tokens: (T,), the share of what each step wrote. unexplained: what lies between the memory and the
    hidden state and belongs to no step. All through the label's weights in the readout.
    """

    label: str
    tokens: Array
    initial: float
    unexplained: float
    bias: float
    logit: float


@dataclass(frozen=True)
class Shares:
    """The logits of one label after every step, taken apart: tokens.sum(1) + initial + unexplained + bias is `logit`.

    tokens: (T, T), [t, k] is the share of what step k wrote in the logit after step t, zero for what no direction has
    read by then. initial, unexplained, logit: (T,). All else is as in `Contributions`, which is one row of this.
    """

    label: str
    tokens: Array
    initial: Array
    unexplained: Array
    bias: float
    logit: Array


@dataclass(frozen=True)
class HalfLives:
    """How long each unit remembers. steps: (H,), see `half_life`. order: (H,), the units, the slowest first."""

    gate: str
    steps: Array
    order: Array


def memory_of(trace: Trace, step: int | None = None, layer: int = 0, direction: str = "forward") -> Memory:
    """The carried state after one step (counted from 1; the last one read if left out) by who wrote it, in float64.

    Raises ValueError for a cell whose state is no sum over the past and for a step that does not exist,
    KeyError for a layer or direction that the trace lacks.
    """
    carried, kept, written = _run(trace, layer, direction)
    along = reading_order(direction)
    row = range(len(trace))[along][-1] if step is None else step_row(trace, step)
    last = range(len(trace))[along].index(row)
    tokens = np.zeros_like(written)
    left = np.ones(written.shape[1])
    for k in range(last, -1, -1):
        tokens[k] = left * written[k]
        left = left * kept[k]
    initial = left * trace.initial[carried.state, layer, direction]
    return Memory(carried.state, carried.gate, tokens[along], initial)


def written_at(trace: Trace, unit: int | None = None, layer: int = 0, direction: str = "forward") -> Array:
    """How much of what was written at step k is in the memory at step t, [t, k], (T, T) in float64.

    For one unit its signed share of the state, whose rows add up to the state less what is left of the initial
    one; without a unit the sum of the sizes of all units' shares. Raises as `memory_of`, and ValueError for a unit
    that does not exist.
    """
    _, kept, written = _run(trace, layer, direction)
    along, size = reading_order(direction), written.shape[1]
    if unit is not None and not 0 <= unit < size:
        raise ValueError(f"there is no unit {unit}; the layer has units 0 to {size - 1}")
    if unit is None:
        found = carried_on(kept, np.abs(written))
    else:
        found = carried_on(kept[:, unit, None], written[:, unit, None])
    return found[along, along]


def contributions(
    trace: Trace, label: int | str, step: int | None = None, squash: Literal["apart", "shared"] = "apart"
) -> Contributions:
    """Each step's share of a logit, through the top layer's memory and the readout, in float64.

    step: counted from 1; the last one if left out. In a GRU the hidden state is the memory, and the shares
    explain it all. In an LSTM the output gate and tanh, or another squash, stand between: h = o * tanh(c). The output
    gate scales all shares alike. Of tanh there are two accounts: "apart" takes the shares as if it let c through
    as it is, o * c, and states what it takes away as unexplained; "shared" spreads that over the shares
    in proportion to their size, which leaves nothing unexplained but is a convention.

    Neither account says how a step moved the gates of later steps; the gradient does (see `input_gradient`).
    Raises ValueError for a cell whose state is no sum over the past or shows in the hidden state in another way,
    for a label or step that does not exist, and for a trace that does not know its network.
    """
    row, top = step_row(trace, step), trace.layers - 1
    readings, bias = _readings(trace, label, squash)
    tokens, initial = np.zeros(len(trace)), 0.0
    for direction, reading in readings.items():
        memory = memory_of(trace, row + 1, top, direction)
        tokens += memory.tokens @ reading.weights[row]
        initial += float(memory.initial @ reading.weights[row])
    unexplained = float(sum(reading.unexplained[row] for reading in readings.values()))
    logit = float(sum(reading.logit[row] for reading in readings.values())) + bias
    return Contributions(trace.labels[label_number(trace, label)], tokens, initial, unexplained, bias, logit)


def shares(trace: Trace, label: int | str, squash: Literal["apart", "shared"] = "apart") -> Shares:
    """`contributions` for every step at once, in T^2 H time and T^2 + T H memory. Raises as that does."""
    readings, bias = _readings(trace, label, squash)
    tokens, initial = np.zeros((len(trace), len(trace))), np.zeros(len(trace))
    for direction, reading in readings.items():
        along = reading_order(direction)
        carried, kept, written = _run(trace, trace.layers - 1, direction)
        tokens += carried_on(kept, written, reading.weights[along])[along, along]
        left = np.cumprod(kept, axis=0)[along] * trace.initial[carried.state, trace.layers - 1, direction]
        initial += np.vecdot(left, reading.weights)
    unexplained = np.sum([reading.unexplained for reading in readings.values()], axis=0)
    logit = np.sum([reading.logit for reading in readings.values()], axis=0) + bias
    return Shares(trace.labels[label_number(trace, label)], tokens, initial, unexplained, bias, logit)


@dataclass(frozen=True)
class _Reading:
    """How a label's logit reads the memory of one direction of the top layer, at every step of the text.

    weights: (T, H), what a unit's memory is multiplied by on its way into the logit. logit: (T,), what this direction
    adds to it. unexplained: (T,), that less the memory by its weights.
    """

    weights: Array
    unexplained: Array
    logit: Array


def _readings(trace: Trace, label: int | str, squash: str) -> tuple[dict[str, _Reading], float]:
    """The reading of every direction, and the label's bias."""
    number = label_number(trace, label)
    network: Network | None = trace.network
    if network is None or network.readout_weight is None:
        raise ValueError("the shares go through the weights of the readout, which the trace does not know")
    if squash not in ("apart", "shared"):
        raise ValueError(f"what tanh takes away is kept 'apart' or 'shared', not {squash!r}")
    top, found = trace.layers - 1, {}
    if len(trace.directions_by_layer[top]) == 2 and network.merge == "mul":
        raise ValueError("the two directions of the top layer are multiplied, and so what they wrote does not add up")
    hidden_of = [trace["hidden", top, direction] for direction in trace.directions_by_layer[top]]
    by_direction = split_gradient(network.readout_weight[number].astype(np.float64), hidden_of, network.merge)
    for direction, weights in zip(trace.directions_by_layer[top], by_direction, strict=True):
        hidden = trace["hidden", top, direction].astype(np.float64)
        carried, kept, written = _run(trace, top, direction)
        memory = np.empty_like(written)
        state: Array = trace.initial[carried.state, top, direction].astype(np.float64)
        for t in range(len(trace)):
            state = memory[t] = kept[t] * state + written[t]
        memory = memory[reading_order(direction)]
        factor = _shown(trace, carried.state, direction)
        if squash == "shared":
            factor = np.divide(hidden, memory, out=factor.copy(), where=memory != 0)
        found[direction] = _Reading(factor * weights, (hidden - factor * memory) @ weights, hidden @ weights)
    return found, 0.0 if network.readout_bias is None else float(network.readout_bias[number])


def half_life(trace: Trace, layer: int = 0, direction: str = "forward") -> HalfLives:
    """After how many steps half of a unit's memory is left, over this text, (H,) in float64.

    If the gate kept the same share k at every step, half would be left after log(1/2) / log(k) steps; taken is the
    share that it kept on average, the geometric mean over all steps but the first, which finds nothing of this text
    that could be kept; of a gate that can be negative, the size of that share. Infinite for a unit that never gave
    anything up, as over a single step, 0 for one that once gave up everything. Raises as `memory_of`.
    """
    carried, kept, _ = _run(trace, layer, direction)
    with np.errstate(divide="ignore"):
        rate = np.log(np.abs(kept[1:])).sum(0) / max(len(kept) - 1, 1)
        steps = np.where(rate < 0, np.log(0.5) / rate, np.inf)
    return HalfLives(carried.gate, steps, np.argsort(-steps, kind="stable"))


def _run(trace: Trace, layer: int, direction: str) -> tuple[Carry, Array, Array]:
    """What the layer's cell carries, and what each step kept (T, H) and wrote (T, H), in the order of reading."""
    definition, along = trace.definition, reading_order(direction)
    carried = carry(definition)
    if carried is None:
        raise ValueError(
            f"the state of {_article(definition.title)} is no sum over the past, because it is computed anew at every "
            "step; gradient_flow tells how much each earlier state matters to it"
        )
    values = {name: trace[name, layer, direction][along].astype(np.float64) for name in definition.by_name}
    kept, written, state = carried.kept(values), carried.written(values), values[carried.state]
    marks = held_and_frozen(trace.interventions, definition, carried.state, state.shape, layer, direction)
    put, frozen = (mark[along] for mark in marks)
    kept, written = np.where(frozen, 1.0, kept), np.where(frozen, 0.0, written)
    return carried, np.where(put, 0.0, kept), np.where(put, state, written)


def _shown(trace: Trace, state: str, direction: str) -> Array:
    """What a state is multiplied by, (T, H), on its way into the hidden state, if what squashes it is left out."""
    top = trace.layers - 1
    if state == "hidden":
        return np.ones(trace[state, top, direction].shape)
    through = shown_through(trace.definition, state)
    if through is None:
        raise ValueError(f"the {state} of {_article(trace.definition.title)} shows in no known way")
    return trace[through.gate, top, direction].astype(np.float64)


def _article(title: str) -> str:
    return f"{'an' if title[0] in 'AEFHILMNORSX' and title.isupper() else 'a'} {title}"
