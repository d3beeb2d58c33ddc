"""The Explore page: everything that happens inside a network while it reads a text."""

from __future__ import annotations

import streamlit as st

from ...shared import downloads, lesson_link, model_card, notices, pickers, text_box, what_if
from . import trace_panel

__all__ = ["page"]


def page() -> None:
    """Show everything under the title."""
    task, model, layer, direction = pickers.pick_model()
    above = st.container(horizontal=True, vertical_alignment="center")
    text = text_box.text_box(task)
    messages = st.container()
    with st.container():  # what follows keeps its place on the page, whatever is written here
        what_if.bar(model.definition)
        prepared = text_box.prepare(model, text, what_if.changes())
    with above:
        _guide_link()
        what_if.menu(model.definition, prepared.typed.tokens if prepared else [])
    if prepared is not None:
        trace = model.run(prepared)
        trace_panel.show(task, text, trace, model, layer, direction)
        with st.container(horizontal=True):
            if lesson_link.shows("downloads"):
                downloads.menu(trace, layer, direction)
            lesson_link.menu(stepping=True)
    what_if.save()
    if lesson_link.shows("about"):
        model_card.show(model)
    with messages:
        notices.show()


def _guide_link() -> None:
    """A link to the first chapter of the guide, for new users."""
    if lesson_link.shows("navigation"):
        st.page_link(
            "pages/words.py", label="New to this? The guide starts from the beginning.", icon=":material/menu_book:"
        )
