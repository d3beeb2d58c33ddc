"""How clearly a network prefers one answer, after each step."""

from __future__ import annotations

from ...cells.activations import Array
from ...trace import Trace
from .answer_margin import AnswerMargin


def margin_curve(trace: Trace, label: int | str | None = None, against: int | str | None = None) -> Array:
    """Compute the margin of an answer, which is its log odds, after each step of a text.

    The margin is log(p_label / p_against), or log(p_label / (1 - p_label)) where no other answer is named. It is
    computed from the logits, so that it stays exact where a probability is rounded to 0 or 1.

    Parameters
    ----------
    trace : Trace
        A run of a network with a readout.
    label : int, str or None, default None
        The answer that is asked about; the most probable one after the last step if None.
    against : int, str or None, default None
        The answer that it is compared with; all others if None.

    Returns
    -------
    ndarray of shape (T,)
        In nats, in float64; above 0 where the label is the more probable one.

    Raises
    ------
    ArgumentError
        If the trace does not know its network, the network has no readout, or both answers are the same.
    UnknownNameError
        If there is no such label.

    Examples
    --------
    >>> import rnnviz
    >>> curve = margin_curve(rnnviz.load("reviews-lstm").trace("not good"), "positive", "negative")
    >>> curve.shape
    (2,)
    """
    margin = AnswerMargin.of(trace, label, against, len(trace))
    logits = margin.network.forward(margin.inputs, margin.initial, edits=margin.edits).logits
    assert logits is not None
    return margin.of_logits(logits)
