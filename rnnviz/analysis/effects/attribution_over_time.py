"""Swaps for the answer after every step of a text: one batch of changed texts answers them all."""

from __future__ import annotations

import numpy as np

from ...cells.activations import Array
from ...trace import Trace
from ..progress_meter import ProgressMeter, Tick
from .answer_margin import AnswerMargin, margins
from .token_attribution import baseline_vectors, check_removable, has_swap, swapped, typed_steps, without


def attribution_over_time(trace: Trace, tick: Tick | None = None) -> Array:
    """Measure what each token does for the answer after every step.

    Row by row it is `attribution` by "swap", for the most likely label after that step, or for the first of outputs
    that are no probabilities; the T changed texts are run once for all rows.

    Parameters
    ----------
    trace : Trace
        A run of T steps that knows its network, which has a readout.
    tick : callable, optional
        Called now and then with the share of the work done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    ndarray of shape (T, T)
        Entry [t, k] is what token k does for the answer after step t, in float64: 0 where the answer is given before
        the token is read, NaN where nothing is left to read without it.

    Raises
    ------
    ArgumentError
        If the trace does not know its network, or the network has no readout.
    InterventionError
        If tokens must be removed, for want of `<unk>`, and an intervention holds values.

    Examples
    --------
    >>> import rnnviz
    >>> from rnnviz.analysis import attribution
    >>> trace = rnnviz.load("names-lstm").trace("Rossi")
    >>> bool(abs(attribution_over_time(trace)[3] - attribution(trace, step=4).values).max() < 1e-4)
    True
    """
    answer = AnswerMargin.of(trace, None, None, None)
    own = answer.logits_by_step(answer.inputs[:, None])
    head, count = answer.network.head, len(trace)
    labels = own.argmax(-1) if head.is_distribution else np.full(own.shape[:-1], answer.label)
    before = margins(own, labels, head)
    values = np.zeros((count, count))
    steps, swaps = typed_steps(trace, answer), has_swap(trace)
    _, vectors = baseline_vectors(trace, answer)
    if not swaps:
        check_removable(trace)
        if count == 1:
            return np.full((1, 1), np.nan)
    at, progress = np.arange(count)[:, None], ProgressMeter(tick, len(steps))
    for part in answer.batches(len(steps), progress, every_step=True):
        rows = steps[part]
        if swaps:
            logits = answer.logits_by_step(swapped(answer, rows, vectors))
        else:
            moved = np.maximum(at - (rows <= at), 0)
            logits = answer.logits_by_step(without(answer, rows))[np.minimum(moved, count - 2), np.arange(len(rows))]
        values[:, rows] = before - margins(logits, np.broadcast_to(labels, logits.shape[:2]), head)
    progress.finish()
    if answer.network.directions == ("forward",):
        values[np.triu_indices(count, 1)] = 0
        if not swaps:
            values[0, 0] = np.nan
    return values
