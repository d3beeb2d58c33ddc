"""The gated recurrent unit (Cho et al. 2014), in the conventions that are in use.

The reset gate stands "after" the matrix product (PyTorch, cuDNN, Keras) or "before" it (Cho
et al., ONNX's default, older Keras); weights trained for one do not mean the same in the other.

The update gate z "keeps" the old state (equation 7 of Cho et al., PyTorch, Keras, ONNX) or
"writes" the candidate (Chung et al. 2014, Bahdanau et al. 2015, many textbooks). These two are
one cell written in two ways: sigma(-a) = 1 - sigma(a), so negating the rows of z leads from
one to the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from .activations import SIGMOID, TANH, Array, activation
from .cell import Cell
from .definition import CANDIDATE, HIDDEN, JOIN, RESET, UPDATE, Definition, Phase, weighted_sum
from .descriptions import explaining, sized
from .record import NamedArrays, Record, flat


class GRU(Cell):
    """h_t = (1 - z) * n + z * h_{t-1}, where the reset gate r decides what of h_{t-1} the
    candidate n sees. With update="writes", z and 1 - z change places.

    Further options: the activation of the `gates`, and the `activation` of the candidate.
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
        explained = explaining()
        says = f"Proposes what the hidden state could become: new content {sized(proposal)}."
        candidate = replace(CANDIDATE, symbol="n", description=says).with_activation(proposal)
        hidden = replace(HIDDEN, description="Memory and output in one: a blend of its old self and the candidate.")
        # A blend by shares from 0 to 1 leaves neither the candidate's bounds nor the zero from which it started.
        blends = gates.low >= 0 and gates.high <= 1
        low, high = (min(0.0, proposal.low), max(0.0, proposal.high)) if blends else (-np.inf, np.inf)
        hidden = replace(hidden, low=low, high=high)
        rewrites = "Decides how much of the old hidden state goes: 1 replaces it by the candidate, 0 keeps it."
        gate = {"keeps": UPDATE, "writes": replace(UPDATE, description=rewrites)}[update].with_activation(gates)
        goes_or_stays = {"keeps": "stays", "writes": "is replaced"}[update]
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
                f"The reset gate decides how much of the old state the candidate may look at.{explained(gates)}",
            ),
            Phase(
                "update",
                "Update",
                ("update",),
                (r"\q{update}_t = " + gates.latex_of(weighted_sum("z")),),
                f"The update gate decides how much of the old state {goes_or_stays}.",
            ),
            Phase(
                "candidate",
                "Candidate",
                ("candidate",),
                (
                    r"\q{candidate}_t = "
                    + proposal.latex_of(rf"\left(W_{{in}}\,\q{{input_vector}}_t + b_{{in}} + {recalled}\right)"),
                ),
                f"The candidate is computed from the input and what the reset gate lets through.{explained(proposal)}",
            ),
            Phase(
                "blend",
                "Blend",
                ("hidden",),
                (rf"\q{{hidden}}_t = {written} \odot \q{{candidate}}_t + {kept} \odot \q{{hidden}}_{{t-1}}",),
                "The new state is a blend, unit by unit, of the candidate and the old state.",
            ),
        )
        return Definition(cls.name, cls.title, (RESET.with_activation(gates), gate, candidate, hidden), phases)

    @property
    def reset_after(self) -> bool:
        return self.options["reset"] == "after"

    @property
    def update_keeps(self) -> bool:
        return self.options["update"] == "keeps"

    @property
    def memory_gate(self) -> str:
        if not self.update_keeps:
            raise ValueError(
                'a GRU with update="writes" has no gate that remembers when its bias is high: '
                'train it with update="keeps" and convert it, which leaves its states as they are'
            )
        return "update"

    def rewrite_parameters(self, options: Mapping[str, str]) -> dict[str, Array]:
        parameters = super().rewrite_parameters(options)
        if options["update"] != self.options["update"]:
            for array in parameters.values():
                array[self.row("update")] *= -1
        return parameters

    @property
    def gate_rows(self) -> slice:
        """The rows of reset and update, which are activated before the candidate's sum is complete."""
        return slice(0, 2 * self.hidden_size)

    def input_bias(self) -> Array:
        bias = self.bias_ih.copy()
        outside = self.gate_rows if self.reset_after else slice(None)
        bias[outside] += self.bias_hh[outside]
        return bias

    def step(self, z: Array, before: NamedArrays, now: NamedArrays) -> None:
        h, n, gates = before["hidden"], self.row("candidate"), self.gate_rows
        if self.reset_after:
            recurrent = self.weight_hh.dot(h)
            z[gates] += recurrent[gates]
            self.gate_activations.apply(z[gates])
            np.add(recurrent[n], self.bias_hh[n, None], out=now["recalled"])
            now["candidate"] += now["reset"] * now["recalled"]
        else:
            z[gates] += self.weight_hh[gates].dot(h)
            self.gate_activations.apply(z[gates])
            np.multiply(now["reset"], h, out=now["recalled"])
            now["candidate"] += self.weight_hh[n].dot(now["recalled"])
        proposal = now["candidate"]
        if self.functions["activation"] is TANH:
            np.tanh(proposal, out=proposal)
        else:
            proposal[...] = self.functions["activation"](proposal)
        # (1 - z) n + z h is computed as n + z (h - n), and (1 - z) h + z n as h + z (n - h).
        shut, opened = (now["candidate"], h) if self.update_keeps else (h, now["candidate"])
        np.subtract(opened, shut, out=now["hidden"])
        now["hidden"] *= now["update"]
        now["hidden"] += shut

    def step_back(self, z: Array, before: NamedArrays, now: NamedArrays, d: NamedArrays, dz: Array) -> None:
        h, n, gates = before["hidden"], self.row("candidate"), self.gate_rows
        r, u, candidate = (now[gate] for gate in self.rows)
        d_r, d_u, d_n = self.split(dz)
        through = d["hidden"] * u
        rest = d["hidden"] - through
        kept, written, reach = (through, rest, h - candidate) if self.update_keeps else (rest, through, candidate - h)
        # Sigmoid's slope is u (1 - u), where u stands in `through` already, and tanh's is 1 - n^2.
        if self.functions["gates"] is SIGMOID:
            np.multiply(through, reach * (1 - u), out=d_u)
        else:
            np.multiply(d["hidden"] * reach, self.functions["gates"].slope(u), out=d_u)
        if self.functions["activation"] is TANH:
            np.multiply(written, 1 - candidate * candidate, out=d_n)
        else:
            np.multiply(written, self.functions["activation"].slope(candidate), out=d_n)
        if self.reset_after:
            through_reset = d_n * r
            self._reset_back(d_n, through_reset, now["recalled"], r, d_r)
            np.dot(self.weight_hh.T, np.concatenate([dz[gates], through_reset]), out=d["hidden"])
        else:
            d_recalled = self.weight_hh[n].T.dot(d_n)
            through_reset = d_recalled * r
            self._reset_back(d_recalled, through_reset, h, r, d_r)
            np.dot(self.weight_hh[gates].T, dz[gates], out=d["hidden"])
            d["hidden"] += through_reset
        d["hidden"] += kept

    def _reset_back(self, d_gated: Array, through: Array, gated: Array, r: Array, out: Array) -> None:
        """The gradient by the reset gate's sum, from that by r * gated; through: that times r."""
        if self.functions["gates"] is SIGMOID:
            np.multiply(through, gated * (1 - r), out=out)
        else:
            np.multiply(d_gated * gated, self.functions["gates"].slope(r), out=out)

    def recurrent_gradients(self, record: Record, dz: Array) -> tuple[Array, Array]:
        n = self.row("candidate")
        if self.reset_after:  # the candidate's sum reaches weight_hh through the reset gate
            through = dz.copy()
            through[n] *= flat(record.feature_first("reset"))
            return super().recurrent_gradients(record, through)
        d_weight, d_bias = super().recurrent_gradients(record, dz)
        d_weight[n] = dz[n] @ flat(record.values["recalled"]).T
        return d_weight, d_bias
