"""The settings of the next training: task, cells and numbers. An empty number means the default."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ....cells import CELLS
from ....text.decoding import LARGEST, DecodedText, read_training_text
from ....training import TASKS, Recipe
from ....training.initialisation import INITIALISATIONS
from ....training.run_limits import MAX_LENGTH
from ...shared import lesson_link, link_parameters, link_state, pickers
from ...shared.catalogue import CELL_ORDER, trainable_cells
from ...shared.link_parameters import train_setting
from ...shared.link_state import one_of, some_of
from ...shared.markdown import plain
from ...shared.session_keys import OWN_TEXT, OWN_TEXT_ENCODING, OWN_TEXT_ERROR, OWN_TEXT_FILE
from ...shared.training_tasks import available_tasks
from .next_run import NextRun

HELP = {recipe_field.name: recipe_field.metadata["help"] for recipe_field in fields(Recipe)}
ACTIVATIONS = CELLS["rnn"].choices["activation"]
WIDTH = 150


class Number(NamedTuple):
    """A number of the recipe: its label and range, the step of its buttons, and whether it is whole.

    The ranges are wide on purpose: a message, not the number box, says that a run would be too large.
    """

    label: str
    low: float
    high: float
    step: float
    whole: bool = True


NUMBERS = {
    "hidden": Number("Hidden units", 1, 100_000, 8),
    "learning_rate": Number("Learning rate", 0, 1000, 0.001, whole=False),
    "epochs": Number("Epochs", 1, 1_000_000, 5),
    "batch": Number("Batch", 1, 100_000, 16),
    "embedding": Number("Embedding", 1, 100_000, 8),
    "layers": Number("Layers", 1, 100, 1),
    "keep_bias": Number("Forget bias", -20, 20, 1, whole=False),
    "recurrent_scale": Number("Recurrent scale", 0, 1000, 0.1, whole=False),
    "truncate": Number("Truncation, steps", 0, 100_000, 5),
}
SEED = Number("Seed", 0, 2**31 - 1, 1)
IN_FIRST_ROW, IN_EXPANDER = ("hidden", "learning_rate"), ("epochs", "batch", "embedding", "layers")

WHY = """**Clipping.** On its way back through time, a gradient is multiplied by the recurrent weights at every step, so
over many steps it vanishes or explodes. One step along an exploded gradient can undo everything that was learned.
Clipping shortens such gradients. It does not help against vanishing.

**Forget bias.** A gate that starts half open halves the memory at every step. With a bias of 1 it starts at 0.73, with
3 at 0.95, and gradients reach further back from the first training step.

**The recurrent matrix** determines what happens to the past before anything is learned. Before tanh, an orthogonal
matrix rotates the state and loses nothing; a scaled one lets it fade below a scale of about 1 and grow above; the
identity passes each unit its own past.

