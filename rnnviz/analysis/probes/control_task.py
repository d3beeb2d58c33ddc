"""Control tasks: what a probe learns because it can tell tokens apart, whatever else the state knows of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError, ArrayError
from .class_probe import class_probe
from .linear_probe import linear_probe


@dataclass(frozen=True)
class Selectivity:
    """How much better a probe does on its task than on control tasks.

    Parameters
    ----------
    score : float
        What the probe reaches on the samples that were held out, at most 1.
    control : float
        The mean of what the same probe reaches on the control tasks.
    selectivity : float
        The score less the control.
    controls : ndarray of shape (K,)
        What it reaches on each of the control tasks.
    chance : float
        What a constant reaches: the share of the most frequent class; 0 for R².
    measure : {"accuracy", "R²"}
        What is measured.
    """

    score: float
    control: float
    selectivity: float
    controls: Array
    chance: float
    measure: str


def control_targets(tokens: Any, targets: Any, seed: int = 0) -> Array:
    """Draw the targets of a control task: one for each different token, from the targets of the task.

    Parameters
    ----------
    tokens : array_like of shape (N,)
        The token of each sample.
    targets : array_like of shape (N,)
        The targets of the task.
    seed : int, default 0
        The seed.

    Returns
    -------
    ndarray of shape (N,)
        Targets that are equal where tokens are, each drawn as often as it is in `targets`.

    Raises
    ------
    ArrayError
        If the two differ in length, or there are none.
    """
    values, y = np.asarray(tokens), np.asarray(targets)
    if values.ndim != 1 or values.shape != y.shape or not len(y):
        raise ArrayError(
            f"There are tokens of shape {values.shape} for targets of shape {y.shape}; expected (N,) for both.",
            name="tokens", shape=values.shape, expected=y.shape,
        )  # fmt: skip
    different, numbers = np.unique(values, return_inverse=True)
    drawn: Array = y[np.random.default_rng(seed).integers(len(y), size=len(different))][numbers]
    return drawn


def selectivity(
    states: Array,
    targets: Any,
    tokens: Any,
    held_out: Array,
    *,
    classes: bool,
    draws: int = 5,
    ridge: float = 1e-4,
    seed: int = 0,
) -> Selectivity:
    """Compare a linear probe with the same probe on control tasks.

    A control task gives each different token a target of its own at random, which has nothing to do with the text
    around it [1]_. A probe that does as well there has learned which token it sees and no more; what it reaches beyond
    that is knowledge of the text. Where the target follows from the token alone, as for capital letters, the probe has
    an easier task than its control, and selectivity says little; as it does where tokens are few, as letters are, and
    every state shows which one it is: then the probe can learn any control task.

    Parameters
    ----------
    states : array_like of shape (N, H)
        A state, or the values of a gate, for each sample.
    targets : array_like of shape (N,)
        What is to be read from it.
    tokens : array_like of shape (N,)
        The token that the network has just read.
    held_out : array_like of bool of shape (N,)
        Which samples are not fitted but tested.
    classes : bool
        Whether the targets are classes, whose probe is `class_probe` and whose measure is accuracy; or else numbers,
        with `linear_probe` and R².
    draws : int, default 5
        K, the number of control tasks, at least 1.
    ridge : float, default 1e-4
        The penalty of the probes.
    seed : int, default 0
        The seed of the control tasks.

    Returns
    -------
    Selectivity
        Score, control and their difference.

    Raises
    ------
    ArrayError
        If the shapes do not fit each other, or states are not finite.
    ArgumentError
        If `draws` is below 1, or the probes cannot be fitted.

    References
    ----------
    .. [1] J. Hewitt and P. Liang, "Designing and interpreting probes with control tasks", EMNLP 2019.
    """
    if draws < 1:
        raise ArgumentError(f"draws is {draws}; it must be at least 1.", name="draws", value=draws, allowed=">= 1")
    scores = [_score(states, targets, held_out, classes, ridge)]
    drawn, attempt = 0, seed
    while drawn < draws:
        task = control_targets(tokens, targets, attempt)
        attempt += 1
        if attempt - seed > 20 * draws:
            raise ArgumentError(
                "Control tasks need several different tokens, both in what is fitted and in what is held out.",
                code="few_tokens", name="tokens", value=len(np.unique(tokens)),
            )  # fmt: skip
        out = np.asarray(held_out, bool)
        if min(len(np.unique(task[out])), len(np.unique(task[~out]))) < 2:
            continue  # all tokens drew the same target: no task
        scores.append(_score(states, task, held_out, classes, ridge))
        drawn += 1
    (score, chance), controls = scores[0], np.array([control for control, _ in scores[1:]])
    control = float(controls.mean())
    return Selectivity(score, control, score - control, controls, chance, "accuracy" if classes else "R²")


def _score(states: Array, targets: Any, held_out: Array, classes: bool, ridge: float) -> tuple[float, float]:
    """What a probe reaches, and what a constant does."""
    if not classes:
        return linear_probe(states, targets, held_out, ridge=ridge).share, 0.0
    probe = class_probe(states, targets, held_out, ridge=ridge)
    return probe.accuracy, probe.chance
