"""How long a memory lasts: accuracy by delay, training with and without short delays, and the reach of each step."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from .....analysis import reach as reached
from .....cells import CELLS
from .....cells.activations import Array
from .....figures import accuracy_by_delay, difference_curves, prediction_curves, reach_curve, training_regimes
from .....text.tokens import visible
from .....zoo import BUNDLED, card
from ....shared import catalogue, text_box
from ....shared.catalogue import CELL_ORDER
from ....shared.charts import chart
from ..block_registry import ChapterContext, block


@block
def delays(context: ChapterContext, task: str = "recall") -> None:
    """Accuracy against the length of the delay, for the task's three cells."""
    description = "Accuracy against the delay for the three cells, with the chance level."
    chart(accuracy_by_delay.ready(cards(task)), description, context.key)


@block
def regimes(context: ChapterContext) -> None:
    """The learning curves of `recall` with long delays alone, and with short ones mixed in."""
    mixed = [json.loads((BUNDLED / "curves" / f"recall-mixed-{cell}.json").read_text()) for cell in CELL_ORDER]
    description = "Accuracy against training steps: long delays alone on the left, short ones mixed in on the right."
    chart(training_regimes.ready(cards("recall"), mixed), description, context.key)


@block
def reach(context: ChapterContext, cells: list[str] | None = None) -> None:
    """How far the last hidden state moves at most for a nudge to the state after each earlier step."""
    if context.trace is None:
        return
    traces = context.traces(cells)
    reaches = {cell: reached(trace) for cell, trace in traces.items()}
    description = "The reach of each step, on a logarithmic axis."
    figure = reach_curve.ready(reaches, context.trace.tokens, context.trace.unknown.tolist())
    chart(figure, description, context.key, traces=traces.values())
    arrived = "; ".join(f"{CELLS[cell].title} {_power(float(values[0]))}" for cell, values in reaches.items())
    st.caption(f"The reach of step 1: {arrived}.")


@block
def beginnings(context: ChapterContext, text: str, other: str, task: str = "shakespeare", steps: int = 60) -> None:
    """How long the predictions of the task's three cells differ after two beginnings of one text."""
    differences, tokens = difference_of_beginnings(task, text, other)
    shown = {cell: values[: steps + 1] for cell, values in differences.items()}
    description = "How different the predictions are after either beginning, for the three cells."
    chart(difference_curves.ready(shown, tokens[: steps + 1]), description, context.key)
    st.caption(
        "The total variation of the predictions: half the sum of the differences of all probabilities, 1 if they have "
        "nothing in common."
    )


def difference_of_beginnings(task: str, text: str, other: str) -> tuple[dict[str, Array], list[str]]:
    """The total variation of the predictions for two texts, from the last token on in which they differ.

    By cell, and the tokens. The texts have equally many tokens.
    """
    chosen, differences, tokens = catalogue.tasks()[task], {}, []
    for cell in CELL_ORDER:
        one, two = (catalogue.model(chosen, cell).trace(t, limit=text_box.TOKENS) for t in (text, other))
        assert one.probabilities is not None and two.probabilities is not None, "the bundled models have a readout"
        last = max(k for k, pair in enumerate(zip(one.tokens, two.tokens, strict=True)) if pair[0] != pair[1])
        moved = np.abs(one.probabilities.astype(float) - two.probabilities).sum(axis=1) / 2
        differences[cell], tokens = moved[last:], list(one.tokens[last:])
    return differences, tokens


@block
def predictions_over_time(context: ChapterContext, task: str = "") -> None:
    """The predictions of the task's three cells after each step, and at the end."""
    if context.trace is None:
        return
    traces = context.traces(task=task)
    predictions = {}
    for cell, trace in traces.items():
        assert trace.probabilities is not None, "the bundled models have a readout"
        best = int(trace.probabilities[-1].argmax())
        predictions[cell] = (trace.labels[best], float(trace.probabilities[-1, best]))
    first, labels = context.trace.tokens[0], context.trace.labels
    label = first if first in labels else predictions[context.trace.cell][0]
    description = f"The probability of “{visible(label)}” after each step, for the three cells."
    chart(prediction_curves.ready(traces, label), description, context.key, traces=traces.values())
    rows = [
        (CELLS[cell].title, visible(label), f"{100 * probability:.1f} %")
        for cell, (label, probability) in predictions.items()
    ]
    st.dataframe(pd.DataFrame(rows, columns=["cell", "prediction at the end", "probability"]), hide_index=True)


def cards(task: str) -> list[dict[str, Any]]:
    """The cards of a task's models, one for each cell."""
    models = catalogue.tasks()[task].models
    return [card(models[cell]) for cell in CELL_ORDER if cell in models]


def _power(value: float) -> str:
    """A number of any size as text: 0.0034, or 1.2·10⁻¹³."""
    if value == 0 or 1e-3 <= value < 1e4:
        return f"{value:.2g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}·10" + f"{int(exponent)}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
