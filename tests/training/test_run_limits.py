"""A training that is too large is refused before it starts, with what is too large and what would fit."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz.errors import TrainingError, UnknownNameError
from rnnviz.training import TASKS, Settings, Trainer, TrainingRun, run_limits
from rnnviz.training.loss import loss_and_gradients

from ..raising import raises


@pytest.fixture(scope="module")
def counter():
    return TASKS["counter"]()


@pytest.mark.parametrize(
    ("setting", "value", "limit"),
    [("hidden", 129, 128), ("embedding", 500, 128), ("layers", 4, 3), ("batch", 257, 256)],
)
def test_sizes_that_are_too_large_are_refused(counter, setting, value, limit):
    with raises(TrainingError, code="too_large", setting=setting, value=value, limit=limit):
        TrainingRun(Settings.for_task(counter, "lstm", **{setting: value}), counter)


def test_too_long_sequences_are_refused():
    task = TASKS["parity"](length=501)
    with raises(TrainingError, code="too_large", setting="length", value=501, limit=500):
        TrainingRun(Settings.for_task(task, "rnn"), task)


def test_too_many_steps_are_refused_with_the_epochs_that_fit(counter):
    with raises(TrainingError, code="too_much_work", setting="sequential_steps", value=2.4e7, limit=1.5e7, epochs=6250):
        TrainingRun(Settings.for_task(counter, "lstm", epochs=10_000), counter)


def test_too_much_work_is_refused_with_the_epochs_that_fit():
    task = TASKS["parity"](length=300)
    settings = Settings.for_task(task, "lstm", hidden=128, layers=1, batch=64, epochs=200)
    with raises(TrainingError, code="too_much_work", setting="multiply_adds") as error:
        run_limits.check_limits(settings, task)
    epochs = error.value.epochs
    run_limits.check_limits(replace(settings, recipe=replace(settings.recipe, epochs=epochs)), task)
    with raises(TrainingError, code="too_much_work", epochs=epochs):
        run_limits.check_limits(replace(settings, recipe=replace(settings.recipe, epochs=epochs + 1)), task)


@pytest.mark.parametrize("name", ["counter", "recall", "adding", "parity", "brackets"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_recipe_of_every_generated_task_fits(name, cell):
    task = TASKS[name]()
    run_limits.check_limits(Settings.for_task(task, cell), task)


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_multiply_adds_are_those_of_the_weight_matrices(cell, layers):
    """Counted again from the arrays of the network that would be trained."""
    task = TASKS["parity"](length=10)
    recipe = Settings.for_task(task, cell, layers=layers, epochs=2, batch=8).recipe
    weights = Trainer(task, cell, recipe).network.parameters
    a_token = sum(array.size for name, array in weights.items() if "weight" in name and "embedding" not in name)
    expected = 2 * a_token * (3 * 100 * 8 * 10 + task.validation_tokens)
    assert run_limits.multiply_adds(cell, recipe, task) == expected


def test_tokens_of_an_epoch_are_those_of_its_batches(counter):
    for task, batch in ((counter, 12), (TASKS["recall"](), 16), (TASKS["own"](text="some words or other " * 99), 8)):
        read = sum(step.targets.size for step in task.batches(np.random.default_rng(0), batch))
        assert task.tokens_per_epoch(batch) == pytest.approx(read, rel=0.1)


def test_if_one_epoch_is_too_much_no_epochs_are_allowed():
    task = TASKS["parity"](length=300)
    with raises(TrainingError, code="too_much_work", epochs=0):
        run_limits.check_limits(Settings.for_task(task, "lstm", hidden=128, layers=3, batch=256, epochs=1), task)


def test_the_largest_allowed_network_can_be_trained():
    task = TASKS["parity"](length=500)
    settings = Settings.for_task(task, "lstm", hidden=128, layers=3, batch=2, epochs=1)
    run_limits.check_limits(settings, task)
    trainer = Trainer(task, "lstm", settings.recipe)
    batch = next(task.batches(np.random.default_rng(0), 2))
    assert np.isfinite(loss_and_gradients(trainer.network, batch)[0])


def test_a_cell_that_does_not_exist_is_named(counter):
    with raises(UnknownNameError, kind="cell", name="elman"):
        TrainingRun(replace(Settings.for_task(counter, "lstm"), cell="elman"), counter)
