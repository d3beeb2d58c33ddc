"""The conventions on which books and libraries differ, as switches: the page's model follows."""

from __future__ import annotations

import streamlit as st

from .....cells import CELLS
from ..registry import Page, block


@block
def conventions(page: Page, **words: dict[str, str]) -> None:
    """A switch for each option of the cell, in the order of `words`: by option, its `label` and its choices' names."""
    if page.model is None:
        return
    cell = CELLS[page.model.network.cell_name]
    with st.container(border=True):
        for option in sorted(cell.choices, key=[*words, *cell.choices].index):
            values = cell.choices[option]
            names = {value: value for value in values} | words.get(option, {})
            label = names.pop("label", option.capitalize())
            key = page.option_key(option)
            st.segmented_control(label, values, required=True, format_func=names.__getitem__, key=key)
