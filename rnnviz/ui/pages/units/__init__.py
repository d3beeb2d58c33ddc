"""The Units page: all units of a layer over a corpus with a card for each, and the patterns that they make together."""

from __future__ import annotations

import streamlit as st

from ...shared import lesson_link, link_parameters, missing_model, model_card, notices, pickers
from . import atlas_source, pattern_panel, unit_card, units_table
from .unit_choice import UnitChoice, choose

__all__ = ["PARTS", "page"]

PARTS = {"unit": "One unit", "pattern": "Find a pattern"}  # by name in the link


def page() -> None:
    """Show everything under the title."""
    missing_model.offer()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="units-head"):
        task, model, layer, direction = pickers.pick_model("shakespeare", compact=True)
        place = st.container(horizontal=True, vertical_alignment="center", gap="small", width="content")
    messages = st.container()
    pickers.report_weights(task, model)
    atlas = atlas_source.atlas_of(task, model)
    if atlas is not None:
        with place:
            quantity = units_table.pick_quantity(model, atlas, layer, direction)
            part = pickers.pick_part("Part", link_parameters.units_part(list(PARTS)), PARTS, labels="collapsed")
            atlas_source.offer_another(model)
        corpus = atlas_source.corpus_in_words(atlas)
        choice: UnitChoice = choose(task, model, atlas, quantity, layer, direction)
        if part == "pattern":
            st.markdown(f"Choose a span of your text to see where the same units are on in {corpus}.")
            pattern_panel.show(choice)
        else:
            st.markdown(
                "A unit is one position in the cell’s vectors. Here is what each one does while the model reads "
                f"{corpus}."
            )
            with st.container(key="stacked-units"):
                left, right = st.columns([1, 1.2], gap="medium")
            with left:
                units_table.show(choice, unit_card.meaning(choice))
            with right:
                unit_card.show(choice)
    if lesson_link.shows("about"):
        model_card.show(model)
    with messages:
        notices.show()
