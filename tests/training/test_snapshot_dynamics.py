"""The four measures of a network at a moment of its training, against their definitions."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis import step_jacobians
from rnnviz.training import TASKS, Settings, TrainingRun
from rnnviz.training.snapshot_dynamics import saturation, snapshot_dynamics

TRACES = {cell: rnnviz.load(f"counter-{cell}").trace("aaaabbbb") for cell in ("rnn", "gru", "lstm")}


@pytest.mark.parametrize("cell", TRACES)
def test_the_measures_are_those_of_their_definitions(cell):
    trace = TRACES[cell]
    found = snapshot_dynamics(trace, 7)
    jacobians = step_jacobians(trace).astype(np.float64)  # eight steps: all are measured
    radii = [np.abs(np.linalg.eigvals(jacobian)).max() for jacobian in jacobians]
    assert found.step == 7 and found.radius == pytest.approx(np.mean(radii))
    product = np.linalg.multi_dot(jacobians[::-1])
    assert found.exponent == pytest.approx(np.log(np.linalg.norm(product, 2)) / len(jacobians))
    variances = np.linalg.eigvalsh(np.cov(trace["hidden"].T.astype(np.float64)))
    assert found.participation == pytest.approx(variances.sum() ** 2 / (variances**2).sum(), rel=1e-4)


def test_saturation_counts_gates_that_are_nearly_shut_or_open():
    trace = TRACES["gru"]
    values = np.concatenate([trace["update"].ravel(), trace["reset"].ravel()])
    assert saturation(trace) == pytest.approx(((values < 0.1) | (values > 0.9)).mean())
    hidden = TRACES["rnn"]["hidden"]
    assert saturation(TRACES["rnn"]) == pytest.approx((np.abs(hidden) > 0.9).mean())


def test_a_network_that_overflows_has_no_measures():
    model = rnnviz.load("counter-rnn").with_options(activation="relu")
    with np.errstate(all="ignore"):
        trace = model.trace("a" * 250)
        trace.values["hidden", 0, "forward"][-1] = np.inf
        found = snapshot_dynamics(trace, 0)
    assert np.isnan([found.radius, found.exponent, found.participation, found.saturation]).all()


def test_every_snapshot_of_a_run_can_be_measured():
    task = TASKS["parity"](length=5)
    run = TrainingRun(Settings.for_task(task, "lstm", epochs=1, hidden=4, batch=8), task)
    for _ in range(3):
        run.step()
    for k, snapshot in enumerate(run.snapshots):
        found = snapshot_dynamics(run.trace_at(k), snapshot.step)
        assert found.step == snapshot.step and np.isfinite([found.radius, found.participation, found.saturation]).all()
