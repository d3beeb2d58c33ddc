"""The pickers that several pages share: model, cells, layer, direction, output, quantities, and the part of a page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from typing import Literal, TypeVar

import numpy as np
import streamlit as st

from ...analysis.selection import likeliest_column
from ...cells import CELLS
from ...cells.cell_kind import cell_title
from ...model import Model
from ...text.tokens import visible
from ...trace import Trace
from . import catalogue, lesson_link, link_parameters, missing_model
from .catalogue import TaskModels
from .link_state import Parameter, one_step, remove
from .markdown import plain
from .model_card import report_file, score_line
from .session_keys import MORE_CELLS
from .training_tasks import available_tasks

T = TypeVar("T")
MOST_OFFERED = 500  # labels in a menu, which is sent at every letter
Labels = Literal["visible", "collapsed"]


def pick_model(
    default: str = "names", compact: bool = False, with_cell: bool = True
) -> tuple[TaskModels, Model, int, str]:
    """Pickers for task and cell, and for layer and direction where the model has several.

    default: the task on which the page opens, if it exists; compact: without labels and without a line on the scores,
    for a row that the page has begun; with_cell: whether the cell can be chosen here.
    """
    tasks = catalogue.tasks()
    task_choice = link_parameters.task(tasks, default if default in tasks else next(iter(tasks)))
    cell_choice = link_parameters.cell(catalogue.cells())
    task_key = task_choice.restore()
    cell_choice.restore()
    labels: Labels = "collapsed" if compact else "visible"
    with nullcontext() if compact else st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if lesson_link.shows("model"):
            st.selectbox(
                "Model",
                list(tasks),
                format_func=lambda name: tasks[name].title,
                key=task_key,
                width=240 if compact else 340,
                label_visibility=labels,
            )
        task = tasks[task_choice.value]
        if cell_choice.value not in task.cells:  # a task of the session has the cells of its models alone
            cell_choice.set(task.cells[-1])
        if with_cell and lesson_link.shows("model"):
            _cell_picker(task, cell_choice, labels)
        with one_step():
            if not missing_model.is_offered(task_choice):
                task_choice.save()
            cell = cell_choice.save()
            model = catalogue.model(task, cell)
            layer, direction = pick_layer(model)
    if not compact:
        report_weights(task, model)
        score_line(model)
    return task, model, layer, direction


def _cell_picker(task: TaskModels, choice: Parameter[str], labels: Labels) -> None:
    """A picker for one of a task's cells."""
    hidden = [cell for cell in task.further_cells if cell != choice.value]
    st.segmented_control(
        "Cell",
        [cell for cell in task.cells if cell not in hidden],
        required=True,
        format_func=cell_title,
        key=choice.key,
        label_visibility=labels,
    )
    more_cells(hidden, choice.set)


def report_weights(task: TaskModels, model: Model) -> None:
    """A warning if the weights are random, because no model of the task has the cell, or not all of a file is run."""
    report_file(model)
    cell = model.network.cell_name
    if cell not in task.models:
        st.warning(
            f"There is no trained {cell_title(cell)} for this task: its weights are random, and so are its "
            f"predictions. Train one with `python -m rnnviz.training {task.name} --cell {cell}`.",
            icon=":material/casino:",
        )
        if lesson_link.shows("navigation"):
            trainable = {"task": task.name} if task.name in available_tasks() else {}
            st.page_link(
                "pages/train.py",
                label="Train it on the Train page",
                icon=":material/model_training:",
                query_params={**trainable, "cells": cell},
            )


def more_cells(cells: Collection[str], choose: Callable[[str], None]) -> None:
    """A menu of the cells that a picker does not show; `choose` is called with the chosen one, before the next run."""
    if cells:
        st.menu_button(
            "More cells",
            cells,
            key=MORE_CELLS,
            format_func=cell_title,
            on_click=lambda: choose(st.session_state[MORE_CELLS]),
            help="\n".join(f"- {_with_reference(cell)}" for cell in cells),
            type="tertiary",
        )


def _with_reference(cell: str) -> str:
    """A cell's title and where it was published, in Markdown."""
    title, reference = cell_title(cell), CELLS[cell].reference
    return plain(f"{title} ({reference})" if reference else title)


