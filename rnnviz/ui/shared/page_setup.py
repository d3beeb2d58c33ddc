"""What every page does first: make sure that it runs through app.py, begin a visit, and add the common style.

It uses three of Streamlit's internals: `PagesManager`, the script's context and the runtime. The only other Python file
that uses any is streamlit_sessions.py; the only style sheet is streamlit_internals.css, and the only scripts are
streamlit.js and reconnection.js.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit import runtime
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from . import link_state, served_code

ICON = str(Path(__file__).with_name("icon.svg"))  # in full: Streamlit looks from the folder in which it was started


def enter() -> None:
    """Start a page.

    An app with a folder named pages has Streamlit's older kind of navigation, until a run calls `st.navigation`. If the
    first link that a new server opens leads to a page, that page therefore runs without app.py. It is then run again.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
    context = get_script_run_ctx()
    link_state.begin_visit(context.page_script_hash if context else None)
    st.html(f"<style>{_rules()}</style>")
    if served_code.is_served():
        with st.container(key="chart-pictures"):
            st.html(served_code.chart_loader(), unsafe_allow_javascript=True)


def is_left() -> bool:
    """Whether the browser that this run is for has gone."""
    context = get_script_run_ctx()
    return context is not None and runtime.exists() and not runtime.get_instance().is_active_session(context.session_id)


@cache
def _rules() -> str:
    """Rules that Streamlit's theme has no option for, without comments, since every run of a page sends them."""
    files = (Path(__file__).with_name(name) for name in ("style.css", "streamlit_internals.css"))
    return re.sub(r"/\*.*?\*/\n*", "", "".join(file.read_text() for file in files), flags=re.DOTALL)


def spoken_title(title: str) -> None:
    """A title for screen readers only, on a page that has no room for it."""
    with st.container(key="spoken-title"):
        st.title(title, anchor=False)
