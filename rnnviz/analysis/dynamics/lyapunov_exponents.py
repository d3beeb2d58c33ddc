"""Lyapunov exponents along a run: how fast small deviations of a state grow or die away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError
from ...trace import Trace
from ..gradients.jacobians import step_jacobians
from ..progress_meter import ProgressMeter, Tick, partial_tick
from ..selection import reading_order


@dataclass(frozen=True)
class Lyapunov:
    """The exponents of a run of T steps.

    Parameters
    ----------
    logarithms : ndarray of shape (T, K)
        What each step adds to the logarithm of the size of the K directions that grow fastest, in reading order.
    """

    logarithms: Array

    @property
    def exponents(self) -> Array:
        """The mean growth per step, natural logarithms, of shape (K,): the largest first, -inf for what is lost."""
        return np.sort(self.logarithms.mean(axis=0))[::-1]

    @property
    def running(self) -> Array:
        """The exponents as they would be if the run ended after each step, of shape (T, K), in the order of K."""
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

    The Jacobians of the steps are multiplied one by one onto orthonormal directions, which a QR decomposition makes
    orthonormal again after each step; the logarithms of the diagonal of R add up (Benettin et al. 1980). Of a text,
    which is a finite run under changing input, these are the finite-time exponents of that path.

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
        Steps at the beginning that turn the directions but do not count, less than T.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    Lyapunov
        The exponents.

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
    if not 1 <= kept <= size:
        raise ArgumentError(
            f"The layer has 1 to {size} exponents, not {count}.", name="count", value=count, allowed=(1, size)
        )
    if not 0 <= skip < steps:
        raise ArgumentError(
            f"Of {steps} steps, 0 to {steps - 1} can be skipped, not {skip}.",
            name="skip", value=skip, allowed=(0, steps - 1),
        )  # fmt: skip
    logarithms, progress = np.empty((steps, kept)), ProgressMeter(partial_tick(tick, 0.5, 1.0), steps)
    directions = np.eye(size, kept)
    for t, jacobian in enumerate(one_step):
        directions, growth = np.linalg.qr(jacobian.astype(np.float64) @ directions)
        with np.errstate(divide="ignore"):
            logarithms[t] = np.log(np.abs(np.diagonal(growth)))
        progress.add(1)
    progress.finish()
    return Lyapunov(logarithms[skip:])
