"""All models by task and cell: the bundled ones, loaded once for all sessions, and those of the session."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import streamlit as st

from ... import zoo
from ...cells import CELLS
from ...cells.cell_kind import CellKinds
from ...errors import ArrayError
from ...model import Model
from ...text.named_tables import Tables
from ...text.tokens import NEW_LINE, SIGNS, Vocabulary
from .memory_ledger import Reservation
from .session_keys import OWN_NAMES, OWN_TASKS, TABLES
from .session_memory import reserve
from .work_limits import check_cells

CELL_ORDER = ("rnn", "gru", "lstm")  # the cells of the guide and the bundled models, in the order of every page
TASK_ORDER = ("names", "reviews", "shakespeare", "counter", "recall")
MODEL_PAGES = {
    "Explore": "pages/explore.py",
    "Memory": "pages/memory.py",
    "Compare": "pages/compare.py",
    "Units": "pages/units.py",
    "Dynamics": "pages/dynamics.py",
}
SLUG = 100  # bytes: a file system takes 255 for a name, with the cell and a suffix
LONGEST_NAME = 60  # characters of a model's name
MOST_TABLES = 12  # of a task in a session
NOISE = ["noise(seed=0, steps=24)", "noise(seed=1, steps=24)"]  # examples for models that read numbers


@dataclass(frozen=True)
class TaskModels:
    """A task and its trained models: their names by cell.

    own: the models themselves by cell, if they belong to the session, and room: the memory that they hold. vector_size:
    how many numbers make a step; None for a task of text.
    """

    name: str
    title: str
    reads: str
    examples: list[str]
    models: dict[str, str]
    own: dict[str, Model] = field(default_factory=dict)
    vector_size: int | None = None
    room: Reservation | None = field(default=None, repr=False, compare=False)

    @property
    def cells(self) -> list[str]:
        """The cells to choose from: those with a trained model first, in `CELL_ORDER`, then all others.

        A task of the session has the cells of its models alone.
        """
        ranks = {cell: rank for rank, cell in enumerate(CELL_ORDER)}
        return sorted(
            self.own or CELLS,
            key=lambda cell: (cell not in self.models, ranks.get(cell, len(ranks))),
        )

    @property
    def further_cells(self) -> list[str]:
        """The cells behind "More cells": those that are not in the guide and have no trained model here."""
        return [cell for cell in self.cells if cell not in self.models and cell not in CELL_ORDER]


def cells() -> list[str]:
    """The cells of all tasks."""
    return list(dict.fromkeys(cell for task in tasks().values() for cell in task.cells))


def trainable_cells() -> list[str]:
    """The cells that can be trained: those of `CELL_ORDER`, then all others."""
    return [*CELL_ORDER, *(name for name in CELLS if name not in CELL_ORDER)]


def tasks() -> dict[str, TaskModels]:
    """All tasks by name: those of the bundled models first, those of the session last."""
    return shared_tasks() | _own()


def shared_tasks() -> dict[str, TaskModels]:
    """The tasks of all sessions: those of the models that are bundled or in the server's folders."""
    return _tasks(tuple(zoo.models()))


def add(name: str, title: str, models: Mapping[str, Model], examples: Sequence[str] = ()) -> str:
    """Add models by cell to the session, as a task on every page. Returns the task's name.

    They belong to this session and end with it. name: made unique if it exists. examples: for the text box; those of
    the first model's card, if empty. Raises BusyError if there is no room for them, LimitError if one is too large.
    """
    check_cells(models.values())
    room = reserve(sum(array.nbytes for model in models.values() for array in model.network.parameters.values()))
    unique = free_name(name)
    _used().add(unique)
    named = {cell: replace(model, name=f"{unique}-{cell}") for cell, model in models.items()}
    first = next(iter(named.values()))
    card = {"vocabulary": first.vocabulary.to_json(), "labels": first.labels, **first.card}
    task = _from_card(unique, title, card, list(examples) or None)
    _own()[unique] = replace(task, models={cell: model.name for cell, model in named.items()}, own=named, room=room)
    return unique


def free_name(name: str) -> str:
    """The name that a task would get if it were added now.

    None is used twice in a session, because the browser caches a model's weights under its name.
    """
    existing, unique, number = tasks(), name, 2
    while unique in existing or unique in _used():
        unique, number = f"{name}-{number}", number + 1
    return unique


def _used() -> set[str]:
    used: set[str] = st.session_state.setdefault(OWN_NAMES, set())
    return used


def remove(name: str) -> None:
    """Remove a task from the session, with its models and tables."""
    _own().pop(name, None)
    _tables().pop(name, None)


def own_models() -> list[Model]:
    """The session's own models."""
    return [model for task in _own().values() for model in task.own.values()]


