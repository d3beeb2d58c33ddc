"""The two tasks that make their own data: what they ask, and what a right answer is."""

import numpy as np
import pytest

import rnnviz
from rnnviz.errors import ArgumentError, UnknownNameError
from rnnviz.network import Network
from rnnviz.training import TASKS

from ..raising import raises


@pytest.fixture(scope="module")
def counter():
    return TASKS["counter"]()


@pytest.fixture(scope="module")
def recall():
    return TASKS["recall"]()


def test_counter_predicts_the_next_symbol(counter):
    inputs, targets = counter.sequence(3)
    assert [counter.vocabulary.tokens[k] for k in inputs] == list("aaabbb")
    assert [counter.labels[k] for k in targets] == ["a", "a", "b", "b", "b", "end"]


def test_counters_batch_holds_every_string_once(counter):
    (batch,) = {id(b): b for b in counter.batches(np.random.default_rng(0), 12)}.values()
    assert batch.inputs.shape == (24, 12)
    assert list((batch.weights > 0).sum(axis=0)) == list(range(2, 26, 2))
    assert batch.weights.sum() == pytest.approx(1)


def test_counters_texts_are_its_strings(counter):
    assert counter.sample_texts(1) == ["a" * n + "b" * n for n in range(1, 13)]
    assert counter.sample_texts(1, 2)[-1] == "a" * 24 + "b" * 24


def test_counter_is_right_only_with_every_b_and_the_end(counter):
    """Networks built by hand: always predicting end is right for n = 1 alone, always predicting b never."""
    network = Network.random(
        "rnn", hidden=2, vocabulary=3, embedding=1, classes=3, rng=np.random.default_rng(0), dtype=np.float64
    )
    for array in network.parameters.values():
        array[...] = 0
    network.readout_bias[2] = 1.0
    assert [counter.is_right(network, n) for n in (1, 2, 3)] == [True, False, False]
    network.readout_bias[1] = 2.0
    assert not counter.is_right(network, 1)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_counters_ends_are_those_of_single_runs(counter, cell):
    network = rnnviz.load(f"counter-{cell}").network
    ends = counter.ends(network, longest=20)
    assert len(ends) == 20 and ends[:12] == list(range(1, 13))
    for n, end in enumerate(ends, 1):
        text = counter.vocabulary.encode("a" * n + "b" * 40).inputs
        labels = [counter.labels[k] for k in network.forward(text).logits[n:].argmax(-1)]
        assert end == (labels.index("end") + 1 if "end" in labels else None)


def test_a_counter_that_never_ends(counter):
    network = Network.random("rnn", hidden=2, vocabulary=3, embedding=1, classes=3, rng=np.random.default_rng(0))
    network.readout_bias[:] = [0, 9, 0]
    assert counter.ends(network, longest=3) == [None, None, None]


@pytest.mark.parametrize("delay", [1, 7, 40])
def test_recall_asks_for_the_first_symbol_at_the_question_mark(recall, delay):
    inputs, chosen = recall.draw(np.full(50, delay), np.random.default_rng(0))
    texts = ["".join(recall.vocabulary.tokens[k] for k in column) for column in inputs.T]
    for text, answer in zip(texts, chosen, strict=True):
        assert text[0] == recall.labels[answer]
        assert set(text[1:-1]) <= set("abcdefgh")
        assert (text[-1], len(text)) == ("?", delay + 2)


def test_recalls_loss_counts_the_question_mark_alone(recall):
    batch = next(recall.batches(np.random.default_rng(0), 64))
    query = recall.vocabulary.tokens.index("?")
    assert ((batch.inputs == query) == (batch.weights > 0)).all()
    delays = (batch.inputs == query).argmax(axis=0) - 1
    assert delays.min() >= 30
    assert delays.max() <= 40
    assert batch.weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("shortest", [0, 50])
def test_delays_that_contradict_each_other_are_refused(shortest):
    with raises(ArgumentError, code="contradiction", name="shortest", value=shortest):
        TASKS["recall"](shortest=shortest)


def test_an_unknown_option_is_refused():
    with raises(UnknownNameError, kind="task option", name="width", allowed=("shortest", "longest")):
        TASKS["recall"](width=3)


@pytest.mark.parametrize("task", ["names", "reviews", "shakespeare", "counter", "recall"])
def test_cells_of_a_task_have_the_same_size_and_budget(task):
    recipes = [TASKS[task].recipe(TASKS[task], cell) for cell in ("rnn", "gru", "lstm")]
    assert len({(r.embedding, r.hidden, r.layers, r.epochs, r.batch, r.patience, r.clip) for r in recipes}) == 1
