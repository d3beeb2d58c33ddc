"""Gates of like role beside each other: what keeps, what could be written, what writes, what shows."""

from __future__ import annotations

import streamlit as st

from ....cells import CELLS, Definition
from ....colours import cell_style
from ...shared import charts
from ...shared.link_state import plain
from ...shared.subject import Case
from .gate_roles import ROLES, Part, roles
from .task_runs import Runs, listed

NONE = {
    "keeps": "no gate keeps anything, the whole state is written anew",
    "writes": "no gate holds anything back",
    "candidates": "nothing is proposed first, the new state is computed at once",
    "shows": "no gate hides anything, the state shows as it is",
    "others": "none",
}


def answer(case: Case, runs: Runs) -> None:
    """A row of heatmaps for every role that several cells have, and one for all roles that a single cell has."""
    found = {cell: parts for cell, trace in runs.traces.items() if any((parts := roles(trace.definition)).values())}
    if not found:
        return
    st.header("Gates of like role, beside each other", anchor=False)
    if without := [plain(CELLS[cell].title) for cell in runs.traces if cell not in found]:
        st.markdown(
            f"The {listed(without)} {'has' if len(without) == 1 else 'have'} no gates: nothing is kept, held back or "
            "hidden, and the whole state is computed anew at every step."
        )
    drawn = {role: [cell for cell, parts in found.items() if _drawn(parts[role])] for role in ROLES}
    for role, cells in drawn.items():
        if len(cells) > 1:
            _title(role, found, runs)
            for column, cell in zip(st.columns(len(cells), gap="medium"), cells, strict=True):
                with column:
                    _heatmaps(case, runs, cell, role, found[cell][role])
    alone = {role: cells[0] for role, cells in drawn.items() if len(cells) == 1}
    if alone:
        for column, (role, cell) in zip(st.columns(len(alone), gap="medium"), alone.items(), strict=True):
            with column:
                _title(role, found, runs)
                _heatmaps(case, runs, cell, role, found[cell][role])


def _drawn(parts: list[Part]) -> list[str]:
    return [part.quantity for part in parts if part.shown_as is None]


def _title(role: str, found: dict[str, dict[str, list[Part]]], runs: Runs) -> None:
    """The role, what it asks, and what is to be said of cells that have no heatmap for it."""
    title, asks = ROLES[role]
    st.subheader(title, anchor=False)
    said = []
    for cell, parts in found.items():
        definition = runs.traces[cell].definition
        words = [words for part in parts[role] if (words := _words(definition, part))]
        words += [] if parts[role] else [NONE[role]]
        if words:
            said.append(f"{_name(cell)}: {'; '.join(words)}.")
    st.caption(" ".join([asks, *said]))


def _heatmaps(case: Case, runs: Runs, cell: str, role: str, parts: list[Part]) -> None:
    st.caption(_name(cell))
    trace, key = runs.traces[cell], f"heatmaps-{role}-{cell}"
    charts.heatmaps(trace, _drawn(parts), layer=case.layer, direction=case.direction, key=key)


def _name(cell: str) -> str:
    return f"{cell_style(cell).glyph} {plain(CELLS[cell].title)}"


def _words(definition: Definition, part: Part) -> str:
    """What a heatmap does not show: that a gate was met before, or that it is what it leaves that acts."""
    gate = definition.by_name[part.quantity]
    acts = plain(f"{'1 − ' if part.rest else ''}{gate.symbol}")
    if part.shown_as is not None:
        return f"the same {gate.title} as under “{ROLES[part.shown_as][0].lower()}”, here as {acts}"
    return f"{acts} acts here, what the {gate.title} leaves" if part.rest else ""
