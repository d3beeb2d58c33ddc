"""A turn for the first run of each session: a class that comes all at once does not stop who is at work.

A first run computes and sends a whole page. Of forty together, somebody's letter would get a fortieth of the time.
Two at a time are done just as soon, and leave a letter a third.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from .session_keys import HAS_RUN

AT_ONCE = 2
PATIENCE = 2.0  # seconds: a page that computes for long does not keep others from coming
_turns = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn if this is the session's first run, and hold it until the run has ended."""
    if HAS_RUN in st.session_state:
        yield
        return
    st.session_state[HAS_RUN] = True
    has_turn = _turns.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if has_turn:
            _turns.release()
