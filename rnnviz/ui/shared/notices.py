"""Messages to the user that stay on the page until they are dismissed."""

from __future__ import annotations

import streamlit as st

from .markdown import plain
from .session_keys import NOTICES


def add(key: str, message: str) -> None:
    """Keep a message; it replaces an earlier one under the same key, such as "link-task"."""
    st.session_state.setdefault(NOTICES, {})[key] = message


def show() -> None:
    """Show all messages as plain text, with a button that dismisses them."""
    messages = st.session_state.get(NOTICES, {})
    for message in messages.values():
        st.warning(plain(message), icon=":material/info:")
    if messages:
        st.button("Dismiss", key="dismiss", on_click=messages.clear, type="tertiary")


def clear() -> None:
    """Forget all messages."""
    st.session_state[NOTICES] = {}
