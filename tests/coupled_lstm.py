"""A cell that rnnviz does not have: an LSTM whose forget gate is 1 - i.

It represents a cell that a reader adds: this file is all there is of it, and everything that shows cells must show it.
"""

from dataclasses import replace

import numpy as np

from rnnviz.cells import Cell, Definition, Phase
from rnnviz.cells.definition import CANDIDATE, CELL, FORGET, HIDDEN, INPUT, JOIN, OUTPUT, weighted_sum


class CoupledLSTM(Cell):
    """c_t = (1 - i) * c_{t-1} + i * g and h_t = o * tanh(c_t)."""

    name = "coupled"
    title = "Coupled LSTM"
    rows = ("input", "candidate", "output")
    cached_values = ("squashed",)

    @classmethod
    def define(cls, **options):
        forget = replace(
            FORGET,
            activation=None,
            description="Keeps as much of the old cell state as the input gate leaves room for.",
        )
        write = (r"\q{input}_t = \sigma" + weighted_sum("i"), r"\q{candidate}_t = \tanh" + weighted_sum("g"))
        keep = (r"\q{forget}_t = 1 - \q{input}_t",)
        cell = (r"\q{cell}_t = \q{forget}_t \odot \q{cell}_{t-1} + \q{input}_t \odot \q{candidate}_t",)
        show = (r"\q{output}_t = \sigma" + weighted_sum("o"), r"\q{hidden}_t = \q{output}_t \odot \tanh(\q{cell}_t)")
        phases = (
            JOIN,
            Phase("write", "Write", ("input", "candidate"), write, "The input gate decides how much is written."),
            Phase("keep", "Keep", ("forget",), keep, "What is written takes the place of what was there."),
            Phase("cell", "New cell state", ("cell",), cell, "Old and new are mixed, unit by unit."),
            Phase(
                "output",
                "Output",
                ("output", "hidden"),
                show,
                "The output gate decides how much of the cell state appears in the hidden state.",
            ),
        )
        return Definition(cls.name, cls.title, (INPUT, CANDIDATE, forget, CELL, OUTPUT, HIDDEN), phases)

    def step(self, z, before, now):
        # a = W_ih x_t + b_ih + b_hh + W_hh h_{t-1}; z comes with all but the last term
        z += self.weight_hh @ before["hidden"]
        # i = sigmoid(a_i), g = tanh(a_g), o = sigmoid(a_o)
        self.gate_activations.apply(z)
        # f = 1 - i
        now["forget"][...] = 1 - now["input"]
        # c_t = f * c_{t-1} + i * g
        now["cell"][...] = now["forget"] * before["cell"] + now["input"] * now["candidate"]
        # s = tanh(c_t), h_t = o * s
        now["squashed"][...] = np.tanh(now["cell"])
        now["hidden"][...] = now["output"] * now["squashed"]

    def step_back(self, z, before, now, d, dz):
        # dc_t += dh_t * o * (1 - s^2)
        d_cell = d["cell"] + d["hidden"] * now["output"] * (1 - now["squashed"] ** 2)
        # di = dc_t * (g - c_{t-1}), dg = dc_t * i, do = dh_t * s
        d_input = d_cell * (now["candidate"] - before["cell"])
        dz[...] = np.concatenate([d_input, d_cell * now["input"], d["hidden"] * now["squashed"]])
        # da = (di, dg, do) * the slopes of their activations
        dz *= self.gate_activations.slope(z)
        # dc_{t-1} = dc_t * f, dh_{t-1} = W_hh^T da
        d["cell"][...] = d_cell * now["forget"]
        d["hidden"][...] = self.weight_hh.T @ dz
