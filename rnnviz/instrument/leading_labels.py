"""Which labels of a large readout the browser is sent: those that lead at some step."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..trace import Trace

MOST_LABELS = 1000  # up to which the browser has all labels
LEADING = 5  # labels of each step


def leading_labels(traces: Iterable[Trace]) -> np.ndarray | None:
    """Find the labels that are among the most likely ones at a step of runs, or of the runs without their changes.

    Parameters
    ----------
    traces : iterable of Trace
        Runs of models with the same labels.

    Returns
    -------
    ndarray of int or None
        The numbers of the labels, in order; None for all, where there are not too many.

    Examples
    --------
    >>> import rnnviz
    >>> leading_labels([rnnviz.load("names-lstm").trace("Ada")]) is None
    True
    """
    found: set[int] = set()
    for trace in traces:
        if trace.probabilities is None or len(trace.labels) <= MOST_LABELS:
            return None
        unchanged = trace.unchanged
        for run in (trace, *([unchanged] if unchanged else [])):
            assert run.probabilities is not None
            shares = np.nan_to_num(run.probabilities)
            found.update(np.argpartition(-shares, LEADING, axis=1)[:, :LEADING].ravel().tolist())
    return np.array(sorted(found), dtype=int)
