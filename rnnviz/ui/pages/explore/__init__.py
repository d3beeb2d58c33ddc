"""The Explore page: everything that happens inside a network while it reads a text."""

from __future__ import annotations

import streamlit as st

from ....instrument.run_notes import run_notes
from ...shared import (
    catalogue,
    downloads,
    lesson_link,
    link_parameters,
    missing_model,
    model_card,
    notices,
    pickers,
    share_panel,
    text_box,
    what_if,
)
from ...shared.catalogue import TaskModels
from ...shared.markdown import plain
from ...shared.session_keys import LAST_READ
from . import starting_point, trace_panel, write_on_menu

__all__ = ["page"]


def page() -> None:
    """Show everything under the title: one row of controls, and the instrument."""
    missing_model.offer()
    with st.container(key="explore"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            task, model, layer, direction = pickers.pick_model(compact=True)
        reading(task, model.network.cell_name, layer, direction)
        if lesson_link.shows("about"):
            model_card.show(model)


@st.fragment  # a letter runs this alone, without the pickers and what every page does first
def reading(task: TaskModels, cell: str, layer: int, direction: str) -> None:
    """Show what depends on the text: its box, the menus beside it, and the instrument."""
    model = catalogue.model(task, cell)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="explore-text"):
        text = text_box.text_box(task, compact=True)
        menus = st.container(horizontal=True, gap="small", width="content")
    messages = st.container()
    pickers.report_weights(task, model)
    remarks: list[str] = []
    prepared = text_box.prepare(model, text, what_if.changes(), remarks.append)
    last_read = st.session_state.setdefault(LAST_READ, {})
    unreadable, shown = prepared is None, text
    if prepared is not None:
        last_read[task.name] = text
    elif task.name in last_read:  # the last run stays in view while a text is typed that cannot be read yet
        shown = last_read[task.name]
        prepared = text_box.prepare(model, shown, what_if.changes(), lambda _: None)
    start = starting_point.starting_point(model, remarks.append)
    trace = None if prepared is None else model.run(prepared, initial=start.states)
    with menus:
        typed = prepared.typed if prepared else None
        what_if.menu(model, typed, start.states, more=lambda: starting_point.field(model))
        write_on_menu.menu(task, model, shown, prepared, start.states)
        if trace is not None and lesson_link.shows("downloads"):
            downloads.menu(trace, model, shown, start.states, start.words)
        share_panel.menu()
    if trace is not None:
        text_box.report_overflow(trace, remarks.append)
        if written := write_on_menu.remark(model, shown):
            remarks.append(written)
        draws = write_on_menu.draws_of(model, shown)
        notes = run_notes(trace, remarks, dimmed=unreadable, draws=draws)
        trace_panel.show(task, text, trace, model, layer, direction, notes)
        if lesson_link.shows("navigation"):
            st.page_link(
                "pages/units.py", label="Find this pattern in a corpus", icon=":material/pattern:",
                query_params=link_parameters.link_to(task.name, model.network.cell_name, text) | {"view": "pattern"},
                help="Which units are on in a span of this text, and where else in a corpus the same ones are on.",
            )  # fmt: skip
    else:
        for remark in remarks:
            st.info(plain(remark), icon=":material/keyboard:")
    what_if.save()
    with messages:
        notices.show()
