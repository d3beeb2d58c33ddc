"""The Explore page's panels: which model, the stacked heatmaps, and what happens at the chosen step."""

from __future__ import annotations

import streamlit as st

from ....cells import CELLS
from ....model import Model
from ....trace import Trace
from ...shared import catalogue, charts, lesson_link, link_state, what_if
from ...shared.catalogue import Task
from ...shared.instrument import stepper
from ...shared.model_card import score_line
from ...shared.position import place

COLUMNS = [1.15, 1]  # the stepper beside the heatmaps, in shares of the width


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


def invite() -> None:
    """The way to the guide's first chapter, for who is new here."""
    if lesson_link.shows("navigation"):
        st.page_link(
            "pages/words.py", label="New to this? The guide tells it from the start.", icon=":material/menu_book:"
        )


def pick_layer(model: Model) -> tuple[int, str]:
    """Pickers for layer and direction where the model has several."""
    ways, layer = model.network.ways, 0
    if len(ways) > 1:
        picked = st.segmented_control(
            "Layer", range(len(ways)), default=0, required=True, key="layer", bind="query-params"
        )
        layer = int(picked or 0)
    direction = ways[layer][0]
    if len(ways[layer]) > 1:
        direction = st.segmented_control(
            "Direction", ways[layer], default=direction, required=True, key="direction", bind="query-params"
        )
    return layer, direction or ways[layer][0]


def inside(task: Task, text: str, trace: Trace, model: Model, layer: int, direction: str) -> None:
    """The stepper beside the heatmaps that it moves over."""
    left, right = st.columns(COLUMNS, gap="medium")
    step, unit = place(trace, layer=layer)
    with left:
        stepper(
            trace,
            model,
            layer,
            direction,
            step=step,
            unit=unit,
            text=text,
            usual_text=task.examples[0],
            editable=lesson_link.shows("whatif"),
            asked=what_if.asked,
        )
    with right:
        charts.heatmaps(trace, layer=layer, direction=direction)
