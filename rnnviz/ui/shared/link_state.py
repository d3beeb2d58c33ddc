"""The link of a view: its parameters, what one asked for in vain, and text that is never markup.

Streamlit binds a widget's value to the link as the label that it shows. Where the link is
to hold something shorter ("names" for "Family name: which language?"), or where the default
moves (the last step), these few lines do it instead.
"""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st


def start(parameter: str, allowed: Collection[str], default: str, what: str, page: str = "") -> str:
    """Set a widget's state from the link, or to what it was when its page was left; returns the widget's key.

    Streamlit forgets a widget while another page is shown. page: to tell apart the widgets of
    pages that use one parameter. If the link asks for what does not exist, that is said.
    """
    key = f"{page}-{parameter}" if page else parameter
    # What another page's widget of the same name left behind counts as little as nothing.
    here, started = st.session_state.get("page"), st.session_state.setdefault("started", {})
    if key in st.session_state and started.get(key) == here:
        return key
    started[key] = here
    asked = st.query_params.get(parameter)
    if asked is not None and asked not in allowed:
        notice(f"The link asks for {what} “{asked}”, which does not exist here. There are: {', '.join(allowed)}.")
        asked = None
    left = st.session_state.get("left", {}).get(key)
    st.session_state[key] = asked if asked is not None else left if left in allowed else default
    return key


def keep(parameter: str, value: object, default: object, page: str = "") -> None:
    """Put a value into the link, or take it out if it is the default; remember it for when the page is left."""
    st.session_state.setdefault("left", {})[f"{page}-{parameter}" if page else parameter] = value
    if value != default:
        if st.query_params.get(parameter) != str(value):
            st.query_params[parameter] = str(value)
    elif parameter in st.query_params:
        del st.query_params[parameter]


def put(parameter: str, value: str, page: str) -> None:
    """Set a page's widget of that parameter, before it is drawn, as in a callback."""
    key = f"{page}-{parameter}"
    st.session_state[key] = value
    st.session_state.setdefault("left", {})[key] = value


def notice(message: str) -> None:
    """Keep a message to the user until it is put away."""
    notices = st.session_state.setdefault("notices", [])
    if message not in notices:
        notices.append(message)


def show_notices() -> None:
    """Show the messages that were kept, as plain text, with a button to put them away."""
    notices = st.session_state.get("notices", [])
    for message in notices:
        st.warning(plain(message), icon=":material/info:")
    if notices:
        st.button("Dismiss", on_click=notices.clear, type="tertiary")


def plain(text: str) -> str:
    """Text with everything escaped that Streamlit's Markdown would read as markup."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|$:~^&" else c for c in text)
