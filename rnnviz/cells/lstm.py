"""Long short-term memory (Hochreiter & Schmidhuber 1997), with the forget gate of Gers et al. (2000)."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from .activations import Array, activation
from .cell import Cell
from .definition import CANDIDATE, CELL, FORGET, HIDDEN, INPUT, JOIN, OUTPUT, Definition, Phase, weighted_sum
from .descriptions import explaining, product_bounds, sized
from .record import NamedArrays


class LSTM(Cell):
    """c_t = f * c_{t-1} + i * g and h_t = o * tanh(c_t), where the gates f, i, o and the
    candidate g are each an activated sum of x_t and h_{t-1}.

    Options: the activation of the `gates`, the `activation` of the candidate, and the `squash` in place of that tanh.
    """

    name = "lstm"
    title = "LSTM"
    rows = ("input", "forget", "candidate", "output")
    memory_gate = "forget"
    cached_values = ("squashed",)
    activations = {"gates": "sigmoid", "activation": "tanh", "squash": "tanh"}
    peepholes: ClassVar[dict[str, str]] = {}  # what gates see besides input and hidden state, by their letters

    @classmethod
    def define(cls, **options: str) -> Definition:
        gates, proposal, squash = (activation(name) for name in cls.resolve_options(options).values())
        explained, sees = explaining(), cls.peepholes.get
        forget, write, output = (one.with_activation(gates) for one in (FORGET, INPUT, OUTPUT))
        says = f"Proposes what could be written: new content {sized(proposal)}."
        candidate = replace(CANDIDATE, description=says).with_activation(proposal)
        low, high = product_bounds(gates, squash)
        hidden = replace(HIDDEN, low=low, high=high)
        looking = ", and looks at that state to do so" if cls.peepholes else ""
        phases = (
            JOIN,
            Phase(
                "forget",
                "Forget",
                ("forget",),
                (r"\q{forget}_t = " + gates.latex_of(weighted_sum("f", sees("f", ""))),),
                f"The forget gate decides what of the old cell state is kept{looking}.{explained(gates)}",
            ),
            Phase(
                "write",
                "Choose what to write",
                ("input", "candidate"),
                (
                    r"\q{input}_t = " + gates.latex_of(weighted_sum("i", sees("i", ""))),
                    r"\q{candidate}_t = " + proposal.latex_of(weighted_sum("g")),
                ),
                "The candidate proposes new content, the input gate decides how much of it is let in."
                + explained(proposal),
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
                    r"\q{output}_t = " + gates.latex_of(weighted_sum("o", sees("o", ""))),
                    r"\q{hidden}_t = \q{output}_t \odot " + squash.latex_of(r"\q{cell}_t"),
                ),
                f"The output gate decides how much of the {'squashed ' if squash.latex else ''}cell state shows as the "
                f"hidden state.{explained(squash)}",
            ),
        )
        return Definition(cls.name, cls.title, (forget, write, candidate, CELL, output, hidden), phases)

    def step(self, z: Array, before: NamedArrays, now: NamedArrays) -> None:
        z += self.weight_hh.dot(before["hidden"])
        self.gate_activations.apply(z)
        np.multiply(now["forget"], before["cell"], out=now["cell"])
        now["cell"] += now["input"] * now["candidate"]
        if self.has_default_activations:
            np.tanh(now["cell"], out=now["squashed"])
        else:
            now["squashed"][...] = self.functions["squash"](now["cell"])
        np.multiply(now["output"], now["squashed"], out=now["hidden"])

    def step_back(self, z: Array, before: NamedArrays, now: NamedArrays, d: NamedArrays, dz: Array) -> None:
        i, f, g, o = (now[gate] for gate in self.rows)
        d_i, d_f, d_g, d_o = self.split(dz)
        if not self.has_default_activations:
            squashed = now["squashed"]
            np.multiply(d["hidden"], squashed, out=d_o)
            d["cell"] += d["hidden"] * o * self.functions["squash"].slope(squashed)
            np.multiply(d["cell"], g, out=d_i)
            np.multiply(d["cell"], i, out=d_g)
            np.multiply(d["cell"], before["cell"], out=d_f)
            dz *= self.gate_activations.slope(z)
            d["cell"] *= f
            np.dot(self.weight_hh.T, dz, out=d["hidden"])
            return
        # Sigmoid's slope is y (1 - y), tanh's is 1 - y^2, and o * tanh(c) is h.
        d["cell"] += d["hidden"] * (o - now["hidden"] * now["squashed"])
        np.multiply(d["hidden"], now["hidden"] * (1 - o), out=d_o)
        written = d["cell"] * i
        np.multiply(written, g * (1 - i), out=d_i)
        np.multiply(written, 1 - g * g, out=d_g)
        d["cell"] *= f
        np.multiply(d["cell"], before["cell"] * (1 - f), out=d_f)
        np.dot(self.weight_hh.T, dz, out=d["hidden"])
