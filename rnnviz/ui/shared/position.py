"""Where in the trace one stands: step and unit, which the browser keeps in the link. Steps count from 1."""

from __future__ import annotations

import streamlit as st

from ...trace import Trace
from . import link_state


def place(trace: Trace, default: tuple[int, int] | None = None, layer: int = 0) -> tuple[int, int]:
    """The step and the unit of a layer that the link names; the default (the last step, unit 0) where it names none.

    What lies outside the trace counts as not named, and when a link is opened that is said.
    """
    opened = "opened" not in st.session_state
    st.session_state["opened"] = True
    step, unit = default or (len(trace), 0)
    found = []
    for name, least, most, usual in (("step", 1, len(trace), step), ("unit", 0, trace.units(layer) - 1, unit)):
        asked = st.query_params.get(name, str(usual))
        inside = asked.isdecimal() and least <= int(asked) <= most
        if opened and not inside:
            link_state.notice(f"The link asks for {name} “{asked}”; here they run from {least} to {most}.")
        found.append(int(asked) if inside else usual)
    return found[0], found[1]
