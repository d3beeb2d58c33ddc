"""How long a memory lasts: accuracy by delay, learning with and without short delays, and the gradient's way back."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from .....analysis import reach as reached
from .....cells import CELLS
from .....figures import delays as delay_curves
from .....figures import regimes as regime_curves
from .....figures.curves_over_text import reach_curve, said
from .....text.tokens import visible
from .....zoo import BUNDLED, card
from ....shared import catalogue
from ....shared.catalogue import CELL_ORDER
from ....shared.charts import chart
from ..registry import Page, block


@block
def delays(page: Page, task: str = "recall") -> None:
    """Accuracy against the length of the delay, for the task's three cells."""
    words = "Share of right answers against the delay for the three cells, beside chance."
    chart(delay_curves.ready(cards(task)), words, page.key)


@block
def regimes(page: Page) -> None:
    """The learning curves of `recall` on long delays alone, and with short ones mixed in."""
    mixed = [json.loads((BUNDLED / "curves" / f"recall-mixed-{cell}.json").read_text()) for cell in CELL_ORDER]
    words = "Accuracy against training steps: long delays alone on the left, short ones mixed in on the right."
    chart(regime_curves.ready(cards("recall"), mixed), words, page.key)


@block
def reach(page: Page, cells: list[str] | None = None) -> None:
    """How far the last hidden state moves at most for a nudge to the state after each earlier step."""
    if page.trace is None:
        return
    found = {cell: reached(trace) for cell, trace in page.traces(cells).items()}
    words = "How strongly the last hidden state depends on each earlier state, on a logarithmic axis."
    chart(reach_curve.ready(found, page.trace.tokens, page.trace.unknown.tolist()), words, page.key)
    arrived = "; ".join(f"{CELLS[cell].title} {_power(float(values[0]))}" for cell, values in found.items())
    st.caption(f"What arrives at the end of a nudge of 1 to the state after step 1: {arrived}.")


@block
def predictions_over_time(page: Page, task: str = "") -> None:
    """The predictions of the task's three cells after each step, and at the end."""
    if page.trace is None:
        return
    traces = page.traces(task=task)
    answers = {}
    for cell, trace in traces.items():
        assert trace.probabilities is not None, "the bundled models have a readout"
        best = int(trace.probabilities[-1].argmax())
        answers[cell] = (trace.labels[best], float(trace.probabilities[-1, best]))
    first, labels = page.trace.tokens[0], page.trace.labels
    label = first if first in labels else answers[page.trace.cell][0]
    words = f"The probability of “{visible(label)}” after each step, for the three cells."
    chart(said.ready(traces, label), words, page.key)
    rows = [(CELLS[cell].title, visible(answer), f"{100 * share:.1f} %") for cell, (answer, share) in answers.items()]
    st.dataframe(pd.DataFrame(rows, columns=["cell", "prediction at the end", "probability"]), hide_index=True)


def cards(task: str) -> list[dict[str, Any]]:
    """The cards of a task's models, one for each cell."""
    models = catalogue.tasks()[task].models
    return [card(models[cell]) for cell in CELL_ORDER if cell in models]


def _power(value: float) -> str:
    """A number of any size for a sentence: 0.0034, or 1.2·10⁻¹³."""
    if value == 0 or 1e-3 <= value < 1e4:
        return f"{value:.2g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}·10" + f"{int(exponent)}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
