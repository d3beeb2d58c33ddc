"""The loop: it learns, it repeats itself, and an interruption changes nothing."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz.cells import CELLS
from rnnviz.errors import ArgumentError, DamagedFileError, TrainingError, UnknownNameError
from rnnviz.training import Recipe, Trainer

from ..raising import raises
from ..tied_lstm import TiedLSTM
from .echo_task import Echo


def finished(trainer):
    for _ in trainer.run():
        pass
    return trainer


def same(one, other):
    mine, theirs = one.best_network().parameters, other.best_network().parameters
    assert mine.keys() == theirs.keys()
    assert one.curve == other.curve
    return all(np.array_equal(mine[name], theirs[name]) for name in mine)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_training_lowers_the_loss(cell):
    trainer = finished(Trainer(Echo(), cell))
    assert trainer.curve[-1]["validation_loss"] < 0.5 * np.log(3)
    assert trainer.curve[trainer.best_epoch - 1]["accuracy"] == max(entry["accuracy"] for entry in trainer.curve)


def test_a_new_kind_of_cell_is_trained_like_any_other():
    assert CELLS["tied"] is TiedLSTM
    trainer = finished(Trainer(Echo(), "tied"))
    assert trainer.curve[-1]["accuracy"] > 0.9
    assert isinstance(trainer.best_network().layers[0][0], TiedLSTM)


def test_several_layers_are_trained():
    trainer = finished(Trainer(Echo(), "gru", replace(Echo.base_recipe, layers=2, epochs=6)))
    assert trainer.curve[-1]["accuracy"] > 0.9


def test_the_same_seed_gives_the_same_network_and_another_seed_another():
    one = finished(Trainer(Echo(), "gru", seed=3))
    assert same(one, finished(Trainer(Echo(), "gru", seed=3)))
    other = finished(Trainer(Echo(), "gru", seed=4))
    assert one.curve != other.curve


@pytest.mark.parametrize("pulled", [5, 20, 33, 79])
def test_an_interrupted_run_ends_like_an_uninterrupted_one(tmp_path, pulled):
    whole = finished(Trainer(Echo(), "lstm"))
    file = tmp_path / "echo.npz"
    stopped = Trainer(Echo(), "lstm", checkpoint_file=file)
    run = stopped.run()
    for _ in range(pulled):
        next(run)
    run.close()
    resumed = Trainer(Echo(), "lstm", checkpoint_file=file)
    assert resumed.epochs_finished == pulled // 20
    assert same(finished(resumed), whole)
    assert resumed.best_epoch == whole.best_epoch


def test_a_checkpoint_holds_the_best_weights_so_far(tmp_path):
    file = tmp_path / "echo.npz"
    one = finished(Trainer(Echo(), "rnn", checkpoint_file=file))
    assert same(Trainer(Echo(), "rnn", checkpoint_file=file), one)


def test_another_runs_checkpoint_is_refused_by_name(tmp_path):
    file = tmp_path / "echo.npz"
    finished(Trainer(Echo(), "rnn", replace(Echo.base_recipe, epochs=1), checkpoint_file=file))
    with raises(TrainingError, code="other_run", setting="recipe"):
        Trainer(Echo(), "rnn", checkpoint_file=file)
    with raises(TrainingError, code="other_run", setting="seed", value=1):
        Trainer(Echo(), "rnn", replace(Echo.base_recipe, epochs=1), seed=1, checkpoint_file=file)
    file.write_bytes(b"PK nothing of the kind")
    with raises(DamagedFileError, code="damaged", file=str(file)):
        Trainer(Echo(), "rnn", checkpoint_file=file)


def test_every_step_is_reported():
    trainer = Trainer(Echo(), "rnn", replace(Echo.base_recipe, epochs=2))
    seen = list(trainer.run())
    assert [(p.epoch, p.step) for p in seen] == [(e, s) for e in (1, 2) for s in range(1, 21)]
    assert [p.epoch for p in seen if p.validation is not None] == [1, 2]
    assert all(p.validation is None for p in seen if p.step < p.steps)


def test_early_stopping_waits_as_long_as_the_recipe_says():
    class Stuck(Echo):
        def validate(self, network):
            return {"validation_loss": 1.0, "accuracy": 0.5}

    trainer = finished(Trainer(Stuck(), "rnn", replace(Echo.base_recipe, epochs=30, patience=3)))
    assert (trainer.epochs_finished, trainer.best_epoch) == (4, 1)
    assert trainer.stop_code == "no_improvement"
    assert trainer.stop_reason


def test_divergence_keeps_the_last_good_parameters():
    class Poisoned(Echo):
        """Its batches look fine for two epochs; then one weighs infinitely much."""

        def batches(self, rng, batch):
            for k, one in enumerate(super().batches(rng, batch)):
                yield replace(one, weights=one.weights * np.inf) if self.poisoned and k == 7 else one

    task = Poisoned()
    task.poisoned = False
    trainer, reports = Trainer(task, "gru"), []
    with np.errstate(all="ignore"):
        for report in trainer.run():
            reports.append(report)
            task.poisoned = report.epoch > 2 or (report.epoch == 2 and report.validation is not None)
    assert trainer.diverged
    assert trainer.stop_code == "diverged"
    assert trainer.epochs_finished == 2
    assert len(reports) == 47  # two epochs of 20 steps, and the seven before the poisoned one
    assert all(np.isfinite(array).all() for array in trainer.best_network().parameters.values())


def test_rows_that_training_never_reads_become_the_mean_of_the_others():
    trainer = finished(Trainer(Echo(), "rnn"))
    table = trainer.best_network().embedding
    np.testing.assert_allclose(table[0], table[1:].mean(axis=0), atol=1e-6)


@pytest.mark.parametrize(("cell", "gate"), [("lstm", "forget"), ("gru", "update")])
def test_the_keep_bias_goes_to_the_gate_that_keeps(cell, gate):
    plain, keeping = (
        replace(Echo.base_recipe, keep_bias=bias).initial_network(cell, 4, 3, np.random.default_rng(0), {})
        for bias in (0.0, 3.0)
    )
    row = plain.layers[0][0].row(gate)
    for name, array in plain.parameters.items():
        added = keeping.parameters[name] - array
        expected = np.zeros_like(array)
        if name == "rnn.bias_ih_l0":
            expected[row] = 3.0
        np.testing.assert_allclose(added, expected, atol=1e-6)


def test_invalid_numbers_are_refused():
    for wrong in ({"hidden": 0}, {"learning_rate": -1.0}, {"dropout_top": 1.0}):
        ((name, value),) = wrong.items()
        with raises(ArgumentError, code="out_of_range", name=name, value=value):
            Recipe(**wrong)


def test_a_cell_that_does_not_exist_is_refused():
    with raises(UnknownNameError, kind="cell", name="elman", allowed=tuple(CELLS)):
        Trainer(Echo(), "elman")
