"""Columns in as many rows as their contents need to stay legible."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

MOST = 4  # columns of a row


def columns_in_rows(count: int, gap: Literal["small", "medium"] = "small") -> list[DeltaGenerator]:
    """Columns of one width, at most `MOST` beside each other."""
    rows = -(-count // MOST)
    width = -(-count // max(rows, 1))
    return [column for _ in range(rows) for column in st.columns(width, gap=gap)][:count]
