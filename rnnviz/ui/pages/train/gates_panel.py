"""The gates on a fixed sequence, the probe, at any moment of the training; one cell at a time."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ....cells import CELLS
from ....figures import probe_gradient
from ....network import likeliest
from ....number_format import digits
from ....trace import Trace
from ....training import TrainingRun
from ....training.history import Snapshot
from ...shared import charts
from ...shared.markdown import plain
from . import training_session
from .training_group import Training

INTERVAL = 1.5  # seconds between two updates while a network is trained


def show(training: Training) -> None:
    """Show heatmaps of the probe at a moment of the training, and how its loss depends on each step.

    While the training runs, this is the latest moment; afterwards any can be chosen.
    """

    def update() -> None:
        current = training_session.all_trainings().get(training.number)
        if current is not None:
            _show(current)

    st.header("The gates as they take shape", anchor=False)
    st.fragment(update, run_every=INTERVAL if training.running else None)()


def _show(training: Training) -> None:
    cells = list(training.runs)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        cell = st.segmented_control(
            "Cell", cells, default=cells[-1], required=True, key=f"train-look-{training.number}",
            format_func=lambda cell: CELLS[cell].title, persist_state="session",
        )  # fmt: skip
        cell = cell if cell in cells else cells[-1]
        run = training.runs[cell]
        snapshots = list(run.snapshots)
        if not snapshots:
            st.caption("There is nothing to show: the untrained network already has values that are not finite.")
            return
        index = _pick_moment(training, cell, snapshots)
    trace, snapshot = run.trace_at(index), snapshots[index]
    st.markdown(plain(_summary(run, snapshot, trace)))
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        charts.heatmaps(trace, key="train-gates")
    with right:
        first = {state: norms[0] for state, norms in snapshots[0].gradient.items()} if index else None
        figure = probe_gradient.ready(
            trace.definition,
            {state: norms[0] for state, norms in snapshot.gradient.items()},
            trace.tokens,
            trace.unknown,
            first,
        )
        words = "Length of the gradient of the probe’s loss with respect to the states, by step, on a logarithmic axis."
        charts.chart(figure, words, "train-gradient")
        st.caption(_gradient_in_words(snapshot))


def _pick_moment(training: Training, cell: str, snapshots: list[Snapshot]) -> int:
    """The index of the snapshot to show."""
    if training.running or len(snapshots) < 2:
        st.caption(f"After step {snapshots[-1].step:,}. To see earlier moments, pause or wait for the end.")
        return len(snapshots) - 1
    steps = [snapshot.step for snapshot in snapshots]
    key = f"train-moment-{training.number}-{cell}-{steps[-1]}"
    chosen = st.select_slider(
        "After training step", steps, value=steps[-1], format_func=lambda step: f"{step:,}", key=key
    )
    return steps.index(chosen)


def _summary(run: TrainingRun, snapshot: Snapshot, trace: Trace) -> str:
    """How well the network does on the probe at this moment, and its memory gate, compared with the start."""
    assert trace.probabilities is not None
    probe, network = run.task.probe, run.trainer.network
    scored = np.flatnonzero(probe.weights > 0)
    correct = likeliest(trace.probabilities[scored]) == probe.targets[scored]
    words = (
        f"After {snapshot.step:,} training steps, the network reads “{_short(probe.text)}” and is right at "
        f"{int(correct.sum())} of {len(scored)} scored step{'s' * (len(scored) != 1)}. The loss there is "
        f"{digits(snapshot.probe_loss)} nats."
    )
    keeps = network.layers[0][0].memory_gate
    if keeps is not None:
        gate = trace.definition.by_name[keeps].title
        untrained = float(run.trace_at(0)[keeps].mean())
        now, before = (digits(mean, ".2f") for mean in (float(trace[keeps].mean()), untrained))
        words += f" The average {gate} is {now}; before training it was {before}."
    return words


def _gradient_in_words(snapshot: Snapshot) -> str:
    """The gradient at the first step, and where it is longest."""
    norms = snapshot.gradient["hidden"][0].astype(np.float64)
    if not np.isfinite(norms).all():
        return "At some steps the gradient is too large for the network’s numbers: it is infinite or not a number."
    longest = int(norms.argmax())
    if norms[longest] == 0:
        return "The gradient is zero at every step."
    return (
        "Where a line falls to the left, the loss depends less and less on the state. The gradient with respect to the "
        f"hidden state is longest after step {longest + 1} ({norms[longest]:.2g}); after step 1 it is {norms[0]:.2g}. "
        "Dotted: the untrained network."
    )


def _short(text: str, length: int = 40) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
