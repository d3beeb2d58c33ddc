"""What outputs are called: the most likely label, if probabilities are numbers at all, and the name of a value."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

import numpy as np

from ..cells.activations import Array

NO_PREDICTION = "no prediction"  # in the place of a label


def likeliest(probabilities: Array) -> Array:
    """Find the most likely label of each row.

    Parameters
    ----------
    probabilities : ndarray of shape (..., C)
        Probabilities. Where a network's outputs overflow, they are NaN.

    Returns
    -------
    ndarray of int, of shape (...,)
        The first label with the highest probability; -1 where a probability is not a number, so that no label leads.
    """
    return np.where(np.isfinite(probabilities).all(-1), probabilities.argmax(-1), -1)


def predicted(labels: Sequence[str], probabilities: Array) -> tuple[str, float]:
    """Name the prediction.

    Parameters
    ----------
    labels : sequence of str
        The C labels.
    probabilities : ndarray of shape (C,)
        The probability of each.

    Returns
    -------
    label : str
        The most likely label; `NO_PREDICTION` where the probabilities are not numbers.
    probability : float
        Its probability; NaN without a prediction.
    """
    best = int(likeliest(probabilities))
    return (NO_PREDICTION, nan) if best < 0 else (labels[best], float(probabilities[best]))


def output_name(labels: Sequence[str], number: int) -> str:
    """Name an output that is a value and no probability.

    Parameters
    ----------
    labels : sequence of str
        The C labels.
    number : int
        Which output, from 0.

    Returns
    -------
    str
        Its label; where nobody has named it, "output" and its number if there are several.

    Examples
    --------
    >>> output_name(["0"], 0), output_name(["0", "1"], 1), output_name(["price", "volume"], 1)
    ('output', 'output 1', 'volume')
    """
    if not labels[number].isdecimal():
        return labels[number]
    return f"output {labels[number]}" if len(labels) > 1 else "output"
