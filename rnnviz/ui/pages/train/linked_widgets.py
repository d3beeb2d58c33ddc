"""Widgets of this page that start from the link, keep their value while another page is open, and write it back.

A value stands in the link as short text; what a link asks for in vain is said and left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from ...shared import link_state

PAGE = "train"


def key_of(parameter: str, of: str = "") -> str:
    """The key of a widget. of: what it belongs to, where one parameter means several things (a task's options)."""
    return "-".join(filter(None, (PAGE, of, parameter)))


def arriving() -> bool:
    """Whether the page was just opened: only then does the link say anything new."""
    return bool(st.session_state.get("train-arriving"))


def start(parameter: str, read: Callable[[str], Any], default: Any, of: str = "") -> str:
    """Set a widget's state from the link, or to what it was when the page was left; returns the widget's key.

    read: from the text in the link to the value. It raises ValueError, in words, for what makes no sense.
    """
    key, state = key_of(parameter, of), st.session_state
    if key in state:
        return key
    value = default
    left = state.get("left", {}).get(key)
    asked = st.query_params.get(parameter) if arriving() else None
    if left is not None:
        value = read(left)
    if asked is not None:
        try:
            value = read(asked)
        except ValueError as error:
            link_state.notice(f"The link asks for {parameter} “{asked[:40]}”: {error}")
    state[key] = value
    return key


def keep(parameter: str, text: str, default: str, of: str = "") -> None:
    """Put a value into the link, unless it is the default."""
    link_state.keep(parameter, text, default)
    st.session_state["left"][key_of(parameter, of)] = text


def number(low: float, high: float, whole: bool = True) -> Callable[[str], float | int | None]:
    """A reader of numbers from `low` to `high`; the empty text stands for None, the usual number."""

    def read(text: str) -> float | int | None:
        if not text:
            return None
        try:
            value = int(text) if whole else float(text)
        except ValueError:
            raise ValueError(f"expected a {'whole ' * whole}number.") from None
        if not low <= value <= high:
            raise ValueError(f"expected a number from {low:,.10g} to {high:,.10g}.")
        return value

    return read


def one_of(*names: str) -> Callable[[str], str]:
    """A reader of one of these words."""

    def read(text: str) -> str:
        if text not in names:
            raise ValueError(f"there are {', '.join(names)}.")
        return text

    return read


def some_of(*names: str) -> Callable[[str], list[str]]:
    """A reader of some of these words, with commas between them."""

    def read(text: str) -> list[str]:
        found = [one_of(*names)(word) for word in text.split(",")]
        return [name for name in names if name in found]

    return read


def written(value: float | int | None) -> str:
    """A number as it stands in the link."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
