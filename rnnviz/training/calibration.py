"""Calibration: whether answers that are given 70 % are right in 70 % of all cases."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cells.activations import Array
from .loss import log_softmax

BINS = 10


def calibration(logits: Array, truth: Array) -> dict[str, Any]:
    """Measure how far a model's confidence, the probability of its prediction, can be believed.

    Parameters
    ----------
    logits : ndarray of shape (N, C)
        A model's logits for N items.
    truth : ndarray of int of shape (N,)
        The right classes.

    Returns
    -------
    dict
        "error", the expected calibration error: the mean distance between confidence and accuracy over ten bins of
        equal width, each weighted with its items [1]_. "confident_when_right" and "confident_when_wrong", the mean
        confidence of right and of wrong predictions, or None if there are none. "bins", the "n" items, mean
        "confidence" and "accuracy" of each bin that is not empty.

    References
    ----------
    .. [1] C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural networks", ICML 2017.
    """
    confidence = np.exp(log_softmax(logits).max(axis=-1)).astype(np.float64)
    is_right = logits.argmax(axis=-1) == truth
    bin_of = np.minimum((confidence * BINS).astype(int), BINS - 1)
    bins = [
        {"n": int(here.sum()), "confidence": float(confidence[here].mean()), "accuracy": float(is_right[here].mean())}
        for here in (bin_of == k for k in range(BINS))
        if here.any()
    ]
    return {
        "error": sum(b["n"] * abs(b["confidence"] - b["accuracy"]) for b in bins) / len(truth),
        "confident_when_right": float(confidence[is_right].mean()) if is_right.any() else None,
        "confident_when_wrong": float(confidence[~is_right].mean()) if not is_right.all() else None,
        "bins": bins,
    }