def pick_layer(model: Model) -> tuple[int, str]:
    """Pickers for layer and direction where the model has several."""
    directions = model.network.directions_by_layer
    count = len(directions)
    titles = [definition.title for definition in model.definitions]
    cells = [f" · {title}" if len(set(titles)) > 1 else "" for title in titles]
    layer = _pick(
        "Layer", link_parameters.layer(count), range(count), lambda layer: f"{layer + 1} of {count}{cells[layer]}"
    )
    return layer, _pick("Direction", link_parameters.direction(directions[layer]), directions[layer], str)


def _pick(label: str, choice: Parameter[T], values: Collection[T], title: Callable[[T], str]) -> T:
    """A picker, if there is a choice."""
    if len(values) < 2:
        choice.read()  # which says so if the link asks for another one
        remove(choice.name)
        return next(iter(values))
    key = choice.restore()
    if choice.value not in values:  # the model before had more of them
        choice.set(choice.default)
    st.segmented_control(label, values, required=True, key=key, format_func=title)
    return choice.save()


def pick_part(label: str, choice: Parameter[str], titles: Mapping[str, str], labels: Labels = "visible") -> str:
    """A picker for the part of a page that is computed and drawn; titles by name."""
    key = choice.restore()
    if lesson_link.shows("tabs"):
        st.segmented_control(
            label, list(titles), required=True, format_func=lambda name: titles[name], key=key, label_visibility=labels
        )
    return choice.save()


def pick_label(trace: Trace, step: int, title: str = "Output") -> str:
    """A picker for one of the readout's outputs, unless there is only one.

    Without a choice it is the most likely label after a step, or the first output where they are no probabilities.
    """
    choice, probabilities = link_parameters.label(trace), trace.probabilities
    if probabilities is None and len(trace.labels) == 1:
        return trace.labels[0]
    key = choice.restore()
    nothing = "the most likely"
    if probabilities is None:
        nothing = visible(trace.labels[0])
        if choice.value == trace.labels[0]:
            choice.set("")
    st.selectbox(
        title,
        ["", *_offered(trace, step, choice.value)],
        format_func=lambda label: visible(label) if label else nothing,
        key=key,
        help=_why_not_all(trace),
        width=260,
    )
    return choice.save() or trace.labels[likeliest_column(trace, step - 1)]


def _offered(trace: Trace, step: int, chosen: str) -> list[str]:
    """The labels that a menu offers: all, or of very many those that are the most likely after a step.

    Of outputs that are no probabilities, the first stands for no choice, and is not among them.
    """
    if trace.probabilities is None:
        labels = trace.labels[1:MOST_OFFERED]
    elif len(trace.labels) <= MOST_OFFERED:
        return trace.labels
    else:
        likely = np.argsort(-trace.probabilities[step - 1], kind="stable")[:MOST_OFFERED]
        labels = [trace.labels[number] for number in likely]
    return labels if not chosen or chosen in labels else [*labels, chosen]


def _why_not_all(trace: Trace) -> str | None:
    """Says that a menu has some of the labels."""
    count = len(trace.labels)
    if count <= MOST_OFFERED:
        return None
    if trace.probabilities is None:
        return f"The first {MOST_OFFERED} of {count:,} outputs"
    return f"The {MOST_OFFERED} most likely of {count:,} labels after this step"


def pick_other_label(trace: Trace, label: str, step: int) -> str | None:
    """A picker for a label to compare with another one: none, unless one is chosen."""
    choice = link_parameters.other_label(trace)
    key = choice.restore()
    if choice.value == label:
        choice.set("")
    others = [each for each in _offered(trace, step, choice.value) if each != label]
    st.selectbox(
        "rather than",
        ["", *others],
        format_func=lambda other: visible(other) if other else "anything else",
        key=key,
        width=260,
    )
    return choice.save() or None


def pick_quantities(trace: Trace, layer: int, more: Collection[str] = ()) -> list[str]:
    """A picker for the panels of a layer: the prediction, the states and `more`, unless others are chosen."""
    definition = trace.definitions[layer]
    name = "prediction" if trace.probabilities is not None else "output"
    prediction = {"prediction": name} if trace.outputs is not None else {}
    titles = prediction | {q.name: q.title for q in definition.display_order}
    default = [name for name in titles if name in (*prediction, *definition.states, *more)]
    chosen = st.pills(
        "Shown",
        list(titles),
        selection_mode="multi",
        default=default,
        format_func=lambda name: titles[name],
        key=f"shown-{definition.name}-{'-'.join(default)}",
    )
    return [name for name in titles if name in chosen] or default
