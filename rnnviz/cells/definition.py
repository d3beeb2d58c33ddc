"""How a cell describes itself: its quantities and its phases.

A cell class states these once. Heatmaps, formulas, diagrams, tables, colours and the API read them from there and know
nothing about any cell in particular.
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
    """A quantity that a cell computes at every step, a vector of H values.

    Parameters
    ----------
    name : str
        The name in code: "forget".
    symbol : str
        The symbol in equations: "f".
    title : str
        The name on pages: "forget gate".
    role : {"vector", "state", "gate", "candidate"}
        What kind of quantity it is.
    colour : str
        The colour of its role (Okabe-Ito), the same in formula, diagram and heatmap.
    description : str
        One sentence on what it holds or decides.
    activation : Activation or None, default None
        What activates its sum, if it has one.
    low, high : float, default minus infinity and infinity
        The bounds of its values.
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
        """Whether its values have a lower and an upper bound."""
        return self.low > float("-inf") and self.high < float("inf")

    def with_activation(self, activation: Activation) -> Quantity:
        """Copy the quantity with another activation.

        Parameters
        ----------
        activation : Activation
            The activation.

        Returns
        -------
        Quantity
            The quantity with this activation and its bounds.
        """
        return replace(self, activation=activation, low=activation.low, high=activation.high)


@dataclass(frozen=True)
class Phase:
    r"""One stage of a step.

    Parameters
    ----------
    name : str
        The name in code: "forget".
    title : str
        The name on pages: "Forget".
    computes : tuple of str
        The names of the quantities that it computes.
    equations : tuple of str
        LaTeX in which `\q{name}` means the symbol of a quantity and `\f{name}` that of an activation.
    description : str
        What happens, in a sentence or two.
    """

    name: str
    title: str
    computes: tuple[str, ...]
    equations: tuple[str, ...]
    description: str

    def latex(self, quantities: dict[str, Quantity], colours: dict[str, str] | None = None) -> list[str]:
        """Write the equations with their symbols.

        Parameters
        ----------
        quantities : dict of str to Quantity
            The quantities by name, as in `Definition.by_name`.
        colours : dict of str to str, optional
            Colours by the name of the quantity; other symbols have none.

        Returns
        -------
        list of str
            The equations in LaTeX.
        """

        def symbol(match: re.Match[str]) -> str:
            quantity = quantities[match[1]]
            colour = (colours or {}).get(quantity.name)
            return rf"\textcolor{{{colour}}}{{{quantity.symbol}}}" if colour else quantity.symbol

        named = [re.sub(r"\\q\{(\w+)\}", symbol, equation) for equation in self.equations]
        return [_FUNCTION.sub(lambda match: activation(match[1]).latex_symbol, equation) for equation in named]


@dataclass(frozen=True)
class Definition:
    """The description of a cell: everything that a figure, a table or a page needs to show it.

    Parameters
    ----------
    name : str
        The name in code: "lstm".
    title : str
        The name on pages: "LSTM".
    quantities : tuple of Quantity
        What the cell computes, in the order of computation.
    phases : tuple of Phase
        The stages of a step, in their order.
    """

    name: str
    title: str
    quantities: tuple[Quantity, ...]
    phases: tuple[Phase, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """The names of what is passed on from step to step, the hidden state first."""
        names = [q.name for q in self.quantities if q.role == "state"]
        return tuple(sorted(names, key=lambda name: name != HIDDEN.name))

    @property
    def activations(self) -> dict[str, Activation]:
        """All activations by name: those of the quantities, and others that equations name."""
        equations = [equation for phase in self.phases for equation in phase.equations]
        used = [q.activation for q in self.quantities if q.activation]
        used += [activation(name) for equation in equations for name in _FUNCTION.findall(equation)]
        return {activation.name: activation for activation in used}

    @property
    def display_order(self) -> tuple[Quantity, ...]:
        """The quantities from top to bottom of a page: the states first, then the rest in the order of computation."""
        by_name = self.by_name
        rest = tuple(q for q in self.quantities if q.role != "state")
        return tuple(by_name[name] for name in self.states) + rest

    @property
    def by_name(self) -> dict[str, Quantity]:
        """The quantities by name, the input vector included."""
        return {q.name: q for q in (INPUT_VECTOR, *self.quantities)}


# Quantities that several cells share. Gates that have the same role in two cells have the same colour.
INPUT_VECTOR = Quantity(
    "input_vector", "x", "input vector", "vector", "#7F7F7F", "The vector that the cell reads at this step."
)
HIDDEN = Quantity(
    "hidden",
    "h",
    "hidden state",
    "state",
    "#56B4E9",
    "The output of the cell: it goes to the readout and, at the next step, back into the cell.",
    low=-1.0,
    high=1.0,
)
CELL = Quantity(
    "cell",
    "c",
    "cell state",
    "state",
    "#CC79A7",
    "The long-term memory: every step scales it and adds to it, and nothing squashes it on its way through time.",
)
FORGET = Quantity(
    "forget",
    "f",
    "forget gate",
    "gate",
    "#D55E00",
    "Decides how much of each value in the old cell state is kept: 1 keeps it, 0 erases it.",
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
    "Proposes new content for the state: values between −1 and 1.",
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
    "Decides how much of the cell state appears in the hidden state.",
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
    "Decides how much of the old hidden state is kept: 1 keeps it, 0 replaces it by the candidate.",
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
    "Decides how much of the old hidden state goes into the candidate.",
    SIGMOID,
    0.0,
    1.0,
)

JOIN = Phase(
    "join",
    "Join",
    ("input_vector",),
    (),
    "The cell reads the input of this step together with the hidden state of the step before.",
)


def weighted_sum(gate: str, state: str = "") -> str:
    """Write a gate's sum of the input and the old hidden state in LaTeX, with PyTorch's names for the weights.

    Parameters
    ----------
    gate : str
        The letter of the gate: "f".
    state : str, default ""
        The LaTeX of a state that the gate sees through a peephole as well, one weight for each unit.

    Returns
    -------
    str
        The sum in brackets.
    """
    peephole = rf" + p_{{{gate}}} \odot {state}" if state else ""
    return (
        rf"\left(W_{{i{gate}}}\,\q{{input_vector}}_t + b_{{i{gate}}}"
        rf" + W_{{h{gate}}}\,\q{{hidden}}_{{t-1}} + b_{{h{gate}}}{peephole}\right)"
    )
