"""Moving through time: first, back, slider, forward, last, with the arrow keys. Steps count from 1."""

from __future__ import annotations

import streamlit as st

from ..trace import Trace
from . import links


def settle_step(trace: Trace) -> None:
    """Keep the step inside the text: it stays where it was, and follows the end if it stood there."""
    state, steps = st.session_state, len(trace)
    if "step" not in state:
        asked = st.query_params.get("step", str(steps))
        if asked.isdecimal() and 1 <= int(asked) <= steps:
            state["step"] = int(asked)
        else:
            links.notice(f"The link asks for step “{asked}” of a text with {steps}. This is the last one.")
    at_end = state.get("step", steps) >= state.get("steps", steps + 1)
    state["step"] = steps if at_end else min(state.get("step", steps), steps)
    state["steps"] = steps


def step_control(trace: Trace) -> int:
    """The buttons and the slider; returns the chosen step, 1 to T."""
    steps, now = len(trace), st.session_state["step"]
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="transport"):
        for title, icon, shortcut, target in (
            ("First", "first_page", "Home", 1),
            ("Back", "chevron_left", "Left", now - 1),
            ("Forward", "chevron_right", "Right", now + 1),
            ("Last", "last_page", "End", steps),
        ):
            st.button(
                title,
                key=f"step-{title.lower()}",
                icon=f":material/{icon}:",
                shortcut=shortcut,
                on_click=_go,
                args=(min(max(target, 1), steps),),
            )
        step = (
            1 if steps == 1 else st.slider("Step", 1, steps, key="step", label_visibility="collapsed", format="step %d")
        )
    links.keep("step", step, steps)
    return step


def _go(step: int) -> None:
    st.session_state["step"] = step
