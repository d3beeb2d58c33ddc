"""The baselines, against counts done by hand."""

from itertools import product

import numpy as np
import pytest

from rnnviz.training.baselines import NaiveBayes, NGrams, tune_naive_bayes


def test_naive_bayes_follows_its_formula():
    model = NaiveBayes(str.split, ["good good film", "bad film", "bad"], np.array([1, 0, 0]), 2)
    votes = {0: np.log(2 / 3) + np.log(2 / 6) * 2, 1: np.log(1 / 3) + np.log(1 / 6) * 2}
    # counts plus one: bad, film, good = 3, 2, 1 of 6 for class 0; 1, 2, 3 of 6 for class 1
    assert model.predict(["film film unheard"], alpha=1.0)[0] == max(votes, key=votes.get)
    assert list(model.predict(["good", "bad", "unheard"], alpha=1.0)) == [1, 0, 0]


def test_counting_once_ignores_repetition():
    texts, labels = ["good good good", "bad", "good bad bad bad"], np.array([1, 0, 0])
    once = NaiveBayes(str.split, texts, labels, 2, once=True)
    assert once.counts.max() == 2
    assert NaiveBayes(str.split, texts, labels, 2).counts.max() == 4


def test_alpha_is_chosen_on_validation_alone():
    texts, labels = ["a b", "a c", "d"], np.array([0, 0, 1])
    model = NaiveBayes(str.split, texts, labels, 2)
    first = tune_naive_bayes(model, (texts, labels), (["d"], np.array([1])))
    assert tune_naive_bayes(model, (texts, labels), (["d"], np.array([0]))).alpha == first.alpha
    assert (first.validation, first.test) == (1.0, 1.0)


def test_ngrams_are_witten_bell():
    ids = np.array([0, 1, 0, 1, 1, 2])
    # unigrams: 0 twice, 1 three times, 2 once; three kinds, over a fourth symbol never seen
    unigram = (np.array([2, 3, 1, 0]) + 3 / 4) / (6 + 3)
    # after 1 came 0, 1 and 2, once each
    after_one = (np.array([1, 1, 1, 0]) + 3 * unigram) / (3 + 3)
    text = np.array([1, 3])
    none, one = NGrams(ids, 4, 1).mean_surprisals(text)
    assert none == pytest.approx(-np.log(unigram[[1, 3]]).mean())
    assert one == pytest.approx(-(np.log(unigram[1]) + np.log(after_one[3])) / 2)


@pytest.mark.parametrize("longest", [0, 1, 2])
def test_ngrams_give_probabilities_that_add_up_to_one(longest):
    ids = np.random.default_rng(0).integers(3, size=50)
    model = NGrams(ids, 3, longest)
    total = 0.0
    for text in product(range(3), repeat=4):
        total += np.exp(-4 * model.mean_surprisals(np.array(text))[-1])
    assert total == pytest.approx(1)
