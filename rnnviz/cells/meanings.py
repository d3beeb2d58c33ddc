"""What quantities do, in words that follow from the equations in which they occur."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .applied_activation import Apply
from .definition import CELL, HIDDEN, INPUT_VECTOR, JOIN, Phase, Quantity
from .descriptions import range_in_words
from .expressions import Expression, Product, Sum, Value
from .gated_equations import Factor, GatedState, as_gated_state, projected_quantity
from .weight_nodes import Matrix, WeightNode

Equations = Mapping[str, Expression]  # right sides by the quantity
Quantities = Mapping[str, Quantity]


def meanings(equations: Equations, quantities: Quantities) -> dict[str, str]:
    """Describe the quantities whose equations, or those of others, say what they do.

    Parameters
    ----------
    equations : mapping of str to Expression
        The right sides by the quantities.
    quantities : mapping of str to Quantity
        The quantities by name, with their titles, roles and bounds.

    Returns
    -------
    dict of str to str
        A sentence on each, by name. What matches nothing is left out.
    """
    found: dict[str, str] = {}
    states = [q.name for q in quantities.values() if q.role == "state"]
    matches = {state: as_gated_state(state, equations[state]) for state in states}
    gated = [match for match in matches.values() if match is not None]
    sentences = [
        *(pair for state in gated for pair in _of_gates(state, quantities)),
        *_of_output_gate(states, equations, quantities),
        *_of_resets(equations, quantities),
    ]
    for name, sentence in sentences:
        gate = quantities[name]
        if gate.low >= 0 and gate.high <= 1 and gate.role != "state":
            found.setdefault(name, sentence)
    for state in gated:
        found |= {name: text for name, text in _of_proposals(state, equations, quantities) if name not in found}
    return found | {state: text for state in states if (text := _of_state(state, matches, equations, quantities))}


def reading(equations: Equations) -> Phase:
    """The first phase of a cell: what it reads.

    Parameters
    ----------
    equations : mapping of str to Expression
        The right sides by the quantities.

    Returns
    -------
    Phase
        The input, with the old hidden state if weights are applied to it: joined where one sum has a matrix for each.
    """
    nodes = [node for right in equations.values() for node in right.walk()]
    x, old = Value(INPUT_VECTOR.name), Value(HIDDEN.name).before
    for node in nodes:
        if isinstance(node, Sum) and {x, old} <= {term.of for term in node.terms if isinstance(term, Matrix)}:
            return JOIN
    reads_old = any(old in node.walk() for node in nodes if isinstance(node, WeightNode))
    further = " and the hidden state of the step before" if reads_old else ""
    return Phase(JOIN.name, "Read", (), f"The cell reads the input of this step{further}.")


def _of_gates(gated: GatedState, quantities: Quantities) -> Iterator[tuple[str, str]]:
    """What the gates of a state keep and write."""
    state = quantities[gated.state].title
    for factor in gated.keep_factors:
        candidate = _replacement(gated, factor)
        if candidate is not None:
            new = quantities[candidate].title
            yield (
                factor.name,
                f"Decides how much of the {state} is rewritten: 1 replaces it by the {new}, 0 keeps it."
                if factor.complement
                else f"Decides how much of the old {state} is kept: 1 keeps it, 0 replaces it by the {new}.",
            )
        elif factor.complement:
            yield factor.name, f"Decides how much of each value in the old {state} is erased: 1 erases it, 0 keeps it."
        else:
            yield factor.name, f"Decides how much of each value in the old {state} is kept: 1 keeps it, 0 erases it."
    for first, second in (term for term in gated.write_terms if len(term) == 2):
        for gate, written in ((first, second), (second, first)):
            if not gate.complement:
                new = quantities[written.name].title
                yield gate.name, f"Decides how much of the {new} is written into the {state}."


def _replacement(gated: GatedState, factor: Factor) -> str | None:
    """What is written as far as a factor does not keep the state."""
    opposite = Factor(factor.name, not factor.complement)
    for term in gated.write_terms:
        others = [other for other in term if other != opposite]
        if len(term) == 2 and len(others) == 1 and not others[0].complement:
            return others[0].name
    return None


def _of_output_gate(states: list[str], equations: Equations, quantities: Quantities) -> Iterator[tuple[str, str]]:
    """What shows another state in the hidden state."""
    right = equations[projected_quantity(equations)]
    shown = [state for state in states if Value(state) in right.walk()]
    if isinstance(right, Product) and len(right.factors) == 2 and len(shown) == 1:
        for gate in (factor for factor in right.factors if isinstance(factor, Value)):
            yield gate.name, f"Decides how much of the {quantities[shown[0]].title} appears in the hidden state."


def _of_resets(equations: Equations, quantities: Quantities) -> Iterator[tuple[str, str]]:
    """What scales an old state on its way into another quantity."""
    for target, right in equations.items():
        for product in (node for node in right.walk() if isinstance(node, Product)):
            old = [node for node in product.walk() if isinstance(node, Value) and node.is_before]
            gates = [factor for factor in product.factors if isinstance(factor, Value) and not factor.is_before]
            for gate in gates if len(old) == 1 else []:
                state, into = quantities[old[0].name].title, quantities[target].title
                yield gate.name, f"Decides how much of the old {state} goes into the {into}."


def _of_proposals(gated: GatedState, equations: Equations, quantities: Quantities) -> Iterator[tuple[str, str]]:
    """What is written into a state."""
    for factor in (factor for term in gated.write_terms for factor in term):
        right = equations[factor.name]
        if not factor.complement and quantities[factor.name].role == "candidate":
            values = range_in_words(right.function) if isinstance(right, Apply) else "of any size"
            yield factor.name, f"Proposes new content for the {quantities[gated.state].title}: values {values}."


def _of_state(
    state: str, matches: Mapping[str, GatedState | None], equations: Equations, quantities: Quantities
) -> str | None:
    """What a state is for; None if nothing special."""
    gated = matches[state]
    if state == HIDDEN.name:
        is_read = any(Value(state).before in right.walk() for right in equations.values())
        if not is_read:
            return "The output of the cell: it goes to the readout."
        if len(matches) > 1:
            return HIDDEN.description
        new = _replacement(gated, gated.keep_factors[0]) if gated else None
        if new is not None:
            return f"Both memory and output: a blend of its old value and the {quantities[new].title}."
        return "Both memory and output: it goes to the readout and, at the next step, back into the cell."
    return CELL.description if state == CELL.name and gated else None
