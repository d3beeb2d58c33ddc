"""Two texts through one model, aligned so that equal tokens meet: where its predictions part, and in which values."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ....analysis import Difference, difference
from ....analysis.asked_steps import asked_steps
from ....figures import predictions_by_text
from ....figures.value_curves import most_changed
from ....network import predicted
from ....number_format import short_number
from ....text.read_words import NUMBERS, TEXT, read_words
from ....text.tokens import visible
from ....trace import Trace
from ...shared import lesson_link, link_parameters, position, text_box
from ...shared.catalogue import TaskModels
from ...shared.charts import chart
from ...shared.instrument import DIFFERENCE, OTHER, instrument, side_by_side_heatmaps
from ...shared.markdown import plain, prediction, spoken
from ...shared.pickers import pick_quantities
from ...shared.text_run import TRANSPORT, TextRun

# Texts that differ in one place, for tasks whose first two examples show less.
PAIRS = {
    "names": ("Romano", "Romanov"),
    "shakespeare": ("ROMEO:", "Romeo,"),
    "reviews": ("The food was not good", "The food was good"),
    "recall": ("Ehgfabcdefghabcdefghabcdefghabcdefghabcd?", "Chgfabcdefghabcdefghabcdefghabcdefghabcd?"),
}


def opening_texts(task: TaskModels) -> tuple[str, str]:
    """The two texts on which a task's comparison opens."""
    return PAIRS.get(task.name, (task.examples[0], task.examples[min(1, len(task.examples) - 1)]))


def show(run: TextRun, text: str) -> None:
    """Show the run beside the run of a second text."""
    prepared = text_box.prepare(run.model, text)
    if prepared is None:
        return
    first, second, words = run.trace, run.model.run(prepared), run.words
    change = difference(first, second)
    columns = change.rows()
    step, unit = position.from_link(first, layer=run.layer, steps=len(columns))
    instrument(
        first,
        run.model,
        *run.location,
        step=step,
        unit=unit,
        text=run.text,
        default_text=run.task.examples[0],
        views=TRANSPORT,
        runs={OTHER: (second, run.model)},
        comparison={"columns": columns, "titles": (f"the first {words.text}", f"the second {words.text}"), "main": 0},
    )
    summary = describe(change)
    st.markdown(summary)
    if first.outputs is not None:
        said = "predictions" if first.probabilities is not None else "outputs"
        chart(
            predictions_by_text.ready(first, second),
            f"The {said} for both {words.text}s, step by step. {spoken(summary)}",
            "texts-said",
            traces=[first, second],
        )
    if first.probabilities is not None:
        st.caption(
            "The lower panel shows the total variation distance: half the sum of the absolute differences of all "
            "probabilities."
        )
    headings = {"": f"First {words.text}", OTHER: f"Second {words.text}", DIFFERENCE: "Second − first"}
    side_by_side_heatmaps(headings, pick_quantities(first, run.layer))


def describe(change: Difference) -> str:
    """Where the texts and their answers differ, in Markdown."""
    column, text = _first_difference(change), _text(change)
    if column is None:
        return f"Both {text}s are the same. Change one of them."
    words = f"The {text}s first differ in column {column}{_tokens(change, column)}."
    first, second = change.before, change.after
    if change.change is None:
        return f"{words} {_values(change)}".strip()
    asked = [asked_steps(trace) for trace in (first, second)]
    in_the_end = _pair(change, len(first), len(second))
    if not all(each.all() for each in asked):
        at = [int(np.flatnonzero(each)[-1]) + 1 if each.any() else None for each in asked]
        if None in at:
            return f"{words} {_without_answer(change, at)}"
        return f"{words} The answers {_pair(change, *at)}."  # type: ignore[arg-type]
    if change.first is None:
        words += f" The predictions agree in every column that both {text}s have."
    else:
        i, j = change.rows()[change.first - 1]
        assert i is not None and j is not None
        words += f" The predictions first differ in column {change.first}: they {_pair(change, i + 1, j + 1)}."
    return f"{words} At the end they {in_the_end}."


def _values(change: Difference) -> str:
    """The output that differs most at the end of the two texts, in Markdown; "" without any."""
    old, new = change.before.answer, change.after.answer
    if old is None or new is None:
        return ""
    column = most_changed(old[None], new[None])[0]
    labels = change.before.labels
    name = f"the output {plain(visible(labels[column]))}" if len(labels) > 1 else "the output"
    values = [f"**{short_number(float(row[column]))}**" for row in (old, new)]
    return f"At the end {name} is {values[0]} for the first {_text(change)} and {values[1]} for the second."


def _text(change: Difference) -> str:
    """What is read: a text or a sequence."""
    return read_words(change.before.vocabulary).text


def _first_difference(change: Difference) -> int | None:
    """The first column, from 1, in which the texts differ."""
    vectors = [trace["input_vector", 0, trace.directions[0]] for trace in (change.before, change.after)]
    for column, (i, j) in enumerate(change.rows(), 1):
        if i is None or j is None or change.before.tokens[i] != change.after.tokens[j]:
            return column
        if not np.array_equal(vectors[0][i], vectors[1][j]):  # numbers can look alike
            return column
    return None


def _tokens(change: Difference, column: int) -> str:
    """What the texts have in a column, as a part of a sentence."""
    first, second = change.tokens_before[column - 1], change.tokens_after[column - 1]
    if first is None or second is None:
        which, token = ("second", second) if first is None else ("first", first)
        return f", where only the {which} has “{plain(visible(str(token)))}”"
    return f": “{plain(visible(first))}” against “{plain(visible(second))}”" if first != second else ""


def _pair(change: Difference, one: int, other: int) -> str:
    """The predictions after a step of each text, as a part of a sentence."""
    first, second = _prediction(change.before, one), _prediction(change.after, other)
    return f"are {first}, for the first {_text(change)} and {second}, for the second"


def _without_answer(change: Difference, at: list[int | None]) -> str:
    """That a model is not asked for an answer in one of the texts, or in both."""
    text = _text(change)
    when = plain(str(change.before.card.get("asked")))
    which = (
        f"neither {text} has" if at == [None, None] else f"the {'first' if at[0] is None else 'second'} {text} lacks"
    )
    return f"The model is trained to answer {when}, which {which}."


def _prediction(trace: Trace, step: int) -> str:
    assert trace.probabilities is not None
    return prediction(*predicted(trace.labels, trace.probabilities[step - 1]))


def second_text_box(task: TaskModels) -> str:
    """The box of the second text; each task remembers its own."""
    words = NUMBERS if task.vector_size else TEXT
    parameter = link_parameters.second_text(task, opening_texts(task)[1])
    key = parameter.restore()
    if lesson_link.shows("typing"):
        st.text_input(
            f"Second {words.text}", key=key, live=text_box.PAUSE, on_change=text_box.shorten, args=(task, key),
            autocomplete="off", label_visibility="collapsed", placeholder=f"Second {words.text}",
            help=f"Both {words.text}s are read from the start. Equal {words.token}s share a column.",
        )  # fmt: skip
    return parameter.save()
