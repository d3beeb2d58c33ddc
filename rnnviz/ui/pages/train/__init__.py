"""The Train page: choose what to train, watch the cells learn, and take what came of it to every other page."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ....training import Task
from ...shared import link_state
from . import results_panel, settings_panel, training_session
from .chosen_run import Choice
from .gates_panel import look
from .progress_panel import watch
from .task_panel import introduce
from .training_group import Training, differences

__all__ = ["page"]

EXPLODE = "train-explode"


def page() -> None:
    """Everything under the title."""
    training_session.arrive()
    choice, row = settings_panel.choose()
    task = _start(choice, row)
    notices = st.container()
    training = training_session.shown()
    if training is not None:
        _one(training)
    elif task is not None:
        introduce(task)
    results_panel.way_in()
    training_session.mark()
    with notices:
        link_state.show_notices()


def _start(choice: Choice, row: DeltaGenerator) -> Task | None:
    """The button that starts, and beside it why it cannot. Returns the task that was chosen, if there is one."""
    task, why = None, None
    try:
        task = choice.make()
        choice.settings(task)
        if not choice.cells:
            why = "Choose at least one cell."
    except ValueError as error:
        why = str(error)
    busy = training_session.running() is not None
    with row:
        start = st.button(
            "Start", key="train-start", icon=":material/play_arrow:", disabled=busy or why is not None,
            help="One training at a time: pause or stop the one that is running first." if busy else None,
        )  # fmt: skip
        st.button(
            "See an RNN explode", key=EXPLODE, icon=":material/local_fire_department:", disabled=busy,
            on_click=_explode, help="Sets everything for an RNN that learns well until its gradient explodes.",
        )  # fmt: skip
    if why is not None:
        st.warning(link_state.plain(why), icon=":material/rule:")
    if training_session.lost():
        _tell_lost(why)
    asked = st.session_state.pop("train-asked", False)
    if (start or asked) and why is None:
        try:
            training_session.begin(choice)
        except ValueError as error:
            st.warning(link_state.plain(str(error)), icon=":material/rule:")
        else:
            st.rerun()  # what stands above the button has to know of it
    return task


def _explode() -> None:
    settings_panel.explode()
    st.session_state["train-asked"] = True


def _tell_lost(why: str | None) -> None:
    """What became of a training that a reload ended. why: what stands in the way of starting it again."""
    st.info(
        "In the page that this link comes from a training was started. A training lives in its own page alone, so it "
        "ended with that page, or goes on there if it is still open. The settings are kept, a text of your own is not: "
        "with both, the same seed gives the same curves.",
        icon=":material/history:",
    )
    st.button(
        "Start again", key="train-again", icon=":material/replay:", disabled=why is not None,
        on_click=lambda: st.session_state.update({"train-asked": True}),
    )  # fmt: skip


def _one(training: Training) -> None:
    """The training that is looked at: what it is, its transport, its curves, and what came of it."""
    trainings = training_session.all_trainings()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(trainings) > 1:
            st.session_state["train-shown"] = training.number
            st.selectbox(
                "Run", list(trainings), format_func=lambda number: trainings[number].name, key="train-shown", width=220
            )
        results_panel.name(training)
        _transport(training)
    st.caption(link_state.plain(_settings(training)))
    for cell, run in training.runs.items():
        if run.state == "diverged" and run.explanation:
            st.warning(
                f"**{cell.upper()}**: {link_state.plain(run.explanation)}", icon=":material/local_fire_department:"
            )
        if run.state == "diverged" and not run.settings.recipe.clip:
            st.caption(
                "Turn gradient clipping on, under “What makes or breaks an RNN”, and start again: both curves are "
                "drawn over each other."
            )
    watch(training, _laid_over(training))
    if training.running:
        st.caption("It works while this page is open, waits while you look at another one, and ends with the session.")
    look(training)
    st.header("What came of it", anchor=False)
    results_panel.carry_on(training)
    results_panel.table()


def _transport(training: Training) -> None:
    busy = training_session.running()
    other = busy is not None and busy is not training
    if training.running:
        st.button("Pause", key="train-pause", icon=":material/pause:", on_click=training.pause)
    else:
        st.button(
            "Resume", key="train-resume", icon=":material/play_arrow:", on_click=training.resume,
            disabled=training.ended or other,
        )  # fmt: skip
    st.button(
        "One step", key="train-step", icon=":material/skip_next:", on_click=training.step, disabled=training.ended,
        help="One step of every cell, then a pause.",
    )  # fmt: skip
    st.button("Stop", key="train-stop", icon=":material/stop:", on_click=training.stop, disabled=training.ended)


def _settings(training: Training) -> str:
    """What it was started with, where that is not what is usual."""
    told = {cell: differences(run) for cell, run in training.runs.items()}
    common = [words for words in next(iter(told.values())) if all(words in found for found in told.values())]
    parts = [f"{training.task.title} Settings: {', '.join(common) or 'the usual ones'}"]
    for cell, found in told.items():
        if own := [words for words in found if words not in common]:
            parts.append(f"{cell.upper()}: {', '.join(own)}")
    return "; ".join(parts) + (f". Text: {training.source}." if training.source else ".")


def _laid_over(training: Training) -> list[Training]:
    """Other runs of the same task whose curves are drawn too: the last one before it, unless others are chosen."""
    trainings = training_session.all_trainings()
    same = [n for n, one in trainings.items() if one is not training and one.task.name == training.task.name]
    if not same:
        return []
    key = f"train-over-{training.number}"
    if key in st.session_state:
        st.session_state[key] = [number for number in st.session_state[key] if number in same]
    chosen = st.pills(
        "Laid over it", same, selection_mode="multi", default=[n for n in same if n < training.number][-1:],
        format_func=lambda number: trainings[number].name, key=key,
    )  # fmt: skip
    return [trainings[number] for number in chosen]
