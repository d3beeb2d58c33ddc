"""What part each gate plays, read off a cell's equations: which gates of several cells belong beside each other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ....analysis.memory.carry import Factor, carry
from ....cells import Definition

# By name, in the order in which a page shows them: the heading, and what it asks.
ROLES = {
    "keeps": ("What keeps", "How much of the carried state stays, unit by unit: 1 keeps it, 0 erases it."),
    "writes": ("What writes", "How much of the candidate goes into the carried state: 1 writes it, 0 leaves it out."),
    "candidates": ("What could be written", "The candidate: new content from the input and the hidden state before."),
    "shows": ("What shows", "How much of the carried state is let out into the hidden state."),
    "others": ("Other gates", "Gates that neither keep, nor write, nor show: they act inside the candidate."),
}


@dataclass(frozen=True)
class Part:
    """A quantity that plays a role. rest: it is 1 minus the quantity that does. shown_as: the role it was met in first,
    where one gate plays two."""

    quantity: str
    rest: bool = False
    shown_as: str | None = None


def roles(definition: Definition) -> dict[str, list[Part]]:
    """Every gate and candidate of a cell by role, `ROLES` in order; an empty list where the cell has none.

    What keeps and what writes are the gates among the factors of `analysis.carry`; what shows are gates in the hidden
    state's equation where another state is the carried one.
    """
    gates = [q.name for q in definition.quantities if q.role == "gate"]
    carried = carry(definition)
    factors: dict[str, list[Factor]] = {role: [] for role in ROLES}
    if carried is not None:
        factors["keeps"] = [*carried.keeps]
        factors["writes"] = [factor for term in carried.writes for factor in term]
        if carried.state != "hidden":
            factors["shows"] = [Factor(name) for name in _in_hidden(definition)]
    met: dict[str, str] = {}
    found: dict[str, list[Part]] = {role: [] for role in ROLES}
    for role, those in factors.items():
        for factor in those:
            if factor.name in gates:
                found[role].append(Part(factor.name, factor.rest, met.get(factor.name)))
                met.setdefault(factor.name, role)
    found["candidates"] = [Part(q.name) for q in definition.quantities if q.role == "candidate"]
    found["others"] = [Part(name) for name in gates if name not in met]
    return found


def _in_hidden(definition: Definition) -> list[str]:
    """What the hidden state's equation multiplies it with or takes it from, in order."""
    equations = [equation for phase in definition.phases for equation in phase.equations]
    right = next((e.partition(" = ")[2] for e in equations if e.startswith(r"\q{hidden}_t = ")), "")
    return re.findall(r"\\q\{(\w+)\}_t(?!\w)", right)
