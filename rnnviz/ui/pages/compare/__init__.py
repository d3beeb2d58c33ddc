"""The Compare page: a task's cells over one text, or two texts through one cell. Only what is shown is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from ....text.read_words import read_words
from ...shared import (
    lesson_link,
    link_parameters,
    link_state,
    missing_model,
    model_card,
    notices,
    pickers,
    share_panel,
    text_box,
)
from ...shared.catalogue import TaskModels
from ...shared.text_run import TextRun
from . import cells_panel, texts_panel
from .cell_runs import first_disagreeing_example

__all__ = ["COMPARISONS", "page"]


class Comparison(NamedTuple):
    """What the page can compare: a title with a field for what is read, and the text of a task on which it opens."""

    title: str
    opening_text: Callable[[TaskModels], str]


# By name in the link.
COMPARISONS = {
    "cells": Comparison("One {text}, all cells", first_disagreeing_example),
    "texts": Comparison("Two {text}s, one cell", lambda task: texts_panel.opening_texts(task)[0]),
}


def page() -> None:
    """Show everything under the title."""
    missing_model.offer()
    choice = link_parameters.comparison(list(COMPARISONS))
    choice.restore()
    are_texts = choice.value == "texts"
    if not are_texts:
        link_state.remove("other")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        # The cells disagree on the first text of reviews.
        task, model, layer, direction = pickers.pick_model("reviews", compact=True, with_cell=are_texts)
        task = _opening_on(task, choice.value)
        text = text_box.text_box(task, compact=True)
        menu = st.container(horizontal=True, vertical_alignment="center", gap="small", width="content")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        text_word = read_words(model.vocabulary).text
        titles = {name: comparison.title.format(text=text_word) for name, comparison in COMPARISONS.items()}
        pickers.pick_part("Comparison", choice, titles, labels="collapsed")
        second = texts_panel.second_text_box(task) if are_texts else None
    messages = st.container()
    with st.container():  # what follows keeps its place on the page, whatever is written here
        if are_texts:
            pickers.report_weights(task, model)
        else:
            model_card.report_file(model)
        prepared = text_box.prepare(model, text)
    if prepared is not None:
        run = TextRun(task, text, model, prepared, model.run(prepared), layer, direction)
        text_box.report_overflow(run.trace)
        if second is None:
            cells_panel.show(run)
        else:
            texts_panel.show(run, second)
        with menu:
            share_panel.larger_button()
            share_panel.menu()
    if lesson_link.shows("about"):
        model_card.show(model)
    with messages:
        notices.show()


def _opening_on(task: TaskModels, name: str) -> TaskModels:
    """The task with the opening text of this comparison as its first example.

    The opening text of another comparison, which nobody typed, is replaced by this one's.
    """
    opening = {other: comparison.opening_text(task) for other, comparison in COMPARISONS.items()}
    typed = link_parameters.text(task)
    if typed.remembered() in set(opening.values()) - {opening[name]}:
        typed.restart()
    others = [text for text in task.examples if text != opening[name]]
    return replace(task, examples=[opening[name], *others])
