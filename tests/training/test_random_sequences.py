"""Tasks that make their sequences: what they ask, chance by simulation, and a best that is reached."""

import numpy as np
import pytest

from rnnviz.errors import ArgumentError, UnknownNameError
from rnnviz.training import TASKS
from rnnviz.training.tasks.shares import class_frequencies, entropy

from ..raising import raises

MADE = ["adding", "parity", "brackets"]
MANY = 40_000


def asked(task, inputs, targets):
    return targets[-1:] if task.answer_at_end else targets


def answer(task, text):
    """The right answers to a text, by reading it as a person would."""
    if task.name == "adding":
        pairs = [tuple(map(float, pair.split())) for pair in text.split(", ")]
        hundredths = sum(round(100 * value) for value, mark in pairs if mark)
        return [f"{(hundredths + 5) // 10 / 10:.1f}"]
    if task.name == "parity":
        return [["even", "odd"][text[: k + 1].count("1") % 2] for k in range(len(text))]
    return [str(text[: k + 1].count("(") - text[: k + 1].count(")")) for k in range(len(text))]


@pytest.mark.parametrize("name", MADE)
def test_every_answer_is_right(name):
    task = TASKS[name]()
    inputs, targets = task.draw(300, task.length, np.random.default_rng(5))
    for b in range(300):
        text = task.text_of(inputs[:, b])
        assert [task.labels[k] for k in asked(task, inputs, targets)[:, b]] == answer(task, text)
        read = task.vocabulary.encode(text).inputs
        assert np.array_equal(read.astype(inputs.dtype), inputs[:, b])  # what is shown is what is read


@pytest.mark.parametrize("name", MADE)
def test_texts_are_as_long_as_is_asked_and_always_the_same(name):
    task = TASKS[name]()
    for factor in (1, 2):
        texts = task.sample_texts(5, factor)
        lengths = [len(task.vocabulary.encode(text).inputs) for text in texts]
        assert lengths == [factor * task.length] * 5 and texts == TASKS[name]().sample_texts(5, factor)


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("length", [2, 7, None])
def test_shares_of_the_answers_are_those_of_a_simulation(name, length):
    task = TASKS[name]()
    length = length or task.length
    _, targets = task.draw(MANY, length, np.random.default_rng(6))
    targets = asked(task, None, targets)
    seen = class_frequencies(targets, np.ones(targets.shape), len(task.labels))
    np.testing.assert_allclose(task.answer_frequencies(length), seen, atol=0.01)
    assert task.answer_frequencies(length).sum() == pytest.approx(1)


@pytest.mark.parametrize("name", MADE)
def test_chance_is_what_answers_without_reading_reach(name):
    task = TASKS[name]()
    _, targets = task.draw(MANY, task.length, np.random.default_rng(8))
    targets = asked(task, None, targets)
    shares = task.answer_frequencies(task.length)
    blind = max(float((targets == c).mean()) for c in range(len(task.labels)))
    assert task.chance.accuracy == pytest.approx(blind, abs=0.01)
    assert task.chance.loss == pytest.approx(-np.log(shares[targets]).mean(), abs=0.01)
    assert task.chance.loss <= np.log(len(task.labels)) + 1e-12
    assert (task.best.accuracy, task.best.loss) == (1, 0)


