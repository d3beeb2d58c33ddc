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
from functools import partial

import numpy as np

from ..errors import ArgumentError
from .activations import Array, activation
from .applied_activation import Apply
from .cell import Cell
from .definition import CANDIDATE, HIDDEN, JOIN, RESET, UPDATE, Definition, Equation, Phase
from .descriptions import Explanations, range_in_words
from .expressions import Value
from .shorthand import weighted_sum
from .weight_nodes import Bias, Matrix


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
        r, z, n, h = (Value(name) for name in ("reset", "update", "candidate", "hidden"))
        matrix, bias = partial(Matrix, "weight_hh", "candidate"), Bias("bias_hh", "candidate")
        recalled = {"after": r * (matrix(h.before) + bias), "before": matrix(r * h.before) + bias}[reset]
        read = Matrix("weight_ih", "candidate", Value("input_vector")) + Bias("bias_ih", "candidate")
        blend = {"keeps": (1 - z) * n + z * h.before, "writes": z * n + (1 - z) * h.before}[update]
        phases = (
            JOIN,
            Phase(
                "reset",
                "Reset",
                (Equation("reset", Apply(gates, weighted_sum("reset"))),),
                f"The reset gate decides how much of the old state goes into the candidate.{explain(gates)}",
            ),
            Phase(
                "update",
                "Update",
                (Equation("update", Apply(gates, weighted_sum("update"))),),
                f"The update gate decides how much of the old state is {kept_or_replaced}.",
            ),
            Phase(
                "candidate",
                "Candidate",
                (Equation("candidate", Apply(proposal, read + recalled)),),
                f"The candidate is computed from the input and what the reset gate lets through.{explain(proposal)}",
            ),
            Phase(
                "blend",
                "Blend",
                (Equation("hidden", blend),),
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
