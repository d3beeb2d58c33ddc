"""Counts, times, scores and learning curves, from which one may choose a cell."""

from __future__ import annotations

import threading
from typing import Any

import pandas as pd
import streamlit as st

from ..... import zoo
from .....analysis.cost import cost
from .....cells import CELLS
from .....figures import learning_curves as curves_while_learning
from .....figures.score_chart import is_loss
from .....figures.score_chart import scores as drawn_scores
from .....training.step_timing import StepTimes, time_training_steps
from ....shared import catalogue
from ....shared.catalogue import CELL_ORDER
from ....shared.charts import chart
from ..registry import Page, block
from .memory_blocks import cards

STEPS, BATCH, REPEATS = 32, 32, 60
SIZES = [8, 16, 32, 64, 128]
_measuring = threading.Lock()  # two at once would measure each other


@block
def counts(page: Page) -> None:
    """Parameters and multiply-adds per step of the three cells at the same size, which can be set."""
    _counts(page.key)


@st.fragment
def _counts(key: str) -> None:
    with st.container(border=True):
        left, right = st.columns(2)
        inputs = left.slider("Input size D", 1, 512, 32, key=f"inputs-{key}")
        hidden = right.slider("Hidden size H", 1, 512, 64, key=f"hidden-{key}")
        costs = {cell: cost(cell, inputs, hidden) for cell in CELL_ORDER}
        least = costs[CELL_ORDER[0]]
        rows = [
            {
                "cell": CELLS[cell].title,
                "parameters": f"{found.parameters:,}",
                "× RNN": f"{found.parameters / least.parameters:.2f}",
                "multiply-adds a step": f"{found.multiply_adds:,}",
                "× RNN ": f"{found.multiply_adds / least.multiply_adds:.2f}",
            }
            for cell, found in costs.items()
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True)
        st.caption(
            "Of the cell alone, without embedding and readout. Multiply-adds are those of the weight matrices and the "
            "element-wise products ⊙ in the equations; activations are not counted."
        )


@block
def measure(page: Page) -> None:
    """A button that measures a training step of each cell on the machine that runs this page."""
    _measure(page.key)


@st.fragment
def _measure(key: str) -> None:
    with st.container(border=True):
        hidden = st.select_slider("Hidden size", SIZES, 64, key=f"measured-{key}")
        found = st.session_state.setdefault(f"found-{key}", {})
        if st.button(
            "Measure on this machine", icon=":material/timer:", key=f"measure-{key}", disabled=_measuring.locked()
        ):
            if not _measuring.acquire(blocking=False):
                st.info("Somebody else is measuring on this machine. Try again in a few seconds.")
                return
            try:
                found[hidden] = _run(hidden)
            finally:
                _measuring.release()
        if hidden in found:
            _table(found[hidden])
        st.caption(
            f"A step: {BATCH} sequences of {STEPS} letters forwards and backwards, and Adam; the median of {REPEATS}. "
            "The three cells take turns. It takes a few seconds, and moving the slider stops it."
        )


def _run(hidden: int) -> StepTimes:
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, "Measuring")
        st.button("Stop", key="stop-measuring")  # any widget's use ends this run of the page
    found = None
    for found in time_training_steps(CELL_ORDER, hidden, hidden, STEPS, BATCH, REPEATS):
        bar.progress(found.done / found.total, f"Measuring: step {found.done} of {found.total}")
    place.empty()
    assert found is not None
    return found


def _table(found: StepTimes) -> None:
    least = found.median(CELL_ORDER[0])
    rows = []
    for cell in CELL_ORDER:
        first, middle, third = (1000 * seconds for seconds in found.quartiles(cell))
        rows.append(
            {
                "cell": CELLS[cell].title,
                "milliseconds a step": f"{middle:.2f}",
                "half of the steps between": f"{first:.2f} and {third:.2f}",
                "× RNN": f"{found.median(cell) / least:.2f}",
            }
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True)


@block
def scores(page: Page) -> None:
    """Held-out scores of all models from their cards, with standard errors, beside chance and baseline."""
    found = [card for name in catalogue.tasks() for card in cards(name) if "scores" in card]
    words = (
        "Held-out scores of all models by task, with standard errors, chance and a baseline; the table has them all."
    )
    chart(drawn_scores.ready(found), words, page.key)
    with st.expander("The scores as a table"):
        st.dataframe(pd.DataFrame(map(_score, found)), hide_index=True)


def _score(card: dict[str, Any]) -> dict[str, Any]:
    score = card["scores"]
    values = {name: score[name] for name in ("test", "standard_error", "validation", "chance")}
    values["baseline"] = score["baseline"]["value"]
    told = {name.replace("_", " "): _in_words(value, is_loss(score)) for name, value in values.items()}
    return {"model": card["name"], "measured": score["metric"], **told, "examples": f"{score['n']:,}"}


def _in_words(value: float | None, loss: bool) -> str:
    return "–" if value is None else f"{value:.3f}" if loss else f"{100 * value:.1f} %"


@block
def curves(page: Page, task: str = "names") -> None:
    """The learning curves of a task's models; the task can be chosen."""
    _curves(page.key, task)


@st.fragment
def _curves(key: str, task: str) -> None:
    tasks = catalogue.tasks()
    bundled = [
        name
        for name in tasks
        if all(model in zoo.models() and "curve" in zoo.card(model) for model in tasks[name].models.values())
    ]
    name = st.selectbox(
        "Task", bundled, bundled.index(task), format_func=lambda name: tasks[name].title, key=f"task-{key}"
    )
    words = "Validation loss and accuracy against training steps, for the three cells."
    chart(curves_while_learning.ready(cards(name)), words, key)
