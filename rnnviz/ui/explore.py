"""The Explore page's panels: which model, the stacked heatmaps, and what happens at the chosen step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from ..cells import CELLS, Definition
from ..figures.colours import readable
from ..figures.predictions import bar_content
from ..figures.ready import Ready
from ..figures.stack import Template
from ..model import Model
from ..tokens import END, visible
from ..trace import Trace
from . import catalogue, links
from .about import score_line
from .catalogue import Task
from .steps import step_control

CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}
BACKGROUNDS = {"light": "#FFFFFF", "dark": "#10151C"}  # as in .streamlit/config.toml
COLUMN = 42  # pixels a column of the table, so that the LSTM's seven fit beside the figure
COLUMNS = [2.3, 1]  # heatmaps beside the chosen step, in shares of the width


def style() -> None:
    """The few style rules that Streamlit's theme has no word for."""
    st.html(Path(__file__).with_name("style.css"))


def pick_model() -> tuple[Task, Model, int, str]:
    """Pickers for task and cell, and for layer and direction where the model has several; all bound to the link."""
    tasks = catalogue.tasks()
    links.start("task", tasks, next(iter(tasks)), "a task")
    links.start("cell", CELLS, "lstm", "a cell")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.selectbox("Model", list(tasks), format_func=lambda name: tasks[name].title, key="task", width=340)
        task = tasks[name]
        cell = st.segmented_control(
            "Cell", task.cells, required=True, format_func=lambda cell: CELLS[cell].title, key="cell"
        )
        links.keep("task", name, next(iter(tasks)))
        links.keep("cell", cell, "lstm")
        cell = cell or "lstm"
        model = catalogue.model(task, cell)
        layer, direction = _pick_layer(model)
    if cell not in task.models:
        st.warning(
            f"No {CELLS[cell].title} has been trained for this task: these weights are random, and what it says is "
            f"noise. `python -m rnnviz.training {task.name} --cell {cell}` trains one.",
            icon=":material/casino:",
        )
    score_line(model)
    return task, model, layer, direction


def _pick_layer(model: Model) -> tuple[int, str]:
    layers, directions = len(model.network.layers), model.network.directions
    layer, direction = 0, directions[0]
    if layers > 1:
        layer = st.segmented_control("Layer", range(layers), default=0, required=True, key="layer", bind="query-params")
    if len(directions) > 1:
        direction = st.segmented_control(
            "Direction", directions, default=directions[0], required=True, key="direction", bind="query-params"
        )
    return int(layer or 0), direction or directions[0]


@st.fragment
def inside(trace: Trace, layer: int, direction: str) -> None:
    """The heatmaps beside the chosen step; moving through time reruns this part alone."""
    step = step_control(trace)
    left, right = st.columns(COLUMNS, gap="medium")
    with right:
        _at_step(trace, layer, direction, step)
    with left, st.container(key="heatmaps"):
        content = _template(_kind(trace), trace).fill(trace, layer=layer, direction=direction, step=step)
        st.plotly_chart(Ready(content), key="heatmap", config=CONFIG, alt=_described(trace))


def _at_step(trace: Trace, layer: int, direction: str, step: int) -> None:
    token = trace.tokens[step - 1]
    reads = "the end mark" if token == END else f"“{links.plain(visible(token))}”"
    st.markdown(f"**Step {step} of {len(trace)}**: the network reads {reads}")
    if trace.probabilities is not None:
        figure = Ready(bar_content(trace, step))
        st.plotly_chart(figure, key="bars", config={"displayModeBar": False}, alt="What the model says after this step")
        st.caption("Bar: what the model says after this step. Upright mark: one step before.")
    st.dataframe(unit_table(trace, layer, direction, step), hide_index=True, height=460, column_config=_columns(trace))


def unit_table(trace: Trace, layer: int, direction: str, step: int) -> pd.DataFrame:
    """Every quantity of every unit at one step: a row a unit."""
    shown = {q.name: trace[q.name, layer, direction][step - 1] for q in trace.definition.shown}
    return pd.DataFrame({"unit": range(trace.hidden_size), **shown})


def _columns(trace: Trace) -> dict[str, Any]:
    return {"unit": st.column_config.NumberColumn(width=COLUMN)} | {
        q.name: st.column_config.NumberColumn(q.symbol, format="%.2f", help=f"{q.title}: {q.says}", width=COLUMN)
        for q in trace.definition.shown
    }


def equations(definition: Definition) -> None:
    """What the cell computes, phase by phase, every symbol in its quantity's colour; written out once opened."""
    opened = st.expander(
        f"What the {definition.title} computes, in order",
        icon=":material/function:",
        key="equations",
        on_change="rerun",
    )
    if not opened.open:
        return
    background = BACKGROUNDS[st.context.theme.type or "light"]
    colours = {name: readable(q.colour, background) for name, q in definition.by_name.items()}
    with opened:
        for number, phase in enumerate(definition.phases, 1):
            st.markdown(f"**{number}. {phase.title}.** {phase.says}")
            for equation in phase.latex(definition.by_name, colours):
                st.latex(equation)
        st.caption("σ is the sigmoid, between 0 and 1; ⊙ multiplies unit by unit.")


def _described(trace: Trace) -> str:
    names = ", ".join(q.title for q in trace.definition.shown)
    return f"Heatmaps over time, units along y: {names}. The table holds the numbers of the chosen step."


def _kind(trace: Trace) -> tuple[object, ...]:
    """What two traces must share to be shown by the same figure."""
    return (trace.cell, *trace.options.items(), trace.hidden_size, *trace.labels)


@st.cache_resource(show_spinner=False, max_entries=64)
def _template(kind: tuple[object, ...], _trace: Trace) -> Template:
    return Template(_trace)
