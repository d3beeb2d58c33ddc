"""Too large a training is refused before it starts, in a sentence that says what to reduce."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz.training import TASKS, Settings, TrainingRun, run_limits
from rnnviz.training.backpropagation import loss_and_gradients
from rnnviz.training.trainer import Trainer


@pytest.fixture(scope="module")
def counter():
    return TASKS["counter"]()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"hidden": 129}, "129 hidden units are too many to train here: choose at most 128."),
        ({"embedding": 500}, "500 numbers in the embedding"),
        ({"layers": 4}, "4 layers"),
        ({"batch": 257}, "257 sequences in a batch"),
        ({"epochs": 10_000}, r"about 2\.4e\+07 steps of a cell, one after another, .* choose at most 6250 epochs"),
    ],
)
def test_what_is_too_large_is_refused(counter, changes, says):
    with pytest.raises(ValueError, match=says):
        TrainingRun(Settings.for_task(counter, "lstm", **changes), counter)


def test_too_long_sequences_are_refused():
    task = TASKS["parity"](length=501)
    with pytest.raises(ValueError, match="501 steps in a sequence are too many"):
        TrainingRun(Settings.for_task(task, "rnn"), task)


def test_too_much_work_is_refused_with_the_epochs_that_fit():
    task = TASKS["parity"](length=300)
    settings = Settings.for_task(task, "lstm", hidden=128, layers=1, batch=64, epochs=200)
    with pytest.raises(ValueError, match="multiply-adds") as error:
        run_limits.check_limits(settings, task)
    epochs = int(str(error.value).split("at most ")[1].split(" epochs")[0])
    run_limits.check_limits(replace(settings, recipe=replace(settings.recipe, epochs=epochs)), task)
    with pytest.raises(ValueError, match="multiply-adds"):
        run_limits.check_limits(replace(settings, recipe=replace(settings.recipe, epochs=epochs + 1)), task)


@pytest.mark.parametrize("name", ["counter", "recall", "adding", "parity", "brackets"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_made_tasks_usual_recipe_fits(name, cell):
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
        read = sum(one.targets.size for one in task.batches(np.random.default_rng(0), batch))
        assert task.tokens_per_epoch(batch) == pytest.approx(read, rel=0.1)


def test_work_of_a_single_epoch_that_is_too_much_asks_for_less_than_epochs():
    task = TASKS["parity"](length=300)
    with pytest.raises(ValueError, match=r"choose fewer hidden units or layers, or less to read \(now 1 epochs"):
        run_limits.check_limits(Settings.for_task(task, "lstm", hidden=128, layers=3, batch=256, epochs=1), task)


def test_the_largest_that_is_let_in_can_be_trained():
    task = TASKS["parity"](length=500)
    settings = Settings.for_task(task, "lstm", hidden=128, layers=3, batch=2, epochs=1)
    run_limits.check_limits(settings, task)
    trainer = Trainer(task, "lstm", settings.recipe)
    batch = next(task.batches(np.random.default_rng(0), 2))
    assert np.isfinite(loss_and_gradients(trainer.network, batch)[0])


def test_a_cell_that_does_not_exist_is_named(counter):
    with pytest.raises(ValueError, match="no cell 'elman'"):
        TrainingRun(replace(Settings.for_task(counter, "lstm"), cell="elman"), counter)
