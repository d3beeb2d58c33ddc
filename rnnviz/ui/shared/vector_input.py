"""Other ways to numbers than typing them: a table that is pasted or uploaded, and seeded noise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

import numpy as np
import streamlit as st

from ...limits import MILLION
from ...text import tables, vectors
from . import catalogue
from .catalogue import Task
from .markdown import plain
from .session_keys import NOISE_SEED, NOISE_STEPS, NUMBERS_ERROR, NUMBERS_FILE, NUMBERS_MENU, PASTED, PASTED_DRAFT

Write = Callable[[str], None]


def menu(task: Task, write: Write, *, steps: int, room: int) -> None:
    """The ways behind a button. task: one that reads numbers.

    write: puts a text into the text box; steps, room: how many steps a model reads at most, and how many characters
    the box holds. What is longer becomes a table of the session, and its name the text.
    """
    opened = st.popover("Numbers", icon=":material/table_chart:", key=NUMBERS_MENU, on_change="rerun")
    if not opened.open:
        return
    width = task.width or 1
    each = "one number" if width == 1 else f"{width} numbers"

    def take(values: np.ndarray, name: str) -> None:
        write(text_of(task, values[: steps + 1], name, room))  # one more, so that it is seen that there were more

    with opened:
        if NUMBERS_ERROR in st.session_state:
            st.error(plain(st.session_state[NUMBERS_ERROR]), icon=":material/table_chart:")
        st.session_state.setdefault(PASTED, st.session_state.get(PASTED_DRAFT, ""))
        st.text_area(
            "Paste a table", key=PASTED, height=120, placeholder=f"A row for each step, with {each}",
            help="Cells apart by tabs, semicolons, commas or blanks. A first row with the columns’ names is left out.",
            on_change=_keep,
        )  # fmt: skip
        st.button("Read the table", key="numbers-read", on_click=_paste, args=(task, take))
        st.file_uploader(
            f"Or a file with {each} for each step: CSV, TSV or npy, at most {tables.TABLE.file // MILLION} MB",
            type=["csv", "tsv", "txt", "npy"],
            max_upload_size=tables.TABLE.file // MILLION,
            key=NUMBERS_FILE,
            on_change=_upload,
            args=(task, take),
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.number_input("Noise: seed", 0, vectors.MOST_SEED, 0, key=NOISE_SEED, width=150)
            st.number_input("Steps", 1, steps, min(24, steps), key=NOISE_STEPS, width=120)
            st.button("Draw", key="numbers-draw", on_click=_draw, args=(write,))
        st.caption("A table stays in this session, in memory, and is gone with it. A link carries only its name.")


def text_of(task: Task, values: np.ndarray, name: str, room: int) -> str:
    """Numbers (T, D) as a text that the task's models read: typed out if there is room, else the name of a table.

    A table of that name makes way for this one.
    """
    text = vectors.to_text(values)
    if len(text) <= room:
        return text
    named = name.strip()[-vectors.NAME :].strip()
    try:
        catalogue.put_table(task, named, values)
    except ValueError:  # the name reads as numbers, or is none; the numbers have been looked at
        named = "table.csv"
        catalogue.put_table(task, named, values)
    return named


def unused(task: Task) -> str:
    """A name for a table that came without one."""
    taken = catalogue.tables(task)
    return next(name for k in range(1, len(taken) + 2) if (name := f"pasted{f'-{k}' * (k > 1)}.csv") not in taken)


def _keep() -> None:
    """A text area is forgotten while its menu is closed; what was pasted there is not."""
    st.session_state[PASTED_DRAFT] = st.session_state[PASTED]


def _paste(task: Task, take: Callable[[np.ndarray, str], None]) -> None:
    _taken(lambda: tables.parse_pasted(st.session_state[PASTED] or "", task.width or 1), take, unused(task))


def _upload(task: Task, take: Callable[[np.ndarray, str], None]) -> None:
    file = st.session_state[NUMBERS_FILE]
    if file is None:
        st.session_state.pop(NUMBERS_ERROR, None)
        return
    name = PurePath(file.name).name
    _taken(lambda: tables.read_table(name, file.getvalue(), task.width or 1), take, name)


def _draw(write: Write) -> None:
    st.session_state.pop(NUMBERS_ERROR, None)
    st.session_state[NUMBERS_MENU] = False  # what was asked for is done, and what it covers is worth a look
    seed, steps = (int(st.session_state[key]) for key in (NOISE_SEED, NOISE_STEPS))
    write(f"noise(seed={seed}, steps={steps})")


def _taken(read: Callable[[], np.ndarray], take: Callable[[np.ndarray, str], None], name: str) -> None:
    """Read and take a table, or keep the sentence on why not."""
    st.session_state.pop(NUMBERS_ERROR, None)
    try:
        take(read(), name)
        st.session_state[NUMBERS_MENU] = False
    except ValueError as error:
        st.session_state[NUMBERS_ERROR] = str(error)
