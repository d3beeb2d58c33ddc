"""One text, the trained cells of its task side by side: what each says, holds, keeps and costs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ....analysis import reach
from ....cells import CELLS
from ....cells.activations import Array
from ....colours import cell_style
from ....figures import reach_curve, said_by_cells
from ....figures.heatmaps import SAID
from ....figures.heatmaps import label as shown
from ....figures.text_comparison import disagreeing
from ....text.tokens import visible
from ....trace import Trace
from ...shared import charts
from ...shared.charts import chart
from ...shared.link_state import plain
from ...shared.long_work import Progress, kept
from ...shared.pickers import pick_label
from ...shared.subject import Case, standing, strip, too_large
from . import costs, matching_gates
from .task_runs import Runs, first_disagreement, read_by_all, trained

ROW, ROWS = 35, 9  # pixels of a row of the table of what each says, and how many are seen before it scrolls


def answer(case: Case) -> None:
    case = trained(case)
    runs = read_by_all(case)
    if runs.left_out:
        st.caption(
            ":material/info: Not beside the others, because vocabulary, labels or layers are not the same: "
            + plain(", ".join(runs.left_out))
        )
    strip(case)
    step, _ = standing(case.trace, case.layer)
    _says(case, runs.speaking, step)
    st.header("What they hold in mind", anchor=False)
    _states(case, runs)
    matching_gates.answer(case, runs)
    st.header("How far back they reach", anchor=False)
    _reach(case, runs, step)
    st.header("What they cost, and what they are worth", anchor=False)
    costs.answer(runs)


def _says(case: Case, traces: dict[str, Trace], step: int) -> None:
    if not traces:
        st.info("These models have no readout: they say nothing that could be compared.")
        return
    told = first_disagreement(case, traces)
    st.markdown(told)
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        label = pick_label(next(iter(traces.values())) if case.trace.cell not in traces else case.trace, step)
        words = f"Probability of {visible(label)} after each step, for every cell. {told}"
        chart(said_by_cells.ready(traces, label, step=step), words, "said")
    with right:
        _table(case, traces, told)


def _table(case: Case, traces: dict[str, Trace], told: str) -> None:
    """Each cell's likeliest label after every step."""
    differ = set(disagreeing(traces))
    steps = range(1, len(case.trace) + 1)
    columns: dict[str, list[str]] = {
        "token": [visible(token) for token in case.trace.tokens],
        "≠": ["≠" if step in differ else "" for step in steps],
    }
    for cell, trace in traces.items():
        assert trace.probabilities is not None
        columns[CELLS[cell].title] = [
            f"{visible(trace.labels[int(said.argmax())])} {said.max():.0%}" for said in trace.probabilities
        ]
    st.dataframe(
        pd.DataFrame(columns, index=pd.Index(steps, name="step")),
        height=ROW * (min(len(steps), ROWS) + 1) + 3,
        row_height=ROW,
        column_config={
            "_index": st.column_config.NumberColumn("step", width=45),
            "token": st.column_config.TextColumn("token", width=70),
            "≠": st.column_config.TextColumn("≠", width=30, help="Not all cells say the same after this step"),
        },
        key="compare-says",
        alt=f"The likeliest label of every cell after each step. {told}",
    )


def _states(case: Case, runs: Runs) -> None:
    """What each says and its states, one cell a column."""
    for column, (cell, trace) in zip(st.columns(len(runs.traces), gap="small"), runs.traces.items(), strict=True):
        with column:
            st.markdown(name_of(cell))
            says = [SAID] if trace.probabilities is not None else []
            charts.heatmaps(
                trace,
                [*says, *trace.definition.states],
                layer=case.layer,
                direction=case.direction,
                key=f"heatmaps-states-{cell}",
            )


def _reach(case: Case, runs: Runs, step: int) -> None:
    if too_large(runs.traces.values(), case.layer):
        return
    curves = reaches(case, runs, step)
    heading = (
        "how far the strongest nudge at each step still moves<br>"
        f"the hidden state after step {step} ({shown(case.trace.tokens[step - 1])})"
    )
    first = "; ".join(f"{CELLS[cell].title} {curve[0]:.2g}" for cell, curve in curves.items())
    words = (
        f"What arrives at {case.named(step)} of the strongest nudge of 1 after each step before. Of step 1: {first}."
    )
    chart(
        reach_curve.ready(curves, case.trace.tokens, case.trace.unknown, to=step, heading=heading), words, "reach-cells"
    )
    st.caption(
        f"Of a nudge of 1 after step 1, {plain(case.named(step))} receives at most: {plain(first)}. "
        "It is the largest singular value of the exact Jacobian between the two."
    )


def reaches(case: Case, runs: Runs, step: int) -> dict[str, Array]:
    """How far every cell's hidden state after a step reaches back, computed once for the text and step."""
    progress = Progress("Following the gradient back.")
    found = {}
    for number, (cell, trace) in enumerate(runs.traces.items()):
        progress(number / len(runs.traces))
        found[cell] = kept(
            runs.models[cell].network,
            ("strongest", trace.fingerprint, case.where, step),
            lambda trace=trace: reach(trace, *case.where, to=step),  # type: ignore[misc]
        )
    progress.end()
    return found


def name_of(cell: str) -> str:
    """A cell's name behind its marker, as in the figures."""
    return f"**{cell_style(cell).glyph} {plain(CELLS[cell].title)}**"
