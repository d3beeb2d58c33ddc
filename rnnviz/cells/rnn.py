"""The simple recurrent network (Elman 1990): the next state is a squashed sum of the input and the old state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .activations import LINEAR, activation
from .applied_activation import Apply
from .cell import Cell
from .definition import HIDDEN, JOIN, Definition, Equation, Phase
from .descriptions import Explanations
from .shorthand import weighted_sum


class RNN(Cell):
    """The simple recurrent cell.

    Its option `activation` is "tanh" or "relu" on pages, and any other activation elsewhere.

    Notes
    -----
    h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)

    References
    ----------
    Elman, J. L. (1990). Finding structure in time. Cognitive Science 14.
    """

    name = "rnn"
    title = "RNN"
    rows = ("hidden",)
    choices = {"activation": ("tanh", "relu")}
    activations = {"activation": "tanh"}

    @classmethod
    def define(cls, **options: str) -> Definition:
        chosen = activation(cls.resolve_options(options)["activation"])
        memory = "All that the network remembers: every step rewrites it as a whole, from itself and the input."
        hidden = replace(HIDDEN, description=memory).with_activation(chosen)
        through = "goes through no activation" if chosen == LINEAR else f"goes through {chosen.plain_name}"
        explain = Explanations()
        squash = Phase(
            name=chosen.kind,
            title="Squash" if chosen.bounded else "Rectify" if chosen.low > -np.inf else "Activate",
            equations=(Equation("hidden", Apply(chosen, weighted_sum("hidden"))),),
            description=f"The sum of both {through}, and the result replaces the whole memory.{explain(chosen)}",
        )
        return Definition(cls.name, cls.title, (hidden,), (JOIN, squash))
