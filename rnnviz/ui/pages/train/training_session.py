"""The trainings of a session. Nothing else refers to them, so they end with it."""

from __future__ import annotations

import weakref

import streamlit as st

from ....errors import BusyError, TrainingError
from ...shared import link_state, notices
from ...shared.link_parameters import TRAININGS_STARTED as STARTED
from ...shared.server_limits import SERVER_LIMITS
from ...shared.session_keys import RUN_SHOWN, TRAININGS, TRAININGS_STARTED, WAS_AWAY
from ...shared.session_memory import reserve
from .next_run import NextRun
from .training_group import Training, bytes_needed

MOST_TRAININGS = 10
MOST_BYTES = 150e6  # of the snapshots of all trainings

_on_server: weakref.WeakSet[Training] = weakref.WeakSet()  # the trainings of all sessions


def all_trainings() -> dict[int, Training]:
    """The trainings by number, in the order in which they were started."""
    trainings: dict[int, Training] = st.session_state.setdefault(TRAININGS, {})
    return trainings


def running() -> Training | None:
    """The running training; a session has one at most."""
    return next((training for training in all_trainings().values() if training.running), None)


def shown() -> Training | None:
    """The training on the page: the latest, unless another is chosen."""
    trainings = all_trainings()
    number: int = st.session_state.get(RUN_SHOWN) or 0
    return trainings.get(number) or (next(reversed(trainings.values())) if trainings else None)


def begin(next_run: NextRun) -> Training:
    """Start a training. Raises ValueError or BusyError if it cannot start, and then changes nothing."""
    trainings = all_trainings()
    if not next_run.cells:
        raise TrainingError("Choose at least one cell.", code="no_cell")
    if running() is not None:
        raise TrainingError(
            "Only one training run is possible at a time. Pause or stop the current one first.", code="busy"
        )
    if len(trainings) >= MOST_TRAININGS or sum(training.bytes for training in trainings.values()) > MOST_BYTES:
        raise TrainingError("This session cannot hold more runs. Remove one first.", code="no_room")
    _check_server()
    task = next_run.make_task()
    runs = next_run.make_runs(task)
    room = reserve(bytes_needed(runs.values()))
    number = st.session_state[TRAININGS_STARTED] = st.session_state.get(TRAININGS_STARTED, 0) + 1
    source = next_run.text[0] if next_run.text else None
    training = Training(number, f"{next_run.task} {number}", task, runs, source, room=room)
    for run in training.runs.values():
        run.start()
    trainings[number] = training
    _on_server.add(training)
    st.session_state[RUN_SHOWN] = number
    return training


def resume(training: Training) -> None:
    """Resume a training, unless too many run on the server; for a callback."""
    try:
        _check_server()
    except BusyError as error:
        notices.add("trainings", str(error))
    else:
        training.resume()


def _check_server() -> None:
    """Raises BusyError if no further training may run at the same time."""
    count = sum(training.running for training in list(_on_server))
    if count >= SERVER_LIMITS.trainings:
        raise BusyError(
            f"{count:,} training runs are under way on this server, and there may be no more than "
            f"{SERVER_LIMITS.trainings:,}. Try again in a few minutes, or on a server of your own.",
            code="trainings", limit=SERVER_LIMITS.trainings, actual=count,
        )  # fmt: skip


def remove(number: int) -> None:
    """Remove a training; for a callback. Models opened on other pages stay there."""
    all_trainings().pop(number, None)
    st.session_state.pop(RUN_SHOWN, None)


def note_absence() -> None:
    """Note whether a training paused while another page was open. To be called first on the page."""
    if link_state.just_opened() and running() is not None:
        st.session_state[WAS_AWAY] = True


def save_to_link() -> None:
    """Put the number of trainings into the link, so that a page opened from it can say what happened to them."""
    if all_trainings():
        STARTED.write(st.session_state[TRAININGS_STARTED])


def was_lost() -> bool:
    """Whether the link comes from a session with trainings that this session does not have."""
    return STARTED.text is not None and TRAININGS_STARTED not in st.session_state
