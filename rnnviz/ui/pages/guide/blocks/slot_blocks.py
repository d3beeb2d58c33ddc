"""Places into which the instrument draws: they follow its step and unit without asking the server."""

from __future__ import annotations

import streamlit as st

from ....shared.instrument import slot
from ..registry import Page, block


@block
def arithmetic(page: Page, phase: str) -> None:
    """The equations of one phase with the numbers of the chosen unit and step."""
    st.html(slot("arithmetic", phase=phase))


@block
def diagram(page: Page, phase: str) -> None:
    """The cell's picture with one phase lit, where the instrument does not stay in view (on phones)."""
    with st.container(key=f"phone-{page.key}"):
        st.html(slot("diagram", phase=phase))


@block
def predictions(page: Page) -> None:
    """What the model says after the chosen step, where the instrument does not stay in view (on phones)."""
    with st.container(key=f"phone-{page.key}"):
        st.html(slot("predictions"))


@block
def curve(page: Page, quantity: str) -> None:
    """A quantity's activation as a curve, with every unit's sum and value of the chosen step on it."""
    st.html(slot("curve", quantity=quantity))


@block
def gate(page: Page, gate: str, of: str) -> None:
    """A state of the step before, times a gate: what is kept."""
    st.html(slot("gate", gate=gate, of=of))
