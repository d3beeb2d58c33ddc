"""The LSTM whose gates look at the cell state itself, through peepholes (Gers & Schmidhuber 2000).

In an LSTM without them the gates see the cell state only as far as the output gate lets it into the hidden state.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .activations import Array
from .lstm import LSTM
from .record import NamedArrays, Record, flat


class PeepholeLSTM(LSTM):
    """The LSTM with peepholes.

    Parameters
    ----------
    weight_ih : ndarray of shape (4*H, D)
        The input weights.
    weight_hh : ndarray of shape (4*H, H)
        The recurrent weights.
    bias_ih, bias_hh : ndarray of shape (4*H,) or None, default None
        The biases; zeros if left out.
    weight_peephole : ndarray of shape (3*H,) or None, default None
        The weights p of the input, the forget and the output gate; zeros if left out.
    **options : str
        Options of the cell, those of `LSTM`.

    Notes
    -----
    The sums of i and f have a further term p * c_{t-1}, and that of o has p * c_t, unit by unit.

    References
    ----------
    Gers, F. A. and Schmidhuber, J. (2000). Recurrent nets that time and count. Proceedings of the International Joint
    Conference on Neural Networks.
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
        p_i, p_f, p_o = self.weight_peephole.reshape(3, size, 1)
        # a = W_ih x_t + b_ih + b_hh + W_hh h_{t-1}; z comes with all but the last term
        z += self.weight_hh.dot(before["hidden"])
        # a_i += p_i * c_{t-1}, a_f += p_f * c_{t-1}
        z[self.row("input")] += p_i * before["cell"]
        z[self.row("forget")] += p_f * before["cell"]
        # i = sigmoid(a_i), f = sigmoid(a_f), g = tanh(a_g)
        self.gate_activations.apply(z[early])
        # c_t = f * c_{t-1} + i * g
        np.multiply(now["forget"], before["cell"], out=now["cell"])
        now["cell"] += now["input"] * now["candidate"]
        # o = sigmoid(a_o + p_o * c_t), which has to wait for the new cell state
        z[output] += p_o * now["cell"]
        z[output] = self.functions["gates"](z[output])
        # s = tanh(c_t)
        now["squashed"][...] = self.functions["squash"](now["cell"])
        # h_t = o * s
        np.multiply(now["output"], now["squashed"], out=now["hidden"])

    def step_back(self, z: Array, before: NamedArrays, now: NamedArrays, d: NamedArrays, dz: Array) -> None:
        early = slice(0, 3 * self.hidden_size)
        i, f, g, o = (now[gate] for gate in self.rows)
        d_i, d_f, d_g, d_o = self.split(dz)
        p_i, p_f, p_o = self.weight_peephole.reshape(3, self.hidden_size, 1)
        squashed = now["squashed"]
        # da_o = dh_t * s * o', o' the slope of the gate from its value
        np.multiply(d["hidden"] * squashed, self.functions["gates"].slope(o), out=d_o)
        # dc_t += dh_t * o * s' + p_o * da_o: the cell state acts through the squash and through the peephole
        d["cell"] += d["hidden"] * o * self.functions["squash"].slope(squashed) + p_o * d_o
        # di = dc_t * g, dg = dc_t * i, df = dc_t * c_{t-1}
        np.multiply(d["cell"], g, out=d_i)
        np.multiply(d["cell"], i, out=d_g)
        np.multiply(d["cell"], before["cell"], out=d_f)
        # da = (di, df, dg) * the slopes of their activations
        dz[early] *= self.gate_activations.slope(z[early])
        # dc_{t-1} = dc_t * f + p_i * da_i + p_f * da_f
        d["cell"] *= f
        d["cell"] += p_i * d_i + p_f * d_f
        # dh_{t-1} = W_hh^T da
        np.dot(self.weight_hh.T, dz, out=d["hidden"])

    def extra_gradients(self, record: Record, dz: Array) -> NamedArrays:
        # dp_i = sum over t of da_i * c_{t-1}, dp_f = sum over t of da_f * c_{t-1}, dp_o = sum over t of da_o * c_t
        old, new = flat(record.before("cell")), flat(record.feature_first("cell"))
        seen = {"input": old, "forget": old, "output": new}
        gradients = [(dz[self.row(gate)] * state).sum(1) for gate, state in seen.items()]
        return {"weight_peephole": np.concatenate(gradients)}
