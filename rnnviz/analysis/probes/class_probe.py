"""Which of several classes a linear function can read from the states of a network: softmax regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError, ArrayError
from ...network.run import softmax

_STEPS = 3000  # at most; some dozen are usual, and hundreds where a weak ridge alone holds the weights
_CONVERGED = 1e-6  # the largest slope of the mean loss by a weight of standardised states


@dataclass(frozen=True)
class ClassProbe:
    """A linear classifier of states, fitted on some samples and judged on others.

    Parameters
    ----------
    classes : ndarray of shape (C,)
        The different classes, sorted.
    weights : ndarray of shape (C, H)
        The weights of each class.
    biases : ndarray of shape (C,)
        What is added to its weighted sum.
    predictions : ndarray of shape (N,)
        The class with the largest sum, for all samples.
    accuracy : float
        The share of right predictions among the samples that were held out.
    chance : float
        The share there of the class that is the most frequent among the fitted ones: what no state at all would reach.
    """

    classes: Array
    weights: Array
    biases: Array
    predictions: Array
    accuracy: float
    chance: float


def class_probe(states: Array, classes: Array, held_out: Array, *, ridge: float = 1e-4) -> ClassProbe:
    """Fit softmax regression from states to classes.

    It minimises the mean of -log p(class) plus half of `ridge` times the sum of the squared weights, for states that
    are brought to mean 0 and variance 1; biases have no penalty. Each step goes to the minimum of a parabola that lies
    above the loss everywhere [1]_, with Nesterov's momentum, which starts anew whenever the loss grows.

    Parameters
    ----------
    states : array_like of shape (N, H)
        A state for each sample.
    classes : array_like of shape (N,)
        Its class, a number or a string.
    held_out : array_like of bool of shape (N,)
        Which samples are not fitted but tested. Hold out whole stretches of a text, not single steps.
    ridge : float, default 1e-4
        The penalty, above 0.

    Returns
    -------
    ClassProbe
        The classifier for the states as they are given, and how well it does on what was held out.

    Raises
    ------
    ArrayError
        If the shapes do not fit each other, or states are not finite.
    ArgumentError
        If `ridge` is not above 0, if nothing is held out, or if fewer than two classes are fitted.

    References
    ----------
    .. [1] D. Böhning, "Multinomial logistic regression algorithm", Annals of the Institute of Statistical Mathematics
       44, 1992.

    Examples
    --------
    >>> states = np.array([[0.0], [1.0], [2.0], [3.0], [0.5], [2.5]])
    >>> probe = class_probe(states, ["low", "low", "high", "high", "low", "high"], [False] * 4 + [True] * 2)
    >>> probe.predictions.tolist(), probe.accuracy
    (['low', 'low', 'high', 'high', 'low', 'high'], 1.0)
    """
    x, y, out = np.asarray(states, np.float64), np.asarray(classes), np.asarray(held_out, bool)
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise ArrayError(
            f"The states have shape {x.shape}; expected (N, H) with finite values.",
            name="states", shape=x.shape, expected="(N, H)",
        )  # fmt: skip
    for name, array in (("classes", y), ("held_out", out)):
        if array.shape != x.shape[:1]:
            raise ArrayError(
                f"{name} has shape {array.shape}; expected {x.shape[:1]}.",
                name=name, shape=array.shape, expected=str(x.shape[:1]),
            )  # fmt: skip
    if not ridge > 0:
        raise ArgumentError(f"ridge is {ridge}; it must be above 0.", name="ridge", value=ridge, allowed="> 0")
    names, numbers = np.unique(y, return_inverse=True)
    if not out.any() or len(np.unique(numbers[~out])) < 2:
        raise ArgumentError(
            "At least one sample is held out, and those that are fitted are of two classes or more.",
            name="held_out", value=int(out.sum()),
        )  # fmt: skip
    centre, spread = x[~out].mean(0), x[~out].std(0)
    spread = np.where(spread > 0, spread, 1.0)
    weights, biases = _fit((x[~out] - centre) / spread, np.eye(len(names))[numbers[~out]], ridge)
    weights /= spread
    biases -= weights @ centre
    predictions = (x @ weights.T + biases).argmax(1)
    commonest = np.bincount(numbers[~out]).argmax()
    accuracy = float((predictions == numbers)[out].mean())
    chance = float((numbers[out] == commonest).mean())
    return ClassProbe(names, weights, biases, names[predictions], accuracy, chance)


def _fit(x: Array, targets: Array, ridge: float) -> tuple[Array, Array]:
    """The weights (C, H) and biases (C,) for standardised states (N, H) and targets (N, C) of zeros and ones."""
    count, units = x.shape
    design = np.column_stack([x, np.ones(count)])
    penalty = np.append(np.full(units, ridge), 0.0)
    curvature = np.linalg.inv(0.5 * design.T @ design / count + np.diag(penalty))  # of the parabola, inverted
    found = before = np.zeros((units + 1, targets.shape[1]))
    momentum, least = 1.0, np.inf
    for _ in range(_STEPS):
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        at = found + (momentum - 1) / following * (found - before)
        p = softmax(design @ at)
        loss = -np.log(np.maximum(p[targets > 0], 1e-300)).mean() + 0.5 * (penalty[:, None] * at**2).sum()
        if loss > least:
            momentum, before, least = 1.0, found, np.inf
            continue
        slope = design.T @ (p - targets) / count + penalty[:, None] * at
        if np.abs(slope).max() < _CONVERGED:
            found = at
            break
        momentum, before, least = following, found, loss
        found = at - curvature @ slope
    return found[:-1].T.copy(), found[-1].copy()
