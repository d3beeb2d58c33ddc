"""How far two attributions of one answer agree."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...errors import ArgumentError
from .token_attribution import Attribution


class Agreement(NamedTuple):
    """How far two attributions agree.

    Attributes
    ----------
    correlation : float
        Pearson's correlation of the values, from -1 to 1; NaN where one of them is the same at all tokens.
    same_strongest : bool
        Whether the token with the largest absolute value is the same.
    """

    correlation: float
    same_strongest: bool


def agreement(result: Attribution, swap: Attribution) -> Agreement:
    """Measure how far an attribution agrees with swaps, over the tokens whose swap changes the answer.

    The end mark, which a swap leaves alone, and steps that cannot matter do not count.

    Parameters
    ----------
    result : Attribution
        An attribution of some answer.
    swap : Attribution
        What changing each token does to the same answer of the same run.

    Returns
    -------
    Agreement
        How far they agree; the strongest token is not the same where no swap changes anything.

    Raises
    ------
    ArgumentError
        If the numbers of steps differ.

    Examples
    --------
    >>> import rnnviz
    >>> from rnnviz.analysis import attribution
    >>> trace = rnnviz.load("reviews-lstm").trace("not good at all, but the ending was brilliant")
    >>> agreement(attribution(trace, method="integrated gradients"), attribution(trace)).same_strongest
    True
    """
    if len(result.values) != len(swap.values):
        raise ArgumentError(
            f"The attributions are of {len(result.values)} and of {len(swap.values)} steps; they must be of one run.",
            code="different_lengths",
            name="swap",
        )
    tested = swap.values != 0
    values, changes = result.values[tested], swap.values[tested]
    if not len(changes):
        return Agreement(float("nan"), False)
    constant = np.ptp(values) == 0 or np.ptp(changes) == 0
    correlation = float("nan") if constant else float(np.corrcoef(values, changes)[0, 1])
    return Agreement(correlation, bool(np.abs(values).argmax() == np.abs(changes).argmax()))
