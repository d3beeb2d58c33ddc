"""A step or a validation that is cut into slices gives what it gives in one piece, and can be stopped between two."""

import numpy as np
import pytest

from rnnviz.network import Masks, Network
from rnnviz.training import TASKS, Settings, TrainingRun, slices
from rnnviz.training.batches import Batch
from rnnviz.training.loss import gradients_in_slices, loss_and_gradients
from rnnviz.training.slices import finish, logits_in_slices, sequence_slices
from rnnviz.training.tasks import running_text

STEPS, BATCH, VOCABULARY, CLASSES = 7, 10, 6, 4


@pytest.fixture
def network():
    rng = np.random.default_rng(0)
    return Network.random(
        "lstm", hidden=5, vocabulary=VOCABULARY, embedding=3, classes=CLASSES, layers=2, rng=rng, dtype=np.float64
    )


@pytest.fixture
def tiny(monkeypatch, network):
    """Slices of about three of the batch's sequences."""
    per_token = sum(a.size for name, a in network.parameters.items() if a.ndim == 2 and name != "embedding.weight")
    monkeypatch.setattr(slices, "SLICE", 3.5 * 3 * per_token * STEPS)


def batch_of(rng):
    shape = STEPS, BATCH
    return Batch(rng.integers(VOCABULARY, size=shape), rng.integers(CLASSES, size=shape), rng.random(shape))


def breaks(work):
    """How often work breaks, and its result."""
    count = 0
    while True:
        try:
            next(work)
            count += 1
        except StopIteration as end:
            return count, end.value


@pytest.mark.parametrize("truncate", [0, 3])
@pytest.mark.parametrize("with_masks", [False, True])
@pytest.mark.parametrize("with_states", [False, True])
def test_losses_gradients_and_states_are_those_of_the_whole_batch(network, tiny, truncate, with_masks, with_states):
    rng = np.random.default_rng(1)
    batch = batch_of(rng)
    masks = Masks(rng.random((STEPS, BATCH, 3)), rng.random((STEPS, BATCH, 5))) if with_masks else None
    states = network.forward(batch.inputs).final if with_states else None
    count, (loss, gradients, final) = breaks(gradients_in_slices(network, batch, states, masks, truncate))
    assert count == 3
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices, "SLICE", 1e12)
        whole_loss, whole_gradients, whole_final = loss_and_gradients(network, batch, states, masks, truncate)
    assert loss == pytest.approx(whole_loss, rel=1e-12)
    assert gradients.keys() == whole_gradients.keys()
    for name, gradient in whole_gradients.items():
        np.testing.assert_allclose(gradients[name], gradient, rtol=1e-9, atol=1e-12)
    for layer, whole_layer in zip(final, whole_final, strict=True):
        for name, state in whole_layer[0].items():
            np.testing.assert_allclose(layer[0][name], state, rtol=1e-12)


def test_logits_are_those_of_the_whole_batch(network, tiny):
    inputs = batch_of(np.random.default_rng(2)).inputs
    np.testing.assert_allclose(
        finish(logits_in_slices(network, inputs)), network.forward(inputs).logits, rtol=1e-12, atol=1e-14
    )


@pytest.mark.parametrize("batch", [1, 2, 10, 11])
def test_slices_hold_each_sequence_once(network, tiny, batch):
    covered = [k for part in sequence_slices(network, STEPS, batch) for k in range(batch)[part]]
    assert covered == [*range(batch)]


def test_a_usual_step_is_one_slice():
    for name in ("adding", "brackets", "parity", "recall", "counter"):
        task = TASKS[name]()
        for cell in ("rnn", "gru", "lstm"):
            recipe = task.recipe(cell)
            network = recipe.initial_network(
                cell, len(task.vocabulary), len(task.labels), np.random.default_rng(0), {}, task.vocabulary.vector_size
            )
            assert len(sequence_slices(network, task.length, recipe.batch)) == 1
            assert breaks(task.validate_in_slices(network))[0] == 0


@pytest.mark.parametrize("name", ["parity", "recall"])
def test_a_run_in_slices_ends_where_the_whole_one_does(name, monkeypatch):
    task = TASKS[name]()
    settings = Settings.for_task(task, "gru", epochs=1, hidden=4, batch=6)
    whole = TrainingRun(settings, task)
    monkeypatch.setattr(slices, "SLICE", 20_000.0)
    sliced = TrainingRun(settings, task)
    for _ in range(2):
        whole.step()
        sliced.step()
    assert sliced.steps_taken == whole.steps_taken == 2 and sliced.state == "paused"
    np.testing.assert_allclose(sliced.history.loss, whole.history.loss, rtol=1e-3)


@pytest.mark.parametrize("name", ["parity", "recall", "own"])
def test_held_out_scores_in_slices_are_those_of_the_whole(name, monkeypatch):
    task = TASKS[name](text="The sea has many voices. " * 60) if name == "own" else TASKS[name]()
    settings = Settings.for_task(task, "gru", epochs=1, hidden=4, batch=6)
    whole = TrainingRun(settings, task).best_model("m").card["scores"]
    monkeypatch.setattr(slices, "SLICE", 200_000.0)
    monkeypatch.setattr(running_text, "EVALUATION_STEPS", 3)
    count: list[None] = []
    scores = TrainingRun(settings, task).best_model("m", at_break=lambda: count.append(None)).card["scores"]
    assert len(count) > 3 and scores["n"] == whole["n"]
    for entry in ("test", "validation"):
        assert scores[entry] == pytest.approx(whole[entry], abs=2e-3)


def test_work_in_slices_ends_by_an_error_at_a_break(monkeypatch):
    monkeypatch.setattr(slices, "SLICE", 20_000.0)
    task = TASKS["parity"]()
    run = TrainingRun(Settings.for_task(task, "gru", epochs=1, hidden=4, batch=6), task)
    with pytest.raises(ZeroDivisionError):
        run.best_model("m", at_break=lambda: 1 / 0)
    assert run.best_model("m").card["scores"]["n"]


def test_a_run_can_be_stopped_within_a_step(monkeypatch):
    monkeypatch.setattr(slices, "SLICE", 1.0)
    task = TASKS["parity"]()
    run = TrainingRun(Settings.for_task(task, "rnn", epochs=1, hidden=4, batch=6), task)
    run.request_step()
    run.work(0.0)
    assert run.steps_taken == 0 and run.state == "running"
    run.stop()
    assert run.ended and run.steps_taken == 0
