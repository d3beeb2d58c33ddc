"""The controls: what the next run trains, with which cells and numbers. An empty number means the usual one."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ....cells import CELLS
from ....training import TASKS, Recipe
from ....training.initialisation import INITIALISATIONS
from ....training.run_limits import MAX_LENGTH
from ...shared import lesson_link
from ...shared.catalogue import CELL_ORDER
from . import linked_widgets, text_upload
from .chosen_run import Choice, offered

HELP = {one.name: one.metadata["help"] for one in fields(Recipe)}
# By name: the label, the least and the largest number, the step, the width, and whether it is whole. How large a
# run may be is told by the limits, in words, and not by a box that swallows what was typed.
NUMBERS: dict[str, tuple[str, float, float, float, bool]] = {
    "hidden": ("Hidden units", 1, 100_000, 8, True),
    "learning_rate": ("Learning rate", 0, 1000, 0.001, False),
    "epochs": ("Epochs", 1, 1_000_000, 5, True),
    "batch": ("Batch", 1, 100_000, 16, True),
    "embedding": ("Embedding", 1, 100_000, 8, True),
    "layers": ("Layers", 1, 100, 1, True),
    "keep_bias": ("Forget bias", -20, 20, 1, False),
    "recurrent_scale": ("Recurrent scale", 0, 1000, 0.1, False),
    "truncate": ("Truncation, steps", 0, 100_000, 5, True),
}
SHOWN, FURTHER = ("hidden", "learning_rate"), ("epochs", "batch", "embedding", "layers")
MOST = 2**31 - 1
ACTIVATIONS = CELLS["rnn"].choices["activation"]
WIDTH = 150

WHY = """**Clipping.** Going back through time, a gradient is multiplied by the recurrent weights once a step: over
many steps it vanishes or explodes. A step along one that exploded can undo everything that was learned; clipping
shortens it. It does nothing against vanishing.

**Forget bias.** A gate that begins half shut halves the memory at every step. A bias of 1 to 3 begins with remembering,
so that gradients reach far back from the first step on.

**The recurrent matrix** decides what becomes of the past before anything is learned: an orthogonal one turns it and
loses nothing, a scaled one lets it fade below about 1 and grow above, the identity hands every unit its own past.

