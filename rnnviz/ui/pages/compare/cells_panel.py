"""One text, the trained cells of its task side by side: predictions, states, gates, reach, costs and scores."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ....cells.cell_kind import cell_title
from ....colours import cell_style
from ....figures import disagreeing_steps, predictions_by_cell, reach_curve, values_by_cell
from ....figures.text_comparison import jointly_asked
from ....figures.trace_heatmaps import PREDICTION_PANEL
from ....network import predicted
from ....number_format import digits
from ....text.tokens import visible
from ....trace import Trace
from ...shared.charts import chart
from ...shared.columns import columns_in_rows
from ...shared.instrument import slot
from ...shared.markdown import percent, plain, series, spoken
from ...shared.pickers import pick_label
from ...shared.reaches import at_step_1, reaches
from ...shared.text_run import TextRun, chosen_position, exceeds_memory, transport
from ...shared.work_limits import allows_gradients
from . import costs_panel, gates_by_role_panel
from .cell_runs import CellRuns, disagreement, run_all_cells, values_at_end, with_trained_cell

HEIGHT, ROWS = 430, 10  # pixels of the table of predictions, and rows before it scrolls


def show(run: TextRun) -> None:
    """Show one text through all trained cells."""
    run = with_trained_cell(run)
    runs = run_all_cells(run)
    if runs.left_out:
        st.caption(
            ":material/info: Not compared, because vocabulary, labels or layers differ: "
            + plain(", ".join(runs.left_out))
        )
    transport(run, runs=runs.beside)
    step, _ = chosen_position(run.trace, run.layer)
    _predictions(run, runs.with_readout, step)
    st.header("Their states", anchor=False)
    _states(runs)
    gates_by_role_panel.show(runs)
    st.header("How far back they reach", anchor=False)
    _reach(run, runs, step)
    st.header("What they cost, and how well they do", anchor=False)
    costs_panel.show(runs)


def _predictions(run: TextRun, traces: dict[str, Trace], step: int) -> None:
    if not traces:
        st.info("These models have no readout, and so no predictions to compare.")
        return
    if next(iter(traces.values())).probabilities is None:
        _values(run, traces, step)
        return
    summary = disagreement(run, traces)
    st.markdown(summary)
    with st.container(key="stacked-answers"):
        left, right = st.columns([1.4, 1], gap="medium")
    with left:
        label = pick_label(run.trace if run.trace.cell in traces else next(iter(traces.values())), step)
        words = f"Probability of {visible(label)} after each step, for every cell. {spoken(summary)}"
        chart(predictions_by_cell.ready(traces, label, step=step), words, "said", traces=traces.values())
    with right:
        _table(run, traces)


def _values(run: TextRun, traces: dict[str, Trace], step: int) -> None:
    """One output of the models that give values: its curve by cell, and a table."""
    with st.container(key="stacked-answers"):
        left, right = st.columns([1.4, 1], gap="medium")
    with left:
        label = pick_label(traces[run.trace.cell], step)
        summary = values_at_end(traces, label)
        st.markdown(summary)
        words = f"The output {visible(label)} after each step, for every cell. {spoken(summary)}"
        chart(values_by_cell.ready(traces, label, step=step), words, "said", traces=traces.values())
    columns = {
        "step": [str(step) for step in range(1, len(run.trace) + 1)],
        _read_column(run): [visible(token) for token in run.trace.tokens],
    }
    for cell, trace in traces.items():
        assert trace.outputs is not None
        columns[cell_title(cell)] = [digits(float(row[trace.labels.index(label)]), ".4g") for row in trace.outputs]
    with right:
        _plain_table(columns, f"The output {visible(label)} of every cell after each step.")


def _table(run: TextRun, traces: dict[str, Trace]) -> None:
    """Each cell's prediction after every step."""
    differ, asked = set(disagreeing_steps(traces)), jointly_asked(traces)
    steps = range(1, len(run.trace) + 1)
    columns: dict[str, list[str]] = {
        "step": [str(step) for step in steps],
        _read_column(run): [visible(token) for token in run.trace.tokens],
        "≠": ["≠" if step in differ else "" for step in steps],
    }
    for cell, trace in traces.items():
        assert trace.probabilities is not None
        said = (predicted(trace.labels, row) for row in trace.probabilities)
        outputs = [f"{visible(label)}, {percent(probability, 0)}" for label, probability in said]
        columns[cell_title(cell)] = [
            text if is_answer else f"({text})" for text, is_answer in zip(outputs, asked, strict=True)
        ]
    _plain_table(columns, "The prediction of every cell after each step.")


def _read_column(run: TextRun) -> str:
    """The title of the column of what is read."""
    return "token" if run.task.vector_size is None else "input"


def _plain_table(columns: dict[str, list[str]], alt: str) -> None:
    """A row for each step. Not st.dataframe: its code is 0.25 MB, which nothing else here needs."""
    st.table(
        pd.DataFrame({title: [plain(text) for text in column] for title, column in columns.items()}),
        border="horizontal",
        hide_index=True,
        height=HEIGHT if len(columns["step"]) > ROWS else "content",
        alt=alt,
    )


def _states(runs: CellRuns) -> None:
    """Each cell's prediction and states, a column for each cell."""
    st.html(slot("choices", each="cell"))
    for column, cell in zip(columns_in_rows(len(runs.traces)), runs.traces, strict=True):
        with column:
            st.markdown(f"**{cell_style(cell).glyph} {plain(cell_title(cell))}**")
            runs.heatmaps(cell, [PREDICTION_PANEL, *runs.definition(cell).states])


def _reach(run: TextRun, runs: CellRuns, step: int) -> None:
    if exceeds_memory(run):
        return
    by_cell = {
        cell: (runs.models[cell], trace)
        for cell, trace in runs.traces.items()
        if allows_gradients(runs.models[cell].network, *run.location, len(trace))
    }
    if left_out := [cell_title(cell) for cell in runs.traces if cell not in by_cell]:
        st.caption(f":material/info: Too large to be followed over this {run.words.text}: {plain(series(left_out))}.")
    curves = reaches(by_cell, run.location, step)
    words = (
        "Reach of each step: how far the strongest nudge to what is passed on after it moves the hidden state after "
        f"{run.step_label(step)}. {at_step_1(curves)}"
    )
    figure = reach_curve.ready(curves, run.trace.tokens, run.trace.unknown, to=step)
    chart(figure, words, "reach-cells", traces=runs.traces.values())
    st.caption(
        f"The reach of a step: how far the strongest nudge to what is passed on after it moves the hidden state after "
        f"{plain(run.step_label(step))}, divided by the size of the nudge. It is the largest singular value of the "
        f"exact Jacobian. {plain(at_step_1(curves))}"
    )
