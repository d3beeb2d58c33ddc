"""What the networks are measured against: naive Bayes for labelled texts, counted n-grams for running text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..cells.activations import Array

Features = Callable[[str], Iterable[str]]


class NaiveBayes:
    """Multinomial naive Bayes: every feature of a text votes for the classes that it was counted in.

    features: what is counted in a text, such as its words. once: whether a feature counts
    only once a text (Wang & Manning 2012 find that better for sentiment). Classes are
    numbers below `classes`; the prior is their share in training.
    """

    def __init__(self, features: Features, texts: Sequence[str], labels: Array, classes: int, once: bool = False):
        self.features, self.once = features, once
        found = [self._counted(text) for text in texts]
        self.index = {feature: k for k, feature in enumerate(sorted(set().union(*found)))}
        self.counts = np.zeros((len(self.index), classes))
        for label, counted in zip(labels, found, strict=True):
            for feature, count in counted.items():
                self.counts[self.index[feature], label] += count
        self.prior = np.log(np.bincount(labels, minlength=classes) / len(labels))

    def predict(self, texts: Sequence[str], alpha: float) -> Array:
        """The class (N,) of each text. alpha is added to every count, so that nothing is impossible."""
        smooth = self.counts + alpha
        votes = np.log(smooth / smooth.sum(axis=0))
        return np.array([self._sum(votes, text).argmax() for text in texts])

    def _sum(self, votes: Array, text: str) -> Array:
        known = [(self.index[f], n) for f, n in self._counted(text).items() if f in self.index]
        if not known:
            return self.prior
        rows, times = (np.array(part) for part in zip(*known, strict=True))
        return self.prior + times @ votes[rows]

    def _counted(self, text: str) -> Counter[str]:
        counted = Counter(self.features(text))
        return Counter(dict.fromkeys(counted, 1)) if self.once else counted


@dataclass(frozen=True)
class Chosen:
    """A naive Bayes with the alpha that was best on validation, and how often it is right."""

    alpha: float
    validation: float
    test: float
    predicted: Array  # (N,) classes of the test texts


def tune_naive_bayes(
    model: NaiveBayes, validation: tuple[Sequence[str], Array], test: tuple[Sequence[str], Array]
) -> Chosen:
    """Choose alpha on the validation texts and labels, then score the test texts once."""
    texts, truth = validation
    right = {a: float((model.predict(texts, a) == truth).mean()) for a in (0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0)}
    alpha = max(right, key=lambda a: right[a])
    predicted = model.predict(test[0], alpha)
    return Chosen(alpha, right[alpha], float((predicted == test[1]).mean()), predicted)


class NGrams:
    """Interpolated n-grams with Witten-Bell smoothing (Witten & Bell 1991, their method C).

    p(c | h) = (N(h c) + T(h) p(c | h')) / (N(h) + T(h)), where N counts in the training text, T(h)
    is the number of different symbols seen after the context h, and h' is h without its first
    symbol; the empty context backs off to all symbols alike.

    ids: (N,) symbol numbers below `symbols`. longest: the longest context, in symbols.
    """

    def __init__(self, ids: Array, symbols: int, longest: int) -> None:
        self.symbols = symbols
        self.tables = []
        for length in range(longest + 1):
            grams, counts = np.unique(_windows(ids, length + 1, symbols), return_counts=True)
            contexts, starts = np.unique(grams // symbols, return_index=True)
            self.tables.append((grams, counts, contexts, np.add.reduceat(counts, starts), _kinds(starts, len(grams))))

    def mean_surprisals(self, ids: Array) -> list[float]:
        """Mean -log p in nats over the symbols of a text, with contexts of at most 0, 1, ... symbols."""
        p = np.full(len(ids), 1 / self.symbols)
        found = []
        for length, (grams, counts, contexts, totals, kinds) in enumerate(self.tables):
            wanted = _windows(ids, length + 1, self.symbols)
            seen = _lookup(grams, counts, wanted)
            total, different = (_lookup(contexts, of, wanted // self.symbols) for of in (totals, kinds))
            there = total > 0
            old = p[length:]  # the first symbols of the text have no context of this length
            old[there] = (seen + different * old)[there] / (total + different)[there]
            found.append(float(-np.log(p).mean()))
        return found


def _windows(ids: Array, length: int, symbols: int) -> Array:
    """Every run of `length` symbols as one number, in base `symbols`."""
    codes = np.zeros(len(ids) - length + 1, np.int64)
    for k in range(length):
        codes = codes * symbols + ids[k : len(ids) - length + 1 + k]
    return codes


def _kinds(starts: Array, count: int) -> Array:
    """How many different grams each context has, from where each context's grams start."""
    return np.diff(np.append(starts, count))


def _lookup(keys: Array, values: Array, wanted: Array) -> Array:
    """values of `wanted` among the sorted keys, 0 where it is not there."""
    at = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)
