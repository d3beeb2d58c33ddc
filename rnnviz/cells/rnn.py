"""The simple recurrent network (Elman 1990): the next state is a squashed sum of input and old state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .activations import Array, activation
from .cell import Cell
from .definition import HIDDEN, JOIN, Definition, Phase, weighted_sum
from .descriptions import explaining
from .record import NamedArrays


class RNN(Cell):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), or relu or any other activation in place of tanh."""

    name = "rnn"
    title = "RNN"
    rows = ("hidden",)
    choices = {"activation": ("tanh", "relu")}
    activations = {"activation": "tanh"}

    @classmethod
    def define(cls, **options: str) -> Definition:
        chosen = activation(cls.resolve_options(options)["activation"])
        said = "All that the network remembers, rewritten from scratch at every step."
        hidden = replace(HIDDEN, description=said).with_activation(chosen)
        through = f"goes through {chosen.plain_name}" if chosen.latex else "goes through no activation"
        squash = Phase(
            name=chosen.kind,
            title="Squash" if chosen.bounded else "Rectify" if chosen.low > -np.inf else "Activate",
            computes=("hidden",),
            equations=(r"\q{hidden}_t = " + chosen.latex_of(weighted_sum("h")),),
            description=f"The sum of both {through}; the result replaces the whole memory.{explaining()(chosen)}",
        )
        return Definition(cls.name, cls.title, (hidden,), (JOIN, squash))

    def step(self, z: Array, before: NamedArrays, now: NamedArrays) -> None:
        z += self.weight_hh.dot(before["hidden"])
        self.gate_activations.apply(z)
        now["hidden"][...] = z

    def step_back(self, z: Array, before: NamedArrays, now: NamedArrays, d: NamedArrays, dz: Array) -> None:
        np.multiply(d["hidden"], self.gate_activations.slope(z), out=dz)
        np.dot(self.weight_hh.T, dz, out=d["hidden"])
