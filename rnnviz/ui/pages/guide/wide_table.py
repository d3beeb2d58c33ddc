"""Tables that a chapter's block makes. On a narrow screen they scroll, by keyboard as well."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import streamlit as st


def show_wide_table(name: str, rows: Iterable[str], kind: str = "") -> None:
    """Show a table.

    Parameters
    ----------
    name : str
        What it shows, for screen readers.
    rows : iterable of str
        Its rows as HTML, with all text escaped.
    kind : str, optional
        A further class for its style.
    """
    place = f'class="wide-table {kind}" role="region" aria-label="{escape(name)}" tabindex="0"'
    st.html(f"<div {place}><table>{''.join(rows)}</table></div>")
