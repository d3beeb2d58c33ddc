"""What a network does to its own state at one moment of the training: four numbers, measured on the task's probe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..analysis import components, lyapunov, step_jacobians
from ..trace import Trace

MEASURED_STEPS = 8  # of the probe, evenly spread, at which eigenvalues are computed
SATURATED = (0.1, 0.9)  # of a gate's range, as Karpathy, Johnson and Fei-Fei (2015) draw it


@dataclass(frozen=True)
class SnapshotDynamics:
    """Four measures of the first layer's dynamics along the probe.

    Parameters
    ----------
    step : int
        The training step of the network.
    radius : float
        The spectral radius of the Jacobian of one step, the size of its largest eigenvalue: the mean over steps.
    exponent : float
        The largest Lyapunov exponent along the probe, natural logarithm per step: above 0 some small deviation of the
        state grows, below 0 all die away. -inf where all are lost.
    participation : float
        The participation ratio of the hidden states: in how many directions they differ, 1 to H; 0 if they do not.
    saturation : float
        The share of gate values below 0.1 or above 0.9; in a cell without gates, of hidden values beyond -0.9 or 0.9.
    """

    step: int
    radius: float
    exponent: float
    participation: float
    saturation: float


def snapshot_dynamics(trace: Trace, step: int) -> SnapshotDynamics:
    """Measure the dynamics of a network along one run.

    Parameters
    ----------
    trace : Trace
        The probe, read by the network of a snapshot.
    step : int
        The training step of that network.

    Returns
    -------
    SnapshotDynamics
        The measures; NaN where the network's values are not finite.
    """
    hidden = trace["hidden"]
    if not np.isfinite(hidden).all():
        return SnapshotDynamics(step, *[float("nan")] * 4)
    rows = np.unique(np.linspace(0, len(trace) - 1, MEASURED_STEPS).astype(int))
    jacobians = step_jacobians(trace)[rows].astype(np.float64)
    if not np.isfinite(jacobians).all():
        return SnapshotDynamics(step, *[float("nan")] * 4)
    radius = float(np.abs(np.linalg.eigvals(jacobians)).max(axis=1).mean())
    exponent = float(lyapunov(trace, count=1).exponents[0])
    return SnapshotDynamics(step, radius, exponent, components([trace]).participation_ratio, saturation(trace))


def saturation(trace: Trace) -> float:
    """Find the share of values of the first layer's gates that are nearly shut or nearly open.

    Parameters
    ----------
    trace : Trace
        A run.

    Returns
    -------
    float
        The share, 0 to 1; of hidden values near -1 or 1 in a cell without gates.
    """
    low, high = SATURATED
    gates = [q.name for q in trace.definition.quantities if (q.low, q.high) == (0, 1)]
    if gates:
        values = np.concatenate([trace[gate].ravel() for gate in gates])
        return float(((values < low) | (values > high)).mean())
    return float((np.abs(trace["hidden"]) > high).mean())
