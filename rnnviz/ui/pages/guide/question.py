"""A question on the page: predict first, then see the answer and whether it was the expected one."""

from __future__ import annotations

import random
import re
from html import escape

import streamlit as st

from . import guesses
from .block_registry import ChapterContext
from .chapter_parser import Question


def show_question(context: ChapterContext, question: Question) -> None:
    """Show a question and, after any choice, whether it was right, and the answer."""
    with st.container(border=True, key=f"question-{context.key}"):
        st.markdown(f":material/psychology_alt: **Before you look** \n\n{context.fill(question.ask)}")
        choices = shuffled_choices(question)
        choice = st.radio(
            f"Your guess: {_without_markup(question.ask)}",
            choices,
            index=None,
            key=guesses.restore(context.key, choices),
            on_change=guesses.remember,
            args=[context.key],
            label_visibility="collapsed",
        )
        if choice is None:
            st.caption("Choose what you expect, and see.")
            return
        if question.graded:
            _show_verdict(question, choice)
        if question.go and guesses.just_answered(context.key):
            st.html(f'<div class="rnnviz-go" data-go="{escape(question.go)}"></div>')
        show_answer(context, question)


def shuffled_choices(question: Question) -> list[str]:
    """The choices in the order in which the page has them, the same for every reader and at every visit."""
    return random.Random(question.ask).sample(question.choices, len(question.choices))


def _show_verdict(question: Question, choice: str) -> None:
    """Whether the reader's choice was the right one."""
    if choice == question.right:
        st.markdown(f":material/check_circle: You expected “{choice}”, and **that is right**.")
    else:
        st.markdown(f":material/cancel: You expected “{choice}”; **it is “{question.right}”**.")


def _without_markup(markdown: str) -> str:
    """The text without markup, for screen readers."""
    return re.sub(r"\]\([^)]*\)|[\[\]*`$\\]", "", markdown)


def show_answer(context: ChapterContext, question: Question) -> None:
    """Show the figure and the explanation that answer a question; a lesson can show them without the question."""
    if question.show:
        context.show_block(question.show, question.parameters)
    context.show_prose(question.why)
