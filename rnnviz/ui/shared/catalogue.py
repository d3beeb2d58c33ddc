"""Which models there are, by task and cell: the bundled ones, loaded once for all sessions, and the session's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import streamlit as st

from ... import zoo
from ...cells import CELLS
from ...model import Model
from ...text.named_tables import Tables
from ...text.tokens import Vocabulary
from .session_keys import OWN_NAMES, OWN_TASKS, TABLES

CELL_ORDER = ("rnn", "gru", "lstm")  # the cells of the bundled models, as every page lists them
MODEL_PAGES = {"Explore": "pages/explore.py", "Memory": "pages/memory.py", "Compare": "pages/compare.py"}
LONGEST_NAME = 60  # characters of a model's name
MOST_TABLES = 12  # that a task has in a session
DRAWN = ["noise(seed=0, steps=24)", "noise(seed=1, steps=24)"]  # examples for what reads numbers


@dataclass(frozen=True)
class Task:
    """A task that models were trained for. `models` gives a model's name by its cell's.

    own: the models themselves, where they belong to one session alone. width: how many numbers make a step; None for
    what reads text.
    """

    name: str
    title: str
    reads: str
    says: str
    examples: list[str]
    models: dict[str, str]
    own: dict[str, Model] = field(default_factory=dict)
    width: int | None = None

    @property
    def cells(self) -> list[str]:
        """Every cell that is offered or has a model, those with a trained model first, the bundled three in the
        textbook's order. Of a session's own task only the cells that have a model.
        """
        ranks = {cell: rank for rank, cell in enumerate(CELL_ORDER)}
        return sorted(
            self.own or [name for name, cell in CELLS.items() if cell.offered or name in self.models],
            key=lambda cell: (cell not in self.models, ranks.get(cell, len(ranks))),
        )


def cells() -> list[str]:
    """Every cell that some task has."""
    return list(dict.fromkeys(cell for task in tasks().values() for cell in task.cells))


def tasks() -> dict[str, Task]:
    """All tasks by name: those of the bundled models first, the session's own last."""
    return _tasks(tuple(zoo.models())) | _own()


def add(name: str, title: str, models: Mapping[str, Model], examples: Sequence[str] = ()) -> str:
    """Put models by cell into the session, as a task of its own that every page offers. Returns the task's name.

    They belong to this session alone and are gone with it. name: made unique if it is taken. examples: what its
    text box offers; those of the first card if left out.
    """
    # Names that were ever given are not given again: the browser knows a model's weights by its name.
    given: set[str] = st.session_state.setdefault(OWN_NAMES, set())
    taken, unique, number = tasks(), name, 2
    while unique in taken or unique in given:
        unique, number = f"{name}-{number}", number + 1
    given.add(unique)
    named = {cell: replace(model, name=f"{unique}-{cell}") for cell, model in models.items()}
    first = next(iter(named.values()))
    card = {"vocabulary": first.vocabulary.to_json(), "labels": first.labels, **first.card}
    made = _of_card(unique, title, card, list(examples) or None)
    _own()[unique] = replace(made, models={cell: model.name for cell, model in named.items()}, own=named)
    return unique


def remove(name: str) -> None:
    """Take one of the session's own tasks out of it, and its tables."""
    _own().pop(name, None)
    _tables().pop(name, None)


def own_models() -> list[Model]:
    """The session's own models."""
    return [model for task in _own().values() for model in task.own.values()]


def slug(text: str) -> str:
    """A text as part of a link: letters and numbers, small, and hyphens."""
    return re.sub(r"[^\w]+", "-", text).strip("-").lower() or "model"


def put_table(task: Task, name: str, values: np.ndarray) -> None:
    """Give a task's models a table (T, D), which they then read by its name. One of that name makes way.

    It belongs to this session: the bundled models, which all sessions share, stay as they are. Of more than
    MOST_TABLES the oldest goes. Raises ValueError for what cannot be a table (see `rnnviz.text.Tables`).
    """
    if np.ndim(values) == 2 and np.shape(values)[1] != task.width:
        raise ValueError(
            f"the table {name!r} has steps of {np.shape(values)[1]} numbers; this task’s have {task.width}"
        )
    found = {one: table for one, table in _tables().get(task.name, {}).items() if one != name}
    kept = dict([*found.items(), (name, values)][-MOST_TABLES:])
    _tables()[task.name] = Tables(kept)


def tables(task: Task) -> Mapping[str, np.ndarray]:
    """The tables by name that this session gave to a task, the oldest first."""
    return _tables().get(task.name, Tables())


def _tables() -> dict[str, Tables]:
    found: dict[str, Tables] = st.session_state.setdefault(TABLES, {})
    return found


def _own() -> dict[str, Task]:
    found: dict[str, Task] = st.session_state.setdefault(OWN_TASKS, {})
    return found


@st.cache_resource(show_spinner=False)
def _tasks(names: tuple[str, ...]) -> dict[str, Task]:
    found: dict[str, Task] = {}
    for name in names:
        card = zoo.card(name)
        task = card.get("task", name)
        if task not in found:
            found[task] = _of_card(task, card.get("title", name), card)
        found[task].models[card["cell"]] = name
    titles = Counter(task.title for task in found.values())
    order = ("names", "reviews", "shakespeare", "counter", "recall")
    ranked = sorted(found, key=lambda task: (order.index(task) if task in order else len(order), task))
    return {
        name: replace(found[name], title=f"{found[name].title} ({name})")
        if titles[found[name].title] > 1
        else found[name]
        for name in ranked
    }


def _of_card(name: str, title: str, card: Mapping[str, Any], examples: list[str] | None = None) -> Task:
    """A task without models yet, from what a model's card says of it."""
    vocabulary = Vocabulary.from_json(card["vocabulary"])
    kind, width = vocabulary.kind, vocabulary.vector_size if vocabulary.kind == "numbers" else None
    usual = DRAWN if width else [vocabulary.example]
    return Task(
        name,
        title,
        card.get("reads", kind),
        card.get("says", "one of " + ", ".join(card["labels"][:4])),
        [text.replace("\n", " ") for text in examples or card.get("examples", usual)],
        {},
        width=width,
    )


def model(task: Task, cell: str) -> Model:
    """The task's model for a cell, with the session's tables; random weights for a cell that nobody has trained."""
    if cell in task.own:
        found = task.own[cell]
    else:
        found = _trained(task.models[cell]) if cell in task.models else _untrained(task.name, cell)
    given = tables(task)
    return replace(found, vocabulary=replace(found.vocabulary, tables=given)) if given else found


def converted(model: Model, options: dict[str, str]) -> Model:
    """The model with its cell's conventions switched; a bundled one is converted once for all sessions."""
    if any(model is own for own in own_models()):
        return model.with_options(**options)
    return _converted(model.name, tuple(options.items()), model)


@st.cache_resource(show_spinner=False, max_entries=16)
def _converted(name: str, options: tuple[tuple[str, str], ...], _model: Model) -> Model:
    return _model.with_options(**dict(options))


@st.cache_resource(show_spinner="Loading the model")
def _trained(name: str) -> Model:
    return zoo.load(name)


@st.cache_resource(show_spinner=False)
def _untrained(task: str, cell: str) -> Model:
    return zoo.untrained(_trained(next(iter(tasks()[task].models.values()))), cell)
