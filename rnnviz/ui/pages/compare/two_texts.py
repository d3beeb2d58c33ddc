"""Two texts through one model, side by side from their start on: where it parts ways, and in which numbers."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ....analysis import Difference, difference
from ....figures import text_heatmaps, texts_said
from ....figures.plain_figure import Ready
from ....figures.text_comparison import Which
from ....text.tokens import visible
from ....trace import Trace
from ...shared import lesson_link, link_state, text_box
from ...shared.catalogue import Task
from ...shared.charts import chart, side_by_side
from ...shared.link_state import plain
from ...shared.pickers import pick_quantities
from ...shared.subject import Case, standing, strip

# Texts that differ in one place, for tasks whose first two examples do not say it as clearly.
PAIRS = {
    "names": ("Romano", "Romanov"),
    "shakespeare": ("ROMEO:", "Romeo,"),
    "reviews": ("The food was not good", "The food was good"),
    "recall": ("Ehgfabcdefghabcdefghabcdefghabcdefghabcd?", "Chgfabcdefghabcdefghabcdefghabcdefghabcd?"),
}
WHICH: dict[Which, str] = {"first": "First text", "second": "Second text", "difference": "Second − first"}


def pair(task: Task) -> tuple[str, str]:
    """The two texts on which a task's comparison opens."""
    return PAIRS.get(task.name, (task.examples[0], task.examples[min(1, len(task.examples) - 1)]))


def answer(case: Case) -> None:
    other = text_box.read(case.model, _second_box(case.task))
    if other is None:
        strip(case)
        return
    first = case.trace
    longer = first if len(first) >= len(other) else other
    strip(case, trace=longer)
    _keep_place(longer, case.layer)
    found = difference(first, other)
    told = parted(found)
    st.markdown(told)
    if first.probabilities is not None:
        chart(texts_said.ready(first, other), f"What the model says of both texts, step by step. {told}", "texts-said")
        st.caption(
            "The lower panel is the total variation distance: half the sum of all probabilities’ differences, the "
            "share of the prediction that lies elsewhere."
        )
    quantities = pick_quantities(first)

    def figure(which: Which) -> Ready:
        return text_heatmaps.ready(first, other, which, quantities, layer=case.layer, direction=case.direction)

    side_by_side(first, WHICH, figure, quantities, "text")


def parted(found: Difference) -> str:
    """Where the texts and what the model says of them first part ways, and what it says in the end, in Markdown."""
    pairs = list(zip(found.tokens_before, found.tokens_after, strict=True))
    apart = _apart(found)
    if apart is None:
        return "Both texts are the same: type another one in one of the boxes."
    one, other = pairs[apart - 1]
    where = f"step {apart}" + (f" ({_token(one)} against {_token(other)})" if one != other else "")
    told = f"The texts first differ at {where}."
    if found.change is None:
        return told
    traces = (found.before, found.after)
    if found.first is None:
        told += " After every step that both have, the model’s likeliest answer is the same for both."
    else:
        one, other = (_said(trace, found.first) for trace in traces)
        told += (
            f" What the model says parts ways at step {found.first}: {one} for the first text, {other} for the second."
        )
    ends = tuple(_said(trace, len(trace)) for trace in traces)
    return f"{told} In the end it says {ends[0]} of the first and {ends[1]} of the second."


def _apart(found: Difference) -> int | None:
    """The first step, from 1, at which the texts differ. Vectors can, where their labels do not."""
    one, other = (trace["input_vector", 0, trace.directions[0]] for trace in (found.before, found.after))
    for row, (token, beside) in enumerate(zip(found.tokens_before, found.tokens_after, strict=True)):
        if token != beside or not np.array_equal(one[row], other[row]):
            return row + 1
    return None


def _token(token: str | None) -> str:
    return "the end" if token is None else f"“{plain(visible(token))}”"


def _said(trace: Trace, step: int) -> str:
    assert trace.probabilities is not None
    said = trace.probabilities[step - 1]
    return f"**{plain(visible(trace.labels[int(said.argmax())]))}** ({said.max():.1%})"


def _second_box(task: Task) -> str:
    """The second text, kept for each task while one looks elsewhere, and in the link as `other`."""
    state = st.session_state
    usual = pair(task)[1]
    texts: dict[str, str] = state.setdefault("other_texts", {})
    if "other" in st.query_params and state.get("other_of", task.name) == task.name:
        texts.setdefault(task.name, st.query_params["other"])
    state["other_of"] = task.name
    text = texts.get(task.name, usual)
    if lesson_link.shows("typing"):
        key = f"other-{task.name}"
        state.setdefault(key, text)
        typed = st.text_input(
            "Second text", key=key, live=True, on_change=text_box.shorten, args=(task, key), autocomplete="off",
            help="Both texts are read from their start on, step by step beside each other.",
        )  # fmt: skip
        text = typed or ""
    texts[task.name] = text
    link_state.keep("other", text, usual, page="compare")
    return text


def forget_link() -> None:
    """Take the second text out of the link while it is not shown."""
    link_state.keep("other", None, None, page="compare")


def _keep_place(trace: Trace, layer: int) -> None:
    """Step and unit in the link: writing the second text there, Streamlit forgets what the browser wrote beside it.

    The instrument writes them again only when it is sent another trace.
    """
    step, unit = standing(trace, layer)
    link_state.keep("step", step, len(trace), page="compare")
    link_state.keep("unit", unit, 0, page="compare")
