"""Counts, times, scores and learning curves: what a choice of cell can rest on."""

from __future__ import annotations

import threading
from typing import Any

import pandas as pd
import streamlit as st

from ..... import zoo
from .....analysis import cost
from .....cells import CELLS
from .....figures import held_out_scores, seed_scores
from .....figures import learning_curves as curves_while_learning
from .....figures.score_chart import is_loss
from .....training.step_timing import StepTimes, time_training_steps
from ....shared import catalogue
from ....shared.catalogue import CELL_ORDER
from ....shared.charts import chart
from ..block_registry import ChapterContext, block
from .memory_blocks import cards

STEPS, BATCH, REPEATS = 32, 32, 60
SIZES = [8, 16, 32, 64, 128]
_measuring = threading.Lock()  # two measurements at once would slow each other down


@block
def counts(context: ChapterContext) -> None:
    """Parameters and multiply-adds per step of the three cells, for sizes that can be set."""
    _counts(context.key)


@st.fragment
def _counts(key: str) -> None:
    with st.container(border=True):
        left, right = st.columns(2)
        inputs = left.slider("Input size D", 1, 512, 32, key=f"inputs-{key}")
        hidden = right.slider("Hidden size H", 1, 512, 64, key=f"hidden-{key}")
        costs = {cell: cost(cell, inputs, hidden) for cell in CELL_ORDER}
        simplest = costs[CELL_ORDER[0]]
        rows = [
            {
                "cell": CELLS[cell].title,
                "parameters": f"{cost_of_cell.parameters:,}",
                "× RNN": f"{cost_of_cell.parameters / simplest.parameters:.2f}",
                "multiply-adds per step": f"{cost_of_cell.multiply_adds:,}",
                "× RNN ": f"{cost_of_cell.multiply_adds / simplest.multiply_adds:.2f}",
            }
            for cell, cost_of_cell in costs.items()
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True)
        st.caption(
            "The cell alone, without embedding and readout. Multiply-adds include the weight matrices and the "
            "element-wise products ⊙ in the equations, but not the activations."
        )


@block
def measure(context: ChapterContext) -> None:
    """A button that measures a training step of each cell on the machine that runs this page."""
    _measure(context.key)


@st.fragment
def _measure(key: str) -> None:
    with st.container(border=True):
        hidden = st.select_slider("Hidden size", SIZES, 64, key=f"measured-{key}")
        times_by_size = st.session_state.setdefault(f"times-{key}", {})
        if st.button(
            "Measure on this machine", icon=":material/timer:", key=f"measure-{key}", disabled=_measuring.locked()
        ):
            if not _measuring.acquire(blocking=False):
                st.info("Another measurement is running here. Try again in a few seconds.")
                return
            try:
                times_by_size[hidden] = _measure_with_progress(hidden)
            finally:
                _measuring.release()
        if hidden in times_by_size:
            _table(times_by_size[hidden])
        st.caption(
            f"A step runs {BATCH} sequences of {STEPS} letters forwards and backwards and updates the parameters with "
            f"Adam. The time is the median of {REPEATS} steps; the three cells take turns. The measurement takes a few "
            "seconds, and moving the slider stops it."
        )


def _measure_with_progress(hidden: int) -> StepTimes:
    """Measure the three cells at one size, with a progress bar and a button that stops it."""
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, "Measuring")
        st.button("Stop", key="stop-measuring")  # using any widget ends this run of the page
    times = None
    for times in time_training_steps(CELL_ORDER, hidden, hidden, STEPS, BATCH, REPEATS):
        bar.progress(times.steps_done / times.total_steps, f"Measuring: step {times.steps_done} of {times.total_steps}")
    place.empty()
    assert times is not None
    return times


def _table(times: StepTimes) -> None:
    """The times of the three cells as a table."""
    simplest = times.median(CELL_ORDER[0])
    rows = []
    for cell in CELL_ORDER:
        first, middle, third = (1000 * seconds for seconds in times.quartiles(cell))
        rows.append(
            {
                "cell": CELLS[cell].title,
                "milliseconds per step": f"{middle:.2f}",
                "middle half of the steps": f"{first:.2f} to {third:.2f}",
                "× RNN": f"{times.median(cell) / simplest:.2f}",
            }
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True)
    longest = CELL_ORDER[-1]
    ratio, weights = (
        times.median(longest) / simplest,
        cost(longest, 1, 1).parameters / cost(CELL_ORDER[0], 1, 1).parameters,
    )
    verdict = "about as much as" if abs(ratio / weights - 1) < 0.1 else "less than" if ratio < weights else "more than"
    st.markdown(
        f"Here the {CELLS[longest].title} takes **{ratio:.1f} times** as long as the {CELLS[CELL_ORDER[0]].title}: "
        f"{verdict} its {weights:.0f} times as many weights would suggest."
    )


@block
def scores(context: ChapterContext) -> None:
    """Held-out scores of all models from their cards, with standard errors, chance level and baseline."""
    scored = [card for name in catalogue.shared_tasks() for card in cards(name) if "scores" in card]
    description = (
        "Held-out scores of all models by task, with standard errors, chance level and baseline; "
        "the table has all numbers."
    )
    chart(held_out_scores.ready(scored), description, context.key)
    with st.expander("The scores as a table"):
        st.dataframe(pd.DataFrame(map(_score_row, scored)), hide_index=True)


def _score_row(card: dict[str, Any]) -> dict[str, Any]:
    """A card's scores as a row of the table."""
    score = card["scores"]
    values = {name: score[name] for name in ("test", "standard_error", "validation", "chance")}
    values["baseline"] = score["baseline"]["value"]
    columns = {name.replace("_", " "): _as_text(value, is_loss(score)) for name, value in values.items()}
    return {"model": card["name"], "metric": score["metric"], **columns, "examples": f"{score['n']:,}"}


def _as_text(value: float | None, loss: bool) -> str:
    """A loss as a number, an accuracy in percent."""
    return "–" if value is None else f"{value:.3f}" if loss else f"{100 * value:.1f} %"


@block
def seeds(context: ChapterContext, task: str = "names") -> None:
    """The test scores of all seeds for the models of a task, which can be chosen."""
    _seeds(context.key, task)


@st.fragment
def _seeds(key: str, task: str) -> None:
    name = _pick_task(key, task, "seeds")
    chart(seed_scores.ready(cards(name)), "Test scores of all seeds, a row for each cell.", key)


@block
def curves(context: ChapterContext, task: str = "names") -> None:
    """The learning curves of the models of a task, which can be chosen."""
    _curves(context.key, task)


@st.fragment
def _curves(key: str, task: str) -> None:
    name = _pick_task(key, task, "curve")
    description = "Validation loss and accuracy against training steps, for the three cells."
    chart(curves_while_learning.ready(cards(name)), description, key)


def _pick_task(key: str, task: str, entry: str) -> str:
    """A picker of the tasks whose models all have an entry on their card."""
    tasks = catalogue.tasks()
    bundled = [
        name
        for name in tasks
        if all(model in zoo.models() and entry in zoo.card(model) for model in tasks[name].models.values())
    ]
    return st.selectbox(
        "Task", bundled, bundled.index(task), format_func=lambda name: tasks[name].title, key=f"task-{key}"
    )
