"""A training while it goes on: how far it is, and its curves, drawn anew a few times a second.

The browser asks for the next slice of work again and again. When it stops asking, because the page was left
or closed, nothing goes on: there is no thread that would have to be stopped.
"""

from __future__ import annotations

import math

import streamlit as st

from ....cells import CELLS
from ....colours import cell_style
from ....figures import accuracy_curves, loss_curves, norm_curves
from ....figures.training_curves import Line
from ....training import TrainingRun
from ...shared import link_state
from ...shared.charts import chart
from . import training_session
from .training_group import Training

TICK = 0.25  # seconds between two requests of the browser
SLICE = 0.2  # seconds of work on each


def watch(training: Training, over: list[Training]) -> None:
    """Progress and curves of a training, with the curves of others laid over them. Works on the one that is running."""

    def tick() -> None:
        going = training_session.running()
        if going is not None:
            going.work(SLICE)
        _progress(training)
        _curves(training, over)
        if going is not None and not going.running:
            st.rerun()  # its end changes what else the page shows

    st.fragment(tick, run_every=TICK if training_session.running() is not None else None)()


def _progress(training: Training) -> None:
    left = training.seconds_left()
    if training.ended:
        states = {run.state for run in training.runs.values()}
        words = (
            "Ran away. " * ("diverged" in states) + "Stopped by hand. " * ("stopped" in states) + "Training is over."
        )
    elif training.paused:
        words = "Paused."
    else:
        words = "Training." if left is None else f"Training, at most about {lasting(left)} to go."
    if not training.running:
        st.session_state["train-waited"] = False
    st.progress(min(training.progress, 1.0), words)
    if st.session_state.get("train-waited"):
        st.caption("It waited while its page was not open.")
    st.markdown("  \n".join(f"{_standing(cell, run)}" for cell, run in training.runs.items()))


def _standing(cell: str, run: TrainingRun) -> str:
    """How far a run is and how well it does, in a line."""
    checks = run.history.checks
    told = [f"step {run.steps_taken:,} of {run.total_steps:,}"]
    if checks:
        at = f" at step {checks[-1]['step']:,}" if run.state in ("stopped", "diverged") else ""
        told.append(f"held-out loss{at} {checks[-1]['validation_loss']:.3g} nats")
        if "accuracy" in checks[-1]:
            told.append(f"right {checks[-1]['accuracy']:.1%}")
    over = f" {link_state.plain(run.explanation)}" if run.explanation and run.state == "finished" else ""
    state = {"finished": "finished", "stopped": "stopped", "diverged": "diverged"}.get(run.state, "")
    name = f"{cell_style(cell).glyph} **{CELLS[cell].title}**"
    return f"{name}{f' ({state})' if state else ''}: {', '.join(told)}.{over}"


def lasting(seconds: float) -> str:
    """A time to wait in words, not more exact than anybody can know."""
    if seconds < 60:
        return f"{max(1, math.ceil(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def lines_of(training: Training, over: list[Training]) -> list[Line]:
    """The runs of a training, and of others to compare with."""
    found = []
    for one in (training, *over):
        for cell, run in one.runs.items():
            found.append(Line(one.name, cell, run.history, one is not training, run.settings.recipe.clip))
    return found


def _curves(training: Training, over: list[Training]) -> None:
    lines, task = lines_of(training, over), training.task
    told = "; ".join(_standing(cell, run).split(": ", 1)[0].replace("*", "") for cell, run in training.runs.items())
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
            chart(figure, f"{words}, of {told}.", key)


def _has_accuracy(lines: list[Line]) -> bool:
    return any("accuracy" in check for one in lines for check in one.history.checks[:1])
