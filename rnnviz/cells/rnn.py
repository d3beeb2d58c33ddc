"""The simple recurrent network (Elman 1990): the next state is a squashed sum of the input and the old state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .activations import Array, activation
from .cell import Cell
from .definition import HIDDEN, JOIN, Definition, Phase, weighted_sum
from .descriptions import Explanations
from .record import NamedArrays


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
        through = f"goes through {chosen.plain_name}" if chosen.latex else "goes through no activation"
        explain = Explanations()
        squash = Phase(
            name=chosen.kind,
            title="Squash" if chosen.bounded else "Rectify" if chosen.low > -np.inf else "Activate",
            computes=("hidden",),
            equations=(r"\q{hidden}_t = " + chosen.latex_of(weighted_sum("h")),),
            description=f"The sum of both {through}, and the result replaces the whole memory.{explain(chosen)}",
        )
        return Definition(cls.name, cls.title, (hidden,), (JOIN, squash))

    def step(self, z: Array, before: NamedArrays, now: NamedArrays) -> None:
        # a = W_ih x_t + b_ih + b_hh + W_hh h_{t-1}; z comes with all but the last term
        z += self.weight_hh.dot(before["hidden"])
        # h_t = tanh(a)
        self.gate_activations.apply(z)
        now["hidden"][...] = z

    def step_back(self, z: Array, before: NamedArrays, now: NamedArrays, d: NamedArrays, dz: Array) -> None:
        # da = dh_t * (1 - h_t^2), the slope of tanh from its value
        np.multiply(d["hidden"], self.gate_activations.slope(z), out=dz)
        # dh_{t-1} = W_hh^T da
        np.dot(self.weight_hh.T, dz, out=d["hidden"])
