"""What squashing is for: a vector multiplied over and over, and a gate that multiplies with nothing up to all."""

from __future__ import annotations

import numpy as np
import streamlit as st

from .....analysis import growth as grown
from .....cells import Quantity
from .....cells.activations import SIGMOID
from .....figures.activation_curve import activation_curve
from .....figures.gated_vector import gated
from .....figures.growth_chart import growth
from .....text.tokens import visible
from .....trace import Trace
from ....shared.charts import chart
from ..registry import Page, block


@block
def explosion(page: Page, factor: float = 3.0, steps: int = 8, vector: list[float] | None = None) -> None:
    """A vector multiplied by a factor over and over, as it is and with tanh after every step; both can be set."""
    _explosion(page.key, factor, steps, vector or [0.6, -0.3, 0.01])


@st.fragment
def _explosion(key: str, factor: float, steps: int, vector: list[float]) -> None:
    with st.container(border=True):
        left, right = st.columns(2)
        factor = left.slider("Factor", 0.1, 5.0, factor, 0.1, key=f"factor-{key}")
        steps = right.slider("Steps", 1, 20, steps, key=f"steps-{key}")
        free, squashed = grown(np.array(vector), factor, steps)
        words = f"Each number after {steps} multiplications by {factor:g}: left as it is, right with tanh each time."
        chart(growth.ready(free, squashed), words, f"growth-{key}")
        largest, kept = np.abs(free[-1]).max(), np.abs(squashed[-1]).max()
        st.caption(
            f"The largest number after {steps} steps: {largest:,.4g} without tanh, {kept:.4g} with it. "
            "All stay between −1 and 1 on the right."
        )


@block
def sigmoid(page: Page, quantity: str = "hidden") -> None:
    """A sum between −8 and 8, what sigmoid makes of it, and what is left of the last state if it is multiplied so."""
    if page.trace is not None:
        _sigmoid(page.key, page.trace, page.trace.definition.by_name[quantity])


@st.fragment
def _sigmoid(key: str, trace: Trace, quantity: Quantity) -> None:
    with st.container(border=True):
        weighted = st.slider("The sum that goes into the sigmoid", -8.0, 8.0, 2.0, 0.5, key=f"sum-{key}")
        gate = float(SIGMOID(np.array(weighted)))
        chart(activation_curve.ready(SIGMOID, weighted), f"The sigmoid at {weighted:g}: {gate:.4f}.", f"sigmoid-{key}")
        words = f"The {quantity.title} after “{visible(trace.tokens[-1])}”, and the same multiplied by {gate:.2f}."
        vector = trace[quantity.name][-1]
        chart(gated.ready(vector, gate, quantity), words, f"gated-{key}")
        st.caption(f"sigmoid({weighted:g}) = {gate:.4f}. {words}".replace("-", "−"))
