"""The Explore page: everything that happens inside a network while it reads a text."""

from __future__ import annotations

import streamlit as st

from ...shared import downloads, lesson_link, model_card, notices, pickers, text_box, what_if
from . import trace_panel

__all__ = ["page"]

HEAD = "explore-head"


def page() -> None:
    """Show everything under the title: one row of controls, and the instrument."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=HEAD):
        task, model, layer, direction = pickers.pick_model(compact=True)
        text = text_box.text_box(task, compact=True)
        menus = st.container(horizontal=True, gap="small", width="content")
    messages = st.container()
    with st.container():  # what follows keeps its place on the page, whatever is written here
        pickers.report_weights(task, model)
        what_if.bar(model.definition)
        prepared = text_box.prepare(model, text, what_if.changes())
    trace = None if prepared is None else model.run(prepared)
    with menus:
        what_if.menu(model.definition, prepared.typed.tokens if prepared else [])
        if trace is not None and lesson_link.shows("downloads"):
            downloads.menu(trace, layer, direction)
        lesson_link.menu(stepping=True)
    if trace is not None:
        trace_panel.show(task, text, trace, model, layer, direction)
    what_if.save()
    if lesson_link.shows("about"):
        model_card.show(model)
    with messages:
        notices.show()
