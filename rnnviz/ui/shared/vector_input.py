"""Numbers in other ways than typing: a pasted or uploaded table, and seeded noise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

import numpy as np
import streamlit as st

from ...limits import MILLION
from ...text import tables, vectors
from . import catalogue
from .catalogue import TaskModels
from .markdown import plain
from .session_keys import NOISE_SEED, NOISE_STEPS, NUMBERS_ERROR, NUMBERS_FILE, NUMBERS_MENU, PASTED, PASTED_DRAFT

Write = Callable[[str], None]
Use = Callable[[np.ndarray, str], None]


def menu(task: TaskModels, write: Write, *, steps: int, room: int) -> None:
    """A menu behind a button, for a task that reads numbers.

    write: puts a text into the text box; steps: that a model reads at most; room: characters in the box. Longer numbers
    become a table of the session, and the table's name the text.
    """
    popover = st.popover("Numbers", icon=":material/table_chart:", key=NUMBERS_MENU, on_change="rerun")
    if not popover.open:
        return
    vector_size = task.vector_size or 1
    numbers = "one number" if vector_size == 1 else f"{vector_size} numbers"

    def use(values: np.ndarray, name: str) -> None:
        write(text_of(task, values[: steps + 1], name, room))  # one step more, so that the rest is reported

    with popover:
        if NUMBERS_ERROR in st.session_state:
            st.error(plain(st.session_state[NUMBERS_ERROR]), icon=":material/table_chart:")
        st.session_state.setdefault(PASTED, st.session_state.get(PASTED_DRAFT, ""))
        st.text_area(
            "Paste a table", key=PASTED, height=120, placeholder=f"One row per step, with {numbers}",
            help="Separate cells by tabs, semicolons, commas or spaces. A first row with column names is ignored.",
            on_change=_save_draft,
        )  # fmt: skip
        st.button("Read the table", key="numbers-read", on_click=_paste, args=(task, use))
        st.file_uploader(
            f"Or a file with {numbers} per step: CSV, TSV or npy, at most {tables.TABLE.file // MILLION} MB",
            type=["csv", "tsv", "txt", "npy"],
            max_upload_size=tables.TABLE.file // MILLION,
            key=NUMBERS_FILE,
            on_change=_upload,
            args=(task, use),
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.number_input("Noise: seed", 0, vectors.MOST_SEED, 0, key=NOISE_SEED, width=150)
            st.number_input("Steps", 1, steps, min(24, steps), key=NOISE_STEPS, width=120)
            st.button("Draw", key="numbers-draw", on_click=_draw, args=(write,))
        st.caption("A table stays in the memory of this session and is deleted with it. A link contains only its name.")


def text_of(task: TaskModels, values: np.ndarray, name: str, room: int) -> str:
    """Numbers (T, D) as a text that the task's models read: the numbers if there is room, else the name of a table.

    An earlier table of that name is replaced.
    """
    text = vectors.to_text(values)
    if len(text) <= room:
        return text
    name = name.strip()[-vectors.NAME :].strip()
    try:
        catalogue.put_table(task, name, values)
    except ValueError:  # the name is empty or reads as numbers; the numbers themselves are valid
        name = "table.csv"
        catalogue.put_table(task, name, values)
    return name


def unused_name(task: TaskModels) -> str:
    """A name for a table that has none."""
    used = catalogue.tables(task)
    return next(name for k in range(1, len(used) + 2) if (name := f"pasted{f'-{k}' * (k > 1)}.csv") not in used)


def _save_draft() -> None:
    """Keep what is pasted while the menu is closed, when Streamlit forgets it."""
    st.session_state[PASTED_DRAFT] = st.session_state[PASTED]


def _paste(task: TaskModels, use: Use) -> None:
    _use_table(
        lambda: tables.parse_pasted(st.session_state[PASTED] or "", task.vector_size or 1), use, unused_name(task)
    )


def _upload(task: TaskModels, use: Use) -> None:
    file = st.session_state[NUMBERS_FILE]
    if file is None:
        st.session_state.pop(NUMBERS_ERROR, None)
        return
    name = PurePath(file.name).name
    _use_table(lambda: tables.read_table(name, file.getvalue(), task.vector_size or 1), use, name)


def _draw(write: Write) -> None:
    st.session_state.pop(NUMBERS_ERROR, None)
    st.session_state[NUMBERS_MENU] = False  # closes the menu, which covers the result
    seed, steps = (int(st.session_state[key]) for key in (NOISE_SEED, NOISE_STEPS))
    write(f"noise(seed={seed}, steps={steps})")


def _use_table(read: Callable[[], np.ndarray], use: Use, name: str) -> None:
    """Read and use a table, or keep the error message for the menu."""
    st.session_state.pop(NUMBERS_ERROR, None)
    try:
        use(read(), name)
        st.session_state[NUMBERS_MENU] = False
    except ValueError as error:
        st.session_state[NUMBERS_ERROR] = str(error)
