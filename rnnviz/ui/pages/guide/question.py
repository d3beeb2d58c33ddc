"""A question on the page: predict first, then see the answer and whether it was the expected one."""

from __future__ import annotations

import random
from html import escape

import streamlit as st

from . import class_room, guesses
from .block_registry import ChapterContext
from .chapter_parser import Question
from .markup import without_markup


def show_question(context: ChapterContext, question: Question) -> None:
    """Show a question and, after any choice, whether it was right, and the answer."""
    with st.container(border=True, key=f"question-{context.key}"):
        choices = shuffled_choices(question)
        if class_room.is_asked(context.key):
            class_room.show(context, question, choices, _reveal)
            return
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(":material/psychology_alt: **Before you look**", width="content")
            class_room.offer(context.key, question)
        st.markdown(context.fill(question.ask))
        choice = st.radio(
            f"Your guess: {without_markup(question.ask)}",
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
        _reveal(context, question)


def shuffled_choices(question: Question) -> list[str]:
    """The choices in the order in which the page has them, the same for every reader and at every visit."""
    return random.Random(question.ask).sample(question.choices, len(question.choices))


def _show_verdict(question: Question, choice: str) -> None:
    """Whether the reader's choice was the right one."""
    if choice == question.right:
        st.markdown(f":material/check_circle: You expected “{choice}”, and **that is right**.")
    else:
        st.markdown(f":material/cancel: You expected “{choice}”; **it is “{question.right}”**.")


def _reveal(context: ChapterContext, question: Question) -> None:
    """Show the answer; the instrument goes to what it speaks of, once."""
    if question.go and guesses.just_answered(context.key):
        st.html(f'<div class="rnnviz-go" data-go="{escape(question.go)}"></div>')
    show_answer(context, question)


def show_answer(context: ChapterContext, question: Question) -> None:
    """Show the figure and the explanation that answer a question; a lesson can show them without the question."""
    if question.show:
        context.show_block(question.show, question.parameters)
    context.show_prose(question.why)
