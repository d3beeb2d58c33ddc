"""The dynamics of the networks at every moment of their training, measured once somebody looks."""

from __future__ import annotations

import time
from collections.abc import Iterator

import streamlit as st

from ....figures import RunCurve, dynamics_curves
from ....figures.training_curves import MEASURES
from ....training import TrainingRun
from ....training.snapshot_dynamics import SnapshotDynamics, snapshot_dynamics
from ...shared.charts import chart
from ...shared.session_keys import TRAIN_DYNAMICS
from . import training_session
from .training_group import Training

INTERVAL = 1.5  # seconds between two updates
SLICE = 0.25  # seconds of measuring for each
LARGEST = 256  # values of a state: the work of a moment grows with the third power

INTRODUCTION = "Each point is the network at that moment, reading the text of the gates above."
WORDS = {
    "radius": "The modulus of the largest eigenvalue of a step’s Jacobian, averaged over some of the steps. If a step "
    "with a radius below 1 is repeated, every small change of the state fades; above 1, some grow.",
    "exponent": "How fast the small change that lasts longest grows (above 0) or fades (below 0) over the whole text.",
    "participation": "In how many directions the states differ from each other.",
    "saturation": "The share of gate values below 0.1 or above 0.9; in an RNN, of hidden values beyond ±0.9.",
}


def show(training: Training) -> None:
    """Show the curves behind an expander, which is measured only while it is open."""
    expander = st.expander(
        "Dynamics over the training", icon=":material/timeline:", key="train-dynamics-open", on_change="rerun"
    )
    if not expander.open:
        return

    def update() -> None:
        current = training_session.all_trainings().get(training.number)
        if current is not None and _show(current) and not current.running:
            st.rerun()  # all is measured, so nothing has to be requested any more

    with expander:
        is_complete = not any(_missing(training))
        st.fragment(update, run_every=None if is_complete and not training.running else INTERVAL)()


def _show(training: Training) -> bool:
    """Measure for a while and draw; whether that was the last that was missing."""
    st.markdown(INTRODUCTION)
    runs = {cell: run for cell, run in training.runs.items() if _state_size(run) <= LARGEST}
    if too_large := [cell for cell in training.runs if cell not in runs]:
        names = " and ".join(cell.upper() for cell in too_large)
        st.caption(f"The states of the {names} have more than {LARGEST} values, which takes too long to measure here.")
    before, until = list(_missing(training)), time.monotonic() + SLICE
    for cell, k in before:
        run = training.runs[cell]
        moment = run.snapshots[k]
        _found()[training.number, cell, moment.step] = snapshot_dynamics(run.trace_at(k), moment.step)
        if time.monotonic() > until:
            break
    left = sum(1 for _ in _missing(training))
    if left:
        total = sum(len(run.snapshots) for run in runs.values())
        st.progress(1 - left / total, f"Measured {total - left} of {total} moments.")
    curves = [RunCurve(training.name, cell, run.history) for cell, run in runs.items()]
    measured = [_measured(training, cell, run) for cell, run in runs.items()]
    if any(measured):
        for row in (("radius", "exponent"), ("participation", "saturation")):
            for column, measure in zip(st.columns(2, gap="small"), row, strict=True):
                with column:
                    words = f"{MEASURES[measure][0].capitalize()} by training step, a line for each cell."
                    chart(dynamics_curves.ready(curves, measured, measure), words, f"train-{measure}")
                    st.caption(WORDS[measure])
    return bool(before) and not left


def _missing(training: Training) -> Iterator[tuple[str, int]]:
    """The cells and places of snapshots that are not measured yet, the latest first."""
    found = _found()
    for cell, run in training.runs.items():
        if _state_size(run) <= LARGEST:
            for k in reversed(range(len(run.snapshots))):
                if (training.number, cell, run.snapshots[k].step) not in found:
                    yield cell, k


def _measured(training: Training, cell: str, run: TrainingRun) -> list[SnapshotDynamics]:
    found = _found()
    keys = [(training.number, cell, snapshot.step) for snapshot in run.snapshots]
    return [found[key] for key in keys if key in found]


def _state_size(run: TrainingRun) -> int:
    cell = run.trainer.network.layers[0][0]
    return sum(cell.units(state) for state in cell.states)


def _found() -> dict[tuple[int, str, int], SnapshotDynamics]:
    """What was measured, by training, cell and step; it is small, and goes with the session."""
    found: dict[tuple[int, str, int], SnapshotDynamics] = st.session_state.setdefault(TRAIN_DYNAMICS, {})
    return found