def test_addings_shares_by_brute_force():
    counted = np.zeros(21)
    for a in range(101):
        for b in range(101):
            counted[(a + b + 5) // 10] += 1
    np.testing.assert_allclose(TASKS["adding"]().answer_frequencies(20), counted / counted.sum())


@pytest.mark.parametrize("length", [2, 3, 20])
def test_adding_marks_one_number_in_each_half(length):
    task = TASKS["adding"](length=length)
    inputs, _ = task.draw(2000, length, np.random.default_rng(0))
    marks = inputs[:, :, 1]
    assert set(np.unique(marks)) <= {0, 1}
    assert (marks[: length // 2].sum(axis=0) == 1).all()
    assert (marks[length // 2 :].sum(axis=0) == 1).all()
    assert (marks.sum(axis=1) > 0).all()  # any place can be marked


def test_brackets_stay_between_zero_and_the_limit():
    task = TASKS["brackets"](depth=3)
    _, depths = task.draw(2000, 40, np.random.default_rng(0))
    assert set(np.unique(depths)) == {0, 1, 2, 3}
    assert (np.abs(np.diff(depths, axis=0)) == 1).all()


@pytest.mark.parametrize("name", ["counter", "recall", *MADE])
def test_the_probe_is_a_sequence_of_the_task(name):
    task = TASKS[name]()
    reading = task.vocabulary.encode(task.probe.text)
    assert not reading.unknown.any()
    assert len(reading.inputs) == len(task.probe.targets) == len(task.probe.weights) <= task.length
    assert task.probe.weights.sum() == pytest.approx(1)
    assert task.probe.targets.max() < len(task.labels)


@pytest.mark.parametrize("name", ["counter", "recall", *MADE])
def test_levels_have_a_reason(name):
    task = TASKS[name]()
    for level in (task.chance, task.best):
        assert len(level.why) > 20
    assert task.chance.accuracy < task.best.accuracy
    assert task.chance.loss > task.best.loss


@pytest.mark.parametrize("name", MADE)
def test_batches_are_new_and_the_held_out_sequences_are_not(name):
    one, other = TASKS[name](), TASKS[name]()
    assert all(np.array_equal(a, b) for a, b in zip(one.validation_data, other.validation_data, strict=True))
    first, second = (batch for _, batch in zip(range(2), one.batches(np.random.default_rng(0), 4), strict=False))
    assert not np.array_equal(first.inputs, second.inputs)
    assert first.weights.sum() == pytest.approx(1, abs=1e-6)
    assert first.inputs.shape[:2] == first.targets.shape == (one.length, 4)


@pytest.mark.parametrize("longest", [1, 2, 5, 12, 20])
def test_counters_best_loss_is_what_the_prefixes_leave_open(longest):
    task = TASKS["counter"](longest=longest)
    follows = {}
    for n in range(1, longest + 1):
        text = "a" * n + "b" * n
        for k, symbol in enumerate([*text[1:], "end"]):
            follows.setdefault(text[: k + 1], []).append(task.labels.index(symbol))
    total = sum(map(len, follows.values()))
    least = sum(len(f) * entropy(np.bincount(f) / len(f)) for f in follows.values()) / total
    assert task.best.loss == pytest.approx(least, rel=1e-6)
    every = np.concatenate(list(follows.values()))
    assert task.chance.loss == pytest.approx(entropy(np.bincount(every) / len(every)), rel=1e-6)
    assert task.chance.accuracy == pytest.approx(1 / longest)


def test_counter_of_another_length_has_its_own_strings_and_note():
    task = TASKS["counter"](longest=5)
    assert task.all_strings.inputs.shape == (10, 5)
    assert "n from 1 to 5 " in task.card_note()
    assert TASKS["counter"]().card_note() == TASKS["counter"].note


def test_counters_measure_is_that_of_single_strings():
    from rnnviz.network import Network

    task = TASKS["counter"]()
    for seed in range(20):
        network = Network.random("gru", hidden=6, vocabulary=3, embedding=4, classes=3, rng=np.random.default_rng(seed))
        network.readout_bias[...] = [-9, 0, 0]
        right = [task.is_right(network, n) for n in range(1, 13)]
        assert task.validate(network)["accuracy"] == pytest.approx(np.mean(right))


def test_recall_is_checked_at_its_longest_delay():
    task = TASKS["recall"](shortest=1, longest=7)
    assert task.validation_data[0].shape == (9, 1000)
    assert 7 in task.delays
    assert "from 1 to 7" in task.card_note()


@pytest.mark.parametrize(
    ("task", "option", "value", "allowed"),
    [
        ("adding", "length", 1, (2, None)),
        ("parity", "length", 0, (1, None)),
        ("brackets", "depth", 0, (1, 50)),
        ("counter", "longest", 0, (1, 100)),
    ],
)
def test_options_out_of_range_are_refused(task, option, value, allowed):
    with raises(ArgumentError, code="out_of_range", name=option, value=value, allowed=allowed):
        TASKS[task](**{option: value})


def test_an_option_of_another_task_is_refused():
    with raises(UnknownNameError, kind="task option", name="depth", allowed=("length",)):
        TASKS["parity"](depth=3)


@pytest.mark.parametrize(("task", "text", "code"), [("parity", "abc", "not_needed"), ("own", None, "missing")])
def test_a_text_is_given_to_tasks_that_need_one_and_to_no_other(task, text, code):
    with raises(ArgumentError, code=code, name="text"):
        TASKS[task](text=text)
