"""How a cell describes itself: its quantities and its phases.

A cell class states these once. Heatmaps, formulas, diagrams, tables, colours and the API read them from there and know
nothing about any cell in particular.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from ..errors import ArgumentError
from .activations import SIGMOID, TANH, Activation
from .applied_activation import Apply
from .environments import Notation
from .equation_roles import ROLE_COLOURS, equation_roles
from .expressions import Expression, Value
from .hashed_once import HashedOnce
from .latex_notation import LatexNotation
from .sizes import INPUT_SIZE, UNITS, contradiction

Role = Literal["vector", "state", "gate", "candidate"]


@dataclass(frozen=True)
class Quantity:
    """A quantity that a cell computes at every step: a vector, of H values unless it has a size of its own.

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
    description : str
        One sentence on what it holds or decides.
    activation : Activation or None, default None
        What activates its sum, if it has one.
    low, high : float, default minus infinity and infinity
        The bounds of its values.
    colour : str, default that of a quantity without a role
        The colour of its role in the equations, the same in formula, diagram and heatmap; its `Definition` sets it.
    size : str, default "H"
        The letter of the number of its values.
    """

    name: str
    symbol: str
    title: str
    role: Role
    description: str
    activation: Activation | None = None
    low: float = float("-inf")
    high: float = float("inf")
    colour: str = ROLE_COLOURS["other"]
    size: str = UNITS

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
class Equation:
    """What a quantity is computed from: target_t = right.

    Parameters
    ----------
    target : str
        The name of the quantity.
    right : Expression
        The right side.
    """

    target: str
    right: Expression

    def latex(self, notation: Notation) -> str:
        """Write the equation in LaTeX.

        Parameters
        ----------
        notation : Notation
            How quantities are written, such as `Definition.notation`.

        Returns
        -------
        str
            The equation.
        """
        return f"{Value(self.target).latex(notation)} = {self.right.latex(notation)}"

    def mathml(self, notation: Notation) -> str:
        """Write the equation in presentation MathML.

        Parameters
        ----------
        notation : Notation
            How quantities are written, as MathML elements.

        Returns
        -------
        str
            The equation, without `<math>` around it.
        """
        return f"{Value(self.target).mathml(notation)}<mo>=</mo>{self.right.mathml(notation)}"

    def to_json(self) -> dict[str, Any]:
        """Turn the equation into plain data.

        Returns
        -------
        dict
            The target, and the tree of the right side as of `Expression.to_json`.
        """
        return {"target": self.target, "right": self.right.to_json()}


@dataclass(frozen=True)
class Phase:
    r"""One stage of a step.

    Parameters
    ----------
    name : str
        The name in code: "forget".
    title : str
        The name on pages: "Forget".
    equations : tuple of Equation
        What it computes, in the order of computation.
    description : str
        What happens, in a sentence or two.
    """

    name: str
    title: str
    equations: tuple[Equation, ...]
    description: str

    @property
    def computes(self) -> tuple[str, ...]:
        """The names of the quantities that it computes; a phase without equations reads the input vector."""
        return tuple(equation.target for equation in self.equations) or (INPUT_VECTOR.name,)


@dataclass(frozen=True)
class Definition(HashedOnce):
    """The definition of a cell: everything that is needed to run it and to show it.

    Parameters
    ----------
    name : str
        The name in code: "lstm".
    title : str
        The name on pages: "LSTM".
    quantities : tuple of Quantity
        What the cell computes, in the order of computation. Their colours follow from the equations.
    phases : tuple of Phase
        The stages of a step, in their order.

    Raises
    ------
    ArgumentError
        If an equation names a quantity that does not exist, uses one before it is computed, or asks for the old value
        of one that is not a state; if a quantity is computed twice or never; and if sizes do not fit. The message
        names the cell and the equation, the error's `name` is the quantity that the equation computes.
    """

    name: str
    title: str
    quantities: tuple[Quantity, ...]
    phases: tuple[Phase, ...]
    __hash__ = HashedOnce.__hash__

    def __post_init__(self) -> None:
        if HIDDEN.name not in self.states:
            raise self._invalid(HIDDEN.name, "is missing: every cell has a hidden state")
        names = [INPUT_VECTOR.name, *(q.name for q in self.quantities)]
        computed, columns = {INPUT_VECTOR.name}, dict[str, str]()
        for equation in (equation for phase in self.phases for equation in phase.equations):
            for node in (Value(equation.target), *equation.right.walk()):
                name = node.name if isinstance(node, Value) else getattr(node, "block", INPUT_VECTOR.name)
                if name not in names:
                    raise self._invalid(equation.target, f"names {name!r}, which is not a quantity of the cell")
            for node in equation.right.walk():
                if isinstance(node, Value) and node.is_before and node.name not in self.states:
                    raise self._invalid(equation.target, f"reads the old {node.name!r}, which is not a state")
                if isinstance(node, Value) and not node.is_before and node.name not in computed:
                    raise self._invalid(equation.target, f"uses {node.name!r} before it is computed")
            if (problem := contradiction(equation.right, equation.target, self.sizes, columns)) is not None:
                raise self._invalid(equation.target, problem)
            if equation.target in computed:
                raise self._invalid(equation.target, "is not the first: the quantity is computed twice")
            computed.add(equation.target)
        for name in names:
            if name not in computed:
                raise self._invalid(name, "is missing: the quantity is never computed")
        roles = equation_roles(self.equations, {q.name: q.role for q in self.quantities})
        coloured = tuple(replace(q, colour=ROLE_COLOURS[roles[q.name]]) for q in self.quantities)
        object.__setattr__(self, "quantities", coloured)

    def _invalid(self, target: str, what: str) -> ArgumentError:
        return ArgumentError(
            f"{self.title}: the equation of {target!r} {what}.", code="invalid_equation", name=target, value=self.name
        )

    @cached_property
    def equations(self) -> dict[str, Expression]:
        """The right side of every equation by the quantity that it computes, in the order of computation."""
        return {equation.target: equation.right for phase in self.phases for equation in phase.equations}

    @cached_property
    def sizes(self) -> dict[str, str]:
        """The letters of the sizes by the name of the quantity, the input vector included."""
        return {q.name: q.size for q in self.by_name.values()}

    def notation(self, colours: Mapping[str, str] | None = None) -> LatexNotation:
        """Collect the symbols of the quantities, for `Equation.latex`.

        Parameters
        ----------
        colours : mapping of str to str, optional
            Colours by the name of the quantity; other symbols have none.

        Returns
        -------
        LatexNotation
            The symbols.
        """
        return LatexNotation({q.name: q.symbol for q in self.by_name.values()}, colours or {})

    @property
    def states(self) -> tuple[str, ...]:
        """The names of what is passed on from step to step, the hidden state first."""
        names = [q.name for q in self.quantities if q.role == "state"]
        return tuple(sorted(names, key=lambda name: name != HIDDEN.name))

    @property
    def unit_states(self) -> tuple[str, ...]:
        """The states with a value for each of the H units of the cell; the hidden state if there are none."""
        return tuple(state for state in self.states if self.sizes[state] == UNITS) or (HIDDEN.name,)

    @property
    def activations(self) -> dict[str, Activation]:
        """All activations by name: those of the quantities, and others inside equations."""
        used = [q.activation for q in self.quantities if q.activation]
        nodes = (node for right in self.equations.values() for node in right.walk())
        used += [node.function for node in nodes if isinstance(node, Apply)]
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


# Quantities that several cells share.
INPUT_VECTOR = Quantity(
    "input_vector",
    "x",
    "input vector",
    "vector",
    "The vector that the cell reads at this step.",
    colour=ROLE_COLOURS["read"],
    size=INPUT_SIZE,
)
HIDDEN = Quantity(
    "hidden",
    "h",
    "hidden state",
    "state",
    "The output of the cell: it goes to the readout and, at the next step, back into the cell.",
    low=-1.0,
    high=1.0,
)
CELL = Quantity(
    "cell",
    "c",
    "cell state",
    "state",
    "The long-term memory: every step scales it and adds to it, and nothing squashes it on its way through time.",
)
FORGET = Quantity(
    "forget",
    "f",
    "forget gate",
    "gate",
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
    "Decides how much of the old hidden state goes into the candidate.",
    SIGMOID,
    0.0,
    1.0,
)

JOIN = Phase(
    "join", "Join", (), "The cell reads the input of this step together with the hidden state of the step before."
)
