"""Integrated gradients: the gradient of a margin summed along the straight line from a baseline to the input.

What the inputs get adds up to the difference of the margin between the two ends (completeness), so that the error of
the numerical integral is known.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.activations import Array
from ..progress_meter import ProgressMeter, Tick
from .answer_margin import AnswerMargin

TOLERANCE = 0.01
FEWEST, MOST = 16, 512  # points; the line is in pieces of FEWEST points each


class Integral(NamedTuple):
    """An integral along the line.

    Attributes
    ----------
    by_input : ndarray of shape (S, D)
        What each number of the input adds to the margin.
    start : float
        The margin at the baseline.
    error : float
        How far the sum of `by_input` is from the difference of the margin between the ends, as a share of that
        difference or of the strongest step's value, whichever is larger.
    points : int
        The points of the line at which the gradient was taken.
    """

    by_input: Array
    start: float
    error: float
    points: int


def integrate(margin: AnswerMargin, baseline: Array, tick: Tick | None = None) -> Integral:
    """Integrate with more and more points, until the error is at most `TOLERANCE` or there are `MOST` points.

    Parameters
    ----------
    margin : AnswerMargin
        The margin of S steps.
    baseline : ndarray of shape (S, D)
        Where the line begins.
    tick : callable, optional
        Called now and then with the share of the most work that there can be, from 0 to 1.

    Returns
    -------
    Integral
        The integral with the most points that were tried.
    """
    path = margin.inputs - baseline
    start, end = margin.values(np.stack([baseline, margin.inputs], axis=1))
    points, progress = FEWEST, ProgressMeter(tick, 2 * MOST - FEWEST)
    while True:
        shares, weights = _gauss_legendre(points)
        gradient = np.zeros(path.shape)
        for part in margin.batches(points, progress, every_step=True):
            texts = baseline[:, None] + shares[part, None].astype(path.dtype) * path[:, None]
            gradient += np.tensordot(margin.gradients(texts), weights[part], axes=(1, 0))
        by_input = gradient * path
        size = max(abs(end - start), np.abs(by_input.sum(1)).max())
        error = abs(by_input.sum() - (end - start)) / size if size else 0.0
        if error <= TOLERANCE or points >= MOST:
            progress.finish()
            return Integral(by_input, float(start), float(error), points)
        points *= 2


def _gauss_legendre(points: int) -> tuple[Array, Array]:
    """Positions in (0, 1) and their weights: the same rule on equal pieces of the line."""
    nodes, weights = np.polynomial.legendre.leggauss(FEWEST)
    pieces = points // FEWEST
    positions = (np.arange(pieces)[:, None] + (nodes + 1) / 2) / pieces
    return positions.ravel(), np.tile(weights / (2 * pieces), pieces)
