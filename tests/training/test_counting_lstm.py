"""The LSTM whose weights are set by hand counts exactly, and the bundled file is what the code builds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz import zoo
from rnnviz.training.counting_lstm import counting_lstm
from rnnviz.training.tasks.counter import Counter

MODEL = counting_lstm()


def test_the_bundled_file_is_what_the_code_builds():
    bundled = rnnviz.load("counting-lstm")
    for name, array in MODEL.network.parameters.items():
        np.testing.assert_array_equal(bundled.network.parameters[name], array)
    assert bundled.labels == MODEL.labels and bundled.vocabulary == MODEL.vocabulary
    assert {name: bundled.card[name] for name in MODEL.card} == MODEL.card


@given(st.text("ab", min_size=1, max_size=60))
def test_unit_0_is_the_count_and_unit_1_the_last_letter(text):
    steps = np.array([1 if letter == "a" else -1 for letter in text])
    trace = MODEL.trace(text)
    np.testing.assert_array_equal(trace["cell"], np.stack([np.cumsum(steps), steps], axis=1))


@pytest.mark.parametrize("n", [1, 2, 12, 13, 100, 10_000])
def test_it_is_exact_in_single_precision(n):
    assert MODEL.network.dtype == np.float32
    assert Counter().is_right(MODEL.network, n)


def test_while_as_are_read_it_gives_a_and_b_the_same_probability():
    probabilities = MODEL.trace("aaaaabbbbb").probabilities
    np.testing.assert_allclose(probabilities[:5], [[0.5, 0.5, 0]] * 5, atol=1e-4)
    np.testing.assert_allclose(probabilities[5:, 1:], [[1, 0]] * 4 + [[0, 1]], atol=1e-4)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_ends_are_those_of_the_predictions_one_by_one(cell):
    models, task = zoo.seeds(f"counter-{cell}"), Counter()
    assert list(models) == [0, 1, 2, 3, 4]
    for model in models.values():
        expected = [next((b for b in range(1, 41) if end_comes(model, n, b)), None) for n in (1, 7, 20)]
        found = task.ends(model.network, 20)
        assert [found[n - 1] for n in (1, 7, 20)] == expected


def end_comes(model, n, b):
    """Whether the end is the most probable label after n a's and b b's."""
    return model.labels[model.trace("a" * n + "b" * b).probabilities[-1].argmax()] == "end"


def test_no_end_within_the_limit_is_none():
    network = counting_lstm().network
    network.readout_bias[2] = -100
    assert Counter().ends(network, 5) == [None] * 5
