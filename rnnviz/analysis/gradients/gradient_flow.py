"""Where the gradient goes: how much every state of a run still depends on every state before it.

All of it follows from d s_t / d s_k, the product of the one-step Jacobians of the steps k+1 .. t, where s
is all that a layer hands on (the hidden state; for an LSTM the cell state as well). These are gradients by
states, not by weights; see `jacobians`.

The norm used throughout is |M| = Frobenius norm / sqrt(rows): the root mean square, over the quantities
that are moved, of the length of their gradients. It is 1 at a step itself whatever the size, so that
networks compare, and it never exceeds the largest singular value, which `reach` gives for one step.

Cost: for T steps and S states T Jacobians, T log(T) S^3 + T^2 S^2 for all norms (see `products`), and at most
T S^3 for the largest singular values, when they are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from ...cells.activations import Array
from ...trace import Trace
from ..linalg.product_norms import norms_beside
from ..memory.carry import carry
from ..progress import Tick, stretch
from .jacobians import reading_order, refuse_held, step_jacobians
from .reach import largest_singular_values

FACTOR = 100.0
_JACOBIANS = 0.1  # about the share of the time that the one-step Jacobians take, the norms the rest


class Place(NamedTuple):
    """A stretch of steps, counted from 1 in the order of the text, whose states hardly matter, or matter too much.

    steepest: within the way from the stretch to the step asked about, the step at which most was lost or won.
    """

    what: Literal["vanishing", "exploding"]
    first: int
    last: int
    steepest: int


@dataclass(frozen=True)
class Flow:
    """The gradient flow in one layer and direction of a run of T steps, H units and n states.

    Row and column t belong to token t in both directions; [t, k] is about the state after step t by the
    state after step k, zero where the direction reads k after t.

    states: names of the n states. blocks: (n, n, T, T), |d s_t^a / d s_k^b| for the states a and b. one_step:
    (T, S, S), the Jacobians of the single steps. carried: the state that a gate carries on. gate: that gate's name.
    kept: (T, H), the share of that state that each step keeps. gates: (T, T), |d c_t / d c_k - highway|, what comes
    by all paths but the highway. These four are None for a cell without such a state.
    """

    direction: str
    states: tuple[str, ...]
    blocks: Array
    one_step: Array
    carried: str | None
    gate: str | None
    kept: Array | None
    gates: Array | None

    @property
    def norms(self) -> Array:
        """(T, T): |d s_t / d s_k| of all that the layer hands on together."""
        # hypot squares nothing, so that no small norm is lost to underflow.
        return np.hypot.reduce(np.concatenate(self.blocks)) / np.sqrt(len(self.states))

    def between(self, of: str, by: str | None = None) -> Array:
        """(T, T): |d of_t / d by_k|, of one state by another, or by all states together.

        Raises ValueError for a state that the cell does not have.
        """
        for state in (of, *([] if by is None else [by])):
            if state not in self.states:
                raise ValueError(f"there is no state {state!r}; the cell hands on {', '.join(self.states)}")
        row = self.blocks[self.states.index(of)]
        return np.hypot.reduce(row) if by is None else row[self.states.index(by)]

    def highway(self, unit: int) -> Array:
        """(T, T): the product of what the gate keeps of one unit over the steps k+1 .. t, 1 for t = k.

        Raises ValueError for a cell without a state that is carried on, and for a unit that does not exist.
        """
        if self.kept is None:
            raise ValueError("no gate of this cell carries a state on; all of the gradient goes through its weights")
        if not 0 <= unit < self.kept.shape[1]:
            raise ValueError(f"there is no unit {unit}; the layer has units 0 to {self.kept.shape[1] - 1}")
        along, kept = reading_order(self.direction), self.kept[:, unit, None]
        return carried_on(kept[along], np.ones_like(kept))[along, along]

    @property
    def highway_norms(self) -> Array | None:
        """(T, T): |highway|, over all units, to be set beside `gates` and `between(carried, carried)`."""
        if self.kept is None:
            return None
        along = reading_order(self.direction)
        squares = carried_on(self.kept[along] ** 2, np.ones_like(self.kept))
        return np.sqrt(squares[along, along] / self.kept.shape[1])

    @cached_property
    def largest(self) -> Array:
        """(T,): the largest singular value of each one-step Jacobian.

        Where all are below 1 the gradient must shrink at every step; where one is above 1 it can grow there.
        To follow a long computation, call `largest_singular_values` with `one_step` and a tick.
        """
        return largest_singular_values(self.one_step)

    def curve(self, to: int | None = None) -> Array:
        """(T,): how much the states of each step still matter to the state at one step.

        to: a step counted from 1; the last one read if left out. Raises ValueError for one that does not exist.
        """
        return self.norms[self._row(to)]

    def places(self, to: int | None = None, factor: float = FACTOR) -> list[Place]:
        """Where the gradient of the state at one step has vanished or exploded, in the order of the text.

        It has vanished at a step whose states matter less than 1 / `factor` as much as those of the step `to`
        itself, and exploded at one whose states matter more than `factor` times as much.
        """
        along = reading_order(self.direction)
        row = range(len(self.norms))[along].index(self._row(to))
        curve = self.curve(to)[along][: row + 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            change = np.diff(np.log(curve), prepend=0.0)  # [k]: what the way back from k to k - 1 takes off
        change[0], change[np.isnan(change)] = 0.0, 0.0
        found = []
        tests: list[tuple[Literal["vanishing", "exploding"], Array, Array]] = [
            ("vanishing", curve < 1 / factor, change),
            ("exploding", curve > factor, -change),
        ]
        steps = range(1, len(self.norms) + 1)[along]
        for what, there, loss in tests:
            edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]])))
            for first, end in edges.reshape(-1, 2):
                low, high = sorted((steps[first], steps[end - 1]))
                found.append(Place(what, low, high, steps[first + 1 + int(np.argmax(loss[first + 1 :]))]))
        return sorted(found, key=lambda place: place.first)

    def _row(self, to: int | None) -> int:
        steps = range(len(self.blocks[0, 0]))
        if to is None:
            return steps[reading_order(self.direction)][-1]
        if to - 1 not in steps:
            raise ValueError(f"there is no step {to}; the trace has steps 1 to {len(steps)}")
        return to - 1


def gradient_flow(trace: Trace, layer: int = 0, direction: str = "forward", tick: Tick | None = None) -> Flow:
    """All pairs of steps of one layer and direction. Between layers, see `gradient_by_layers`.

    tick: called now and then with the share done, from 0 to 1; what it raises ends the computation.
    Norms are computed in the network's dtype: in float64 to 1e-8 of their size, in float32 to about 1e-5.
    Raises ValueError for a trace that does not know its network or that has interventions inside it,
    KeyError for a layer or direction that it lacks.
    """
    refuse_held(trace)
    along = reading_order(direction)
    one_step = step_jacobians(trace, layer, direction, stretch(tick, 0.0, _JACOBIANS))
    definition, size = trace.definition, trace.units(layer, direction)
    carried = carry(definition)
    kept = None
    if carried is not None:
        values = {name: trace[name, layer, direction].astype(np.float64) for name in definition.by_name}
        kept = carried.kept(values)[along]
    block = definition.states.index(carried.state) if carried else 0
    blocks, beside = norms_beside(one_step[along], size, kept, block, stretch(tick, _JACOBIANS, 1.0))
    rows = np.sqrt(size)
    back = np.s_[..., along, along]
    return Flow(
        direction=direction,
        states=definition.states,
        blocks=blocks[back] / rows,
        one_step=one_step,
        carried=carried.state if carried else None,
        gate=carried.gate if carried else None,
        kept=None if kept is None else kept[along],
        gates=None if kept is None else beside[along, along] / rows,
    )


def carried_on(kept: Array, start: Array, weights: Array | None = None) -> Array:
    """What is left at step t of what was there at step k, summed over units: (T, T), zero for k > t.

    kept: (T, N), the share that every step keeps. start: (T, N), what there is at step k. weights: (T, N), how much
    each unit counts in the sum at step t, 1 if left out. In order of reading.
    """
    found, left = np.zeros((len(kept), len(kept))), np.zeros_like(start)
    counts = np.ones_like(start) if weights is None else weights
    for t, share in enumerate(kept):
        left[:t] *= share
        left[t] = start[t]
        np.matmul(left[: t + 1], counts[t], out=found[t, : t + 1])
    return found
