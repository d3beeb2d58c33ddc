"""The LSTM whose gates look at the cell state itself, through peepholes (Gers & Schmidhuber 2000).

In an LSTM without them the gates see the cell state only as far as the output gate lets it show.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .activations import Array
from .lstm import LSTM
from .record import NamedArrays, Record, flat


class PeepholeLSTM(LSTM):
    """An LSTM in whose sums of i and f stands p * c_{t-1} as well, and in that of o stands p * c_t, unit by unit.

    weight_peephole: (3*H,), the weights p of the input, the forget and the output gate one under another; zeros if left
    out. All else is as in `Cell`.
    """

    name = "peephole"
    title = "Peephole LSTM"
    separate_rows = ("output",)
    extra_parameters = {"weight_peephole": ("input", "forget", "output")}
    peepholes = {"i": r"\q{cell}_{t-1}", "f": r"\q{cell}_{t-1}", "o": r"\q{cell}_t"}
    offered = False

    weight_peephole: Array

    def __init__(
        self,
        weight_ih: Array,
        weight_hh: Array,
        bias_ih: Array | None = None,
        bias_hh: Array | None = None,
        weight_peephole: Array | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            weight_ih, weight_hh, bias_ih, bias_hh, extra_parameters={"weight_peephole": weight_peephole}, **options
        )

    def step(self, z: Array, before: NamedArrays, now: NamedArrays) -> None:
        size = self.hidden_size
        early, output = slice(0, 3 * size), self.row("output")
        z += self.weight_hh.dot(before["hidden"])
        p_i, p_f, p_o = self.weight_peephole.reshape(3, size, 1)
        z[self.row("input")] += p_i * before["cell"]
        z[self.row("forget")] += p_f * before["cell"]
        self.gate_activations.apply(z[early])
        np.multiply(now["forget"], before["cell"], out=now["cell"])
        now["cell"] += now["input"] * now["candidate"]
        z[output] += p_o * now["cell"]
        z[output] = self.functions["gates"](z[output])
        now["squashed"][...] = self.functions["squash"](now["cell"])
        np.multiply(now["output"], now["squashed"], out=now["hidden"])

    def step_back(self, z: Array, before: NamedArrays, now: NamedArrays, d: NamedArrays, dz: Array) -> None:
        early = slice(0, 3 * self.hidden_size)
        i, f, g, o = (now[gate] for gate in self.rows)
        d_i, d_f, d_g, d_o = self.split(dz)
        p_i, p_f, p_o = self.weight_peephole.reshape(3, self.hidden_size, 1)
        squashed = now["squashed"]
        np.multiply(d["hidden"] * squashed, self.functions["gates"].slope(o), out=d_o)
        d["cell"] += d["hidden"] * o * self.functions["squash"].slope(squashed) + p_o * d_o
        np.multiply(d["cell"], g, out=d_i)
        np.multiply(d["cell"], i, out=d_g)
        np.multiply(d["cell"], before["cell"], out=d_f)
        dz[early] *= self.gate_activations.slope(z[early])
        d["cell"] *= f
        d["cell"] += p_i * d_i + p_f * d_f
        np.dot(self.weight_hh.T, dz, out=d["hidden"])

    def extra_gradients(self, record: Record, dz: Array) -> NamedArrays:
        old, new = flat(record.before("cell")), flat(record.feature_first("cell"))
        seen = {"input": old, "forget": old, "output": new}
        found = [(dz[self.row(gate)] * state).sum(1) for gate, state in seen.items()]
        return {"weight_peephole": np.concatenate(found)}
