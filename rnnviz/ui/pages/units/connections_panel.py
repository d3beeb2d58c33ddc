"""What a unit is connected to: the tokens and units that drive it, and the labels that it speaks for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ....analysis.weights.unit_connections import unit_connections
from ....errors import ArgumentError
from ....number_format import with_minus_signs
from ....text.tokens import visible
from ...shared.markdown import plain
from .unit_choice import UnitChoice, go_to

EACH_WAY = 4


def show(choice: UnitChoice) -> None:
    """Show the largest weights to and from the unit, in both directions."""
    name, cell = choice.quantity.name, choice.model.network.cell(choice.layer, choice.direction)
    try:
        found = unit_connections(choice.model, choice.unit, name, choice.layer, choice.direction)
    except ArgumentError:  # a projected state has fewer rows than units
        return
    row = cell.definition.by_name[found.row]
    into = plain(row.title)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**What drives it?**")
        if row.name != name:
            st.markdown(f"The weights into its {into}, of which gates decide how much is written.")
        if found.tokens is not None:
            labels = [visible(token) for token in choice.model.vocabulary.tokens]
            st.markdown(f"Tokens, by what their vectors add to the sum of its {into}:")
            _both_ends(found.tokens, labels)
        st.markdown("Units, by the weight of their old hidden state in that sum:")
        _units(found.recurrent)
    with right:
        st.markdown("**What does it do to the answer?**")
        if found.answers is None:
            st.caption("The readout does not read this layer directly.")
        else:
            relative = choice.model.network.head.is_distribution  # what all logits have in common changes nothing
            less = ", less what it adds on average" if relative else ""
            st.markdown(f"Labels, by what a hidden state of 1 adds to their logits{less}:")
            values = found.answers - found.answers.mean() if relative else found.answers
            _both_ends(values, [visible(label) for label in choice.model.labels])


def _both_ends(values: np.ndarray, labels: Sequence[str]) -> None:
    """The labels with the largest and the smallest values, as two lines."""
    order = np.argsort(-values, kind="stable")
    count = min(EACH_WAY, len(order) // 2)
    for rows, icon in ((order[:count], "arrow_upward"), (order[::-1][:count], "arrow_downward")):
        parts = [f"{plain(labels[k])} {with_minus_signs(f'{values[k]:+.2f}')}" for k in rows.tolist()]
        if parts:
            st.markdown(f":material/{icon}: " + " · ".join(parts))


def _units(weights: np.ndarray) -> None:
    """Buttons to the units with the largest weights of either sign."""
    with st.container(horizontal=True, gap="small"):
        for k in np.argsort(-np.abs(weights), kind="stable")[: 2 * EACH_WAY].tolist():
            if weights[k]:
                st.button(
                    with_minus_signs(f"{k}: {weights[k]:+.2f}"), key=f"driver-{k}", type="tertiary", on_click=go_to,
                    args=(k,), help=f"Unit {k}",
                )  # fmt: skip
