"""Fixed and slow points: the states at which a layer stays, or almost stays, while its input is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError, ArrayError
from ...model import Model
from ...trace import Trace
from ...whole_numbers import check_whole
from ..progress_meter import Tick, partial_tick
from .held_input_map import HeldInputMap
from .layer_runs import example_runs, held_vector, spread_states
from .newton_search import search_slow_states
from .resting_map import RestingMap

_SEEDS = 64  # half of them states of runs, half where these have come after reading the input for a while
_SETTLING = 100  # steps
_FIXED = 1e-6  # about the rounding error of a float32 state


@dataclass(frozen=True)
class FixedPoints:
    """The fixed and slow points of a layer under a held input, the most often reached first.

    Parameters
    ----------
    states : ndarray of shape (N, S)
        The states: all states of the cell, one after the other, the hidden state first.
    residual : ndarray of shape (N,)
        |F(s) - s|, how far one step moves the state; a point is fixed if it is at most `tolerance`, and slow otherwise.
    eigenvalues : ndarray of complex of shape (N, S)
        Those of the Jacobian dF/ds at each point, by falling modulus.
    reached : ndarray of int of shape (N,)
        From how many seeds the search arrived at each point.
    distance : ndarray of shape (N,)
        How far the nearest state of the runs, or the nearest seed, is from each point.
    vector : ndarray of shape (D,)
        The input vector that is held.
    seeds : int
        The number of seeds.
    radius : float
        Points that are nearer to each other count as one; a value beyond 1 counts relative to its size.
    unknowns : tuple of str
        The states that were searched for; the others are where they come to rest under these.
    tolerance : float
        The largest residual of a fixed point.
    hidden_size : int
        H, the size of the hidden state.
    """

    states: Array
    residual: Array
    eigenvalues: Array
    reached: Array
    distance: Array
    vector: Array
    seeds: int
    radius: float
    unknowns: tuple[str, ...]
    tolerance: float
    hidden_size: int

    def __len__(self) -> int:
        return len(self.states)

    @property
    def hidden(self) -> Array:
        """The hidden states of the points, of shape (N, H)."""
        return self.states[:, : self.hidden_size]

    @property
    def fixed(self) -> Array:
        """Whether each point is fixed rather than slow, of shape (N,)."""
        return self.residual <= self.tolerance

    @property
    def q(self) -> Array:
        """Half the squared speed at each point, of shape (N,)."""
        return self.residual**2 / 2

    @property
    def unstable_directions(self) -> Array:
        """How many eigenvalues of each point are outside the unit circle, of shape (N,)."""
        return (np.abs(self.eigenvalues) >= 1).sum(axis=1)

    @property
    def stable(self) -> Array:
        """Whether small deviations from each point die away, of shape (N,): all eigenvalues are in the unit circle."""
        return self.unstable_directions == 0

    @property
    def time_constants(self) -> Array:
        """The steps in which a deviation along each eigenvector falls, or grows, by a factor of e; of shape (N, S)."""
        with np.errstate(divide="ignore"):
            return 1 / np.abs(np.log(np.abs(self.eigenvalues)))


def fixed_points(
    model: Model,
    token: str | Array | None = None,
    seeds: Sequence[Trace] | Array | None = None,
    *,
    layer: int = 0,
    direction: str = "forward",
    slow: float = 0.01,
    radius: float = 0.01,
    tolerance: float = _FIXED,
    steps: int = 60,
    tick: Tick | None = None,
) -> FixedPoints:
    """Find states at which a layer stays, or almost stays, while it reads the same vector again and again.

    From every seed, a damped Newton search with the exact Jacobian of one step goes down to where the speed |F(s) - s|
    is least. The unknowns are the states of the cell; an LSTM is searched in its hidden state alone, its cell state
    being put where it comes to rest under it. A network of several layers is taken layer by layer: the layer's own
    input is held, and so its points are those of the whole stack in which everything below has settled. The search
    cannot prove that there are no other points, and some that it finds may be far from all states of the runs (see
    `distance`).

    Parameters
    ----------
    model : Model
        The model.
    token : str, ndarray of shape (D,), or None, default None
        What is read: a token for ever, a vector, or None for the mean of the vectors that the layer reads in the runs.
    seeds : sequence of Trace, ndarray of shape (N, S), or None, default None
        Where the searches begin. Of runs, 32 of their states, and where these are after reading the input 100 times;
        by default the runs are those over the examples of the model's card. An array is taken as it is.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    slow : float, default 0.01
        The largest speed of a slow point; what ends faster is left out.
    radius : float, default 0.01
        Points that are nearer to each other count as one, the slowest of them; where a value is beyond 1, as in cell
        states, its difference counts relative to it.
    tolerance : float, default 1e-6
        The largest speed of a fixed point.
    steps : int, default 60
        The most steps of a search.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    FixedPoints
        The points; there may be none.

    Raises
    ------
    ArgumentError
        If the token is not one of the model's inputs, the mean is asked for without runs, or a number is out of range.
    InputError
        If the text is not one token, or the vocabulary has neither it nor a token for unknown ones.
    ArrayError
        If the seeds do not have the size of the layer's states.
    UnknownNameError
        If there is no such layer or direction.

    References
    ----------
    .. [1] D. Sussillo and O. Barak, "Opening the black box: low-dimensional dynamics in high-dimensional recurrent
       neural networks", Neural Computation 25(3), 2013.
    .. [2] N. Maheswaranathan, A. Williams, M. Golub, S. Ganguli and D. Sussillo, "Reverse engineering recurrent
       networks for sentiment classification reveals line attractor dynamics", NeurIPS 2019.

    Examples
    --------
    >>> import rnnviz
    >>> points = fixed_points(rnnviz.load("counter-lstm"), "b")
    >>> len(points), bool(points.stable[0])
    (1, True)
    """
    cell = model.network.cell(layer, direction)
    check_whole("steps", steps)
    for name, value in (("slow", slow), ("radius", radius), ("tolerance", tolerance)):
        if not isinstance(value, Real) or not 0 <= value < np.inf:  # NaN compares false
            raise ArgumentError(
                f"{name} is {value!r}; it must be 0 or a positive number.", code="out_of_range", name=name, value=value
            )
    given = seeds if isinstance(seeds, np.ndarray) else None
    traces = [] if given is not None else list(example_runs(model) if seeds is None else seeds)
    if token is None and not traces:
        raise ArgumentError(
            "The mean input is that of runs; give runs as seeds, or a token.", code="no_runs", name="token", value=None
        )
    vector = held_vector(model, token, traces, layer, direction)
    moves = HeldInputMap(cell, vector)
    if given is not None:
        if given.ndim != 2 or given.shape[1] != moves.size or not len(given) or not np.isfinite(given).all():
            raise ArrayError(
                f"The seeds have shape {given.shape}; expected (N, {moves.size}), at least one row, finite.",
                code="shape", name="seeds", shape=given.shape, expected=("N", moves.size),
            )  # fmt: skip
        begin = near = given.astype(np.float64)
    else:
        usual = settled = spread_states(traces, _SEEDS // 2, layer, direction)
        with np.errstate(over="ignore", invalid="ignore"):  # states that run away are no seeds
            for _ in range(_SETTLING):
                settled = moves.step(settled)
        begin, near = np.concatenate([usual, settled]), spread_states(traces, 1024, layer, direction)
    resting, ticked = RestingMap.of(moves), partial_tick(tick, 0.0, 0.9)
    if resting is None:
        found, speed = search_slow_states(moves, begin, tolerance, steps, ticked)
    else:
        hidden, _ = search_slow_states(resting, begin[:, : resting.size], tolerance, steps, ticked)
        found = resting.full_states(hidden)
        speed = np.linalg.vector_norm(moves.step(found) - found, axis=1)
    chosen, reached = _distinct(found, speed, np.flatnonzero(speed <= max(slow, tolerance)), radius)
    states = found[chosen]
    _, jacobians = moves.step_with_jacobians(states)
    eigenvalues = np.linalg.eigvals(jacobians).astype(complex)
    order = np.argsort(-np.abs(eigenvalues), axis=1, kind="stable")
    if tick is not None:
        tick(1.0)
    return FixedPoints(
        states,
        speed[chosen],
        np.take_along_axis(eigenvalues, order, axis=1),
        reached,
        np.array([np.linalg.norm(near - state, axis=1).min() for state in states]),
        vector,
        len(begin),
        radius,
        cell.states if resting is None else ("hidden",),
        tolerance,
        cell.units("hidden"),
    )


def _distinct(states: Array, speed: Array, among: Array, radius: float) -> tuple[Array, Array]:
    """The slowest of each group of states within a radius, the largest group first, and the sizes of the groups."""
    left, chosen, sizes = among[np.argsort(speed[among], kind="stable")], [], []
    while len(left):
        first = states[left[0]]
        near = np.linalg.norm((states[left] - first) / np.maximum(1, np.abs(first)), axis=1) <= radius
        chosen.append(left[0])
        sizes.append(int(near.sum()))
        left = left[~near]
    order = np.argsort(-np.array(sizes, int), kind="stable")
    return np.array(chosen, int)[order], np.array(sizes, int)[order]
