"""The simple recurrent network (Elman 1990): the next state is a squashed sum of input and old state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .activations import RELU, TANH, Array
from .base import Cell
from .definition import HIDDEN, JOIN, Definition, Phase, weighted_sum
from .record import Views


class RNN(Cell):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), or relu in place of tanh."""

    name = "rnn"
    title = "RNN"
    rows = ("hidden",)
    choices = {"activation": ("tanh", "relu")}

    @classmethod
    def define(cls, **options: str) -> Definition:
        activation = cls.settle(options)["activation"]
        chosen = {"tanh": TANH, "relu": RELU}[activation]
        hidden = replace(
            HIDDEN,
            activation=chosen,
            low=chosen.low,
            high=chosen.high,
            says="All that the network remembers, rewritten from scratch at every step.",
        )
        squash = Phase(
            name=activation,
            title="Squash" if chosen is TANH else "Rectify",
            computes=("hidden",),
            equations=(rf"\q{{hidden}}_t = {chosen.latex}" + weighted_sum("h"),),
            says=f"The sum of both goes through {activation}; the result replaces the whole memory.",
        )
        return Definition(cls.name, cls.title, (hidden,), (JOIN, squash))

    def step(self, z: Array, before: Views, now: Views) -> None:
        z += self.weight_hh.dot(before["hidden"])
        self.stack.apply(z)
        now["hidden"][...] = z

    def step_back(self, z: Array, before: Views, now: Views, d: Views, dz: Array) -> None:
        np.multiply(d["hidden"], self.stack.slope(z), out=dz)
        np.dot(self.weight_hh.T, dz, out=d["hidden"])
