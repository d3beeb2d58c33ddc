"""What the guide shows of training is what a Trainer does: its first step, and trainings with and without clipping."""

import numpy as np
import pytest

from rnnviz.training import TASKS, FirstStep, Trainer, clipping_runs, loss_and_gradients
from rnnviz.training.clipping_runs import CLIP


@pytest.fixture(scope="module")
def step():
    return FirstStep(TASKS["counter"](), "rnn", seed=3)


def test_it_is_the_first_step_of_a_trainer(step):
    report = next(Trainer(TASKS["counter"](), "rnn", seed=3).run())
    norm = np.sqrt(sum(np.vdot(gradient, gradient) for gradient in step.gradients.values()))
    assert report.batch_loss == step.loss and report.norm == pytest.approx(norm)


def test_the_loss_falls_by_the_rate_times_the_square_of_the_gradient(step):
    square = sum(float(np.vdot(gradient, gradient)) for gradient in step.gradients.values())
    for rate in (1e-3, 2e-3):
        assert step.loss - step.loss_after(rate) == pytest.approx(rate * square, rel=0.02)


def test_asking_for_a_loss_changes_nothing(step):
    before = {name: array.copy() for name, array in step.network.parameters.items()}
    step.loss_after(10)
    assert all(np.array_equal(array, before[name]) for name, array in step.network.parameters.items())
    assert loss_and_gradients(step.network, step.batch)[0] == step.loss_after(0) == step.loss


def test_the_two_trainings_are_alike_until_a_gradient_is_longer_than_the_limit():
    free, clipped = clipping_runs(50).values()
    longer = next(k for k, norm in enumerate(free.norm) if norm > CLIP)
    assert free.loss[: longer + 1] == clipped.loss[: longer + 1] and free.loss != clipped.loss
    assert len(free.loss) == len(clipped.norm) == 50 and [check["step"] for check in clipped.checks] == [50]


@pytest.mark.parametrize("seed", [1, 2])
def test_without_clipping_one_step_wrecks_the_network_from_any_seed(seed):
    free, clipped = clipping_runs(200, seed).values()
    assert free.norm[0] == clipped.norm[0] > 10 * CLIP
    best = [min(check["validation_loss"] for check in run.checks) for run in (free, clipped)]
    assert best[1] < 0.8 * best[0]
