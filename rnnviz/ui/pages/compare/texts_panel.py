"""Two texts through one model, side by side from their start: where its predictions part, and in which values."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ....analysis import Difference, difference
from ....figures import PlainFigure, predictions_by_text, text_heatmaps
from ....figures.text_comparison import ShownText
from ....text.tokens import visible
from ....trace import Trace
from ...shared import lesson_link, link_parameters, link_state, text_box
from ...shared.catalogue import TaskModels
from ...shared.charts import chart, side_by_side
from ...shared.markdown import plain, prediction
from ...shared.pickers import pick_quantities
from ...shared.text_run import TextRun, chosen_position, transport

# Texts that differ in one place, for tasks whose first two examples show less.
PAIRS = {
    "names": ("Romano", "Romanov"),
    "shakespeare": ("ROMEO:", "Romeo,"),
    "reviews": ("The food was not good", "The food was good"),
    "recall": ("Ehgfabcdefghabcdefghabcdefghabcdefghabcd?", "Chgfabcdefghabcdefghabcdefghabcdefghabcd?"),
}
WHICH: dict[ShownText, str] = {"first": "First text", "second": "Second text", "difference": "Second − first"}


def opening_texts(task: TaskModels) -> tuple[str, str]:
    """The two texts on which a task's comparison opens."""
    return PAIRS.get(task.name, (task.examples[0], task.examples[min(1, len(task.examples) - 1)]))


def show(run: TextRun) -> None:
    """Show the run beside the run of a second text."""
    prepared = text_box.prepare(run.model, _second_text_box(run.task))
    if prepared is None:
        transport(run)
        return
    first, second = run.trace, run.model.run(prepared)
    longer = first if len(first) >= len(second) else second
    transport(run, trace=longer)
    _save_position(longer, run.layer)
    summary = describe(difference(first, second))
    st.markdown(summary)
    if first.probabilities is not None:
        chart(
            predictions_by_text.ready(first, second),
            f"The predictions for both texts, step by step. {summary}",
            "texts-said",
            traces=[first, second],
        )
        st.caption(
            "The lower panel shows the total variation distance: half the sum of the absolute differences of all "
            "probabilities."
        )
    quantities = pick_quantities(first)

    def figure(which: ShownText) -> PlainFigure:
        return text_heatmaps.ready(first, second, which, quantities, layer=run.layer, direction=run.direction)

    side_by_side([first, second], WHICH, figure, quantities, "text")


def describe(change: Difference) -> str:
    """Where the texts and their predictions first differ, and the predictions in the end, in Markdown."""
    step = _first_difference(change)
    if step is None:
        return "Both texts are the same. Change one of them."
    before, after = change.tokens_before[step - 1], change.tokens_after[step - 1]
    tokens = f" ({_token(before)} against {_token(after)})" if before != after else ""
    words = f"The texts first differ at step {step}{tokens}."
    if change.change is None:
        return words
    traces = (change.before, change.after)
    if change.first is None:
        words += " The predictions agree at every step that both texts have."
    else:
        first, second = (_prediction(trace, change.first) for trace in traces)
        words += f" The predictions first differ at step {change.first}: {first}; {second}."
    first, second = (_prediction(trace, len(trace)) for trace in traces)
    return f"{words} In the end, the predictions are {first}, and {second}."


def _first_difference(change: Difference) -> int | None:
    """The first step, from 1, at which the texts differ. Vectors can differ where their labels do not."""
    vectors = [trace["input_vector", 0, trace.directions[0]] for trace in (change.before, change.after)]
    for row, (before, after) in enumerate(zip(change.tokens_before, change.tokens_after, strict=True)):
        if before != after or not np.array_equal(vectors[0][row], vectors[1][row]):
            return row + 1
    return None


def _token(token: str | None) -> str:
    return "the end" if token is None else f"“{plain(visible(token))}”"


def _prediction(trace: Trace, step: int) -> str:
    assert trace.probabilities is not None
    probabilities = trace.probabilities[step - 1]
    return prediction(trace.labels[int(probabilities.argmax())], probabilities.max())


def _second_text_box(task: TaskModels) -> str:
    """The box of the second text; each task remembers its own."""
    parameter = link_parameters.second_text(task, opening_texts(task)[1])
    key = parameter.restore()
    if lesson_link.shows("typing"):
        st.text_input(
            "Second text", key=key, live=True, on_change=text_box.shorten, args=(task, key), autocomplete="off",
            help="Both texts are read from the start and compared step by step.",
        )  # fmt: skip
    return parameter.save()


def remove_from_link() -> None:
    """Take the second text out of the link while it is not shown."""
    link_state.remove("other")


def _save_position(trace: Trace, layer: int) -> None:
    """Put step and unit into the link: the server has just written it without those that the browser had put there.

    The browser writes them again only when it gets another trace.
    """
    step, unit = chosen_position(trace, layer)
    with link_state.one_step():
        link_parameters.step(trace, len(trace)).write(step)
        link_parameters.unit(trace, layer).write(unit)
