"""The trainings of a session. They live in it alone: when it goes away, nothing else holds them."""

from __future__ import annotations

import streamlit as st

from ...shared import link_state
from . import linked_widgets
from .chosen_run import Choice
from .training_group import Training

KEY = "trainings"
MOST = 10
ROOM = 150e6  # bytes for the snapshots of all


def all_trainings() -> dict[int, Training]:
    """By number, in the order in which they were started."""
    found: dict[int, Training] = st.session_state.setdefault(KEY, {})
    return found


def running() -> Training | None:
    """The one that is at work: there is never more than one in a session."""
    return next((one for one in all_trainings().values() if one.running), None)


def shown() -> Training | None:
    """The one that is looked at; the latest unless another was chosen."""
    trainings = all_trainings()
    number: int = st.session_state.get("train-shown") or 0
    return trainings.get(number) or (next(reversed(trainings.values())) if trainings else None)


def begin(choice: Choice) -> Training:
    """Start a training. Raises ValueError, in a sentence, if it cannot be, and changes nothing then."""
    trainings = all_trainings()
    if not choice.cells:
        raise ValueError("Choose at least one cell.")
    if running() is not None:
        raise ValueError("One training at a time: pause or stop the one that is running first.")
    if len(trainings) >= MOST or sum(one.bytes for one in trainings.values()) > ROOM:
        raise ValueError(f"There are {len(trainings)} runs, and no room for more: remove one first.")
    task = choice.make()
    number = st.session_state["train-count"] = st.session_state.get("train-count", 0) + 1
    training = Training(
        number, f"{choice.task} {number}", task, choice.runs(task), choice.text[0] if choice.text else None
    )
    for run in training.runs.values():
        run.start()
    trainings[number] = training
    st.session_state["train-shown"] = number
    return training


def remove(number: int) -> None:
    """Forget a training; for a callback. What was opened on other pages stays there."""
    all_trainings().pop(number, None)
    st.session_state.pop("train-shown", None)


def arrive() -> None:
    """To be called first: note whether the page was just opened, and whether a training waited for that."""
    state = st.session_state
    state["train-arriving"] = bool(state.pop("arrived", False))
    if linked_widgets.arriving() and running() is not None:
        state["train-waited"] = True


def mark() -> None:
    """Say in the link that a training was started: whoever opens it anew is told what became of that."""
    if all_trainings():
        link_state.keep("started", st.session_state["train-count"], 0, page=linked_widgets.PAGE)


def lost() -> bool:
    """Whether the link tells of a training that this session does not have."""
    return "started" in st.query_params and "train-count" not in st.session_state
