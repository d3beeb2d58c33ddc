"""Downloads of a trace and its views. Nothing is computed before the click."""

from __future__ import annotations

import io

import pandas as pd
import streamlit as st

from ...trace import Trace
from .instrument import slot


def csv(table: pd.DataFrame, index: bool = False) -> str:
    """A table as CSV, with the line ends of RFC 4180: with others, a token that is a line end would not be quoted."""
    return table.to_csv(index=index, lineterminator="\r\n")


def menu(trace: Trace) -> None:
    """A menu of files: what the instrument saves, and the whole trace as CSV, Parquet and npz."""
    name = f"{trace.model}-trace".replace(" ", "-")

    def npz() -> bytes:
        trace.save(file := io.BytesIO())
        return file.getvalue()

    files = {
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
        "Trace as npz": (npz, f"{name}.npz", "application/octet-stream"),
    }
    popover = st.popover("Save", icon=":material/download:", key="download", on_change="rerun")
    if not popover.open:
        return
    with popover:
        st.html(slot("save"))
        for title, (data, file, mime) in files.items():
            st.download_button(title, data, file, mime, on_click="ignore", width="stretch")
