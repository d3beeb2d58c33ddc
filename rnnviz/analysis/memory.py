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

from ..cells.activations import Array
from ..interventions import where_set
from ..network import Network
from ..trace import Trace
from .across import label_number, step_row
from .carry import Carry, carry
from .flow import carried_on
from .jacobians import reading_order


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
    explain it all. In an LSTM the output gate and tanh stand between: h = o * tanh(c). The output gate scales
    all shares alike. Of tanh there are two accounts: "apart" takes the shares as if it let c through
    as it is, o * c, and states what it takes away as unexplained; "shared" spreads that over the shares
    in proportion to their size, which leaves nothing unexplained but is a convention.

    Neither account says how a step moved the gates of later steps; the gradient does (see `input_gradient`).
    Raises ValueError for a cell whose state is no sum over the past or shows in the hidden state in another way,
    for a label or step that does not exist, and for a trace that does not know its network.
    """
    number, row = label_number(trace, label), step_row(trace, step)
    network: Network | None = trace.network
    if network is None or network.readout_weight is None:
        raise ValueError("the shares go through the weights of the readout, which the trace does not know")
    if squash not in ("apart", "shared"):
        raise ValueError(f"what tanh takes away is kept 'apart' or 'shared', not {squash!r}")
    top, size = trace.layers - 1, trace.hidden_size
    tokens, initial, unexplained, logit = np.zeros(len(trace)), 0.0, 0.0, 0.0
    for j, direction in enumerate(trace.directions):
        weights = network.readout_weight[number, j * size : (j + 1) * size].astype(np.float64)
        hidden = trace["hidden", top, direction][row].astype(np.float64)
        memory = memory_of(trace, row + 1, top, direction)
        factor = _shown(trace, memory, row, direction)
        if squash == "shared":
            factor = np.divide(hidden, memory.total, out=factor.copy(), where=memory.total != 0)
        tokens += memory.tokens @ (factor * weights)
        initial += float(memory.initial @ (factor * weights))
        unexplained += float((hidden - factor * memory.total) @ weights)
        logit += float(hidden @ weights)
    bias = 0.0 if network.readout_bias is None else float(network.readout_bias[number])
    return Contributions(trace.labels[number], tokens, initial, unexplained, bias, logit + bias)


def half_life(trace: Trace, layer: int = 0, direction: str = "forward") -> HalfLives:
    """After how many steps half of a unit's memory is left, over this text, (H,) in float64.

    If the gate kept the same share k at every step, half would be left after log(1/2) / log(k) steps; taken is the
    share that it kept on average, the geometric mean over all T steps. Infinite for a unit that never gave
    anything up, 0 for one that once gave up everything. Raises as `memory_of`.
    """
    carried, kept, _ = _run(trace, layer, direction)
    with np.errstate(divide="ignore"):
        rate = np.log(kept).mean(0)
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
    marks = where_set(trace.interventions, definition, carried.state, state.shape, layer, direction)
    put, frozen = (mark[along] for mark in marks)
    kept, written = np.where(frozen, 1.0, kept), np.where(frozen, 0.0, written)
    return carried, np.where(put, 0.0, kept), np.where(put, state, written)


def _shown(trace: Trace, memory: Memory, row: int, direction: str) -> Array:
    """What the memory is multiplied by, (H,), on its way into the hidden state, if tanh is left out."""
    if memory.state == "hidden":
        return np.ones_like(memory.initial)
    equations = [equation for phase in trace.definition.phases for equation in phase.equations]
    name = shown_through(equations, memory.state)
    if name is None:
        raise ValueError(f"the {memory.state} of {_article(trace.definition.title)} shows in no known way")
    return trace[name, trace.layers - 1, direction][row].astype(np.float64)


def shown_through(equations: list[str], state: str) -> str | None:
    """The gate of an equation h_t = gate * tanh(state); None if there is none."""
    tanh = rf"\tanh(\q{{{state}}}_t)"
    for equation in equations:
        target, _, right = equation.replace(r"\left", "").replace(r"\right", "").partition(" = ")
        gate, _, squashed = right.partition(r" \odot ")
        if target == r"\q{hidden}_t" and squashed == tanh and gate.startswith(r"\q{") and gate.endswith("}_t"):
            return gate[3:-3]
    return None


def _article(title: str) -> str:
    return f"{'an' if title[0] in 'AEFHILMNORSX' and title.isupper() else 'a'} {title}"
