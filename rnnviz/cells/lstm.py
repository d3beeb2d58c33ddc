"""Long short-term memory (Hochreiter & Schmidhuber 1997), with the forget gate of Gers et al. (2000)."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from .activations import Array, activation
from .cell import Cell
from .definition import CANDIDATE, CELL, FORGET, HIDDEN, INPUT, JOIN, OUTPUT, Definition, Phase, weighted_sum
from .descriptions import Explanations, product_bounds, range_in_words
from .record import NamedArrays


class LSTM(Cell):
    """The long short-term memory cell.

    Its options are the activation of the `gates`, the `activation` of the candidate, and the `squash` of the cell
    state.

    Notes
    -----
    Each of the gates i, f, o and the candidate g is an activated sum, such as
    f = sigmoid(W_if x_t + b_if + W_hf h_{t-1} + b_hf). Then

    c_t = f * c_{t-1} + i * g

    h_t = o * tanh(c_t)

    References
    ----------
    Hochreiter, S. and Schmidhuber, J. (1997). Long short-term memory. Neural Computation 9.

    Gers, F. A., Schmidhuber, J. and Cummins, F. (2000). Learning to forget: continual prediction with LSTM. Neural
    Computation 12.
    """

    name = "lstm"
    title = "LSTM"
    rows = ("input", "forget", "candidate", "output")
    memory_gate = "forget"
    cached_values = ("squashed",)
    activations = {"gates": "sigmoid", "activation": "tanh", "squash": "tanh"}
    peepholes: ClassVar[dict[str, str]] = {}  # by a gate's letter, the state that it sees as well

    @classmethod
    def define(cls, **options: str) -> Definition:
        gates, proposal, squash = (activation(name) for name in cls.resolve_options(options).values())
        explain, sees = Explanations(), cls.peepholes.get
        forget, write, output = (quantity.with_activation(gates) for quantity in (FORGET, INPUT, OUTPUT))
        proposes = f"Proposes new content for the cell state: values {range_in_words(proposal)}."
        candidate = replace(CANDIDATE, description=proposes).with_activation(proposal)
        low, high = product_bounds(gates, squash)
        hidden = replace(HIDDEN, low=low, high=high)
        looking = ", and looks at that state to decide" if cls.peepholes else ""
        phases = (
            JOIN,
            Phase(
                "forget",
                "Forget",
                ("forget",),
                (r"\q{forget}_t = " + gates.latex_of(weighted_sum("f", sees("f", ""))),),
                f"The forget gate decides how much of the old cell state is kept{looking}.{explain(gates)}",
            ),
            Phase(
                "write",
                "Choose what to write",
                ("input", "candidate"),
                (
                    r"\q{input}_t = " + gates.latex_of(weighted_sum("i", sees("i", ""))),
                    r"\q{candidate}_t = " + proposal.latex_of(weighted_sum("g")),
                ),
                "The candidate proposes new content, and the input gate decides how much of it is written."
                + explain(proposal),
            ),
            Phase(
                "cell",
                "New cell state",
                ("cell",),
                (r"\q{cell}_t = \q{forget}_t \odot \q{cell}_{t-1} + \q{input}_t \odot \q{candidate}_t",),
                "What is kept of the old cell state and what is written of the candidate add up to the new cell state.",
            ),
            Phase(
                "output",
                "Output",
                ("output", "hidden"),
                (
                    r"\q{output}_t = " + gates.latex_of(weighted_sum("o", sees("o", ""))),
                    r"\q{hidden}_t = \q{output}_t \odot " + squash.latex_of(r"\q{cell}_t"),
                ),
                f"The output gate decides how much of the {'squashed ' if squash.latex else ''}cell state appears in "
                f"the hidden state.{explain(squash)}",
            ),
        )
        return Definition(cls.name, cls.title, (forget, write, candidate, CELL, output, hidden), phases)

    def step(self, z: Array, before: NamedArrays, now: NamedArrays) -> None:
        # a = W_ih x_t + b_ih + b_hh + W_hh h_{t-1}; z comes with all but the last term
        z += self.weight_hh.dot(before["hidden"])
        # i = sigmoid(a_i), f = sigmoid(a_f), g = tanh(a_g), o = sigmoid(a_o), all in one call
        self.gate_activations.apply(z)
        # c_t = f * c_{t-1} + i * g
        np.multiply(now["forget"], before["cell"], out=now["cell"])
        now["cell"] += now["input"] * now["candidate"]
        # s = tanh(c_t)
        if self.has_default_activations:
            np.tanh(now["cell"], out=now["squashed"])
        else:
            now["squashed"][...] = self.functions["squash"](now["cell"])
        # h_t = o * s
        np.multiply(now["output"], now["squashed"], out=now["hidden"])

    def step_back(self, z: Array, before: NamedArrays, now: NamedArrays, d: NamedArrays, dz: Array) -> None:
        i, f, g, o = (now[gate] for gate in self.rows)
        d_i, d_f, d_g, d_o = self.split(dz)
        if not self.has_default_activations:
            squashed = now["squashed"]
            # do = dh_t * s
            np.multiply(d["hidden"], squashed, out=d_o)
            # dc_t += dh_t * o * s', s' the slope of the squash from its value
            d["cell"] += d["hidden"] * o * self.functions["squash"].slope(squashed)
            # di = dc_t * g, dg = dc_t * i, df = dc_t * c_{t-1}
            np.multiply(d["cell"], g, out=d_i)
            np.multiply(d["cell"], i, out=d_g)
            np.multiply(d["cell"], before["cell"], out=d_f)
            # da = (di, df, dg, do) * the slopes of their activations
            dz *= self.gate_activations.slope(z)
            # dc_{t-1} = dc_t * f
            d["cell"] *= f
            # dh_{t-1} = W_hh^T da
            np.dot(self.weight_hh.T, dz, out=d["hidden"])
            return
        # The same with sigmoid's slope y (1 - y) and tanh's 1 - y^2 put in, and o * s = h_t.
        # dc_t += dh_t * o * (1 - s^2) = dh_t * (o - h_t * s)
        d["cell"] += d["hidden"] * (o - now["hidden"] * now["squashed"])
        # da_o = dh_t * s * o * (1 - o) = dh_t * h_t * (1 - o)
        np.multiply(d["hidden"], now["hidden"] * (1 - o), out=d_o)
        # da_i = dc_t * g * i * (1 - i), da_g = dc_t * i * (1 - g^2), which share dc_t * i
        written = d["cell"] * i
        np.multiply(written, g * (1 - i), out=d_i)
        np.multiply(written, 1 - g * g, out=d_g)
        # dc_{t-1} = dc_t * f
        d["cell"] *= f
        # da_f = dc_t * c_{t-1} * f * (1 - f), where dc_t * f is known already
        np.multiply(d["cell"], before["cell"] * (1 - f), out=d_f)
        # dh_{t-1} = W_hh^T da
        np.dot(self.weight_hh.T, dz, out=d["hidden"])
