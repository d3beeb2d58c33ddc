"""Heatmaps of the instrument in the middle of the words, over the step and unit that are selected there."""

from __future__ import annotations

import streamlit as st

from .....cells.definition import INPUT_VECTOR
from ....shared.instrument import slot
from ..block_registry import ChapterContext, block


@block
def heatmap(context: ChapterContext, quantity: str = "", quantities: list[str] | None = None) -> None:
    """One quantity over the text, or several ("prediction" is the readout); those that the cell lacks are left out."""
    if context.trace is None:
        return
    known = {*context.trace.definition.by_name, "prediction"}
    if names := [name for name in quantities or [quantity] if name in known]:
        st.html(slot("heatmaps", quantities=",".join(names)))


@block
def embedding(context: ChapterContext) -> None:
    """The vector of each token: its row of the embedding."""
    heatmap(context, INPUT_VECTOR.name)
