"""The gates and candidates of a cell by role, as its equations say: which ones of several cells belong side by side."""

from __future__ import annotations

from dataclasses import dataclass

from ....cells import Definition
from ....cells.equation_roles import equation_roles, role_factors

# By name, in the order in which a page shows them: the heading and a description.
ROLES = {
    "keeps": ("What keeps", "How much of a state stays, unit by unit: 1 keeps it, 0 erases it."),
    "writes": ("What writes", "How much of the candidate goes into the state: 1 writes it, 0 leaves it out."),
    "proposes": ("What could be written", "The candidate: new content for the state."),
    "shows": ("What shows", "How much of another state is let out into the hidden state."),
    "other": ("Others", "What neither keeps nor writes nor shows: it acts inside the candidate, or the gates."),
}


@dataclass(frozen=True)
class RolePart:
    """A quantity with a role. one_minus: 1 minus the quantity has it. shown_under: its main role, if this is not."""

    quantity: str
    one_minus: bool = False
    shown_under: str | None = None


def parts_by_role(definition: Definition) -> dict[str, list[RolePart]]:
    """Every gate and candidate of a cell by role, `ROLES` in order; an empty list where the cell has none."""
    kinds = {q.name: q.role for q in definition.quantities}
    roles = equation_roles(definition.equations, kinds)
    parts: dict[str, list[RolePart]] = {role: [] for role in ROLES}
    factors = role_factors(definition.equations, kinds)
    for role, gate, complement in sorted(factors, key=lambda factor: factor.complement):
        main = roles[gate]
        part = RolePart(gate, complement, None if role == main else main)
        if part.quantity not in [other.quantity for other in parts[role]]:
            parts[role].append(part)
    gates = {factor.gate for factor in factors}
    for name, role in roles.items():
        if role in parts and name not in gates:
            parts[role].append(RolePart(name))
    return parts
