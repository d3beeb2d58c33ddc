"""The training that is shown: its name, transport, settings, curves, gates and results."""

from __future__ import annotations

import streamlit as st

from ...shared.markdown import plain
from ...shared.session_keys import RUN_SHOWN
from . import dynamics_panel, gates_panel, progress_panel, results_panel, training_session
from .training_group import Training, differences


def show(training: Training) -> None:
    """Show a training."""
    trainings = training_session.all_trainings()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(trainings) > 1:
            st.session_state[RUN_SHOWN] = training.number
            st.selectbox(
                "Run", list(trainings), format_func=lambda number: trainings[number].name, key=RUN_SHOWN, width=220
            )
        results_panel.name_box(training)
        _transport(training)
    st.caption(plain(_settings(training)))
    for cell, run in training.runs.items():
        if run.state == "diverged" and run.explanation:
            st.warning(f"**{cell.upper()}**: {plain(run.explanation)}", icon=":material/local_fire_department:")
        if run.state == "diverged" and not run.settings.recipe.clip:
            st.caption(
                "Turn on gradient clipping under “What makes or breaks an RNN” and start again. The curves of both "
                "runs are then drawn together."
            )
    progress_panel.show(training, _pick_others(training))
    if training.running:
        st.caption("Training runs while this page is open, pauses on other pages, and ends with the session.")
    gates_panel.show(training)
    dynamics_panel.show(training)
    st.header("Results", anchor=False)
    results_panel.show(training)


def _transport(training: Training) -> None:
    running = training_session.running()
    if training.running:
        st.button("Pause", key="train-pause", icon=":material/pause:", on_click=training.pause)
    else:
        st.button(
            "Resume", key="train-resume", icon=":material/play_arrow:", on_click=training_session.resume,
            args=(training,), disabled=training.ended or running not in (None, training),
        )  # fmt: skip
    st.button(
        "One step", key="train-step", icon=":material/skip_next:", on_click=training.step,
        disabled=training.ended or running not in (None, training),
        help="One step of every cell, then a pause.",
    )  # fmt: skip
    st.button("Stop", key="train-stop", icon=":material/stop:", on_click=training.stop, disabled=training.ended)


def _settings(training: Training) -> str:
    """The task, and the settings that differ from the defaults."""
    changes = {cell: differences(run) for cell, run in training.runs.items()}
    common = [change for change in next(iter(changes.values())) if all(change in other for other in changes.values())]
    parts = [f"{training.task.title} Settings: {', '.join(common) or 'defaults'}"]
    for cell, words in changes.items():
        if own := [change for change in words if change not in common]:
            parts.append(f"{cell.upper()}: {', '.join(own)}")
    return "; ".join(parts) + (f". Text: {training.source}." if training.source else ".")


def _pick_others(training: Training) -> list[Training]:
    """Other trainings of the same task whose curves are drawn too: the previous one, unless others are chosen."""
    trainings = training_session.all_trainings()
    same = [
        number for number, other in trainings.items() if other is not training and other.task.name == training.task.name
    ]
    if not same:
        return []
    key = f"train-over-{training.number}"
    if key in st.session_state:
        st.session_state[key] = [number for number in st.session_state[key] if number in same]
    chosen = st.pills(
        "Compare with", same, selection_mode="multi", default=[n for n in same if n < training.number][-1:],
        format_func=lambda number: plain(trainings[number].name), key=key,
    )  # fmt: skip
    return [trainings[number] for number in chosen]
