"""Long short-term memory (Hochreiter & Schmidhuber 1997), with the forget gate of Gers et al. (2000)."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from .activations import LINEAR, activation
from .applied_activation import Apply
from .cell import Cell
from .definition import CANDIDATE, CELL, FORGET, HIDDEN, INPUT, JOIN, OUTPUT, Definition, Equation, Phase
from .descriptions import Explanations, product_bounds, range_in_words
from .expressions import Sum, Value
from .shorthand import weighted_sum
from .weight_nodes import Diagonal


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
    activations = {"gates": "sigmoid", "activation": "tanh", "squash": "tanh"}
    peepholes: ClassVar[dict[str, Value]] = {}  # by a gate, the state that it sees as well

    @classmethod
    def define(cls, **options: str) -> Definition:
        gates, proposal, squash = (activation(name) for name in cls.resolve_options(options).values())
        explain = Explanations()
        f, i, g, o, c = (Value(name) for name in ("forget", "input", "candidate", "output", "cell"))
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
                (Equation("forget", Apply(gates, cls.gate_sum("forget"))),),
                f"The forget gate decides how much of the old cell state is kept{looking}.{explain(gates)}",
            ),
            Phase(
                "write",
                "Choose what to write",
                (
                    Equation("input", Apply(gates, cls.gate_sum("input"))),
                    Equation("candidate", Apply(proposal, weighted_sum("candidate"))),
                ),
                "The candidate proposes new content, and the input gate decides how much of it is written."
                + explain(proposal),
            ),
            Phase(
                "cell",
                "New cell state",
                (Equation("cell", f * c.before + i * g),),
                "What is kept of the old cell state and what is written of the candidate add up to the new cell state.",
            ),
            Phase(
                "output",
                "Output",
                (
                    Equation("output", Apply(gates, cls.gate_sum("output"))),
                    Equation("hidden", o * Apply(squash, c)),
                ),
                f"The output gate decides how much of the {'' if squash == LINEAR else 'squashed '}cell state appears "
                f"in the hidden state.{explain(squash)}",
            ),
        )
        return Definition(cls.name, cls.title, (forget, write, candidate, CELL, output, hidden), phases)

    @classmethod
    def gate_sum(cls, gate: str) -> Sum:
        """Write what the activation of a gate is applied to.

        Parameters
        ----------
        gate : str
            The name of the gate.

        Returns
        -------
        Sum
            The weighted sum of the input and the old hidden state, and the state behind a peephole.
        """
        seen = cls.peepholes.get(gate)
        return weighted_sum(gate, *([] if seen is None else [Diagonal("weight_peephole", gate, seen)]))
