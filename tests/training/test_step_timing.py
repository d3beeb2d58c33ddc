"""Timing training steps: the cells take turns, and timing can be stopped. No test depends on a time."""

import math

import pytest

from rnnviz.errors import ArgumentError, UnknownNameError
from rnnviz.training import TASKS
from rnnviz.training.step_timing import WARM_UP, time_training_steps

from ..raising import raises
from ..tied_lstm import TiedLSTM


def test_every_cell_in_turn_and_progress_after_every_step():
    seen = []
    for measured in time_training_steps(["rnn", "gru", "lstm", TiedLSTM.name], 4, 5, 6, 3, repeats=3):
        seen.append((measured.steps_done, {cell: len(spent) for cell, spent in measured.seconds.items()}))
    total = 4 * (WARM_UP + 3)
    assert measured.total_steps == total and [done for done, _ in seen] == list(range(1, total + 1))
    for _, counts in seen:
        assert max(counts.values()) - min(counts.values()) <= 1
    assert set(seen[-1][1].values()) == {3}
    for cell in measured.seconds:
        first, middle, third = measured.quartiles(cell)
        assert 0 < first <= middle <= third and middle == measured.median(cell)


def test_before_the_first_counted_step_the_median_is_nan():
    run = time_training_steps(["rnn"], 2, 2, 2, 2, repeats=5)
    assert math.isnan(next(run).median("rnn"))
    run.close()
    assert list(run) == []


def test_it_registers_no_task():
    before = set(TASKS)
    list(time_training_steps(["rnn"], 2, 2, 2, 2, repeats=1))
    assert set(TASKS) == before and not any("Letters" in task.__name__ for task in TASKS.values())


@pytest.mark.parametrize("bad", ["input_size", "hidden_size", "steps", "batch", "repeats"])
def test_numbers_below_one_are_refused_at_once(bad):
    numbers = {"input_size": 2, "hidden_size": 2, "steps": 2, "batch": 2, "repeats": 2, bad: 0}
    with raises(ArgumentError, code="out_of_range", name=bad, value=0):
        time_training_steps(["rnn"], **numbers)


@pytest.mark.parametrize(("cells", "code"), [([], "missing"), (["rnn", "rnn"], "repeated")])
def test_no_cell_or_one_twice_is_refused_at_once(cells, code):
    with raises(ArgumentError, code=code, name="cells", value=tuple(cells)):
        time_training_steps(cells, 2, 2, 2, 2, 2)


def test_an_unknown_cell_is_refused_at_once():
    with raises(UnknownNameError, kind="cell", name="qrnn"):
        time_training_steps(["qrnn"], 2, 2, 2, 2, 2)
