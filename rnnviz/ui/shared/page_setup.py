"""What every page does first: see that it was entered through app.py, and put on the pages' common style."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from . import link_state


def enter() -> None:
    """Start a page.

    Where there is a folder named pages, Streamlit takes an app for one of its older kind until
    `st.navigation` was called once in the server's life. If the first link that is opened leads
    to a page, that page runs without app.py; it is then run again, through the door.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
    context = get_script_run_ctx()
    link_state.begin_visit(context.page_script_hash if context else None)
    st.html(Path(__file__).with_name("style.css"))  # the few rules that Streamlit's theme has no word for
