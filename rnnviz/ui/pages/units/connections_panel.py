"""What a unit is connected to: the tokens and units that drive it, and the labels that it speaks for."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ....analysis.weights.unit_connections import UnitConnections, unit_connections
from ....errors import ArgumentError
from ....number_format import with_minus_signs
from ....text.tokens import visible
from .listed_values import both_ends, unit_buttons
from .unit_choice import UnitChoice

UNITS = 8  # that drive a unit most


def find(choice: UnitChoice) -> UnitConnections | None:
    """The unit's weights; None where a projected state has fewer rows than units."""
    try:
        return unit_connections(choice.model, choice.unit, choice.quantity.name, choice.layer, choice.direction)
    except ArgumentError:
        return None


def drivers(choice: UnitChoice, found: UnitConnections) -> None:
    """Show the largest weights into the unit."""
    row = choice.model.network.cell(choice.layer, choice.direction).definition.by_name[found.row]
    st.markdown("**What drives it?**")
    if row.name != choice.quantity.name:
        st.markdown(f"These weights feed its {row.title}; the gates decide how much of that is written.")
    if found.tokens is not None:
        st.markdown(f"Tokens, by what they add to the {row.title} before its activation:")
        both_ends(found.tokens, [visible(token) for token in choice.model.vocabulary.tokens])
    st.markdown("Units, by the weight of their previous hidden state:")
    strongest = np.argsort(-np.abs(found.recurrent), kind="stable")[:UNITS].tolist()
    unit_buttons(choice, [(k, found.recurrent[k]) for k in strongest if found.recurrent[k]], "driver")


def answers(choice: UnitChoice, found: UnitConnections) -> None:
    """Show what the unit adds to the logits or outputs."""
    st.markdown("**What does it do to the answer?**")
    if found.answers is None:
        st.markdown("The readout does not read this layer directly.")
        return
    if len(found.answers) == 1:
        st.markdown(f"A hidden state of 1 adds {with_minus_signs(f'{found.answers[0]:+.2f}')} to the output.")
        return
    relative = choice.model.network.head.is_distribution  # what all logits have in common changes nothing
    what = "to each label’s logit, less the mean over all labels" if relative else "to each output"
    st.markdown(f"What a hidden state of 1 adds {what}:")
    values = found.answers - found.answers.mean() if relative else found.answers
    both_ends(values, [visible(label) for label in choice.model.labels])
