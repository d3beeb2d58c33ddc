"""Downloads of a trace and its views. Nothing is computed before the click."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import streamlit as st

from ...errors import LimitError
from ...model import Model
from ...network import States
from ...playground import playground_page
from ...playground.playground_page import check_size
from ...text.vectors import is_number
from ...trace import Trace
from .catalogue import slug
from .instrument import slot
from .markdown import plain
from .work_limits import TABLE_ROWS

FORMULAS = "=+-@\t\r"  # what a formula begins with
CHUNK = 1000  # rows that are written in one go: about 5 ms, in which nothing else of the server runs


def csv(table: pd.DataFrame, index: bool = False) -> str:
    """A table as CSV, with the line ends of RFC 4180: with others, a token that is a line end would not be quoted.

    A text that a spreadsheet would compute as a formula begins with an apostrophe.
    """
    harmless = {column: values.map(_as_text) for column, values in table.items() if values.dtype.kind == "O"}
    return table.assign(**harmless).to_csv(index=index, lineterminator="\r\n", chunksize=CHUNK)


def _as_text(value: Any) -> Any:
    """A value, with an apostrophe before it if it begins as a formula and is not a sign alone or a number."""
    if isinstance(value, str) and len(value) > 1 and value[0] in FORMULAS and not is_number(value):
        return f"'{value}"
    return value


def menu(trace: Trace, model: Model, text: str, initial: States | None = None, begins: str = "") -> None:
    """A menu of files: what the instrument saves, a page to type into, and the whole trace as CSV, Parquet and npz.

    initial: the states that the run starts from, None for the model's own. begins: a clause on them.
    """
    name = f"{trace.model}-trace".replace(" ", "-")

    def npz() -> bytes:
        trace.save(file := io.BytesIO())
        return file.getvalue()

    tables = {
        "Trace as CSV": (
            lambda: csv(trace.to_frame()),
            f"{name}.csv",
            "text/csv",
        ),
        "Trace as Parquet": (
            lambda: trace.to_frame().to_parquet(index=False),
            f"{name}.parquet",
            "application/vnd.apache.parquet",
        ),
    }
    rows = sum(array.size for array in trace.values.values())
    fits = rows <= TABLE_ROWS
    files = (tables if fits else {}) | {"Trace as npz": (npz, f"{name}.npz", "application/octet-stream")}
    popover = st.popover("Save", icon=":material/download:", key="download", on_change="rerun")
    if not popover.open:
        return
    with popover:
        st.html(slot("save"))
        _playground(model, text, initial, begins)
        for title, (data, file, mime) in files.items():
            st.download_button(title, data, file, mime, on_click="ignore", width="stretch")
        if not fits:
            st.caption(
                f"As a table this run has {rows:,} rows, and at most {TABLE_ROWS:,} are written here. The npz file has "
                "all numbers; in Python, rnnviz.Trace.load reads it and to_frame makes the table."
            )


def _playground(model: Model, text: str, initial: States | None, begins: str) -> None:
    """The model as a page to type into, which is written on the click; a sentence where the model is too large."""
    try:
        check_size(model)
    except LimitError as error:
        st.caption(str(error))
        return
    help = "One HTML file that reads what is typed in the browser, without a server."
    st.download_button(
        "A page to type into",
        lambda: playground_page(model, text, initial=initial, begins=begins),
        f"{slug(model.name)}.html",
        "text/html",
        on_click="ignore",
        width="stretch",
        help=f"{help} Every text begins there {plain(begins)}." if begins else help,
    )
