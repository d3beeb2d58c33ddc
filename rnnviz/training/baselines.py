"""Baselines for the networks: naive Bayes for labelled texts, n-grams for running text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..cells.activations import Array

Features = Callable[[str], Iterable[str]]

ALPHAS = (0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0)


class NaiveBayes:
    """Multinomial naive Bayes over features of texts.

    Parameters
    ----------
    features : callable
        Maps a text to its features, for example its words.
    texts : sequence of str
        N training texts.
    labels : ndarray of int of shape (N,)
        Their classes, 0 to `classes` - 1.
    classes : int
        Number of classes C.
    once : bool, default False
        Count a feature only once per text, which works better for sentiment [1]_.

    Attributes
    ----------
    index : dict of str to int
        The row of each of F features.
    counts : ndarray of shape (F, C)
        How often each feature occurs in the texts of each class.
    prior : ndarray of shape (C,)
        Logarithms of the classes' shares of the training texts.

    References
    ----------
    .. [1] S. Wang and C. D. Manning, "Baselines and bigrams: simple, good sentiment and topic classification",
       ACL 2012.

    Examples
    --------
    >>> bayes = NaiveBayes(str.split, ["good film", "bad film"], np.array([1, 0]), classes=2)
    >>> bayes.predict(["a good one"], alpha=1.0)
    array([1])
    """

    def __init__(self, features: Features, texts: Sequence[str], labels: Array, classes: int, once: bool = False):
        self.features, self.once = features, once
        counters = [self._count(text) for text in texts]
        self.index = {feature: k for k, feature in enumerate(sorted(set().union(*counters)))}
        self.counts = np.zeros((len(self.index), classes))
        for label, counter in zip(labels, counters, strict=True):
            for feature, count in counter.items():
                self.counts[self.index[feature], label] += count
        self.prior = np.log(np.bincount(labels, minlength=classes) / len(labels))

    def predict(self, texts: Sequence[str], alpha: float) -> Array:
        """Return the most probable class of each text.

        Parameters
        ----------
        texts : sequence of str
            N texts.
        alpha : float
            Added to every count, above 0.

        Returns
        -------
        ndarray of int of shape (N,)
            Classes.
        """
        smoothed = self.counts + alpha
        log_p = np.log(smoothed / smoothed.sum(axis=0))
        return np.array([self._log_posterior(log_p, text).argmax() for text in texts])

    def _log_posterior(self, log_p: Array, text: str) -> Array:
        """The unnormalised log-posterior (C,) of a text; features that training never saw are ignored."""
        known = [(self.index[f], n) for f, n in self._count(text).items() if f in self.index]
        if not known:
            return self.prior
        rows, times = (np.array(column) for column in zip(*known, strict=True))
        return self.prior + times @ log_p[rows]

    def _count(self, text: str) -> Counter[str]:
        counter = Counter(self.features(text))
        return Counter(dict.fromkeys(counter, 1)) if self.once else counter


@dataclass(frozen=True)
class TunedNaiveBayes:
    """The result of tuning a naive Bayes model.

    Parameters
    ----------
    alpha : float
        The smoothing that did best on the validation texts.
    validation, test : float
        Accuracy on the validation and on the test texts, 0 to 1.
    predicted : ndarray of int of shape (N,)
        Predicted classes of the test texts.
    """

    alpha: float
    validation: float
    test: float
    predicted: Array


def tune_naive_bayes(
    model: NaiveBayes, validation: tuple[Sequence[str], Array], test: tuple[Sequence[str], Array]
) -> TunedNaiveBayes:
    """Choose alpha on the validation texts, then score the test texts once.

    Parameters
    ----------
    model : NaiveBayes
        The model.
    validation, test : tuple of (sequence of str, ndarray of int of shape (N,))
        Texts and their classes.

    Returns
    -------
    TunedNaiveBayes
        The chosen alpha with its scores.
    """
    texts, truth = validation
    accuracy = {alpha: float((model.predict(texts, alpha) == truth).mean()) for alpha in ALPHAS}
    alpha = max(accuracy, key=lambda a: accuracy[a])
    predicted = model.predict(test[0], alpha)
    return TunedNaiveBayes(alpha, accuracy[alpha], float((predicted == test[1]).mean()), predicted)


class NGrams:
    """Interpolated n-grams with Witten-Bell smoothing (their method C).

    Parameters
    ----------
    ids : ndarray of int of shape (N,)
        The training text, as symbols 0 to `symbols` - 1.
    symbols : int
        Number of symbols.
    longest : int
        Length of the longest context, in symbols.

    Notes
    -----
    p(c | h) = (N(h c) + T(h) p(c | h')) / (N(h) + T(h)), where N counts occurrences in the training text, T(h) is the
    number of different symbols seen after the context h, and h' is h without its first symbol. The empty context backs
    off to a uniform distribution.

    References
    ----------
    I. H. Witten and T. C. Bell, "The zero-frequency problem: estimating the probabilities of novel events in adaptive
    text compression", IEEE Transactions on Information Theory 37(4), 1991.
    """

    def __init__(self, ids: Array, symbols: int, longest: int) -> None:
        self.symbols = symbols
        self.tables = []
        for length in range(longest + 1):
            grams, counts = np.unique(_windows(ids, length + 1, symbols), return_counts=True)
            contexts, starts = np.unique(grams // symbols, return_index=True)
            successors = np.diff(np.append(starts, len(grams)))  # different symbols after each context
            self.tables.append((grams, counts, contexts, np.add.reduceat(counts, starts), successors))

    def mean_surprisals(self, ids: Array) -> list[float]:
        """Return the mean surprisal of a text's symbols for every length of the context.

        Parameters
        ----------
        ids : ndarray of int of shape (N,)
            A text.

        Returns
        -------
        list of float
            In nats, with contexts of at most 0, 1, ..., `longest` symbols.
        """
        p = np.full(len(ids), 1 / self.symbols)
        means = []
        for length, (grams, counts, contexts, totals, successors) in enumerate(self.tables):
            windows = _windows(ids, length + 1, self.symbols)
            count = _lookup(grams, counts, windows)
            total, different = (_lookup(contexts, values, windows // self.symbols) for values in (totals, successors))
            seen = total > 0
            backed_off = p[length:]  # the first symbols of the text have no context of this length
            backed_off[seen] = (count + different * backed_off)[seen] / (total + different)[seen]
            means.append(float(-np.log(p).mean()))
        return means


def _windows(ids: Array, length: int, symbols: int) -> Array:
    """Every run of `length` symbols as one number in base `symbols`."""
    codes = np.zeros(len(ids) - length + 1, np.int64)
    for k in range(length):
        codes = codes * symbols + ids[k : len(ids) - length + 1 + k]
    return codes


def _lookup(keys: Array, values: Array, queries: Array) -> Array:
    """The values of `queries` among the sorted keys, 0 where a query is not among them."""
    at = np.searchsorted(keys, queries).clip(max=len(keys) - 1)
    return np.where(keys[at] == queries, values[at], 0)
