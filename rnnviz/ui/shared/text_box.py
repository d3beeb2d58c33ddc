"""The text box: what the user types, examples to start from, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ...interventions import Intervention
from ...model import Model
from ...text import vectors as vectors
from ...text.tokens import UNKNOWN, visible
from ...text.vectors import MissingTableError
from ...trace import Trace
from . import lesson_link, link_state, vector_input
from .catalogue import Task
from .link_state import plain

TOKENS = 256  # read at most; the rest of a longer text is left out, and said so
CARRIED = "read"  # the parameter of a link inside the app that carries a text: `text` belongs to the text box
CHARACTERS = 4000  # kept in the text box and in a link, which browsers and servers want short


def text_box(task: Task, page: str = "") -> str:
    """The typed text, kept for each task while one looks at another, and bound to the link as `text`.

    page: to tell apart the pages on which the same text is read.
    """
    state = st.session_state
    texts: dict[str, str] = state.setdefault("texts", {})
    if not lesson_link.shows("typing"):
        carried = st.query_params.pop(CARRIED, None)
        if carried is not None:
            texts[task.name] = carried
        text = texts.setdefault(task.name, st.query_params.get("text", task.examples[0]))
        link_state.keep("text", text, task.examples[0])
        return text
    left = None
    box = f"{page}/{task.name}"
    if state.get("texts_of", box) != box:
        left = st.query_params.get(CARRIED, texts.get(task.name, task.examples[0]))
        state["text"] = left
    if CARRIED in st.query_params:
        del st.query_params[CARRIED]
    state["texts_of"] = box
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            _label(task),
            value=task.examples[0],
            key="text",
            live=True,
            bind="query-params",
            on_change=shorten,
            args=(task, "text"),
            autocomplete="off",
            help=how(task),
        )
        st.menu_button(
            "Examples",
            task.examples,
            key="example",
            on_click=_take_example,
            format_func=_abridged,
        )
        if task.width is not None:
            vector_input.menu(task, lambda text: write(task, text), steps=TOKENS, room=CHARACTERS)
    if left is not None and text != left and text == task.examples[0]:
        # Gone back to, a page takes its text from the address, which Streamlit may have lost: once more, without.
        texts[task.name], state["texts_of"] = left, ""
        st.rerun()
    texts[task.name] = text or ""
    return text or ""


def write(task: Task, text: str) -> None:
    """Put a text into the box, as if it had been typed. Only before the box is drawn, as in a callback."""
    st.session_state.setdefault("texts", {})[task.name] = st.session_state["text"] = text


def read(model: Model, text: str, interventions: Sequence[Intervention] = ()) -> Trace | None:
    """The model's trace of a text, or None and a sentence on what to do if there is nothing to read.

    interventions: those that make sense here, see `whatif.applied`.
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


def how(task: Task) -> str:
    """What the text box takes, in Markdown."""
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


def _take_example() -> None:
    st.session_state["text"] = st.session_state["example"]


def shorten(task: Task, key: str) -> None:
    """Cut a pasted novel; numbers become a table. (The box's own `max_chars` would refuse the whole paste silently.)

    key: the text box's in the session's state.
    """
    text = st.session_state[key] or ""
    if len(text) <= CHARACTERS:
        return
    which = "text" if key == "text" else "second text"
    if task.width is not None:
        try:
            values, _ = vectors.parse(text, task.width, {}, TOKENS + 1)
            st.session_state[key] = vector_input.text_of(task, values, vector_input.unused(task), 0)
            return
        except ValueError as error:
            link_state.notice(str(error))
    st.session_state[key] = text[:CHARACTERS]
    link_state.notice(
        f"Your {which} of {len(text):,} characters was cut: the box keeps the first {CHARACTERS:,} "
        f"and the network reads at most {TOKENS} tokens of them."
    )


def _abridged(example: str, length: int = 48) -> str:
    return example if len(example) <= length else example[: length - 1] + "…"
