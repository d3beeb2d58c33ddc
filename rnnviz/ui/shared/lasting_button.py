"""A button whose press is not lost when another run of the page interrupts the one that it started."""

from __future__ import annotations

from typing import Any

import streamlit as st


def lasting_button(label: str, key: str, **options: Any) -> bool:
    """Show a button; True in the first run that reaches it after a press.

    A button of Streamlit is pressed for one run alone. If the browser tells something meanwhile, such as what it keeps,
    that run ends before the button is reached, and the next one knows nothing of the press.
    """
    st.button(label, key=key, on_click=_remember, args=(key,), **options)
    return bool(st.session_state.pop(_pressed(key), False))


def _remember(key: str) -> None:
    st.session_state[_pressed(key)] = True


def _pressed(key: str) -> str:
    return f"{key}-pressed"
