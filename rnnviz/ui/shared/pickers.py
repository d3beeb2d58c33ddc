"""The pickers that several pages share: model, layer, direction, output, quantities, and the part of a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st

from ...cells import CELLS
from ...model import Model
from ...text.tokens import visible
from ...trace import Trace
from . import catalogue, lesson_link, link_state
from .catalogue import Task
from .model_card import score_line


def pick_model(usual: str = "names") -> tuple[Task, Model, int, str]:
    """Pickers for task and cell, and for layer and direction where the model has several; all bound to the link.

    usual: the task on which the page opens, if there is one of that name.
    """
    tasks = catalogue.tasks()
    usual = usual if usual in tasks else next(iter(tasks))
    link_state.start("task", tasks, usual, "a task")
    link_state.start("cell", catalogue.cells(), "lstm", "a cell")
    state = st.session_state
    name, cell = state["task"], state["cell"]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if choose := lesson_link.shows("model"):
            name = st.selectbox("Model", list(tasks), format_func=lambda name: tasks[name].title, key="task", width=340)
        task = tasks[name]
        if cell not in task.cells:  # of a session's own task, which has only the cells of its models
            cell = state["cell"] = task.cells[-1]
        if choose:
            cell = st.segmented_control(
                "Cell", task.cells, required=True, format_func=lambda cell: CELLS[cell].title, key="cell"
            )
        cell = cell or "lstm"
        link_state.keep("task", name, usual)
        link_state.keep("cell", cell, "lstm")
        model = catalogue.model(task, cell)
        layer, direction = pick_layer(model)
    if cell not in task.models:
        st.warning(
            f"No {CELLS[cell].title} has been trained for this task: these weights are random, and what it says is "
            f"noise. `python -m rnnviz.training {task.name} --cell {cell}` trains one.",
            icon=":material/casino:",
        )
    score_line(model)
    return task, model, layer, direction


def pick_layer(model: Model) -> tuple[int, str]:
    """Pickers for layer and direction where the model has several."""
    directions, layer = model.network.directions_by_layer, 0
    if len(directions) > 1:
        picked = st.segmented_control(
            "Layer", range(len(directions)), default=0, required=True, key="layer", bind="query-params"
        )
        layer = int(picked or 0)
    direction = directions[layer][0]
    if len(directions[layer]) > 1:
        direction = st.segmented_control(
            "Direction", directions[layer], default=direction, required=True, key="direction", bind="query-params"
        )
    return layer, direction or directions[layer][0]


def pick_part(parameter: str, titles: Mapping[str, str], what: str, page: str) -> str:
    """One of several parts of a page by its name, the first if none is chosen, kept in the link.

    titles: by name, in their order. what: what one part is called in a sentence, such as "a question".
    """
    names = list(titles)
    key = link_state.start(parameter, names, names[0], what, page=page)
    if lesson_link.shows("tabs"):
        label = what.removeprefix("a ").capitalize()
        st.segmented_control(label, names, required=True, format_func=lambda name: titles[name], key=key)
    name: str = st.session_state[key] or names[0]
    link_state.keep(parameter, name, names[0], page=page)
    return name


def pick_label(trace: Trace, step: int) -> str:
    """A picker for one of the readout's labels: the likeliest after a step, unless another one is chosen."""
    assert trace.probabilities is not None
    label = st.selectbox(
        "Output",
        [None, *trace.labels],
        format_func=lambda label: "the likeliest" if label is None else visible(label),
        key=f"label-{trace.model}",
        width=260,
    )
    return trace.labels[int(trace.probabilities[step - 1].argmax())] if label is None else label


def pick_quantities(trace: Trace, more: Collection[str] = ()) -> list[str]:
    """Which panels are shown: what the model says, its states and `more`, unless others are chosen."""
    definition = trace.definition
    says = {"says": "what the model says"} if trace.probabilities is not None else {}
    titles = says | {q.name: q.title for q in definition.display_order}
    usual = [name for name in titles if name in (*says, *definition.states, *more)]
    chosen = st.pills(
        "Shown",
        list(titles),
        selection_mode="multi",
        default=usual,
        format_func=lambda name: titles[name],
        key=f"shown-{trace.cell}-{'-'.join(usual)}",
    )
    return [name for name in titles if name in chosen] or usual
