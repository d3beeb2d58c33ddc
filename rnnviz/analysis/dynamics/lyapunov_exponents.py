"""Lyapunov exponents along a run: how fast small deviations of a state grow or die away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ...trace import Trace
from ...whole_numbers import check_whole
from ..gradients.jacobians import step_jacobians
from ..linalg.leading_directions import leading_directions
from ..progress_meter import Tick, partial_tick
from ..selection import reading_order

_ROUNDING = 8 * np.finfo(float).eps  # a share of what is added up


@dataclass(frozen=True)
class Lyapunov:
    """The exponents of a run of T steps.

    Parameters
    ----------
    logarithms : ndarray of shape (T, K)
        What each step adds to the logarithm of the size of the K directions that the whole run stretches most, in
        reading order.
    """

    logarithms: Array

    @property
    def exponents(self) -> Array:
        """The mean growth per step, natural logarithms, of shape (K,): the largest first, -inf for what is lost."""
        return np.sort(self.logarithms.mean(axis=0))[::-1]

    @property
    def running(self) -> Array:
        """The mean growth of the same directions up to each step, of shape (T, K), in the order of K."""
        steps = np.arange(1, len(self.logarithms) + 1)
        return np.cumsum(self.logarithms, axis=0) / steps[:, None]

    @property
    def dimension(self) -> float:
        """The Kaplan-Yorke dimension: of how many dimensions the set is that such a run would fill in the long term.

        0 where all exponents are negative; K where the sum of all is not.
        """
        sums = np.cumsum(self.exponents)
        whole = int((sums >= 0).sum())
        if whole in (0, len(sums)):
            return float(whole)
        return whole + float(sums[whole - 1] / -self.exponents[whole])


def lyapunov(
    trace: Trace,
    layer: int = 0,
    direction: str = "forward",
    *,
    count: int | None = None,
    skip: int = 0,
    tick: Tick | None = None,
) -> Lyapunov:
    """Compute the Lyapunov exponents of a layer along a run.

    Of a text, which is a finite run under changing input, these are the finite-time exponents of that path: the
    logarithms of the singular values of the product of all steps' Jacobians, divided by the number of steps. So the
    largest is the growth of the small difference that grows most. The longer a run, the less they differ from the
    growth of any other directions [1]_.

    The directions are the right singular vectors of the product. The Jacobians are multiplied onto them one by one, and
    a QR decomposition makes them orthonormal again after each step; the logarithms of the diagonal of R add up.

    Parameters
    ----------
    trace : Trace
        A run of T steps that knows its network and has no interventions inside it.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.
    count : int, optional
        K, how many exponents, the largest first; all S by default.
    skip : int, default 0
        Steps at the beginning that do not count, less than T.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    Lyapunov
        The exponents; NaN where a state or a Jacobian is not finite. What is smaller than rounding counts as lost.

    Raises
    ------
    ArgumentError
        If `count` or `skip` is out of range, or the trace does not know its network.
    InterventionError
        If the run has interventions inside it.
    UnknownQuantityError
        If the trace has no such layer or direction.

    References
    ----------
    .. [1] G. Benettin, L. Galgani, A. Giorgilli and J.-M. Strelcyn, "Lyapunov characteristic exponents for smooth
       dynamical systems and for Hamiltonian systems; a method for computing all of them", Meccanica 15, 1980.
    .. [2] R. Vogt, M. Puelma Touzel, E. Shlizerman and G. Lajoie, "On Lyapunov exponents for RNNs: understanding
       information propagation using dynamical systems tools", Frontiers in Applied Mathematics and Statistics 8, 2022.

    Examples
    --------
    >>> import rnnviz
    >>> lyapunov(rnnviz.load("counter-rnn").trace("aaabbb")).exponents.shape
    (8,)
    """
    one_step = step_jacobians(trace, layer, direction, partial_tick(tick, 0.0, 0.5))[reading_order(direction)]
    steps, size, _ = one_step.shape
    kept = size if count is None else count
    check_whole("count", kept, 1, size)
    check_whole("skip", skip, 0, steps - 1)
    matrices = one_step[skip:].astype(np.float64)
    states = [trace[state, layer, direction] for state in trace.definitions[layer].states]
    if not all(np.isfinite(array).all() for array in (matrices, *states)):
        return Lyapunov(np.full((steps - skip, kept), np.nan))
    logarithms = np.empty((len(matrices), kept))
    directions = leading_directions(matrices, kept, partial_tick(tick, 0.5, 1.0))
    for t, jacobian in enumerate(matrices):
        added_up = np.linalg.vector_norm(np.abs(jacobian) @ np.abs(directions), axis=0)
        directions, triangle = np.linalg.qr(jacobian @ directions)
        growth = np.abs(np.diagonal(triangle))
        is_left = growth > _ROUNDING * added_up
        logarithms[t] = np.log(growth, out=np.full(kept, -np.inf), where=is_left)
    return Lyapunov(logarithms)
