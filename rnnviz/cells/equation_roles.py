"""The role of each quantity, read off the equations of the states, and the colour of each role.

In c_t = f * c_{t-1} + i * g and h_t = o * tanh(c_t), what multiplies a state's own old value keeps, what multiplies
anything else writes, what is multiplied by that is proposed, and what multiplies another state shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from .applied_activation import Apply
from .expressions import Complement, Expression, Product, Sum, Value
from .gated_equations import projected_quantity

EquationRole = Literal["read", "keeps", "writes", "proposes", "shows", "hidden", "memory", "other"]

# The hues of Okabe and Ito, chosen for colour-blind people, in shades of at least 3:1 against a white page and a dark
# one. For that, orange and sky blue are darker than theirs, and vermilion is, to stay apart from orange. Their yellow
# has no such shade; magenta is not theirs.
ROLE_COLOURS: dict[EquationRole, str] = {
    "read": "#7F7F7F",  # grey
    "keeps": "#C05400",  # vermilion
    "writes": "#009E73",  # bluish green
    "proposes": "#C68800",  # orange
    "shows": "#0072B2",  # blue
    "hidden": "#439CCD",  # sky blue
    "memory": "#CC79A7",  # reddish purple
    "other": "#A63A94",  # magenta
}


class RoleFactor(NamedTuple):
    """A gate where it has a role: as a factor in the equation of a state.

    Attributes
    ----------
    role : {"keeps", "writes", "shows"}
        The role.
    gate : str
        The name of the gate.
    complement : bool
        Whether the factor is 1 minus the gate.
    """

    role: EquationRole
    gate: str
    complement: bool


def role_factors(equations: Mapping[str, Expression], kinds: Mapping[str, str]) -> tuple[RoleFactor, ...]:
    """Find the gates that keep, write or show.

    Parameters
    ----------
    equations : mapping of str to Expression
        The right sides of a cell's equations by the quantity.
    kinds : mapping of str to str
        `Quantity.role` by the name of the quantity.

    Returns
    -------
    tuple of RoleFactor
        In the order of the equations; a gate can have several roles.
    """
    found: list[RoleFactor] = []
    for state, term in _terms(equations, kinds):
        parts = _parts(term)
        others = {node.name for node in term.walk() if isinstance(node, Value)} - {state}
        shows = state == "hidden" and any(kinds.get(name) == "state" for name in others)
        role: EquationRole = "keeps" if Value(state).before in parts else "shows" if shows else "writes"
        for part in parts if len(parts) > 1 else ():
            inner = part.of if isinstance(part, Complement) else part
            if isinstance(inner, Value) and kinds.get(inner.name) == "gate":
                found.append(RoleFactor(role, inner.name, inner is not part))
    return tuple(dict.fromkeys(found))


def equation_roles(equations: Mapping[str, Expression], kinds: Mapping[str, str]) -> dict[str, EquationRole]:
    """Find the role of every quantity.

    Parameters
    ----------
    equations : mapping of str to Expression
        The right sides of a cell's equations by the quantity.
    kinds : mapping of str to str
        `Quantity.role` by the name of the quantity.

    Returns
    -------
    dict of str to EquationRole
        One role each: of a gate with several, one that it has as it is comes before one that 1 minus it has.
    """
    roles: dict[str, EquationRole] = {name: "memory" if kind == "state" else "other" for name, kind in kinds.items()}
    roles["hidden"] = "hidden"
    for _, term in _terms(equations, kinds):
        for part in _parts(term):
            inner = part.of if isinstance(part, Apply) else part
            if isinstance(inner, Value) and kinds.get(inner.name) == "candidate":
                roles[inner.name] = "proposes"
    # The last one to be written wins.
    order = ("shows", "writes", "keeps")
    for factor in sorted(role_factors(equations, kinds), key=lambda f: (not f.complement, order.index(f.role))):
        roles[factor.gate] = factor.role
    return roles


def _terms(equations: Mapping[str, Expression], kinds: Mapping[str, str]) -> Iterator[tuple[str, Expression]]:
    """The terms that each state, or what it is a projection of, is the sum of, with the name of the state."""
    for state in (name for name, kind in kinds.items() if kind == "state"):
        right = equations[projected_quantity(equations) if state == "hidden" else state]
        for term in right.terms if isinstance(right, Sum) else (right,):
            yield state, term


def _parts(term: Expression) -> tuple[Expression, ...]:
    return term.factors if isinstance(term, Product) else (term,)
