"""Where a run leaves the numbers: states that overflow, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..text.tokens import visible
from ..trace import Trace

SENTENCE = (
    "From step {step} (“{token}”) on, values are too large for the network’s numbers, the {quantity} first: {count} "
    "values of this run are infinite (inf) or not a number. Heatmaps mark them with ✕."
)
PROBABILITY, OUTPUT = "probability", "output"


@dataclass(frozen=True)
class Overflow:
    """The first value of a run that is no finite number.

    Parameters
    ----------
    step : int
        Its step, counted from 1 in the order of the text.
    quantity : str
        The title of its quantity; "probability" or "output" if only the prediction is no number.
    count : int
        How many values of the run are no finite numbers, over all quantities and layers.
    """

    step: int
    quantity: str
    count: int


def first_overflow(trace: Trace) -> Overflow | None:
    """Find the first value of a run that is infinite or NaN.

    Parameters
    ----------
    trace : Trace
        A run.

    Returns
    -------
    Overflow or None
        None if all values and outputs are finite.

    Examples
    --------
    >>> import rnnviz
    >>> first_overflow(rnnviz.load("names-lstm").trace("Ada")) is None
    True
    """
    found: list[tuple[int, str]] = []
    count = 0
    arrays = [(trace.definitions[layer].by_name[name].title, array) for (name, layer, _), array in trace.values.items()]
    if trace.outputs is not None:
        arrays.append((PROBABILITY if trace.head.is_distribution else OUTPUT, trace.outputs))
    for title, array in arrays:
        strange = ~np.isfinite(array)
        if strange.any():
            count += int(strange.sum())
            found.append((int(strange.any(1).argmax()) + 1, title))
    return Overflow(*min(found, key=lambda place: place[0]), count) if found else None


def overflow_sentence(overflow: Overflow, trace: Trace) -> str:
    """Say where a run leaves the numbers.

    Parameters
    ----------
    overflow : Overflow
        What `first_overflow` found.
    trace : Trace
        The run.

    Returns
    -------
    str
        A sentence.
    """
    token = visible(trace.tokens[overflow.step - 1])
    return SENTENCE.format(step=overflow.step, token=token, quantity=overflow.quantity, count=f"{overflow.count:,}")
