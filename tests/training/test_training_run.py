"""A recorded run: the same however it is sliced, paused or stopped, ended when it diverges, and saved."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.checkpoints.native.model_files import save_pair
from rnnviz.errors import TrainingError, UnknownNameError
from rnnviz.training import TASKS, Settings, Trainer, TrainingRun
from rnnviz.training.history import FEWEST_SNAPSHOTS, MOST_SNAPSHOTS, Snapshot, Snapshots

from ..raising import raises
from .echo_task import Echo

CELLS = ["rnn", "gru", "lstm"]


@pytest.fixture(scope="module")
def counter():
    return TASKS["counter"]()


def short(task, cell="gru", **changes):
    """A run of 30 steps and more, over in a moment."""
    return TrainingRun(Settings.for_task(task, cell, **({"epochs": 2, "solved": 0} | changes)), task)


def finished(run):
    while not run.ended:
        run.work(10)
    return run


def curves(run):
    return run.history.loss, run.history.norm, run.history.checks, [snapshot.step for snapshot in run.snapshots]


def same(one, other):
    assert curves(one) == curves(other)
    for mine, theirs in zip(one.snapshots, other.snapshots, strict=True):
        assert all(np.array_equal(mine.parameters[name], theirs.parameters[name]) for name in mine.parameters)
        assert all(np.array_equal(mine.gradient[state], theirs.gradient[state]) for state in mine.gradient)
    return True


# ---- the same seed, the same curves -----------------------------------------------------


def test_slices_of_any_size_give_the_same_curves(counter):
    whole = finished(short(counter))
    for seconds in (0.0, 0.004, 0.1):
        run = short(counter)
        while not run.ended:
            run.work(seconds)
        assert same(run, whole)
    steps = short(counter)
    while not steps.ended:
        steps.step()
    assert same(steps, whole)


def test_pauses_single_steps_and_looks_in_between_change_nothing(counter):
    run = short(counter)
    for k in range(7):
        run.work(0.01)
        run.pause()
        run.best_model("looked at")
        run.step()
        if k % 2:
            run.resume()
            run.pause()
        assert run.state == "paused"
        run.resume()
    assert same(finished(run), finished(short(counter)))


@pytest.mark.parametrize("cell", CELLS)
def test_it_is_the_trainers_own_training(counter, cell):
    """What the command line trains, step for step, with nothing changed by being watched."""
    run = finished(short(counter, cell))
    trainer = Trainer(counter, cell, run.settings.recipe, seed=run.settings.seed)
    losses = [progress.batch_loss for progress in trainer.run()]
    assert run.history.loss == losses
    assert run.trainer.curve == trainer.curve
    mine, theirs = run.best_model("m").network.parameters, trainer.best_network().parameters
    assert all(np.array_equal(mine[name], theirs[name]) for name in mine)


def test_another_seed_gives_other_curves(counter):
    one, other = (short(counter, epochs=1) for _ in range(2))
    other = TrainingRun(replace(other.settings, seed=1), counter)
    assert finished(one).history.loss != finished(other).history.loss


# ---- states and what a page shows -------------------------------------------------------


def test_states_from_ready_to_finished(counter):
    run = short(counter, epochs=1)
    assert (run.state, run.progress, run.seconds_left, run.steps_taken, run.total_steps) == ("ready", 0.0, None, 0, 100)
    run.step()
    assert (run.state, run.steps_taken) == ("paused", 1)
    run.work(1)
    assert run.steps_taken == 1  # paused: nothing happens
    run.resume()
    run.work(0)
    assert (run.state, run.steps_taken) == ("running", 2)
    assert run.progress == pytest.approx(0.02)
    assert run.seconds_left > 0
    finished(run)
    assert (run.state, run.progress, run.seconds_left, run.steps_taken) == ("finished", 1.0, 0.0, 100)
    assert run.explanation and (run.trainer.stop_code, run.diagnosis, run.explosion) == (None, None, None)
    for nothing in (run.step, run.pause, run.resume, run.stop, run.start):
        nothing()
        assert (run.state, run.steps_taken) == ("finished", 100)


def test_a_solved_task_ends_the_run(counter):
    run = finished(TrainingRun(Settings.for_task(counter, "lstm"), counter))
    assert run.state == "finished"
    assert run.steps_taken < run.total_steps
    assert run.trainer.stop_code == "learned"
    assert [entry["accuracy"] for entry in run.trainer.curve[-3:]] == [1.0] * 3
    assert run.progress == 1


def test_a_stopped_run_keeps_what_it_has(counter):
    run = short(counter)
    for _ in range(30):
        run.step()
    run.stop()
    assert run.state == "stopped"
    assert (run.steps_taken, run.total_steps) == (30, 200)
    model = run.best_model("stopped")
    assert model.card["training"]["state"] == "stopped"
    best = max(run.snapshots, key=lambda one: counter.selection_key(one.validation))
    assert run.best_step == best.step > 0
    assert np.array_equal(model.network.readout_weight, best.parameters["readout.weight"])


def test_snapshots_hold_what_is_measured_on_them(counter):
    run = finished(short(counter, "lstm"))
    assert [run.snapshots[0].step, run.snapshots[-1].step] == [0, 200]
    for k, snapshot in enumerate(run.snapshots):
        network = run.model_at(k).network
        assert counter.validate(network) == pytest.approx(snapshot.validation, rel=1e-4)
        assert snapshot.gradient["hidden"].shape == snapshot.gradient["cell"].shape == (1, 12)
        assert snapshot.parameters["rnn.weight_hh_l0"].dtype == np.float32
        assert snapshot.loss == (run.history.loss[snapshot.step - 1] if snapshot.step else None)
    trace = run.trace_at(-1)
    assert "".join(trace.tokens) == counter.probe.text
    assert trace["forget"].shape == (12, 8)
    surprise = -np.log(trace.probabilities[np.arange(12), counter.probe.targets])
    assert run.snapshots[-1].probe_loss == pytest.approx(float(surprise @ counter.probe.weights), rel=1e-4)


def test_checks_are_taken_more_often_than_epochs_end(counter):
    run = finished(short(counter))
    steps = [check["step"] for check in run.history.checks]
    assert steps == sorted(set(steps))
    assert {0, 100, 200} <= set(steps)
    assert len(steps) > 20


# ---- snapshots --------------------------------------------------------------------------


def snapshot_at(step):
    return Snapshot(step, 1, 0.0, {}, 0.0, {}, {})


@settings(max_examples=50)
@given(st.integers(0, 3000), st.integers(1, 40))
def test_snapshots_are_few_and_even(last, every):
    """However long the training gets, if a snapshot is offered every `every` steps."""
    snapshots = Snapshots(bytes_each=1000)
    for step in range(0, last + 1, every):
        if snapshots.due(step):
            snapshots.add(snapshot_at(step))
        assert len(snapshots) <= MOST_SNAPSHOTS
    steps = [snapshot.step for snapshot in snapshots]
    assert steps[0] == 0
    if last >= every:
        gaps = np.diff(steps)
        assert gaps.min() >= max(every, snapshots.stride)
        assert gaps.max() <= 2 * max(every, snapshots.stride)
    if last // every > 2 * MOST_SNAPSHOTS:
        assert len(snapshots) >= MOST_SNAPSHOTS // 4


def test_large_networks_have_fewer_snapshots():
    assert Snapshots(bytes_each=10**9).capacity == FEWEST_SNAPSHOTS
    assert Snapshots(bytes_each=10**6).capacity == 24


# ---- what goes wrong ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "options", "changes", "cause", "limits"),
    [
        ("rnn", {}, {"learning_rate": 1.0, "clip": 0}, "high_loss", {"clip": 1.0, "learning_rate": 0.03}),
        ("rnn", {}, {"learning_rate": 1.0}, "high_loss", {"learning_rate": 0.03}),
        ("lstm", {}, {"learning_rate": 30.0}, "high_loss", {"learning_rate": 0.03}),
        (
            "rnn",
            {"activation": "relu"},
            {"learning_rate": 3.0, "clip": 0},
            "not_finite",
            {"clip": 1.0, "learning_rate": 0.03},
        ),
        (
            "rnn",
            {"activation": "relu"},
            {"recurrent": "scaled", "recurrent_scale": 3.0, "clip": 0},
            "high_loss",
            {"clip": 1.0, "recurrent_scale": 1.0},
        ),
    ],
)
def test_divergence_is_caught_and_explained(cell, options, changes, cause, limits):
    task = TASKS["recall"](shortest=1, longest=40)
    run = TrainingRun(Settings.for_task(task, cell, cell_options=options, epochs=3, **changes), task)
    with np.errstate(all="raise", under="ignore"):  # nothing warns: it is explained in words
        finished(run)
    assert run.state == "diverged"
    assert (run.diagnosis.cause, run.diagnosis.limits) == (cause, limits)
    assert run.steps_taken >= 20 if cause == "high_loss" else run.steps_taken == 1
    assert run.explanation == run.diagnosis.message
    model = run.best_model("best")
    assert all(np.isfinite(array).all() for array in model.network.parameters.values())
    assert np.isfinite(model.trace("Cab?").probabilities).all()
    assert model.card["training"]["stopped"] == run.explanation
    json.dumps(model.card, allow_nan=False)


def test_values_between_layers_that_are_not_finite_are_caught():
    task = TASKS["parity"](length=60)
    changes = {"recurrent": "scaled", "recurrent_scale": 1000.0, "layers": 2, "epochs": 1}
    run = finished(TrainingRun(Settings.for_task(task, "rnn", cell_options={"activation": "relu"}, **changes), task))
    assert run.state == "diverged"
    assert (run.diagnosis.cause, run.diagnosis.limits) == ("untrained_not_finite", {"recurrent_scale": 1.0})
    with raises(TrainingError, code="no_model"):
        run.best_model("none")
    trainer = Trainer(task, "rnn", run.settings.recipe, options={"activation": "relu"})
    with np.errstate(all="ignore"):
        assert list(trainer.run()) == []
    assert trainer.diverged


def test_a_batch_that_poisons_the_loss_leaves_the_best_epoch():
    class Poisoned(Echo):
        poisoned = False

        def batches(self, rng, batch):
            for k, one in enumerate(super().batches(rng, batch)):
                yield replace(one, weights=one.weights * np.nan) if self.poisoned and k == 7 else one

    task = Poisoned()
    run = TrainingRun(Settings.for_task(task, "gru", solved=0), task)
    while run.steps_taken < 45:
        run.step()
    task.poisoned = True
    for _ in range(50):
        run.step()
    assert run.state == "diverged"
    assert run.steps_taken >= 45
    assert (run.diagnosis.cause, run.best_step) == ("not_finite", run.trainer.best_epoch * 20)
    network = run.best_model("best").network
    assert all(np.isfinite(array).all() for array in network.parameters.values())
    assert np.array_equal(network.readout_weight, run.trainer.best_parameters["readout.weight"])


def test_exploded_gradients_are_reported_at_the_end():
    task = TASKS["recall"](shortest=1, longest=40)
    changes = {"recurrent": "scaled", "recurrent_scale": 3.0, "epochs": 1}
    exploded, clipped = (
        finished(TrainingRun(Settings.for_task(task, "rnn", clip=clip, **changes), task)) for clip in (0, 1)
    )
    assert exploded.state == clipped.state == "finished"
    norms = exploded.history.norm
    assert (exploded.explosion.norm, exploded.explosion.median_norm) == (max(norms), np.median(norms))
    assert norms[exploded.explosion.step - 1] == max(norms)
    assert exploded.explosion.message in exploded.explanation
    assert clipped.explosion is None
    assert max(clipped.history.norm) > 100  # the recorded norm is the one before clipping


# ---- the trained model -------------------------------------------------------------


@pytest.mark.parametrize("name", ["counter", "adding"])
def test_a_model_is_saved_and_loaded_back_bit_for_bit(tmp_path, name):
    task = TASKS[name]()
    run = finished(short(task, "lstm", epochs=1))
    model = run.best_model("mine")
    save_pair(model, tmp_path / "mine")
    again = rnnviz.load(tmp_path / "mine.safetensors")
    assert again.network.parameters.keys() == model.network.parameters.keys()
    for key, array in model.network.parameters.items():
        assert np.array_equal(array, again.network.parameters[key])
    assert again.card["scores"] == model.card["scores"]
    for text in task.examples:
        assert np.array_equal(again.trace(text).probabilities, model.trace(text).probabilities)


def test_the_card_says_how_to_train_it_again(tmp_path):
    from rnnviz.training import __main__ as command_line

    task = TASKS["recall"](shortest=2, longest=5)
    changes = {"epochs": 2, "recurrent": "orthogonal", "clip": 0, "learning_rate": 0.0123456789}
    chosen = Settings.for_task(task, "gru", seed=3, cell_options={"reset": "before"}, **changes)
    run = finished(TrainingRun(chosen, task))
    card = run.best_model("again").card
    words = card["training"]["command"].split()[3:]
    assert command_line.main([*words, "--out", str(tmp_path)]) == 0
    trained = rnnviz.load(tmp_path / "again.safetensors")
    mine = run.best_model("again").network.parameters
    assert all(np.array_equal(array, trained.network.parameters[name]) for name, array in mine.items())
    assert trained.card["scores"] == card["scores"]
    assert trained.card["training"]["command"] == card["training"]["command"]
    assert card["levels"]["chance"]["accuracy"] == 1 / 8
    assert card["levels"]["best"]["why"] == task.best.why


def test_scores_are_measured_once(counter):
    class Counted(type(counter)):
        measured = 0

        def held_out_scores(self, network):
            self.measured += 1
            return super().held_out_scores(network)

    task = Counted()
    run = finished(short(task, epochs=1))
    for _ in range(3):
        model = run.best_model("mine")
    assert task.measured == 1
    assert model.card["scores"]["test"] == counter.held_out_scores(model.network)["test"]


def test_before_the_first_step_there_is_the_untrained_network(counter):
    run = short(counter)
    model = run.best_model("young")
    assert (run.best_step, model.card["training"]["steps"]) == (0, 0)
    assert np.isfinite(model.trace("aabb").probabilities).all()


def test_settings_for_another_task_are_refused(counter):
    with raises(TrainingError, code="other_task"):
        TrainingRun(Settings.for_task(TASKS["parity"](), "rnn"), counter)
    with raises(TrainingError, code="other_task"):
        TrainingRun(Settings.for_task(counter, "rnn"), TASKS["counter"](longest=3))
    with raises(UnknownNameError, kind="task", name="chess", allowed=tuple(TASKS)):
        Settings("chess", "rnn", Echo.base_recipe).make_task()


def test_settings_make_their_task(counter):
    chosen = Settings.for_task(TASKS["counter"](longest=4), "rnn", hidden=5)
    assert chosen.make_task().longest == 4
    assert TrainingRun(chosen).trainer.network.hidden_size == 5
    assert chosen == Settings.for_task(TASKS["counter"](longest=4), "rnn", hidden=5)


def test_what_a_step_costs_is_counted_once(counter):
    """It is known before the first step, and a task over texts counts for milliseconds."""

    class Counted(type(counter)):
        counted = 0

        def tokens_per_epoch(self, batch):
            self.counted += 1
            return super().tokens_per_epoch(batch)

    task = Counted()
    run = short(task, epochs=1)
    before = task.counted
    assert finished(run).steps_taken == 100
    assert task.counted == before
