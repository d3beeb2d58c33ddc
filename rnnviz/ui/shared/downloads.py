"""Downloads of a trace and of its figure. Nothing is computed before the click."""

from __future__ import annotations

import io

import streamlit as st

from ...figures import heatmaps
from ...trace import Trace

LINE_END = "\r\n"  # of CSV (RFC 4180): any other leaves a token that is a line end itself without quotes


def downloads(trace: Trace, layer: int, direction: str) -> None:
    """A menu of files: the whole trace as CSV, Parquet and npz, the figure as a page of its own."""
    name = f"{trace.model}-trace".replace(" ", "-")

    def npz() -> bytes:
        trace.save(file := io.BytesIO())
        return file.getvalue()

    def page() -> str:
        return heatmaps(trace, layer=layer, direction=direction).to_html(include_plotlyjs=True)

    files = {
        "Trace as CSV": (
            lambda: trace.to_frame().to_csv(index=False, lineterminator=LINE_END),
            f"{name}.csv",
            "text/csv",
        ),
        "Trace as Parquet": (
            lambda: trace.to_frame().to_parquet(index=False),
            f"{name}.parquet",
            "application/vnd.apache.parquet",
        ),
        "Trace as npz": (npz, f"{name}.npz", "application/octet-stream"),
        "Figure as HTML": (page, f"{name}.html", "text/html"),
    }
    menu = st.popover("Download", icon=":material/download:", key="download", on_change="rerun")
    if not menu.open:
        return
    with menu:
        for title, (data, file, mime) in files.items():
            st.download_button(title, data, file, mime, on_click="ignore", width="stretch")
        st.caption("The figure’s own tool bar saves it as a PNG picture.")
