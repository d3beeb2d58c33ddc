"""Long short-term memory (Hochreiter & Schmidhuber 1997), with the forget gate of Gers et al. (2000)."""

from __future__ import annotations

import numpy as np

from .activations import Array
from .base import Cell
from .definition import CANDIDATE, CELL, FORGET, HIDDEN, INPUT, JOIN, OUTPUT, Definition, Phase, weighted_sum
from .record import Views


class LSTM(Cell):
    """c_t = f * c_{t-1} + i * g and h_t = o * tanh(c_t), where the gates f, i, o and the
    candidate g are each an activated sum of x_t and h_{t-1}."""

    name = "lstm"
    title = "LSTM"
    rows = ("input", "forget", "candidate", "output")
    keeps = "forget"
    kept = ("squashed",)

    @classmethod
    def define(cls, **options: str) -> Definition:
        cls.settle(options)
        phases = (
            JOIN,
            Phase(
                "forget",
                "Forget",
                ("forget",),
                (r"\q{forget}_t = \sigma" + weighted_sum("f"),),
                "The forget gate decides what of the old cell state is kept.",
            ),
            Phase(
                "write",
                "Choose what to write",
                ("input", "candidate"),
                (r"\q{input}_t = \sigma" + weighted_sum("i"), r"\q{candidate}_t = \tanh" + weighted_sum("g")),
                "The candidate proposes new content, the input gate decides how much of it is let in.",
            ),
            Phase(
                "cell",
                "New cell state",
                ("cell",),
                (r"\q{cell}_t = \q{forget}_t \odot \q{cell}_{t-1} + \q{input}_t \odot \q{candidate}_t",),
                "What is kept of the old and what is let in of the new add up to the new cell state.",
            ),
            Phase(
                "output",
                "Let out",
                ("output", "hidden"),
                (
                    r"\q{output}_t = \sigma" + weighted_sum("o"),
                    r"\q{hidden}_t = \q{output}_t \odot \tanh\left(\q{cell}_t\right)",
                ),
                "The output gate decides how much of the squashed cell state shows as the hidden state.",
            ),
        )
        return Definition(cls.name, cls.title, (FORGET, INPUT, CANDIDATE, CELL, OUTPUT, HIDDEN), phases)

    def step(self, z: Array, before: Views, now: Views) -> None:
        z += self.weight_hh.dot(before["hidden"])
        self.stack.apply(z)
        np.multiply(now["forget"], before["cell"], out=now["cell"])
        now["cell"] += now["input"] * now["candidate"]
        np.tanh(now["cell"], out=now["squashed"])
        np.multiply(now["output"], now["squashed"], out=now["hidden"])

    def step_back(self, z: Array, before: Views, now: Views, d: Views, dz: Array) -> None:
        # Sigmoid's slope is y (1 - y), tanh's is 1 - y^2, and o * tanh(c) is h.
        i, f, g, o = (now[gate] for gate in self.rows)
        d_i, d_f, d_g, d_o = self.split(dz)
        d["cell"] += d["hidden"] * (o - now["hidden"] * now["squashed"])
        np.multiply(d["hidden"], now["hidden"] * (1 - o), out=d_o)
        written = d["cell"] * i
        np.multiply(written, g * (1 - i), out=d_i)
        np.multiply(written, 1 - g * g, out=d_g)
        d["cell"] *= f
        np.multiply(d["cell"], before["cell"] * (1 - f), out=d_f)
        np.dot(self.weight_hh.T, dz, out=d["hidden"])