**Truncation** limits how far back a gradient goes. Training is cheaper and explosions are smaller, but what lies
further back cannot be learned."""

# Settings with which an RNN learns and then explodes.
EXPLODING: dict[str, Any] = {
    "task": "recall", "cells": ["rnn"], "activation": "relu", "recurrent": "scaled", "clip": False,
}  # fmt: skip
EXPLODING_NUMBERS: dict[str, Any] = {"learning_rate": 0.01, "seed": 1}
EXPLODING_OPTIONS = {"shortest": 1, "longest": 40}

CELLS_CHOICE = train_setting("cells", list(CELL_ORDER), lambda text: some_of(trainable_cells())(text), ",".join)
CLIP = train_setting(
    "clip", True, lambda text: one_of(("on", "off"))(text) == "on", lambda clips: "on" if clips else "off"
)
RECURRENT = train_setting("recurrent", INITIALISATIONS[0], one_of(INITIALISATIONS))
ACTIVATION = train_setting("activation", ACTIVATIONS[0], one_of(ACTIVATIONS))


def show() -> tuple[NextRun, DeltaGenerator]:
    """Show the controls, unless a lesson hides them. Returns the settings, and the row for the start button."""
    visible = lesson_link.shows("training")
    names = available_tasks()
    task_choice = _task_choice(names)
    task_key, cells_key = task_choice.restore(), CELLS_CHOICE.restore()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if visible:
            st.selectbox("Task", names, format_func=lambda name: TASKS[name].title, key=task_key, width=340)
            shown = [cell for cell in trainable_cells() if cell in (*CELL_ORDER, *CELLS_CHOICE.value)]
            st.segmented_control(
                "Cells", shown, selection_mode="multi", key=cells_key, format_func=lambda cell: CELLS[cell].title
            )
            pickers.more_cells([cell for cell in trainable_cells() if cell not in shown], _add_cell)
    task = task_choice.save()
    cells = [cell for cell in trainable_cells() if cell in CELLS_CHOICE.value]
    CELLS_CHOICE.write(cells)
    text = _upload_text() if TASKS[task].needs_text else None
    row = st.container(horizontal=True, vertical_alignment="bottom")
    with row:
        options = _options(task, visible)
        changes: dict[str, Any] = {name: _recipe_number(name, task, cells, visible) for name in IN_FIRST_ROW}
        help = "Sets the initial weights, the data or its order, and dropout. The same seed gives the same curves."
        seed = _number("seed", SEED, str(TASKS[task].seed), help, visible)
    changes |= _makes_or_breaks(task, cells, visible)
    activation = ACTIVATION.value
    next_run = NextRun(
        task,
        tuple(cells),
        options,
        {name: value for name, value in changes.items() if value is not None},
        {"rnn": {"activation": activation}} if activation != ACTIVATION.default else {},
        None if seed is None else int(seed),
        text,
    )
    return next_run, row


def choose_exploding() -> None:
    """Choose the settings of a run that explodes; for a callback."""
    for name, number in (NUMBERS | {"seed": SEED}).items():
        _number_choice(name, number).set(EXPLODING_NUMBERS.get(name))
    for choice in (_task_choice(available_tasks()), CELLS_CHOICE, CLIP, RECURRENT, ACTIVATION):
        choice.set(EXPLODING[choice.name])
    for name, value in EXPLODING_OPTIONS.items():
        link_parameters.task_option("recall", name, value, MAX_LENGTH).set(value)


def _task_choice(names: list[str]) -> link_state.Parameter[str]:
    return train_setting("task", names[0], one_of(names))


def _add_cell(cell: str) -> None:
    """Add a cell to those that are chosen; for a callback."""
    CELLS_CHOICE.set([*CELLS_CHOICE.value, cell])


def _upload_text() -> tuple[str, str] | None:
    """An uploader for an own text; returns the name and the text of the last file, None before the first."""
    state = st.session_state
    file = st.file_uploader(
        f"A text file, at most {LARGEST / 1e6:g} MB", key="train-file", max_upload_size=round(LARGEST / 1e6)
    )
    if file is not None and state.get(OWN_TEXT_FILE) != file.file_id:
        state[OWN_TEXT_FILE] = file.file_id
        state.pop(OWN_TEXT_ERROR, None)
        try:
            with st.spinner("Reading the text"):
                decoded = read_training_text(file.getvalue())
            state[OWN_TEXT], state[OWN_TEXT_ENCODING] = (file.name, decoded.text), _encoding_in_words(decoded)
        except ValueError as error:
            state[OWN_TEXT_ERROR] = f"{file.name}: {error}"
            state.pop(OWN_TEXT, None)  # an older text must not be trained on under this file's name
    if file is not None and OWN_TEXT_ERROR in state:
        st.error(plain(state[OWN_TEXT_ERROR]), icon=":material/description:")
    upload: tuple[str, str] | None = state.get(OWN_TEXT)
    if upload is not None:
        name, text = upload
        st.caption(
            plain(f"{name}: {len(text):,} characters{state.get(OWN_TEXT_ENCODING, '')}. ")
            + "The text stays in the memory of this session and is deleted with it. It is never written to disk."
        )
    return upload


def _encoding_in_words(decoded: DecodedText) -> str:
    """In which encoding a text was read, as the end of a phrase."""
    if not decoded.is_guess:
        return f", read as {decoded.encoding}"
    return f", read as {decoded.encoding}, which is a guess: if letters look wrong, save the file as UTF-8"


def _makes_or_breaks(task: str, cells: list[str], visible: bool) -> dict[str, Any]:
    """The settings that decide whether an RNN learns at all, with an explanation; returns the changed ones."""
    clip_key, recurrent_key, activation_key = CLIP.restore(), RECURRENT.restore(), ACTIVATION.restore()
    container = st.expander("What makes or breaks an RNN", icon=":material/tune:") if visible else st.container()
    with container:
        if visible:
            with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
                st.toggle("Gradient clipping", key=clip_key, help=_sentence(HELP["clip"]))
                st.selectbox(
                    "Recurrent matrix",
                    INITIALISATIONS,
                    key=recurrent_key,
                    help=_sentence(HELP["recurrent"]),
                    width=WIDTH + 20,
                )
                st.segmented_control(
                    "The RNN’s activation", ACTIVATIONS, key=activation_key, required=True,
                    help="tanh keeps every state between −1 and 1. With relu, states and gradients can grow without "
                    "bound. This applies to the simple RNN only.",
                )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="bottom"):
            names = ("recurrent_scale", "keep_bias", "truncate", *IN_EXPANDER)
            changes: dict[str, Any] = {name: _recipe_number(name, task, cells, visible) for name in names}
        if visible:
            st.markdown(WHY)
    for choice in (CLIP, RECURRENT, ACTIVATION):
        choice.save()
    if not CLIP.value:
        changes["clip"] = 0.0
    if RECURRENT.value != RECURRENT.default:
        changes["recurrent"] = RECURRENT.value
    return changes


def _recipe_number(name: str, task: str, cells: list[str], visible: bool) -> float | int | None:
    help = _sentence(HELP[name]) + " Empty means the default of the task and the cell."
    return _number(name, NUMBERS[name], _default_in_words(name, task, cells), help, visible)


def _number(name: str, number: Number, placeholder: str, help: str, visible: bool) -> float | int | None:
    """A number box; None, if it is empty."""
    choice = _number_choice(name, number)
    key, kind = choice.restore(), int if number.whole else float
    if visible:
        st.number_input(
            number.label,
            kind(number.low),
            kind(number.high),
            step=kind(number.step),
            format=None if number.whole else "%g",
            key=key,
            value=None,
            placeholder=placeholder,
            help=help,
            width=WIDTH,
        )
    return choice.save()


def _number_choice(name: str, number: Number) -> link_state.Parameter[float | int | None]:
    return link_parameters.train_number(name, number.low, number.high, number.whole)


def _default_in_words(name: str, task: str, cells: list[str]) -> str:
    """The default of the chosen cells: one number, or one for each."""
    task_class = TASKS[task]
    defaults = [{**vars(task_class.base_recipe), **task_class.cell_changes.get(cell, {})}[name] for cell in cells]
    if task_class.needs_text and name == "epochs":
        return "by length"
    return " / ".join(dict.fromkeys(f"{value:g}" for value in defaults))


def _options(task: str, visible: bool) -> dict[str, int]:
    """The task's own options."""
    options = {}
    for name, (default, help) in TASKS[task].available_options.items():
        choice = link_parameters.task_option(task, name, default, MAX_LENGTH)
        key = choice.restore()
        if visible:
            words = f"{_sentence(help)} The default is {default}."
            st.number_input(name.capitalize(), 1, MAX_LENGTH, key=key, value=default, help=words, width=WIDTH)
        options[name] = choice.save()
    of_others = {name for other in TASKS.values() for name in other.available_options} - options.keys()
    link_state.remove(*of_others)
    return options


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
