"""Messages to the user that stay on the page until they are dismissed."""

from __future__ import annotations

import streamlit as st

from ...wording import abridged
from .markdown import plain
from .session_keys import NOTICES

LONGEST = 400  # characters of a message: what it repeats comes from a link or a paste
MOST = 12  # messages at once


def add(key: str, message: str) -> None:
    """Keep a message; it replaces an earlier one under the same key, such as "link-task". The oldest go first."""
    messages = st.session_state.setdefault(NOTICES, {})
    messages[key] = abridged(message, LONGEST)
    while len(messages) > MOST:
        del messages[next(iter(messages))]


def show() -> None:
    """Show all messages as plain text, with a button that dismisses them."""
    messages = st.session_state.get(NOTICES, {})
    for message in messages.values():
        st.warning(plain(message), icon=":material/info:")
    if messages:
        st.button("Dismiss", key="dismiss", on_click=messages.clear, type="tertiary")


def remove(key: str) -> None:
    """Forget a message."""
    st.session_state.get(NOTICES, {}).pop(key, None)


def clear() -> None:
    """Forget all messages."""
    st.session_state[NOTICES] = {}
