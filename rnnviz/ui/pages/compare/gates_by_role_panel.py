"""Gates with the same role side by side: what keeps, what writes, what could be written, what shows."""

from __future__ import annotations

import streamlit as st

from ....cells import Definition
from ....cells.cell_kind import cell_title
from ....colours import cell_style
from ...shared.columns import columns_in_rows
from ...shared.markdown import plain, series
from .cell_runs import CellRuns
from .gate_roles import ROLES, RolePart, parts_by_role

WITHOUT = {
    "keeps": "no gate keeps anything",
    "writes": "no gate holds anything back",
    "proposes": "no candidate; the new state is computed directly",
    "shows": "no such gate; nothing is held back",
    "other": "no such gate",
}

Parts = dict[str, dict[str, list[RolePart]]]  # by cell and role


def show(runs: CellRuns) -> None:
    """Show a row of heatmaps for each role that several cells have, and one for the roles that a single cell has."""
    parts: Parts = {
        cell: by_role for cell in runs.traces if any((by_role := parts_by_role(runs.definition(cell))).values())
    }
    if not parts:
        return
    st.header("Gates with the same role", anchor=False)
    if without := [plain(cell_title(cell)) for cell in runs.traces if cell not in parts]:
        st.markdown(
            f"The {series(without)} {'has' if len(without) == 1 else 'have'} no gates: the whole state is recomputed "
            "at every step."
        )
    drawn = {role: [cell for cell in parts if _drawn(parts[cell][role])] for role in ROLES}
    for role, cells in drawn.items():
        if len(cells) > 1:
            _title(role, parts, runs)
            for column, cell in zip(columns_in_rows(len(cells), "medium"), cells, strict=True):
                with column:
                    _heatmaps(runs, cell, parts[cell][role])
    alone = {role: cells[0] for role, cells in drawn.items() if len(cells) == 1}
    if alone:
        for column, (role, cell) in zip(st.columns(len(alone), gap="medium"), alone.items(), strict=True):
            with column:
                _title(role, parts, runs)
                _heatmaps(runs, cell, parts[cell][role])


def _drawn(parts: list[RolePart]) -> list[str]:
    return [part.quantity for part in parts if part.shown_under is None]


def _title(role: str, parts: Parts, runs: CellRuns) -> None:
    """The role, its description, and a remark on each cell that has no heatmap for it."""
    title, description = ROLES[role]
    st.subheader(title, anchor=False)
    remarks = []
    for cell, by_role in parts.items():
        definition = runs.definition(cell)
        words = [words for part in by_role[role] if (words := _remark(definition, part))]
        words += [] if by_role[role] else [WITHOUT[role]]
        if words:
            remarks.append(f"{_name(cell)}: {'; '.join(words)}.")
    st.caption(" ".join([description, *remarks]))


def _heatmaps(runs: CellRuns, cell: str, parts: list[RolePart]) -> None:
    st.caption(_name(cell))
    runs.heatmaps(cell, _drawn(parts))


def _name(cell: str) -> str:
    return f"{cell_style(cell).glyph} {plain(cell_title(cell))}"


def _remark(definition: Definition, part: RolePart) -> str:
    """What a heatmap does not show: that a gate has two roles, or that it acts as one minus its value."""
    gate = definition.by_name[part.quantity]
    factor = plain(f"{'1 − ' if part.one_minus else ''}{gate.symbol}")
    if part.shown_under is not None:
        return f"the {gate.title} shown under “{ROLES[part.shown_under][0]}”, here as {factor}"
    return f"{factor} has this role, where {plain(gate.symbol)} is the {gate.title}" if part.one_minus else ""
