"""The reader's answers to the guide's questions: kept for the session, and by the reader's own browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from ...shared.session_keys import GUESSES, GUESSES_RECEIVED, JUST_ANSWERED
from .chapter_parser import Chapter

KEY = "rnnviz_guesses"  # of the component and its state

_mount = st.components.v2.component(KEY, js=(Path(__file__).with_name("guesses.js")).read_text(), isolate_styles=False)


@dataclass(frozen=True)
class Tally:
    """How a chapter's questions were answered; only those with a right answer count."""

    right: int
    answered: int
    questions: int

    @property
    def complete(self) -> bool:
        """Whether all are answered."""
        return 0 < self.questions == self.answered

    def __str__(self) -> str:
        return f"{self.right} of {self.answered} right"


def restore(question: str, choices: Sequence[str]) -> str:
    """Set the answer of a question's widget before it is drawn, and return the widget's key."""
    key = _widget_key(question)
    guess = _guesses().get(question)
    if guess in choices and st.session_state.get(key) is None:
        st.session_state[key] = guess
    return key


def remember(question: str) -> None:
    """Keep the answer that the reader has just given."""
    _guesses()[question] = st.session_state[_widget_key(question)]
    st.session_state[JUST_ANSWERED] = question


def just_answered(question: str) -> bool:
    """Whether this question was answered since this was last asked about it."""
    if st.session_state.get(JUST_ANSWERED) != question:
        return False
    del st.session_state[JUST_ANSWERED]
    return True


def tally(chapter: Chapter) -> Tally:
    """Count a chapter's answers."""
    graded = [(key, question) for key, question in chapter.questions if question.graded]
    given = [(_guesses().get(key), question) for key, question in graded]
    answered = [(guess, question) for guess, question in given if guess in question.choices]
    return Tally(sum(guess == question.right for guess, question in answered), len(answered), len(graded))


def forget(chapter: Chapter) -> None:
    """Forget a chapter's answers; its questions are then as they were at first."""
    for question, _ in chapter.questions:
        _guesses().pop(question, None)
        if _widget_key(question) in st.session_state:
            st.session_state[_widget_key(question)] = None


def keep_in_browser() -> None:
    """Let the browser keep the answers; in a new session it hands over those that it has."""
    state = st.session_state

    def receive() -> None:
        kept: Any = state[KEY]["kept"]
        state[GUESSES_RECEIVED] = True
        if isinstance(kept, Mapping):
            state[GUESSES] = {str(question): str(guess) for question, guess in kept.items()} | _guesses()

    _mount(key=KEY, data={"guesses": _guesses(), "received": GUESSES_RECEIVED in state}, on_kept_change=receive)


def _guesses() -> dict[str, str]:
    """The answers by question."""
    guesses: dict[str, str] = st.session_state.setdefault(GUESSES, {})
    return guesses


def _widget_key(question: str) -> str:
    return f"guess-{question}"
