"""The definition of a cell that states nothing but its equations.

Quantities that cells have in common are known by their names, with symbol, colour and description. What any other
quantity is follows from its equation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .activations import LINEAR
from .applied_activation import Apply
from .bounds import Interval, bounds_of
from .definition import (
    CANDIDATE,
    CELL,
    FORGET,
    HIDDEN,
    INPUT,
    INPUT_VECTOR,
    OUTPUT,
    RESET,
    UPDATE,
    Definition,
    Equation,
    Phase,
    Quantity,
    Role,
)
from .expressions import Expression, Sum, Value
from .meanings import meanings, reading
from .sizes import UNITS
from .weight_nodes import Matrix

KNOWN = {q.name: q for q in (HIDDEN, CELL, FORGET, INPUT, CANDIDATE, OUTPUT, UPDATE, RESET)}

Equations = Mapping[Value, Expression] | Sequence[Equation]
ByHandle = Mapping[Value, str] | Mapping[str, str]


def derived_definition(
    name: str,
    title: str,
    equations: Equations,
    symbols: ByHandle | None = None,
    descriptions: ByHandle | None = None,
    sizes: ByHandle | None = None,
) -> Definition:
    """Derive the definition of a cell from its equations.

    Parameters
    ----------
    name : str
        The name of the cell in code.
    title : str
        Its name on pages.
    equations : mapping of Value to Expression, or sequence of Equation
        The equations in the order of computation.
    symbols : mapping of Value or str to str, optional
        Symbols of quantities, in place of those that are known or chosen.
    descriptions : mapping of Value or str to str, optional
        Sentences on quantities, in place of those that are known or derived.
    sizes : mapping of Value or str to str, optional
        Letters of the sizes of quantities that do not have H values.

    Returns
    -------
    Definition
        Quantities in the order of computation, and a phase for each equation.

    Raises
    ------
    ArgumentError
        If the equations contradict each other, as `Definition` says.
    """
    listed = [_activated(equation) for equation in _listed(equations)]
    rights = {equation.target: equation.right for equation in listed}
    nodes = [node for right in rights.values() for node in right.walk()]
    states = {node.name for node in nodes if isinstance(node, Value) and node.is_before} | {HIDDEN.name}
    bounds, own_sizes = bounds_of(rights), _by_name(sizes)
    made: dict[str, Quantity] = {}
    for target, right in rights.items():
        quantity = _quantity(target, right, bounds[target], target in states)
        made[target] = replace(quantity, size=own_sizes.get(target, UNITS))
    for target, symbol in (_symbols([*made]) | _by_name(symbols)).items():
        if target in made:
            made[target] = replace(made[target], symbol=symbol)
    phases = [Phase(e.target, _capital(made[e.target].title), (e,), "") for e in listed]
    valid = Definition(name, title, tuple(made.values()), (reading(rights), *phases))
    for target, description in (meanings(rights, made) | _by_name(descriptions)).items():
        if target in made:
            made[target] = replace(made[target], description=description)
    phases = [replace(phase, description=_sentence(made[phase.name])) for phase in phases]
    return replace(valid, quantities=tuple(made.values()), phases=(valid.phases[0], *phases))


def rows_of(equations: Mapping[str, Expression]) -> tuple[str, ...]:
    """Find the quantities that weight_ih has rows for.

    Parameters
    ----------
    equations : mapping of str to Expression
        The right sides by the quantities, in the order of computation.

    Returns
    -------
    tuple of str
        The quantities in the order in which their rows are first used.
    """
    nodes = (node for right in equations.values() for node in right.walk())
    return tuple(dict.fromkeys(n.block for n in nodes if isinstance(n, Matrix) and n.parameter == "weight_ih"))


def _listed(equations: Equations) -> Sequence[Equation]:
    if isinstance(equations, Mapping):
        return [Equation(handle.name, right) for handle, right in equations.items()]
    return equations


def _activated(equation: Equation) -> Equation:
    """A sum that reads the input, as a linear activation of it: it is a block of the sums like any other."""
    right = equation.right
    if isinstance(right, Sum) and Matrix("weight_ih", equation.target, Value(INPUT_VECTOR.name)) in right.terms:
        return Equation(equation.target, Apply(LINEAR, right))
    return equation


def _quantity(name: str, right: Expression, bounds: Interval, is_state: bool) -> Quantity:
    """What a quantity is, by its name and its equation."""
    (low, high), known = bounds, KNOWN.get(name)
    function = right.function if isinstance(right, Apply) else None
    role: Role = "state" if is_state else "gate" if low >= 0 and high <= 1 else "candidate"
    descriptions: dict[Role, str] = {
        "state": "A memory that is passed on from step to step.",
        "gate": "Decides how much of each value passes: 1 passes all of it, 0 nothing.",
        "candidate": "An intermediate value of the step.",
    }
    if known is not None:
        description = descriptions[role]
        role = role if is_state or known.role == "state" else known.role
        return replace(known, role=role, description=description, activation=function, low=low, high=high)
    words = name.replace("_", " ")
    title = f"{words} gate" if role == "gate" else f"{words} state" if role == "state" else words
    return Quantity(name, name, title, role, descriptions[role], function, low, high)


def _symbols(names: Sequence[str]) -> dict[str, str]:
    """The symbol of each quantity: the known one, or else as many of its first letters as tell it from the others."""
    symbols = {name: KNOWN[name].symbol for name in names if name in KNOWN}
    for name in names:
        if name not in symbols:
            starts = (name[:size] for size in range(1, len(name) + 1))
            taken = {*symbols.values(), INPUT_VECTOR.symbol}
            symbols[name] = next((start for start in starts if start not in taken), name)
    return symbols


def _by_name(given: ByHandle | None) -> dict[str, str]:
    return {key.name if isinstance(key, Value) else key: text for key, text in (given or {}).items()}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _sentence(quantity: Quantity) -> str:
    """What happens in the phase that computes a quantity."""
    if quantity.description.startswith(("Decides", "Proposes")):
        return f"The {quantity.title} {quantity.description[0].lower()}{quantity.description[1:]}"
    return f"The {quantity.title} is computed. {quantity.description}"
