"""A page whose work fails: it says what happened, keeps the text, and offers the way back.

Streamlit calls `show` for whatever no page has caught, in a run of a page, in a part of it and in a callback.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import streamlit as st

from ...errors import RnnvizError
from . import link_state
from .markdown import plain
from .session_keys import TEXT

PACKAGE = Path(__file__).parents[2]


def show(error: Exception) -> bool:
    """Say what happened, in place of Streamlit's message; returns that it is said."""
    key = f"failure-{_place(error)}"
    with st.container(key=key):
        st.error(f"{plain(words(error))} The rest of the app still works.", icon=":material/report:")
        if text := st.session_state.get(TEXT):
            st.caption("Your text is still in the box and in the link, and here to copy:")
            st.code(str(text), language=None, wrap_lines=True)
        with st.container(horizontal=True):
            st.button("Try again", key=f"{key}-again", icon=":material/refresh:")
            st.button(
                "Start over", key=f"{key}-over", icon=":material/undo:", on_click=link_state.start_over,
                help="Back to what a fresh page shows. Your models and training runs stay.",
            )  # fmt: skip
    return True


def words(error: Exception) -> str:
    """What happened, in a sentence or two."""
    if isinstance(error, RnnvizError):
        return str(error)
    if isinstance(error, MemoryError):
        return "This needs more memory than the server has. A shorter text or a smaller model may fit."
    return (
        f"This part of the page stopped at an unexpected error ({type(error).__name__}). The server’s log has "
        "it in full."
    )


def _place(error: Exception) -> str:
    """Where in this package an error comes from, which tells failures of several parts of a page apart."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if PACKAGE in Path(frame.filename).parents]
    return f"{Path(frames[-1].filename).stem}-{frames[-1].lineno}" if frames else "page"
