"""A question on the page: predict first, then see the answer."""

from __future__ import annotations

import re
from html import escape

import streamlit as st

from .block_registry import ChapterContext
from .chapter_parser import Question


@st.fragment
def show_question(context: ChapterContext, question: Question) -> None:
    """Show a question and, after any choice, its answer. Nothing is graded or remembered."""
    with st.container(border=True, key=f"question-{context.key}"):
        st.markdown(f":material/psychology_alt: **Before you look** \n\n{context.fill(question.ask)}")
        choice = st.radio(
            f"Your guess: {_plain(question.ask)}",
            question.choices,
            index=None,
            key=f"guess-{context.key}",
            label_visibility="collapsed",
        )
        if choice is None:
            st.caption("Choose what you expect, and see.")
            return
        if question.go:
            st.html(f'<div class="rnnviz-go" data-go="{escape(question.go)}"></div>')
        show_answer(context, question)


def _plain(markdown: str) -> str:
    """The text without markup, for screen readers."""
    return re.sub(r"\]\([^)]*\)|[\[\]*`$\\]", "", markdown)


def show_answer(context: ChapterContext, question: Question) -> None:
    """Show the figure and the explanation that answer a question; a lesson can show them without the question."""
    if question.show:
        context.show_block(question.show, question.parameters)
    context.show_prose(question.why)
