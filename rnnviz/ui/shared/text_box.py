"""The text box: the typed text, examples to start from, and the preparation of the text for a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import partial

import streamlit as st

from ...analysis.overflow import first_overflow, overflow_sentence
from ...errors import MissingTableError
from ...interventions import Intervention, PreparedText
from ...model import Model
from ...text import sentences, vectors
from ...text.remarks import reading_remarks
from ...text.sentences import MOST_CHARACTERS as CHARACTERS
from ...text.sentences import MOST_TOKENS as TOKENS
from ...trace import Trace
from . import lesson_link, link_parameters, notices, vector_input
from .catalogue import TaskModels
from .markdown import plain
from .session_keys import EXAMPLE, TEXT

PAUSE = "120ms"  # in typing, after which a text is read: shorter than most people's time between two letters


def text_box(task: TaskModels, compact: bool = False) -> str:
    """The text box with its examples; returns the text. Each task remembers its own text.

    compact: without a label, for a row that the page has begun.
    """
    parameter = link_parameters.text(task)
    first_run = not parameter.restored
    parameter.restore()
    restored = parameter.value
    if not lesson_link.shows("typing"):
        return parameter.save()
    with nullcontext() if compact else st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            _label(task),
            value=parameter.default,
            key=TEXT,
            label_visibility="collapsed" if compact else "visible",
            placeholder=_label(task) if compact else None,
            live=PAUSE,
            bind="query-params",
            on_change=shorten,
            args=(task, TEXT),
            autocomplete="off",
            help=input_help(task),
        )
        st.menu_button(
            "Examples",
            task.examples,
            key=EXAMPLE,
            on_click=_use_example,
            format_func=lambda text: plain(_abridged(text)),
        )  # fmt: skip
        if task.vector_size is not None:
            vector_input.menu(task, lambda text: write(task, text), steps=TOKENS, room=CHARACTERS)
    text = typed or ""
    if first_run and text != restored and text == parameter.default:
        # After the browser's Back button, Streamlit takes the text from the address alone, which may have lost it.
        parameter.restart(restored)
        st.rerun()
    parameter.remember(text)
    return text


def write(task: TaskModels, text: str) -> None:
    """Put a text into the box, as if it had been typed. Only before the box is drawn, as in a callback."""
    link_parameters.text(task).set(text)


def prepare(
    model: Model, text: str, interventions: Iterable[Intervention] = (), say: Callable[[str], object] | None = None
) -> PreparedText | None:
    """Prepare a text for a run of the model; None if it cannot be read. Messages say what is not used, and why.

    Interventions that are impossible here are left out. say: receives each message; without it they are on the page.
    """
    try:
        prepared = model.prepare(text, interventions, limit=TOKENS, skip_invalid=True)
    except MissingTableError as error:
        message = f"The table “{error.name}” is not in this session. Upload it again under “Numbers”."
        (say or partial(_inform, icon=":material/table_chart:"))(message)
        return None
    except ValueError as error:
        (say or partial(_inform, icon=":material/keyboard:"))(str(error))
        return None
    report_rejected(prepared)
    for remark in reading_remarks(prepared.encoding, model.vocabulary, model.most_tokens(TOKENS) or TOKENS):
        (say or _caption)(remark)
    return prepared


def report_overflow(trace: Trace, say: Callable[[str], object] | None = None) -> None:
    """Say where a run leaves the numbers, if it does. say: receives the message; without it, it is on the page."""
    found = first_overflow(trace)
    if found is not None:
        (say or _caption)(overflow_sentence(found, trace))


def _inform(message: str, icon: str) -> None:
    st.info(plain(message), icon=icon)


def _caption(message: str) -> None:
    st.caption(":material/info: " + plain(message))


def report_rejected(prepared: PreparedText) -> None:
    """A warning with the reasons why interventions were left out, if any were."""
    reasons = [plain(str(error)) for error in prepared.rejected]
    if reasons:
        words = reasons[0] if len(reasons) == 1 else "\n".join(f"- {reason}" for reason in reasons)
        st.warning(words, icon=":material/block:")


def input_help(task: TaskModels) -> str:
    """What can be typed into the text box, in Markdown."""
    if task.vector_size is None:
        return f"The model reads {plain(task.reads)}. Up to {TOKENS} tokens are read."
    each = "Each number is a step" if task.vector_size == 1 else f"Each step has {task.vector_size} numbers"
    separators = "spaces, commas or semicolons" if task.vector_size == 1 else "spaces or commas"
    return (
        f"{each}, separated by {separators}. `noise(seed=1, steps=40)` draws random numbers, optionally with "
        f"`scale=0.5`. The name of an uploaded table reads that table. Up to {TOKENS} steps are read."
    )


def _label(task: TaskModels) -> str:
    if task.vector_size is None:
        return "Type a sequence"
    return "Type numbers, one per step" if task.vector_size == 1 else f"Type numbers, {task.vector_size} per step"


def _use_example() -> None:
    st.session_state[TEXT] = st.session_state[EXAMPLE]


def shorten(task: TaskModels, key: str) -> None:
    """Cut a text that is too long, or turn long numbers into a table; for a callback of the box with this key.

    The box's own `max_chars` would silently refuse the whole paste.
    """
    text = st.session_state[key] or ""
    if len(text) <= CHARACTERS:
        return
    which = "text" if key == TEXT else "second text"
    if task.vector_size is not None:
        try:
            values, _ = vectors.parse(text, task.vector_size, {}, TOKENS + 1)
            st.session_state[key] = vector_input.text_of(task, values, vector_input.unused_name(task), 0)
            return
        except ValueError as error:
            notices.add("text-numbers", str(error))
    st.session_state[key] = text[:CHARACTERS]
    notices.add(
        "text-length",
        sentences.TOO_LONG.format(which=which, count=f"{len(text):,}", kept=f"{CHARACTERS:,}", most=TOKENS),
    )


def _abridged(example: str, length: int = 48) -> str:
    return example if len(example) <= length else example[: length - 1] + "…"
