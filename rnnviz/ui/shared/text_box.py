"""The text box: the typed text, examples to start from, and the run of a model over the text."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ...interventions import Intervention
from ...model import Model
from ...text import vectors
from ...text.tokens import UNKNOWN, visible
from ...text.vectors import MissingTableError
from ...trace import Trace
from . import lesson_link, link_parameters, notices, vector_input
from .catalogue import Task
from .markdown import plain
from .session_keys import EXAMPLE, TEXT

TOKENS = 256  # read at most; a message says that the rest is left out
CHARACTERS = 4000  # in the text box and in a link; browsers and servers limit the length of addresses


def text_box(task: Task) -> str:
    """The text box with its examples; returns the text. Each task remembers its own text."""
    parameter = link_parameters.text(task)
    first_run = not parameter.restored
    parameter.restore()
    restored = parameter.value
    if not lesson_link.shows("typing"):
        return parameter.save()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            _label(task),
            value=parameter.default,
            key=TEXT,
            live=True,
            bind="query-params",
            on_change=shorten,
            args=(task, TEXT),
            autocomplete="off",
            help=input_help(task),
        )
        st.menu_button("Examples", task.examples, key=EXAMPLE, on_click=_use_example, format_func=_abridged)
        if task.width is not None:
            vector_input.menu(task, lambda text: write(task, text), steps=TOKENS, room=CHARACTERS)
    text = typed or ""
    if first_run and text != restored and text == parameter.default:
        # After the browser's Back button, Streamlit takes the text from the address alone, which may have lost it.
        parameter.restart(restored)
        st.rerun()
    parameter.remember(text)
    return text


def write(task: Task, text: str) -> None:
    """Put a text into the box, as if it had been typed. Only before the box is drawn, as in a callback."""
    link_parameters.text(task).set(text)


def trace_text(model: Model, text: str, interventions: Sequence[Intervention] = ()) -> Trace | None:
    """The model's trace of a text, or None and a message if it cannot be read.

    interventions: changes that are possible here, see `what_if.apply`.
    """
    try:
        trace = model.trace(text, limit=TOKENS, interventions=interventions)
    except MissingTableError as error:
        st.info(
            plain(
                f"The table “{error.name}” is not in this session, and its name alone does not hold the numbers: "
                "upload it again under “Numbers”."
            ),
            icon=":material/table_chart:",
        )
        return None
    except ValueError as error:
        st.info(plain(str(error)), icon=":material/keyboard:")
        return None
    remarks = []
    if trace.truncated:
        what, whole = ("tokens", "your text") if model.network.embedding is not None else ("steps", "the numbers")
        remarks.append(f"Only the first {TOKENS} {what} are read; the rest of {whole} is left out.")
    new = list(dict.fromkeys(visible(t) for t, u in zip(trace.tokens, trace.unknown, strict=True) if u))
    if new:
        names = ", ".join(new[:8]) + (" and others" if len(new) > 8 else "")
        remarks.append(
            f"Not in the model’s vocabulary: {names} (marked ? in the figure). The network reads {UNKNOWN} there."
        )
    for remark in remarks:
        st.caption(":material/info: " + plain(remark))
    return trace


def input_help(task: Task) -> str:
    """What can be typed into the text box, in Markdown."""
    if task.width is None:
        return f"The model reads {task.reads}. Up to {TOKENS} tokens are read."
    each = "Each number is a step" if task.width == 1 else f"Each step is {task.width} numbers"
    apart = "apart by blanks, commas or semicolons" if task.width == 1 else "apart by blanks or commas"
    return (
        f"{each}, {apart}. `noise(seed=1, steps=40)` draws them at random, perhaps with `scale=0.5`; the name of a "
        f"table that you uploaded reads the table. Up to {TOKENS} steps are read."
    )


def _label(task: Task) -> str:
    if task.width is None:
        return "Type a sequence"
    return "Type numbers, one for each step" if task.width == 1 else f"Type numbers, {task.width} for each step"


def _use_example() -> None:
    st.session_state[TEXT] = st.session_state[EXAMPLE]


def shorten(task: Task, key: str) -> None:
    """Cut a pasted novel; numbers become a table. (The box's own `max_chars` would refuse the whole paste silently.)

    key: the text box's in the session's state.
    """
    text = st.session_state[key] or ""
    if len(text) <= CHARACTERS:
        return
    which = "text" if key == TEXT else "second text"
    if task.width is not None:
        try:
            values, _ = vectors.parse(text, task.width, {}, TOKENS + 1)
            st.session_state[key] = vector_input.text_of(task, values, vector_input.unused(task), 0)
            return
        except ValueError as error:
            notices.add("text-numbers", str(error))
    st.session_state[key] = text[:CHARACTERS]
    notices.add(
        "text-length",
        f"Your {which} of {len(text):,} characters was cut: the box keeps the first {CHARACTERS:,} "
        f"and the network reads at most {TOKENS} tokens of them.",
    )


def _abridged(example: str, length: int = 48) -> str:
    return example if len(example) <= length else example[: length - 1] + "…"
