"""Slots that the instrument draws into: they follow its step and unit without asking the server."""

from __future__ import annotations

import streamlit as st

from ....shared.instrument import slot
from ..block_registry import ChapterContext, block


@block
def arithmetic(context: ChapterContext, phase: str) -> None:
    """The equations of one phase with the numbers of the selected unit and step."""
    st.html(slot("arithmetic", phase=phase))


@block
def diagram(context: ChapterContext, phase: str) -> None:
    """The cell's diagram with one phase highlighted, where the instrument does not stay in view (on phones)."""
    with st.container(key=f"phone-{context.key}"):
        st.html(slot("diagram", phase=phase))


@block
def predictions(context: ChapterContext) -> None:
    """The predictions after the selected step, where the instrument does not stay in view (on phones)."""
    with st.container(key=f"phone-{context.key}"):
        st.html(slot("predictions"))


@block
def curve(context: ChapterContext, quantity: str) -> None:
    """A quantity's activation function as a curve, with every unit's sum and value at the selected step on it."""
    st.html(slot("curve", quantity=quantity))


@block
def gate(context: ChapterContext, gate: str, of: str) -> None:
    """A state of the previous step, multiplied by a gate: what is kept."""
    st.html(slot("gate", gate=gate, of=of))
