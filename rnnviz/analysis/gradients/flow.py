"""Gradient flow: how much every state of a run still depends on every state before it.

All of it follows from d s_t / d s_k, the product of the one-step Jacobians of the steps k+1 .. t, where s is all that a
layer passes on (the hidden state; for an LSTM the cell state as well). These are gradients by states, not by weights;
see `jacobians`.

The norm used throughout is |M| = Frobenius norm / sqrt(rows): the root mean square, over the elements of the later
state, of the lengths of their gradients. It is 1 at a step itself whatever the size, so that networks can be compared,
and it never exceeds the largest singular value, which `reach` gives for one step.

Cost: for T steps and S states, T Jacobians, T log(T) S^3 + T^2 S^2 for all norms (see `product_norms`), and at most
T S^3 for the largest singular values, when they are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError, UnknownNameError
from ...trace import Trace
from ..linalg.product_norms import norms_off_diagonal
from ..linalg.singular_values import largest_singular_values
from ..memory.gated_states import gated_state, retention
from ..progress_meter import Tick, partial_tick
from ..selection import check_step, check_unit, last_read_row, reading_order
from .jacobians import check_differentiable, step_jacobians

EXTREME_FACTOR = 100.0
_JACOBIANS = 0.1  # about the share of the time that the one-step Jacobians take; the norms take the rest


class ExtremeRange(NamedTuple):
    """A range of steps whose states hardly matter to a later step, or matter too much.

    Attributes
    ----------
    kind : {"vanishing", "exploding"}
        Whether the gradient has vanished or exploded.
    first, last : int
        The steps, counted from 1 in the order of the text.
    steepest : int
        The step at which most was lost or gained, between the range and the later step.
    """

    kind: Literal["vanishing", "exploding"]
    first: int
    last: int
    steepest: int


@dataclass(frozen=True)
class GradientFlow:
    """The gradient flow in one layer and direction of a run of T steps, with H units and n states.

    Row and column t belong to token t in both directions. Entry [t, k] of a (T, T) array is about the state after step
    t by the state after step k; it is zero where the direction reads k after t.

    Parameters
    ----------
    direction : {"forward", "backward"}
        The direction of the layer.
    states : tuple of str
        The names of the n states.
    blocks : ndarray of shape (n, n, T, T)
        |d s_t^a / d s_k^b| for the states a and b: Frobenius norms / sqrt(units of a).
    one_step : ndarray of shape (T, S, S)
        The Jacobians of the single steps, as `step_jacobians` returns them.
    gated_state : str or None
        The state that a gate carries on. This and the following are None for a cell without such a state.
    gate : str or None
        The name of that gate.
    keep_shares : ndarray of shape (T, H) or None
        The share of the gated state that each step keeps.
    gate_path_norms : ndarray of shape (T, T) or None
        |d c_t / d c_k - highway|: what arrives in the gated state c by all paths but the highway.
    sizes : tuple of int
        The number of units of each state.
    """

    direction: str
    states: tuple[str, ...]
    blocks: Array
    one_step: Array
    gated_state: str | None
    gate: str | None
    keep_shares: Array | None
    gate_path_norms: Array | None
    sizes: tuple[int, ...]

    @property
    def norms(self) -> Array:
        """|d s_t / d s_k| of all that the layer passes on together, (T, T)."""
        # hypot squares nothing, so that no small norm is lost to underflow.
        shares = np.sqrt(np.array(self.sizes) / sum(self.sizes))
        return np.hypot.reduce(np.concatenate(self.blocks * shares[:, None, None, None]))

    def between(self, of: str, by: str | None = None) -> Array:
        """Norms of the gradients of one state.

        Parameters
        ----------
        of : str
            The later state.
        by : str, optional
            The earlier state; by default all states together.

        Returns
        -------
        ndarray of shape (T, T)
            |d of_t / d by_k|.

        Raises
        ------
        UnknownNameError
            If the cell has no such state.
        """
        for state in (of, *([] if by is None else [by])):
            if state not in self.states:
                raise UnknownNameError(
                    f"There is no state {state!r}; the cell passes on {', '.join(self.states)}.",
                    kind="state",
                    name=state,
                    allowed=self.states,
                )
        row = self.blocks[self.states.index(of)]
        return np.hypot.reduce(row) if by is None else row[self.states.index(by)]

    def highway(self, unit: int) -> Array:
        """Product of the shares that the gate keeps of one unit.

        Parameters
        ----------
        unit : int
            A unit, counted from 0.

        Returns
        -------
        ndarray of shape (T, T)
            The product over the steps k+1 .. t, 1 for t = k.

        Raises
        ------
        ArgumentError
            If no gate of the cell carries a state on, or there is no such unit.
        """
        if self.keep_shares is None:
            raise ArgumentError(
                "No gate of this cell carries a state on; the whole gradient passes through its weights.",
                code="no_gated_state",
                name="trace",
            )
        check_unit(unit, self.keep_shares.shape[1])
        order, shares = reading_order(self.direction), self.keep_shares[:, unit, None]
        return retention(shares[order], np.ones_like(shares))[order, order]

    @property
    def highway_norms(self) -> Array | None:
        """|highway| over all units, (T, T), to compare with `gate_path_norms`; None without a gated state."""
        if self.keep_shares is None:
            return None
        order = reading_order(self.direction)
        squares = retention(self.keep_shares[order] ** 2, np.ones_like(self.keep_shares))
        return np.sqrt(squares[order, order] / self.keep_shares.shape[1])

    @cached_property
    def largest_singular_values(self) -> Array:
        """The largest singular value of each one-step Jacobian, (T,).

        Where all are below 1 the gradient must shrink at every step; where one is above 1 it can grow there. To follow
        a long computation, call `largest_singular_values` with `one_step` and a tick.
        """
        return largest_singular_values(self.one_step)

    def curve(self, to: int | None = None) -> Array:
        """How much the states of each step still matter to the state at one step.

        Parameters
        ----------
        to : int, optional
            A step, counted from 1; by default the last step that the direction reads.

        Returns
        -------
        ndarray of shape (T,)
            The row of `norms` that belongs to step `to`: 1 at that step.

        Raises
        ------
        ArgumentError
            If there is no such step.
        """
        return self.norms[self._row(to)]

    def extremes(self, to: int | None = None, factor: float = EXTREME_FACTOR) -> list[ExtremeRange]:
        """Find the ranges of steps from which the gradient of the state at one step has vanished or exploded.

        Parameters
        ----------
        to : int, optional
            A step, counted from 1; by default the last step that the direction reads.
        factor : float, default 100
            The gradient has vanished at a step whose states matter less than 1 / `factor` as much as those of step
            `to` itself, and exploded at one whose states matter more than `factor` times as much.

        Returns
        -------
        list of ExtremeRange
            In the order of the text.

        Raises
        ------
        ArgumentError
            If there is no such step.
        """
        order = reading_order(self.direction)
        row = range(len(self.norms))[order].index(self._row(to))
        curve = self.curve(to)[order][: row + 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            change = np.diff(np.log(curve), prepend=0.0)  # [k]: what going back from k to k - 1 takes off
        change[0], change[np.isnan(change)] = 0.0, 0.0
        ranges = []
        tests: list[tuple[Literal["vanishing", "exploding"], Array, Array]] = [
            ("vanishing", curve < 1 / factor, change),
            ("exploding", curve > factor, -change),
        ]
        steps = range(1, len(self.norms) + 1)[order]
        for kind, extreme, loss in tests:
            edges = np.flatnonzero(np.diff(np.concatenate([[False], extreme, [False]])))
            for first, end in edges.reshape(-1, 2):
                low, high = sorted((steps[first], steps[end - 1]))
                ranges.append(ExtremeRange(kind, low, high, steps[first + 1 + int(np.argmax(loss[first + 1 :]))]))
        return sorted(ranges, key=lambda extreme_range: extreme_range.first)

    def _row(self, to: int | None) -> int:
        steps = len(self.blocks[0, 0])
        if to is None:
            return last_read_row(steps, self.direction)
        check_step(to, steps, "to")
        return to - 1


def gradient_flow(trace: Trace, layer: int = 0, direction: str = "forward", tick: Tick | None = None) -> GradientFlow:
    """Compute the gradients between all pairs of steps of one layer and direction.

    Between layers, see `gradient_by_layers`.

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
    GradientFlow
        Norms of the Jacobians, computed in the network's dtype: accurate to 1e-8 of their size in float64, to about
        1e-5 in float32.

    Raises
    ------
    ArgumentError
        If the trace does not know its network.
    InterventionError
        If the run has interventions inside it.
    UnknownQuantityError
        If the trace has no such layer or direction.

    References
    ----------
    .. [1] S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997.
    .. [2] R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.

    Examples
    --------
    >>> import rnnviz
    >>> gradient_flow(rnnviz.load("recall-lstm").trace("Cabc?")).norms.shape
    (5, 5)
    """
    check_differentiable(trace)
    order = reading_order(direction)
    one_step = step_jacobians(trace, layer, direction, partial_tick(tick, 0.0, _JACOBIANS))
    definition = trace.definitions[layer]
    sizes = tuple(trace.units(layer, direction, state) for state in definition.states)
    gated = gated_state(definition)
    shares = None
    if gated is not None:
        values = {name: trace[name, layer, direction].astype(np.float64) for name in definition.by_name}
        shares = gated.keep_shares(values)[order]
    block = definition.states.index(gated.state) if gated else 0
    size, every = max(sizes), range(len(trace))
    diagonal = None if shares is None else np.pad(shares, [(0, 0), (0, size - shares.shape[1])])
    blocks, rest = norms_off_diagonal(
        _padded(one_step[order], sizes), size, diagonal, block, partial_tick(tick, _JACOBIANS, 1.0)
    )
    for a, units in enumerate(sizes):
        blocks[a, a, every, every] = np.sqrt(units)
    rows, back = np.sqrt(np.array(sizes)), np.s_[..., order, order]
    return GradientFlow(
        direction=direction,
        states=definition.states,
        blocks=blocks[back] / rows[:, None, None, None],
        one_step=one_step,
        gated_state=gated.state if gated else None,
        gate=gated.gate if gated else None,
        keep_shares=None if shares is None else shares[order],
        gate_path_norms=None if shares is None else rest[order, order] / rows[block],
        sizes=sizes,
    )


def _padded(matrices: Array, sizes: tuple[int, ...]) -> Array:
    """Matrices (T, S, S) with zeros after the rows and columns of smaller states, so that all blocks have one size."""
    size = max(sizes)
    if set(sizes) == {size}:
        return matrices
    places = np.concatenate([k * size + np.arange(units) for k, units in enumerate(sizes)])
    padded = np.zeros((len(matrices), len(sizes) * size, len(sizes) * size), matrices.dtype)
    padded[:, places[:, None], places] = matrices
    return padded
