"""What squashing is for: a vector that is multiplied over and over, and a factor between 0 and 1."""

from __future__ import annotations

import numpy as np
import streamlit as st

from .....analysis import multiply_repeatedly
from .....cells import Quantity
from .....cells.activations import SIGMOID
from .....figures import activation_curve, growth_curves, vector_times_gate
from .....number_format import with_minus_signs
from .....text.tokens import visible
from .....trace import Trace
from ....shared.charts import chart
from ..block_registry import ChapterContext, block


@block
def explosion(context: ChapterContext, factor: float = 3.0, steps: int = 8, vector: list[float] | None = None) -> None:
    """A vector multiplied by a factor over and over, without and with tanh; factor and steps can be set."""
    _explosion(context.key, factor, steps, vector or [0.6, -0.3, 0.01])


def _whole_if_large(number: float) -> str:
    return f"{number:,.0f}" if number >= 1000 else f"{number:.4g}"


@st.fragment
def _explosion(key: str, factor: float, steps: int, vector: list[float]) -> None:
    with st.container(border=True):
        left, right = st.columns(2)
        factor = left.slider("Factor", 0.1, 5.0, factor, 0.1, key=f"factor-{key}")
        steps = right.slider("Steps", 1, 20, steps, key=f"steps-{key}")
        free, squashed = multiply_repeatedly(np.array(vector), factor, steps)
        description = f"Each number after {steps} multiplications by {factor:g}: left without tanh, right with it."
        chart(growth_curves.ready(free, squashed), description, f"growth-{key}")
        largest, bounded = np.abs(free[-1]).max(), np.abs(squashed[-1]).max()
        st.caption(
            f"The largest number after {steps} steps is {_whole_if_large(largest)} without tanh and {bounded:.4g} with "
            "it. On the right all stay between −1 and 1."
        )


@block
def sigmoid(context: ChapterContext, quantity: str = "hidden") -> None:
    """The sigmoid of a sum that can be set, and the last state multiplied by it."""
    if context.trace is not None:
        _sigmoid(context.key, context.trace, context.trace.definition.by_name[quantity])


@st.fragment
def _sigmoid(key: str, trace: Trace, quantity: Quantity) -> None:
    with st.container(border=True):
        weighted = st.slider("The sum that goes into the sigmoid", -8.0, 8.0, 2.0, 0.5, key=f"sum-{key}")
        gate = float(SIGMOID(np.array(weighted)))
        chart(activation_curve.ready(SIGMOID, weighted), f"The sigmoid at {weighted:g}: {gate:.4f}.", f"sigmoid-{key}")
        description = (
            f"The {quantity.title} after “{visible(trace.tokens[-1])}”, as it is and multiplied by {gate:.2f}."
        )
        vector = trace[quantity.name][-1]
        chart(vector_times_gate.ready(vector, gate, quantity), description, f"gated-{key}", traces=[trace])
        st.caption(with_minus_signs(f"sigmoid({weighted:g}) = {gate:.4f}. {description}"))
