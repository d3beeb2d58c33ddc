"""The page for teachers: lessons made of links, which lead to the server that the page is on."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ...shared import notices, page_setup, share_panel
from .chapter_parser import Prose
from .chapter_rail import load_chapter
from .guide_styles import style_element

BASE = "http://localhost:8501/"  # where the links lead as they are written: rnnviz on one's own machine


def show_teaching(file: str) -> None:
    """Show the lessons.

    Parameters
    ----------
    file : str
        The page's Python file; the lessons are the Markdown file of the same name beside it.
    """
    page_setup.enter()
    st.html(style_element())
    lessons = load_chapter(Path(file).with_suffix(".md"))
    with st.container(key="reading"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.title(lessons.title, anchor=False, width="content")
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                share_panel.larger_button()
                share_panel.menu()
        messages = st.container()
        for k, section in enumerate(lessons.sections):
            with st.container(key=f"section-{k}"):
                for part in section.shown:
                    if isinstance(part, Prose):
                        st.markdown(part.markdown.replace(f"]({BASE}", "](./"))
    with messages:
        notices.show()
