"""The gates on the watched sequence as they took shape: one network of the training at a time."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ....cells import CELLS
from ....figures import probe_gradient
from ....trace import Trace
from ....training import TrainingRun
from ....training.history import Snapshot
from ...shared import charts
from ...shared.link_state import plain
from . import training_session
from .training_group import Training

PACE = 1.5  # seconds between two looks at a network that is being trained


def look(training: Training) -> None:
    """Heatmaps of the probe at a moment of the training, and how the loss depends on each step there.

    While it runs, always the latest moment; once it rests, any.
    """

    def looked() -> None:
        known = training_session.all_trainings().get(training.number)
        if known is not None:
            _look(known)

    st.header("The gates as they take shape", anchor=False)
    st.fragment(looked, run_every=PACE if training.running else None)()


def _look(training: Training) -> None:
    cells = list(training.runs)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        cell = st.segmented_control(
            "Look into", cells, default=cells[-1], required=True, key=f"train-look-{training.number}",
            format_func=lambda cell: CELLS[cell].title, persist_state="session",
        )  # fmt: skip
        cell = cell if cell in cells else cells[-1]
        run = training.runs[cell]
        snapshots = list(run.snapshots)
        if not snapshots:
            st.caption("Nothing to look at: the untrained network already gives numbers that are not finite.")
            return
        k = _moment(training, cell, snapshots)
    trace, now = run.trace_at(k), snapshots[k]
    st.markdown(plain(_told(run, now, trace)))
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        charts.heatmaps(trace, key="train-gates")
    with right:
        first = {state: norms[0] for state, norms in snapshots[0].gradient.items()} if k else None
        figure = probe_gradient.ready(
            trace.definition,
            {state: norms[0] for state, norms in now.gradient.items()},
            trace.tokens,
            trace.unknown,
            first,
        )
        words = "Length of the gradient of the probe’s loss by the states after each step, on a logarithmic axis."
        charts.chart(figure, words, "train-gradient")
        st.caption(_arrives(now, trace))


def _moment(training: Training, cell: str, snapshots: list[Snapshot]) -> int:
    """The place of the snapshot that is looked at."""
    if training.running or len(snapshots) < 2:
        st.caption(f"After step {snapshots[-1].step:,}. Pause, or wait for the end, to go back through the training.")
        return len(snapshots) - 1
    steps = [snapshot.step for snapshot in snapshots]
    key = f"train-moment-{training.number}-{cell}-{steps[-1]}"
    chosen = st.select_slider(
        "After training step", steps, value=steps[-1], format_func=lambda step: f"{step:,}", key=key
    )
    return steps.index(chosen)


def _told(run: TrainingRun, now: Snapshot, trace: Trace) -> str:
    """What the network makes of the probe at this moment, and what its keeping gate does, beside the beginning."""
    assert trace.probabilities is not None
    probe, network = run.task.probe, run.trainer.network
    asked = np.flatnonzero(probe.weights > 0)
    right = trace.probabilities[asked].argmax(1) == probe.targets[asked]
    words = (
        f"After {now.step:,} steps it reads “{_short(probe.text)}” and is right at {int(right.sum())} of the "
        f"{len(asked)} step{'s' * (len(asked) != 1)} where it is asked; its loss there is {now.probe_loss:.3g} nats."
    )
    keeps = network.layers[0][0].memory_gate
    if keeps is not None:
        gate = trace.definition.by_name[keeps].title
        untrained = float(run.trace_at(0)[keeps].mean())
        words += f" The {gate} stands at {float(trace[keeps].mean()):.2f} on average, {untrained:.2f} untrained."
    return words


def _arrives(now: Snapshot, trace: Trace) -> str:
    """How much longer or shorter the gradient is at the first step than where it is longest."""
    norms = now.gradient["hidden"][0].astype(np.float64)
    longest = int(norms.argmax())
    words = "Where a line falls to the left, the loss depends less and less on what the network held there: "
    if not norms[longest] > 0:
        return "No gradient arrives anywhere on the way."
    return (
        f"{words}the gradient by the hidden state is longest after step {longest + 1} ({norms[longest]:.2g}), and "
        f"{norms[0]:.2g} is left of it after step 1. Dotted: the untrained network."
    )


def _short(text: str, length: int = 40) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
