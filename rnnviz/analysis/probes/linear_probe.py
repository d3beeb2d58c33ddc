"""What a linear function can read from the states of a network: a probe, with a control."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError, ArrayError


@dataclass(frozen=True)
class LinearProbe:
    """A linear function of the state, fitted on some samples and judged on others.

    The share of the variance is R² = 1 - Σ (target - prediction)² / Σ (target - mean target)², over the samples that
    were held out: 1 for a perfect probe, 0 for one that is no better than a constant.

    Parameters
    ----------
    weights : ndarray of shape (H,)
        The weight of each unit.
    bias : float
        What is added to the weighted sum.
    predictions : ndarray of shape (N,)
        The probe's predictions, for all samples.
    share : float
        R² on the samples that were held out.
    error : float
        The root mean square of target minus prediction there, in the units of the target.
    control : float
        R² of the same probe fitted to shuffled targets and tested on shuffled ones, which no state can know: about 0.
    """

    weights: Array
    bias: float
    predictions: Array
    share: float
    error: float
    control: float


def linear_probe(states: Array, targets: Array, held_out: Array, *, ridge: float = 1e-4, seed: int = 0) -> LinearProbe:
    """Fit a linear function from states to a target by ridge regression.

    It minimises the mean of (target - weights · state - bias)² plus `ridge` times the sum of the squared weights. That
    a probe succeeds says that the state holds the target, not that the network uses it [1]_.

    Parameters
    ----------
    states : array_like of shape (N, H)
        A state for each sample.
    targets : array_like of shape (N,)
        What is to be read from it.
    held_out : array_like of bool of shape (N,)
        Which samples are not fitted but tested. Steps that follow each other are alike: hold out whole stretches of a
        text, not single steps.
    ridge : float, default 1e-4
        The penalty, at least 0.
    seed : int, default 0
        The seed of the shuffles in the control.

    Returns
    -------
    LinearProbe
        The fitted function, and how well it does on what was held out.

    Raises
    ------
    ArrayError
        If the shapes do not fit each other, or values are not finite.
    ArgumentError
        If `ridge` is negative, if fewer than two samples are fitted or held out, or if the targets held out are all
        equal.

    References
    ----------
    .. [1] G. Alain and Y. Bengio, "Understanding intermediate layers using linear classifier probes", ICLR workshop,
       2017.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> states = rng.normal(size=(100, 3))
    >>> probe = linear_probe(states, states @ [1.0, 0.0, -2.0] + 5.0, np.arange(100) >= 50, ridge=0.0)
    >>> probe.weights.round(6).tolist(), round(probe.bias, 6), round(probe.share, 6)
    ([1.0, 0.0, -2.0], 5.0, 1.0)
    """
    x, y, out = np.asarray(states, np.float64), np.asarray(targets, np.float64), np.asarray(held_out, bool)
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise ArrayError(
            f"The states have shape {x.shape}; expected (N, H) with finite values.",
            name="states",
            shape=x.shape,
            expected="(N, H)",
        )
    for name, array in (("targets", y), ("held_out", out)):
        if array.shape != x.shape[:1] or not np.isfinite(array).all():
            raise ArrayError(
                f"{name} has shape {array.shape}; expected {x.shape[:1]} with finite values.",
                name=name,
                shape=array.shape,
                expected=str(x.shape[:1]),
            )
    if not ridge >= 0:
        raise ArgumentError(f"ridge is {ridge}; it must be at least 0.", name="ridge", value=ridge, allowed=">= 0")
    if min(out.sum(), (~out).sum()) < 2 or np.ptp(y[out]) == 0:
        raise ArgumentError(
            "At least two samples are fitted and two held out, and those held out have different targets.",
            name="held_out",
            value=int(out.sum()),
        )
    weights, bias = _fit(x[~out], y[~out], ridge)
    predictions = x @ weights + bias
    rng = np.random.default_rng(seed)
    shuffled, constant = _fit(x[~out], rng.permutation(y[~out]), ridge)
    error = float(np.sqrt(np.mean((y - predictions)[out] ** 2)))
    control = _share(rng.permutation(y[out]), x[out] @ shuffled + constant)
    return LinearProbe(weights, bias, predictions, _share(y[out], predictions[out]), error, control)


def _fit(x: Array, y: Array, ridge: float) -> tuple[Array, float]:
    """The weights (H,) and the bias of the ridge regression."""
    centre, mean = x.mean(axis=0), float(y.mean())
    away = x - centre
    normal = away.T @ away / len(x) + ridge * np.eye(x.shape[1])
    weights = np.linalg.lstsq(normal, away.T @ (y - mean) / len(x), rcond=None)[0]
    return weights, mean - float(centre @ weights)


def _share(targets: Array, predictions: Array) -> float:
    """R² of predictions."""
    return 1 - float(((targets - predictions) ** 2).sum() / ((targets - targets.mean()) ** 2).sum())
