"""The role of each gate, read off a cell's equations: which gates of several cells belong side by side."""

from __future__ import annotations

from dataclasses import dataclass

from ....analysis import Factor, gated_state
from ....cells import Definition
from ....cells.expressions import Value

# By name, in the order in which a page shows them: the heading and a description.
ROLES = {
    "keeps": ("What keeps", "How much of the gated state stays, unit by unit: 1 keeps it, 0 erases it."),
    "writes": ("What writes", "How much of the candidate goes into the gated state: 1 writes it, 0 leaves it out."),
    "candidates": (
        "What could be written", "The candidate: new content from the input and the previous hidden state."
    ),
    "shows": ("What shows", "How much of the gated state is let out into the hidden state."),
    "others": ("Other gates", "Gates that neither keep nor write nor show: they act inside the candidate."),
}  # fmt: skip


@dataclass(frozen=True)
class RolePart:
    """A quantity with a role. one_minus: 1 minus the quantity has it. shown_under: its first role, if it has two."""

    quantity: str
    one_minus: bool = False
    shown_under: str | None = None


def parts_by_role(definition: Definition) -> dict[str, list[RolePart]]:
    """Every gate and candidate of a cell by role, `ROLES` in order; an empty list where the cell has none.

    What keeps and what writes are the gates among the factors of `analysis.gated_state`; what shows are gates in the
    hidden state's equation where another state is the gated one.
    """
    gates = [q.name for q in definition.quantities if q.role == "gate"]
    gated = gated_state(definition)
    factors: dict[str, list[Factor]] = {role: [] for role in ROLES}
    if gated is not None:
        factors["keeps"] = [*gated.keep_factors]
        factors["writes"] = [factor for term in gated.write_terms for factor in term]
        if gated.state != "hidden":
            factors["shows"] = [Factor(name) for name in _in_hidden(definition)]
    first_role: dict[str, str] = {}
    parts: dict[str, list[RolePart]] = {role: [] for role in ROLES}
    for role, those in factors.items():
        for factor in those:
            if factor.name in gates:
                parts[role].append(RolePart(factor.name, factor.complement, first_role.get(factor.name)))
                first_role.setdefault(factor.name, role)
    parts["candidates"] = [RolePart(q.name) for q in definition.quantities if q.role == "candidate"]
    parts["others"] = [RolePart(name) for name in gates if name not in first_role]
    return parts


def _in_hidden(definition: Definition) -> list[str]:
    """The quantities of the step that the hidden state's equation reads, in order."""
    nodes = definition.equations["hidden"].walk()
    return [node.name for node in nodes if isinstance(node, Value) and not node.is_before]
