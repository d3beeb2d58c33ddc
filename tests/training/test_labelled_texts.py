"""Chance and bounds of tasks over labelled texts, on a handful of texts counted by hand."""

import numpy as np
import pytest

from rnnviz.training.batches import Split
from rnnviz.training.tasks.labelled_texts import LabelledTexts


class Few(LabelledTexts):
    """Ten texts. It has no name, so it is not registered as a task."""

    token_kind = "characters"
    min_count = 1
    probe_example = ("ab", "x")
    sources = ()

    def load(self, folders):
        texts = ["ab", "ab", "ab", "ba", "ba", "a", "b", "ab", "a", "b"]
        self.prepare(texts, ["x", "x", "y", "x", "x", "x", "y", "y", "x", "y"])


def few(validation):
    task = Few()
    task.indices = Split(np.arange(0, 6), np.array(validation), np.arange(0))
    return task


def test_chance_is_the_most_frequent_label_of_training():
    task = few([6, 7, 8])
    chance = task.chance_level()  # y, y, x; of the six texts before, five are x
    assert chance.accuracy == pytest.approx(1 / 3)
    assert chance.loss == pytest.approx(-(2 * np.log(1 / 6) + np.log(5 / 6)) / 3)
    assert task.labels[task.most_frequent] == "x"


def test_no_function_of_the_text_beats_the_bound():
    bound = few([0, 1, 2, 3, 6]).best_level()  # "ab" is there as x, x and y
    assert bound.accuracy == pytest.approx(4 / 5)
    assert bound.loss == pytest.approx((2 * np.log(3 / 2) + np.log(3)) / 5)


def test_without_contradictions_the_best_is_unknown():
    bound = few([0, 1, 3]).best_level()
    assert (bound.accuracy, bound.loss) == (None, None)


def test_the_probe_has_the_weights_of_training():
    task = Few()
    assert task.probe.weights == pytest.approx([0.25, 0.75])
    assert [task.labels[k] for k in task.probe.targets] == ["x", "x"]
