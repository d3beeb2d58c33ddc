"""The buttons that start a training, and the reason why one cannot start."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ....errors import BusyError
from ....training import Task
from ...shared.markdown import plain
from ...shared.session_keys import START_REQUESTED
from . import kept_training, settings_panel, training_session
from .next_run import NextRun


def show(next_run: NextRun, row: DeltaGenerator) -> Task | None:
    """Show the buttons in a row, and messages below; start on a click. Returns the chosen task, if it can be made."""
    task, obstacle = None, None
    try:
        task = next_run.make_task()
        next_run.settings(task)
        if not next_run.cells:
            obstacle = "Choose at least one cell."
    except ValueError as error:
        obstacle = str(error)
    busy = training_session.running() is not None
    with row:
        start = st.button(
            "Start", key="train-start", icon=":material/play_arrow:", disabled=busy or obstacle is not None,
            help="Only one training run is possible at a time. Pause or stop the current one first." if busy else None,
        )  # fmt: skip
        st.button(
            "See an RNN explode", key="train-explode", icon=":material/local_fire_department:", disabled=busy,
            on_click=_explode, help="Chooses settings with which an RNN learns well until its gradient explodes.",
        )  # fmt: skip
    if obstacle is not None:
        st.warning(plain(obstacle), icon=":material/rule:")
    if training_session.was_lost():
        _offer_restart(obstacle)
    requested = st.session_state.pop(START_REQUESTED, False)
    if (start or requested) and obstacle is None:
        try:
            training_session.begin(next_run)
        except (ValueError, BusyError) as error:
            st.warning(plain(str(error)), icon=":material/rule:")
        else:
            st.rerun()  # the buttons above depend on whether a training runs
    return task


def _request_start() -> None:
    st.session_state[START_REQUESTED] = True


def _explode() -> None:
    settings_panel.choose_exploding()
    _request_start()


def _offer_restart(obstacle: str | None) -> None:
    """A message about a training that ended with a reload, and a button that starts it again."""
    st.info(
        "This link comes from a tab in which networks were trained. A training lives in its tab: it ended there, or "
        "continues there if the tab is still open. The settings are in the link; a text of your own is not. With the "
        "same settings and text, the same seed gives the same curves.",
        icon=":material/history:",
    )
    kept_training.link()
    st.button(
        "Start again", key="train-again", icon=":material/replay:", disabled=obstacle is not None,
        on_click=_request_start,
    )  # fmt: skip