def slug(text: str) -> str:
    """A text as part of a link and of file names: lower-case letters, digits and hyphens, of at most SLUG bytes."""
    name = re.sub(r"[^\w]+", "-", text[:SLUG]).strip("-").lower()
    return name.encode()[:SLUG].decode(errors="ignore").strip("-") or "model"


def put_table(task: TaskModels, name: str, values: np.ndarray) -> None:
    """Add a table (T, D) that the task's models read by its name, in place of an earlier one of that name.

    It belongs to this session; the bundled models, which all sessions share, do not change. Beyond MOST_TABLES, the
    oldest table is dropped. Raises ArrayError for steps of another size, and ValueError for what cannot be a table
    (see `rnnviz.text.Tables`).
    """
    if np.ndim(values) == 2 and np.shape(values)[1] != task.vector_size:
        raise ArrayError(
            f"The table {name!r} has {np.shape(values)[1]} numbers per step; this task needs {task.vector_size}.",
            code="wrong_size",
            name=name,
            shape=np.shape(values),
            expected=task.vector_size,
        )
    others = {other: table for other, table in _tables().get(task.name, {}).items() if other != name}
    _tables()[task.name] = Tables(dict([*others.items(), (name, values)][-MOST_TABLES:]))


def tables(task: TaskModels) -> Mapping[str, np.ndarray]:
    """The tables of a task in this session by name, the oldest first."""
    return _tables().get(task.name, Tables())


def _tables() -> dict[str, Tables]:
    by_task: dict[str, Tables] = st.session_state.setdefault(TABLES, {})
    return by_task


def _own() -> dict[str, TaskModels]:
    own: dict[str, TaskModels] = st.session_state.setdefault(OWN_TASKS, {})
    return own


@st.cache_resource(show_spinner=False)
def _tasks(names: tuple[str, ...]) -> dict[str, TaskModels]:
    tasks: dict[str, TaskModels] = {}
    for name in names:
        card = zoo.card(name)
        kinds = CellKinds.from_json(card)
        if unknown := [kind.name for kind in kinds if kind.name not in CELLS]:
            logging.warning("The model %s is left out: RNNVIZ_CELLS names no file with %r.", name, unknown[0])
            continue
        task = card.get("task", name)
        if task not in tasks:
            tasks[task] = _from_card(task, card.get("title", name), card)
        tasks[task].models[kinds.name] = name
    titles = Counter(task.title for task in tasks.values())
    ranks = {name: rank for rank, name in enumerate(TASK_ORDER)}
    return {
        name: replace(tasks[name], title=f"{tasks[name].title} ({name})")
        if titles[tasks[name].title] > 1
        else tasks[name]
        for name in sorted(tasks, key=lambda task: (ranks.get(task, len(ranks)), task))
    }


def _from_card(name: str, title: str, card: Mapping[str, Any], examples: list[str] | None = None) -> TaskModels:
    """A task without models, described as on a model's card."""
    vocabulary = Vocabulary.from_json(card["vocabulary"])
    vector_size = vocabulary.vector_size if vocabulary.kind == "numbers" else None
    default = NOISE if vector_size else [vocabulary.example]
    line_end = SIGNS[NEW_LINE] if NEW_LINE in vocabulary.tokens else " "  # the text box has one line
    return TaskModels(
        name,
        title,
        card.get("reads", vocabulary.kind),
        [text.replace(NEW_LINE, line_end) for text in examples or card.get("examples", default)],
        {},
        vector_size=vector_size,
    )


def model(task: TaskModels, cell: str) -> Model:
    """The task's model for a cell, with the session's tables; one with random weights for an untrained cell."""
    if cell in task.own:
        model = task.own[cell]
    else:
        model = _trained(task.models[cell]) if cell in task.models else _untrained(task.name, cell)
    uploaded = tables(task)
    return replace(model, vocabulary=replace(model.vocabulary, tables=uploaded)) if uploaded else model


def with_options(model: Model, options: dict[str, str]) -> Model:
    """The model with other conventions of its cell; a bundled one is converted once for all sessions."""
    if any(model is own for own in own_models()):
        return model.with_options(**options)
    return _converted_once(model.name, tuple(options.items()), model)


@st.cache_resource(show_spinner=False, max_entries=16)
def _converted_once(name: str, options: tuple[tuple[str, str], ...], _model: Model) -> Model:
    return _model.with_options(**dict(options))


@st.cache_resource(show_spinner="Loading the model")
def _trained(name: str) -> Model:
    return zoo.load(name)


@st.cache_resource(show_spinner=False)
def _untrained(task: str, cell: str) -> Model:
    return zoo.untrained_model(_trained(next(iter(tasks()[task].models.values()))), cell)
