"""The gated recurrent unit (Cho et al. 2014), in the conventions that are in use.

The reset gate acts "after" the matrix product (PyTorch, cuDNN, Keras) or "before" it (Cho et al., ONNX's default, older
Keras); weights trained for one do not mean the same in the other.

The update gate z "keeps" the old state (equation 7 of Cho et al., PyTorch, Keras, ONNX) or "writes" the candidate
(Chung et al. 2014, Bahdanau et al. 2015, many textbooks). These two are one cell written in two ways:
sigmoid(-a) = 1 - sigmoid(a), so negating the rows of z leads from one to the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..errors import ArgumentError
from .activations import SIGMOID, TANH, Array, activation
from .cell import Cell
from .definition import CANDIDATE, HIDDEN, JOIN, RESET, UPDATE, Definition, Phase, weighted_sum
from .descriptions import Explanations, range_in_words
from .record import NamedArrays, Record, flat


class GRU(Cell):
    """The gated recurrent unit.

    Its options are the placement of the `reset` gate, "after" the matrix product (default) or "before" it; whether the
    `update` gate "keeps" the old state (default) or "writes" the candidate; the activation of the `gates`; and the
    `activation` of the candidate.

    Notes
    -----
    The gates r and z are activated sums, such as r = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr). Then, with the
    reset gate after the matrix product or before it,

    n = tanh(W_in x_t + b_in + r * (W_hn h_{t-1} + b_hn))

    n = tanh(W_in x_t + b_in + W_hn (r * h_{t-1}) + b_hn)

    and, with an update gate that keeps or one that writes,

    h_t = (1 - z) * n + z * h_{t-1}

    h_t = z * n + (1 - z) * h_{t-1}

    References
    ----------
    Cho, K. et al. (2014). Learning phrase representations using RNN encoder-decoder for statistical machine
    translation. Proceedings of EMNLP. (Reset before the product; equation 7: the update gate keeps.)

    Chung, J. et al. (2014). Empirical evaluation of gated recurrent neural networks on sequence modeling.
    arXiv:1412.3555. (The update gate writes.)
    """

    name = "gru"
    title = "GRU"
    rows = ("reset", "update", "candidate")
    separate_rows = ("candidate",)
    cached_values = ("recalled",)
    choices = {"reset": ("after", "before"), "update": ("keeps", "writes")}
    activations = {"gates": "sigmoid", "activation": "tanh"}
    notation = ("update",)

    @classmethod
    def define(cls, **options: str) -> Definition:
        reset, update, *chosen = cls.resolve_options(options).values()
        gates, proposal = map(activation, chosen)
        explain = Explanations()
        proposes = f"Proposes new content for the hidden state: values {range_in_words(proposal)}."
        candidate = replace(CANDIDATE, symbol="n", description=proposes).with_activation(proposal)
        hidden = replace(HIDDEN, description="Both memory and output: a blend of its old value and the candidate.")
        # A blend with weights between 0 and 1 stays between the candidate's bounds and the zero from which it started.
        blends = gates.low >= 0 and gates.high <= 1
        low, high = (min(0.0, proposal.low), max(0.0, proposal.high)) if blends else (-np.inf, np.inf)
        hidden = replace(hidden, low=low, high=high)
        rewrites = "Decides how much of the hidden state is rewritten: 1 replaces it by the candidate, 0 keeps it."
        gate = {"keeps": UPDATE, "writes": replace(UPDATE, description=rewrites)}[update].with_activation(gates)
        kept_or_replaced = {"keeps": "kept", "writes": "replaced"}[update]
        recalled = {
            "after": r"\q{reset}_t \odot \left(W_{hn}\,\q{hidden}_{t-1} + b_{hn}\right)",
            "before": r"W_{hn}\left(\q{reset}_t \odot \q{hidden}_{t-1}\right) + b_{hn}",
        }[reset]
        z, rest = r"\q{update}_t", r"(1 - \q{update}_t)"
        written, kept = {"keeps": (rest, z), "writes": (z, rest)}[update]
        phases = (
            JOIN,
            Phase(
                "reset",
                "Reset",
                ("reset",),
                (r"\q{reset}_t = " + gates.latex_of(weighted_sum("r")),),
                f"The reset gate decides how much of the old state goes into the candidate.{explain(gates)}",
            ),
            Phase(
                "update",
                "Update",
                ("update",),
                (r"\q{update}_t = " + gates.latex_of(weighted_sum("z")),),
                f"The update gate decides how much of the old state is {kept_or_replaced}.",
            ),
            Phase(
                "candidate",
                "Candidate",
                ("candidate",),
                (
                    r"\q{candidate}_t = "
                    + proposal.latex_of(rf"\left(W_{{in}}\,\q{{input_vector}}_t + b_{{in}} + {recalled}\right)"),
                ),
                f"The candidate is computed from the input and what the reset gate lets through.{explain(proposal)}",
            ),
            Phase(
                "blend",
                "Blend",
                ("hidden",),
                (rf"\q{{hidden}}_t = {written} \odot \q{{candidate}}_t + {kept} \odot \q{{hidden}}_{{t-1}}",),
                "Unit by unit, the new state is a blend of the candidate and the old state.",
            ),
        )
        return Definition(cls.name, cls.title, (RESET.with_activation(gates), gate, candidate, hidden), phases)

    @property
    def reset_after(self) -> bool:
        """Whether the reset gate acts after the matrix product."""
        return self.options["reset"] == "after"

    @property
    def update_keeps(self) -> bool:
        """Whether the update gate keeps the old state, and does not write the candidate."""
        return self.options["update"] == "keeps"

    @property
    def memory_gate(self) -> str:
        """The gate whose bias, when high, makes the cell remember; ArgumentError if it has the opposite meaning."""
        if not self.update_keeps:
            raise ArgumentError(
                'A GRU with update="writes" has no gate that remembers when its bias is high: '
                'train it with update="keeps" and convert it, which leaves its states as they are.',
                code="no_memory_gate", name="update", value="writes", allowed=("keeps",),
            )  # fmt: skip
        return "update"

    def rewrite_parameters(self, options: Mapping[str, str]) -> dict[str, Array]:
        parameters = super().rewrite_parameters(options)
        # sigmoid(-a) = 1 - sigmoid(a)
        if options["update"] != self.options["update"]:
            for array in parameters.values():
                array[self.row("update")] *= -1
        return parameters

    @property
    def gate_rows(self) -> slice:
        """The rows of reset and update, which are activated before the candidate's sum is complete."""
        return slice(0, 2 * self.hidden_size)

    def input_bias(self) -> Array:
        # After the product, the reset gate multiplies b_hn as well, so that only `step` can add it.
        bias = self.bias_ih.copy()
        unmultiplied = self.gate_rows if self.reset_after else slice(None)
        bias[unmultiplied] += self.bias_hh[unmultiplied]
        return bias

    def step(self, z: Array, before: NamedArrays, now: NamedArrays) -> None:
        h, n, gates = before["hidden"], self.row("candidate"), self.gate_rows
        if self.reset_after:
            # a_r and a_z += W_hr h_{t-1} and W_hz h_{t-1}; z comes with W_ih x_t and the biases
            recurrent = self.weight_hh.dot(h)
            z[gates] += recurrent[gates]
            # r = sigmoid(a_r), z = sigmoid(a_z)
            self.gate_activations.apply(z[gates])
            # m = W_hn h_{t-1} + b_hn, what the candidate recalls
            np.add(recurrent[n], self.bias_hh[n, None], out=now["recalled"])
            # a_n += r * m
            now["candidate"] += now["reset"] * now["recalled"]
        else:
            # a_r and a_z += W_hr h_{t-1} and W_hz h_{t-1}; z comes with W_ih x_t and the biases
            z[gates] += self.weight_hh[gates].dot(h)
            # r = sigmoid(a_r), z = sigmoid(a_z)
            self.gate_activations.apply(z[gates])
            # m = r * h_{t-1}, what the candidate recalls
            np.multiply(now["reset"], h, out=now["recalled"])
            # a_n += W_hn m
            now["candidate"] += self.weight_hh[n].dot(now["recalled"])
        # n = tanh(a_n)
        proposal = now["candidate"]
        if self.functions["activation"] is TANH:
            np.tanh(proposal, out=proposal)
        else:
            proposal[...] = self.functions["activation"](proposal)
        # h_t = (1 - z) * n + z * h_{t-1} = n + z * (h_{t-1} - n); with update="writes" n and h_{t-1} change places
        shut, opened = (now["candidate"], h) if self.update_keeps else (h, now["candidate"])
        np.subtract(opened, shut, out=now["hidden"])
        now["hidden"] *= now["update"]
        now["hidden"] += shut

    def step_back(self, z: Array, before: NamedArrays, now: NamedArrays, d: NamedArrays, dz: Array) -> None:
        h, n, gates = before["hidden"], self.row("candidate"), self.gate_rows
        r, u, candidate = (now[gate] for gate in self.rows)  # u is the update gate z
        d_r, d_u, d_n = self.split(dz)
        # dh_t * z and dh_t * (1 - z): which goes to the old state and which to the candidate depends on the convention
        through = d["hidden"] * u
        rest = d["hidden"] - through
        kept, written, reach = (through, rest, h - candidate) if self.update_keeps else (rest, through, candidate - h)
        # da_z = dh_t * (h_{t-1} - n) * z * (1 - z), where dh_t * z is `through`; n - h_{t-1} with update="writes"
        if self.functions["gates"] is SIGMOID:
            np.multiply(through, reach * (1 - u), out=d_u)
        else:
            np.multiply(d["hidden"] * reach, self.functions["gates"].slope(u), out=d_u)
        # da_n = dn * (1 - n^2)
        if self.functions["activation"] is TANH:
            np.multiply(written, 1 - candidate * candidate, out=d_n)
        else:
            np.multiply(written, self.functions["activation"].slope(candidate), out=d_n)
        if self.reset_after:
            # dm = da_n * r, with m = W_hn h_{t-1} + b_hn
            through_reset = d_n * r
            self._reset_back(d_n, through_reset, now["recalled"], r, d_r)
            # dh_{t-1} = W_hr^T da_r + W_hz^T da_z + W_hn^T dm
            np.dot(self.weight_hh.T, np.concatenate([dz[gates], through_reset]), out=d["hidden"])
        else:
            # dm = W_hn^T da_n, with m = r * h_{t-1}
            d_recalled = self.weight_hh[n].T.dot(d_n)
            through_reset = d_recalled * r
            self._reset_back(d_recalled, through_reset, h, r, d_r)
            # dh_{t-1} = W_hr^T da_r + W_hz^T da_z + dm * r
            np.dot(self.weight_hh[gates].T, dz[gates], out=d["hidden"])
            d["hidden"] += through_reset
        # dh_{t-1} += dh_t * z, what the update gate kept; 1 - z with update="writes"
        d["hidden"] += kept

    def _reset_back(self, d_gated: Array, through: Array, gated: Array, r: Array, out: Array) -> None:
        """The gradient by the reset gate's sum, from that by r * gated; `through` is the latter times r."""
        # da_r = d(r * gated) * gated * r * (1 - r)
        if self.functions["gates"] is SIGMOID:
            np.multiply(through, gated * (1 - r), out=out)
        else:
            np.multiply(d_gated * gated, self.functions["gates"].slope(r), out=out)

    def recurrent_gradients(self, record: Record, dz: Array) -> tuple[Array, Array]:
        n = self.row("candidate")
        if self.reset_after:
            # dW_hn = sum over t of (da_n * r) h_{t-1}^T: the sum reaches W_hn and b_hn through the reset gate
            through = dz.copy()
            through[n] *= flat(record.feature_first("reset"))
            return super().recurrent_gradients(record, through)
        # dW_hn = sum over t of da_n m^T, with m = r * h_{t-1}
        d_weight, d_bias = super().recurrent_gradients(record, dz)
        d_weight[n] = dz[n] @ flat(record.values["recalled"]).T
        return d_weight, d_bias
