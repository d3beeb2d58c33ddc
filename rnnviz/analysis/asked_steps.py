"""The steps at which a model was trained to answer; in between, its outputs are no answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from ..text.tokens import END
from ..trace import Trace

EVERY_STEP = "at every step"
_AT_TOKEN = {"at the end mark": END, "at the question mark": "?"}


def asked_steps(trace: Trace) -> np.ndarray:
    """Find the steps at which a model was trained to answer.

    The card says so under `asked`: "at every step", "at the end mark" or "at the question mark". Anything else, as "at
    the last word", is the last step. A model without this entry counts as asked at every step.

    Parameters
    ----------
    trace : Trace
        A run of T steps.

    Returns
    -------
    ndarray of bool of shape (T,)
        Whether the output after each step is an answer.

    Examples
    --------
    >>> import rnnviz
    >>> asked_steps(rnnviz.load("names-lstm").trace("Ada")).tolist()
    [False, False, False, True]
    """
    where, asked_token = asked_at(trace.card)
    if where == "every":
        return np.ones(len(trace), bool)
    if where == "token":
        return np.array([token == asked_token for token in trace.tokens])
    return np.arange(len(trace)) == len(trace) - 1


def asked_at(card: Mapping[str, Any]) -> tuple[Literal["every", "token", "last"], str]:
    """Find what marks the steps at which a model was trained to answer.

    Parameters
    ----------
    card : mapping
        The model's card.

    Returns
    -------
    where : {"every", "token", "last"}
        Whether every step is asked, each one with a certain token, or the last one.
    token : str
        That token; "" if there is none.
    """
    asked = card.get("asked", EVERY_STEP)
    if asked == EVERY_STEP:
        return "every", ""
    return ("token", _AT_TOKEN[asked]) if asked in _AT_TOKEN else ("last", "")
