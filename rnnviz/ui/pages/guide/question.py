"""Predict, then reveal."""

from __future__ import annotations

import re
from html import escape

import streamlit as st

from .chapter_parser import Question
from .registry import Page


@st.fragment
def question(page: Page, asked: Question) -> None:
    """Predict, then reveal. Nothing is graded, and nothing is kept once the page is left."""
    with st.container(border=True, key=f"question-{page.key}"):
        st.markdown(f":material/psychology_alt: **Before you look** \n\n{page.filled(asked.ask)}")
        chosen = st.radio(
            f"Your guess: {_plain(asked.ask)}",
            asked.choices,
            index=None,
            key=f"guess-{page.key}",
            label_visibility="collapsed",
        )
        if chosen is None:
            st.caption("Choose what you expect, then see.")
            return
        if asked.go:
            st.html(f'<div class="rnnviz-go" data-go="{escape(asked.go)}"></div>')
        reveal(page, asked)


def _plain(markdown: str) -> str:
    """The words alone, for who hears them."""
    return re.sub(r"\]\([^)]*\)|[\[\]*`$\\]", "", markdown)


def reveal(page: Page, asked: Question) -> None:
    """The figure and the words that answer a question; also where a lesson hides the question itself."""
    if asked.show:
        page.show(asked.show, asked.parameters)
    page.words(asked.why)
