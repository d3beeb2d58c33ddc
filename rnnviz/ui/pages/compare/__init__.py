"""The Compare page: a task's cells over one text, or two texts through one of them; only what is shown is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from ...shared.catalogue import Task
from ...shared.pickers import pick_part
from ...shared.subject import Case
from . import one_text, two_texts
from .task_runs import telling

__all__ = ["MODES", "answer", "pick_mode", "with_example"]

# By name in the link: the title, what answers it, and which text it opens on.
MODES: dict[str, tuple[str, Callable[[Case], None], Callable[[Task], str]]] = {
    "cells": ("One text, all cells", one_text.answer, telling),
    "texts": ("Two texts, one cell", two_texts.answer, lambda task: two_texts.pair(task)[0]),
}


def pick_mode() -> str:
    """What is compared now, kept in the link."""
    name = pick_part("mode", {name: title for name, (title, _, _) in MODES.items()}, "a comparison", page="compare")
    if name != "texts":
        two_texts.forget_link()
    return name


def with_example(task: Task, mode: str) -> Task:
    """The task with the text first among its examples on which this comparison opens.

    A text that nobody typed, because another comparison opened on it, makes way for this one's.
    """
    opens = {name: first(task) for name, (_, _, first) in MODES.items()}
    left = st.session_state.get("texts", {})
    if left.get(task.name) in set(opens.values()) - {opens[mode]}:
        del left[task.name]
    others = [text for text in task.examples if text != opens[mode]]
    return replace(task, examples=[opens[mode], *others])


def answer(mode: str, case: Case) -> None:
    """Show one of the comparisons."""
    MODES[mode][1](case)
