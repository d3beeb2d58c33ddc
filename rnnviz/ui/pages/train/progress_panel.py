"""A training while it runs: its progress and its curves, redrawn a few times a second.

The browser requests one slice of work after another. When it stops, because the page was left or closed, training
stops too: there is no thread that would have to be ended.
"""

from __future__ import annotations

import math

import streamlit as st

from ....cells import CELLS
from ....colours import cell_style
from ....figures import RunCurve, accuracy_curves, loss_curves, norm_curves
from ....number_format import digits
from ....training import TrainingRun
from ...shared.charts import chart
from ...shared.markdown import percent, plain
from ...shared.session_keys import WAS_AWAY
from . import training_session
from .training_group import Training

INTERVAL = 0.25  # seconds between two requests of the browser
SLICE = 0.2  # seconds of training for each


def show(training: Training, others: list[Training]) -> None:
    """Show progress and curves of a training, with the curves of others. Trains the one that is running."""
    drawn_as_running = training_session.running()

    def update() -> None:
        running = training_session.running()
        if running is not None:
            running.work(SLICE)
        _progress(training)
        _curves(training, others)
        if drawn_as_running is not None and not drawn_as_running.running:
            st.rerun()  # at its end, other parts of the page change too, also if a run of the page was lost

    st.fragment(update, run_every=INTERVAL if drawn_as_running is not None else None)()


def _progress(training: Training) -> None:
    left = training.seconds_left()
    if training.ended:
        states = {run.state for run in training.runs.values()}
        words = "Diverged. " * ("diverged" in states) + "Stopped. " * ("stopped" in states) + "Training is over."
    elif training.paused:
        words = "Paused."
    else:
        words = "Training." if left is None else f"Training. At most about {_duration(left)} left."
    if not training.running:
        st.session_state[WAS_AWAY] = False
    st.progress(min(training.progress, 1.0), words)
    if st.session_state.get(WAS_AWAY):
        st.caption("Training paused while this page was closed.")
    st.markdown("  \n".join(f"{_run_in_words(cell, run)}" for cell, run in training.runs.items()))


def _run_in_words(cell: str, run: TrainingRun) -> str:
    """The progress and the score of a run, in one line."""
    checks = run.history.checks
    parts = [f"step {run.steps_taken:,} of {run.total_steps:,}"]
    if checks:
        at = f" at step {checks[-1]['step']:,}" if run.state in ("stopped", "diverged") else ""
        parts.append(f"held-out loss{at} {digits(checks[-1]['validation_loss'])} nats")
        if "accuracy" in checks[-1]:
            parts.append(f"{percent(checks[-1]['accuracy'])} right")
    explanation = f" {plain(run.explanation)}" if run.explanation and run.state == "finished" else ""
    state = run.state if run.ended else ""
    name = f"{cell_style(cell).glyph} **{CELLS[cell].title}**"
    return f"{name}{f' ({state})' if state else ''}: {', '.join(parts)}.{explanation}"


def _duration(seconds: float) -> str:
    """A time in words, rounded."""
    if seconds < 60:
        return f"{max(1, math.ceil(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def _lines(training: Training, others: list[Training]) -> list[RunCurve]:
    """The runs of a training, and of others to compare with."""
    lines = []
    for group in (training, *others):
        for cell, run in group.runs.items():
            lines.append(RunCurve(group.name, cell, run.history, group is not training, run.settings.recipe.clip))
    return lines


def _curves(training: Training, others: list[Training]) -> None:
    lines, task = _lines(training, others), training.task
    names = "; ".join(
        _run_in_words(cell, run).split(": ", 1)[0].replace("*", "") for cell, run in training.runs.items()
    )
    figures = {
        "train-loss": (loss_curves.ready(lines, task.chance, task.best), "Loss on held-out data by training step"),
        "train-accuracy": (
            accuracy_curves.ready(lines, task.chance, task.best) if _has_accuracy(lines) else None,
            "Share of right answers on held-out data by training step",
        ),
        "train-norm": (norm_curves.ready(lines), "Length of the gradient before clipping by training step"),
    }
    drawn = {key: figure for key, figure in figures.items() if figure[0] is not None}
    for column, (key, (figure, words)) in zip(st.columns(len(drawn), gap="small"), drawn.items(), strict=True):
        with column:
            assert figure is not None
            chart(figure, f"{words}: {names}.", key)


def _has_accuracy(lines: list[RunCurve]) -> bool:
    return any("accuracy" in check for line in lines for check in line.history.checks[:1])
