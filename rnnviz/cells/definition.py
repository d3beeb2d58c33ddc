"""The words in which a cell describes itself: its quantities and its phases.

A cell class states these once. Heatmaps, formulas, diagrams, tables, colours and the
API read them from there and know nothing of any cell in particular.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from .activations import SIGMOID, TANH, Activation, activation

Role = Literal["vector", "state", "gate", "candidate"]
_FUNCTION = re.compile(r"\\f\{([^{}]*)\}")


@dataclass(frozen=True)
class Quantity:
    """One thing that a cell computes at every step, a vector of H numbers.

    low, high: the bounds of its values; infinite where it has none.
    colour: its role's colour (Okabe-Ito), the same in formula, diagram and heatmap.
    says: one plain sentence on what it holds or decides.
    """

    name: str
    symbol: str
    title: str
    role: Role
    colour: str
    description: str
    activation: Activation | None = None
    low: float = float("-inf")
    high: float = float("inf")

    @property
    def bounded(self) -> bool:
        return self.low > float("-inf") and self.high < float("inf")

    def with_activation(self, chosen: Activation) -> Quantity:
        """The same quantity with another activation, and the bounds that go with it."""
        return replace(self, activation=chosen, low=chosen.low, high=chosen.high)


@dataclass(frozen=True)
class Phase:
    """One stage inside a step: what is computed, in the order in which the cell does it.

    equations: LaTeX in which `\\q{name}` stands for the symbol of a quantity, `\\f{name}` for that of an activation.
    """

    name: str
    title: str
    computes: tuple[str, ...]
    equations: tuple[str, ...]
    description: str

    def latex(self, quantities: dict[str, Quantity], colours: dict[str, str] | None = None) -> list[str]:
        """The equations with symbols put in, coloured by name where `colours` says so."""

        def symbol(match: re.Match[str]) -> str:
            quantity = quantities[match[1]]
            colour = (colours or {}).get(quantity.name)
            return rf"\textcolor{{{colour}}}{{{quantity.symbol}}}" if colour else quantity.symbol

        named = [re.sub(r"\\q\{(\w+)\}", symbol, equation) for equation in self.equations]
        return [_FUNCTION.sub(lambda match: activation(match[1]).latex_symbol, one) for one in named]


@dataclass(frozen=True)
class Definition:
    """What a cell says of itself: all that a figure, a table or a page needs to show it.

    quantities and phases stand in the order of computation.
    """

    name: str
    title: str
    quantities: tuple[Quantity, ...]
    phases: tuple[Phase, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """The names of what is handed from step to step, the hidden state first."""
        names = [q.name for q in self.quantities if q.role == "state"]
        return tuple(sorted(names, key=lambda name: name != HIDDEN.name))

    @property
    def activations(self) -> dict[str, Activation]:
        """All activations by name: of the quantities, and those that equations name besides."""
        equations = [equation for phase in self.phases for equation in phase.equations]
        used = [q.activation for q in self.quantities if q.activation]
        used += [activation(name) for equation in equations for name in _FUNCTION.findall(equation)]
        return {one.name: one for one in used}

    @property
    def display_order(self) -> tuple[Quantity, ...]:
        """The quantities as a page stacks them: the states first, then the rest as computed."""
        found = self.by_name
        rest = tuple(q for q in self.quantities if q.role != "state")
        return tuple(found[name] for name in self.states) + rest

    @property
    def by_name(self) -> dict[str, Quantity]:
        """The quantities by name, the input vector included."""
        return {q.name: q for q in (INPUT_VECTOR, *self.quantities)}


# Quantities that several cells share. Gates that play the same part in two cells wear the same hue.
INPUT_VECTOR = Quantity(
    "input_vector", "x", "input vector", "vector", "#7F7F7F", "What the cell reads at this step, as numbers."
)
HIDDEN = Quantity(
    "hidden",
    "h",
    "hidden state",
    "state",
    "#56B4E9",
    "What the cell shows to the readout and hands to its own next step.",
    low=-1.0,
    high=1.0,
)
CELL = Quantity(
    "cell",
    "c",
    "cell state",
    "state",
    "#CC79A7",
    "The long-term memory: it is scaled and added to, never squashed on its way through time.",
)
FORGET = Quantity(
    "forget",
    "f",
    "forget gate",
    "gate",
    "#D55E00",
    "Decides how much of each number in the old cell state is kept: 1 keeps it, 0 erases it.",
    SIGMOID,
    0.0,
    1.0,
)
INPUT = Quantity(
    "input",
    "i",
    "input gate",
    "gate",
    "#009E73",
    "Decides how much of the candidate is written into the cell state.",
    SIGMOID,
    0.0,
    1.0,
)
CANDIDATE = Quantity(
    "candidate",
    "g",
    "candidate",
    "candidate",
    "#E69F00",
    "Proposes what could be written: new content between −1 and 1.",
    TANH,
    -1.0,
    1.0,
)
OUTPUT = Quantity(
    "output",
    "o",
    "output gate",
    "gate",
    "#0072B2",
    "Decides how much of the cell state shows in the hidden state now.",
    SIGMOID,
    0.0,
    1.0,
)
UPDATE = Quantity(
    "update",
    "z",
    "update gate",
    "gate",
    "#009E73",
    "Decides how much of the old hidden state stays: 1 keeps it, 0 replaces it by the candidate.",
    SIGMOID,
    0.0,
    1.0,
)
RESET = Quantity(
    "reset",
    "r",
    "reset gate",
    "gate",
    "#D55E00",
    "Decides how much of the old hidden state the candidate gets to see.",
    SIGMOID,
    0.0,
    1.0,
)

JOIN = Phase(
    "join",
    "Join",
    ("input_vector",),
    (),
    "The input of this step and the hidden state of the step before go in together.",
)


def weighted_sum(gate: str, beside: str = "") -> str:
    """The LaTeX of a gate's sum of input and old hidden state, with PyTorch's names for the weights.

    beside: a quantity that the gate sees through a peephole as well, one weight a unit.
    """
    peephole = rf" + p_{{{gate}}} \odot {beside}" if beside else ""
    return (
        rf"\left(W_{{i{gate}}}\,\q{{input_vector}}_t + b_{{i{gate}}}"
        rf" + W_{{h{gate}}}\,\q{{hidden}}_{{t-1}} + b_{{h{gate}}}{peephole}\right)"
    )