**Truncation** cuts the gradient's way back: cheaper, and nothing can explode as far, but what lies further back than
that is not learned from."""

EXPLODES: dict[str, Any] = {
    "task": "recall", "cells": ["rnn"], "activation": "relu", "recurrent": "scaled", "clip": False,
}  # fmt: skip
EXPLODES_NUMBERS: dict[str, Any] = {"learning_rate": 0.01, "seed": 1}


def choose() -> tuple[Choice, DeltaGenerator]:
    """All controls, drawn unless a lesson hides them: what they say now, and the row for the button that starts."""
    state, shows = st.session_state, lesson_link.shows("training")
    names = offered()
    key = linked_widgets.start("task", linked_widgets.one_of(*names), names[0])
    cells_key = linked_widgets.start("cells", linked_widgets.some_of(*CELL_ORDER), list(CELL_ORDER))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if shows:
            st.selectbox("Task", names, format_func=lambda name: TASKS[name].title, key=key, width=340)
            st.segmented_control(
                "Cells", CELL_ORDER, selection_mode="multi", key=cells_key,
                format_func=lambda cell: CELLS[cell].title,
            )  # fmt: skip
    task = state[key]
    linked_widgets.keep("task", task, names[0])
    cells = [cell for cell in CELL_ORDER if cell in state[cells_key]]
    linked_widgets.keep("cells", ",".join(cells), ",".join(CELL_ORDER))
    text = text_upload.bring() if TASKS[task].needs_text else None
    row = st.container(horizontal=True, vertical_alignment="bottom")
    with row:
        options = _options(task, shows)
        changes = {name: _number(name, task, cells, shows) for name in SHOWN}
        seed = _seed(task, shows)
    more, activation = _makes_or_breaks(task, cells, shows)
    changes |= more
    choice = Choice(
        task,
        tuple(cells),
        options,
        {name: value for name, value in changes.items() if value is not None},
        {"rnn": {"activation": activation}} if activation != ACTIVATIONS[0] else {},
        seed,
        text,
    )
    return choice, row


def explode() -> None:
    """Set all controls to the example of a run that explodes; for a callback."""
    state = st.session_state
    for name in (*NUMBERS, "seed"):
        state[linked_widgets.key_of(name)] = EXPLODES_NUMBERS.get(name)
    for name, value in EXPLODES.items():
        state[linked_widgets.key_of(name)] = value
    for name, value in (("shortest", 1), ("longest", 40)):
        state[linked_widgets.key_of(name, "recall")] = value


def _makes_or_breaks(task: str, cells: list[str], shows: bool) -> tuple[dict[str, Any], str]:
    """The controls that decide whether an RNN learns at all, each with its reason."""
    state = st.session_state
    clip = linked_widgets.start("clip", lambda text: linked_widgets.one_of("on", "off")(text) == "on", True)
    recurrent = linked_widgets.start("recurrent", linked_widgets.one_of(*INITIALISATIONS), INITIALISATIONS[0])
    activation = linked_widgets.start("activation", linked_widgets.one_of(*ACTIVATIONS), ACTIVATIONS[0])
    place = st.expander("What makes or breaks an RNN", icon=":material/tune:") if shows else st.container()
    with place:
        if shows:
            with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
                st.toggle("Gradient clipping", key=clip, help=_sentence(HELP["clip"]))
                st.selectbox(
                    "Recurrent matrix",
                    INITIALISATIONS,
                    key=recurrent,
                    help=_sentence(HELP["recurrent"]),
                    width=WIDTH + 20,
                )
                st.segmented_control(
                    "The RNN’s activation", ACTIVATIONS, key=activation, required=True,
                    help="tanh keeps every state between -1 and 1; relu lets it grow without bound, and with it "
                    "gradients. Of the simple RNN alone.",
                )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="bottom"):
            names = ("recurrent_scale", "keep_bias", "truncate", *FURTHER)
            found = {name: _number(name, task, cells, shows) for name in names}
        if shows:
            st.markdown(WHY)
    linked_widgets.keep("clip", "on" if state[clip] else "off", "on")
    linked_widgets.keep("recurrent", state[recurrent], INITIALISATIONS[0])
    linked_widgets.keep("activation", state[activation], ACTIVATIONS[0])
    if not state[clip]:
        found["clip"] = 0.0
    if state[recurrent] != INITIALISATIONS[0]:
        found["recurrent"] = state[recurrent]
    return found, state[activation]


def _number(name: str, task: str, cells: list[str], shows: bool) -> float | int | None:
    label, low, high, step, whole = NUMBERS[name]
    key = linked_widgets.start(name, linked_widgets.number(low, high, whole), None)
    if shows:
        st.number_input(
            label,
            int(low) if whole else float(low),
            int(high) if whole else float(high),
            step=int(step) if whole else float(step),
            format=None if whole else "%g",
            key=key,
            value=None,
            placeholder=_usual(name, task, cells),
            help=_sentence(HELP[name]) + " Left empty, it is what the task and the cell usually get.",
            width=WIDTH,
        )
    value: float | int | None = st.session_state[key]
    linked_widgets.keep(name, linked_widgets.written(value), "")
    return value


def _usual(name: str, task: str, cells: list[str]) -> str:
    """What the cells get if nothing is chosen: one number, or one each."""
    kind = TASKS[task]
    found = {cell: {**vars(kind.base_recipe), **kind.cell_changes.get(cell, {})}[name] for cell in cells}
    values = list(dict.fromkeys(f"{value:g}" for value in found.values()))
    if kind.needs_text and name == "epochs":
        return "by length"
    return " / ".join(values)


def _options(task: str, shows: bool) -> dict[str, int]:
    """The task's own numbers."""
    found = {}
    for name, (default, help) in TASKS[task].available_options.items():
        key = linked_widgets.start(name, linked_widgets.number(1, MAX_LENGTH), default, of=task)
        if shows:
            words = f"{_sentence(help)} Usually {default}."
            st.number_input(name.capitalize(), 1, MAX_LENGTH, key=key, value=default, help=words, width=WIDTH)
        found[name] = st.session_state[key] or default
        linked_widgets.keep(name, str(found[name]), str(default), of=task)
    for other in {name for kind in TASKS.values() for name in kind.available_options} - TASKS[
        task
    ].available_options.keys():
        if other in st.query_params:
            del st.query_params[other]
    return found


def _seed(task: str, shows: bool) -> int | None:
    key = linked_widgets.start("seed", linked_widgets.number(0, MOST), None)
    if shows:
        st.number_input(
            "Seed", 0, MOST, key=key, value=None, placeholder=str(TASKS[task].seed), width=WIDTH,
            help="Draws the first weights, the data or its order, the dropout: the same seed, the same curves.",
        )  # fmt: skip
    seed: int | None = st.session_state[key]
    linked_widgets.keep("seed", linked_widgets.written(seed), "")
    return seed


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
