"""Values in a few lines: labels with the largest and the smallest ones, and buttons to units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import streamlit as st

from ....cells.definition import Quantity
from ....number_format import short_number, with_minus_signs
from ...shared.markdown import plain
from .unit_choice import UnitChoice


def value_text(value: float, quantity: Quantity) -> str:
    """A value of a quantity, in three places if it has bounds."""
    return with_minus_signs(f"{round(value, 3) + 0.0:.3f}") if quantity.bounded else short_number(value)


def both_ends(values: np.ndarray, labels: Sequence[str], each_way: int = 4, form: str = "+.2f") -> None:
    """The labels with the largest and the smallest values, as two lines."""
    texts = [with_minus_signs(f"{value:{form}}") for value in values.tolist()]
    parts = [f"{plain(label)}\N{NO-BREAK SPACE}{text}" for label, text in zip(labels, texts, strict=True)]
    order = np.argsort(-values, kind="stable")
    count = min(each_way, len(order) // 2)
    ends = ((order[:count], "arrow_upward"), (order[::-1][:count], "arrow_downward"))
    st.markdown(
        "  \n".join(
            f":material/{icon}: " + "\N{NO-BREAK SPACE}· ".join(parts[k] for k in rows) for rows, icon in ends if count
        )
    )


def unit_buttons(choice: UnitChoice, found: Iterable[tuple[int, float]], key: str) -> None:
    """Buttons to other units, each with a value."""
    with st.container(horizontal=True, gap="xsmall"):
        for unit, value in found:
            label = with_minus_signs(f"{unit}: {value:+.2f}")
            st.button(label, key=f"{key}-{unit}", on_click=choice.go_to, args=(unit,), help=f"Unit {unit}")
