"""A room of a class, watched by the browsers of its host and of those who vote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from ...shared.room_route import state, watch_path
from ...shared.rooms import Standing

NAME = "rnnviz_room"

_mount = st.components.v2.component(
    NAME, js=Path(__file__).with_name("room_watch.js").read_text(), isolate_styles=False
)


def watch(code: str, standing: Standing, votes: bool = False, place: str = "watch") -> None:
    """Run this part of the page again when something has changed in a room.

    Parameters
    ----------
    code : str
        The room.
    standing : Standing
        What this part shows.
    votes : bool, default False
        Whether votes are a change too, beside questions and answers.
    place : str, default "watch"
        Which part of the page it is.
    """
    seen = state(standing) if votes else str(standing.turn)
    data = {"place": place, "part": "", "kept": "", "received": True, "path": watch_path(code, standing), "seen": seen}
    _mount(key=f"{NAME}_{place}", data=data, on_changed_change=lambda: None)


def keep(part: str, kept: str, received: bool, on_kept: Callable[[str], None]) -> None:
    """Let the browser keep a text; in a new session it hands over the one that it has.

    Parameters
    ----------
    part : str
        What the browser keeps it as: "host" or "voter".
    kept : str
        The session's text; empty for nothing.
    received : bool
        Whether the session's text counts, rather than what the browser has kept.
    on_kept : callable
        Called with what the browser hands over.
    """
    key = f"{NAME}_{part}"

    def receive() -> None:
        text = st.session_state[key]["kept"]
        if isinstance(text, str):
            on_kept(text[:100])

    data = {"place": part, "part": part, "kept": kept, "received": received, "path": "", "seen": ""}
    _mount(key=key, data=data, on_kept_change=receive)
