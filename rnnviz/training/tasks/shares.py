"""Shares of classes and of right answers."""

from __future__ import annotations

import numpy as np

from ...cells.activations import Array


def class_frequencies(classes: Array, weights: Array, count: int) -> Array:
    """The share (C,) of each of `count` classes among answers (...) with weights (...)."""
    totals = np.bincount(classes.ravel(), weights.ravel().astype(np.float64), count)
    return totals / totals.sum()


def entropy(shares: Array) -> float:
    """The entropy in nats of classes with these shares: the loss of predicting them without reading."""
    positive = shares[shares > 0]
    return float(-(positive * np.log(positive)).sum())


def binomial_error(share: float, n: int) -> float:
    """The standard error of a share measured on n independent examples."""
    return float(np.sqrt(share * (1 - share) / n))
