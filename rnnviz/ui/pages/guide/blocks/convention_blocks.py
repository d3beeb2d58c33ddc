"""Switches for the conventions on which books and libraries differ; the page's model follows them."""

from __future__ import annotations

import streamlit as st

from .....cells import CELLS
from ....shared import link_parameters
from ..block_registry import ChapterContext, block


@block
def conventions(context: ChapterContext, **titles: dict[str, str]) -> None:
    """A switch for each option of the cell, in the order of `titles`: by option its `label` and its choices' names."""
    if context.model is None:
        return
    cell = CELLS[context.model.network.cell_name]
    with st.container(border=True):
        for option in sorted(cell.choices, key=[*titles, *cell.choices].index):
            values = cell.choices[option]
            names = {value: value for value in values} | titles.get(option, {})
            label = names.pop("label", option.capitalize())
            key = link_parameters.convention(context.chapter.name, option, values).key
            st.segmented_control(label, values, required=True, format_func=names.__getitem__, key=key)
