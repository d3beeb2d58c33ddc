"""The choice of what a page is about now: only the chosen part is computed and drawn."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from . import lesson_link, link_state


def choose(parameter: str, titles: Mapping[str, str], what: str, page: str) -> str:
    """One of several parts of a page by its name, the first if none is chosen, kept in the link.

    titles: by name, in their order. what: what one part is called in a sentence, such as "a question".
    """
    names = list(titles)
    key = link_state.start(parameter, names, names[0], what, page=page)
    if lesson_link.shows("tabs"):
        label = what.removeprefix("a ").capitalize()
        st.segmented_control(label, names, required=True, format_func=lambda name: titles[name], key=key)
    name: str = st.session_state[key] or names[0]
    link_state.keep(parameter, name, names[0], page=page)
    return name
