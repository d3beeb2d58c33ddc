"""Which models there are, by task and cell, loaded once for all sessions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import streamlit as st

from .. import zoo
from ..cells import CELLS
from ..model import Model


@dataclass(frozen=True)
class Task:
    """A task that models were trained for. `models` gives a model's name by its cell's."""

    name: str
    title: str
    reads: str
    says: str
    examples: list[str]
    models: dict[str, str]

    @property
    def cells(self) -> list[str]:
        """Every cell there is, those with a trained model first, the bundled three in the textbook's order."""
        order = ("rnn", "gru", "lstm")
        return sorted(
            CELLS, key=lambda cell: (cell not in self.models, order.index(cell) if cell in order else len(order))
        )


def tasks() -> dict[str, Task]:
    """All tasks by name, those of the bundled models first."""
    return _tasks(tuple(zoo.models()))


@st.cache_resource(show_spinner=False)
def _tasks(names: tuple[str, ...]) -> dict[str, Task]:
    found: dict[str, Task] = {}
    for name in names:
        card = zoo.card(name)
        task = card.get("task", name)
        if task not in found:
            kind = card["vocabulary"]["kind"]
            example = "0.5 -1 2" if kind == "numbers" else " ".join(card["vocabulary"]["tokens"][-3:])
            found[task] = Task(
                task,
                card.get("title", name),
                card.get("reads", kind),
                card.get("says", "one of " + ", ".join(card["labels"][:4])),
                [text.replace("\n", " ") for text in card.get("examples", [example])],
                {},
            )
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


def model(task: Task, cell: str) -> Model:
    """The task's model for a cell; for a cell that nobody has trained yet, one with random weights."""
    return _trained(task.models[cell]) if cell in task.models else _untrained(task.name, cell)


def converted(model: Model, options: dict[str, str]) -> Model:
    """The model with its cell's conventions switched, converted once for all sessions."""
    return _converted(model.name, tuple(options.items()), model)


@st.cache_resource(show_spinner=False, max_entries=16)
def _converted(name: str, options: tuple[tuple[str, str], ...], _model: Model) -> Model:
    return _model.converted(**dict(options))


@st.cache_resource(show_spinner="Loading the model")
def _trained(name: str) -> Model:
    return zoo.load(name)


@st.cache_resource(show_spinner=False)
def _untrained(task: str, cell: str) -> Model:
    return zoo.untrained(_trained(next(iter(tasks()[task].models.values()))), cell)
