"""Whether two models differ on the same held-out items: exact tests, and the correction for several of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import NamedTuple

import numpy as np

from ..cells.activations import Array


class McNemar(NamedTuple):
    """The result of McNemar's test.

    Parameters
    ----------
    first_alone, second_alone : int
        How many items only the first model got right, and only the second. The others say nothing about a difference.
    p : float
        The probability of a split at least as uneven if either model were as likely to be the one that is right.
    """

    first_alone: int
    second_alone: int
    p: float


class Difference(NamedTuple):
    """The result of a test on differences item by item.

    Parameters
    ----------
    mean : float
        The mean of the first scores minus the second.
    standard_error : float
        Its standard error, from the spread over the items.
    p : float
        The probability of a result at least as uneven if each difference were as likely to have the other sign.
    """

    mean: float
    standard_error: float
    p: float


def mcnemar(first: Array, second: Array) -> McNemar:
    """Compare which items two models got right: McNemar's test in its exact form, two-sided.

    Parameters
    ----------
    first, second : ndarray of bool of shape (N,)
        Whether each item was answered right by each model.

    Returns
    -------
    McNemar
        With the counts and p, the tail of a binomial distribution with a probability of one half.

    References
    ----------
    .. [1] Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
       Psychometrika 12(2), 1947.

    Examples
    --------
    >>> mcnemar(np.array([True, True, False]), np.array([True, False, False]))
    McNemar(first_alone=1, second_alone=0, p=1.0)
    """
    first_alone, second_alone = int((first & ~second).sum()), int((second & ~first).sum())
    n = first_alone + second_alone
    tail = sum(comb(n, k) for k in range(min(first_alone, second_alone) + 1))
    return McNemar(first_alone, second_alone, min(1.0, 2 * tail / 2**n))


def sign_flip(first: Array, second: Array) -> Difference:
    """Compare how many of several seeds got each item right: Fisher's test of all choices of signs, two-sided.

    With one seed it is McNemar's test.

    Parameters
    ----------
    first, second : ndarray of int of shape (N,)
        For each item how many of the models with each cell got it right.

    Returns
    -------
    Difference
        With p, from the exact distribution of the sum over all 2^N signs.

    References
    ----------
    .. [1] R. A. Fisher, "The design of experiments", 1935, section 21.

    Examples
    --------
    >>> sign_flip(np.array([5, 4, 3]), np.array([3, 3, 3]))
    Difference(mean=1.0, standard_error=0.5773502691896258, p=0.5)
    """
    differences = first - second
    distribution = np.ones(1)  # of the sum of the positive differences
    for size, count in zip(*np.unique(np.abs(differences[differences != 0]), return_counts=True), strict=True):
        positive = np.zeros(size * count + 1)
        positive[::size] = [comb(int(count), k) / 2 ** int(count) for k in range(count + 1)]
        distribution = np.convolve(distribution, positive)
    sums = 2 * np.arange(len(distribution)) - (len(distribution) - 1)
    p = distribution[np.abs(sums) >= abs(differences.sum())].sum()
    return _difference(differences, float(p))


def signed_rank(first: Array, second: Array) -> Difference:
    """Compare the scores of two models item by item: Wilcoxon's signed-rank test in its exact form, two-sided.

    Parameters
    ----------
    first, second : ndarray of float of shape (N,)
        Each model's score on each item. No two differences may be of the same size.

    Returns
    -------
    Difference
        With p, from the distribution of the rank sum over all 2^N signs.

    References
    ----------
    .. [1] F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1(6), 1945.

    Examples
    --------
    >>> signed_rank(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])).p
    0.25
    """
    differences = first - second
    n = len(differences)
    ranks = np.abs(differences).argsort().argsort() + 1
    total = n * (n + 1) // 2
    positive = int(ranks[differences > 0].sum())
    ways = [1] + [0] * total  # in how many choices of signs the positive ranks add up to each sum
    for rank in range(1, n + 1):
        for value in range(total, rank - 1, -1):
            ways[value] += ways[value - rank]
    tail = sum(ways[: min(positive, total - positive) + 1])
    return _difference(differences, 2 * tail / 2**n)


def _difference(differences: Array, p: float) -> Difference:
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return Difference(float(differences.mean()), float(error), min(1.0, p))


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct the p-values of several tests by Holm's method, so that together they err as rarely as one.

    Parameters
    ----------
    p_values : sequence of float
        One for each of m tests.

    Returns
    -------
    list of float
        In the same order: the smallest times m, the next times m - 1 and so on, none below a smaller one's, at most 1.

    References
    ----------
    .. [1] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6(2),
       1979.

    Examples
    --------
    >>> holm([0.02, 0.5, 0.01])
    [0.04, 0.5, 0.03]
    """
    corrected, largest = [0.0] * len(p_values), 0.0
    for k, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - k) * p_values[index]))
        corrected[index] = largest
    return corrected
