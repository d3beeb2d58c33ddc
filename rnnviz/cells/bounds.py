"""Bounds of what equations compute, by interval arithmetic (Moore 1966)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from .applied_activation import Apply
from .expressions import Complement, Expression, Number, Product, Sum, Value

Interval = tuple[float, float]
EVERYTHING: Interval = (-math.inf, math.inf)
ROUNDS = 4  # of steps after which the bounds of states no longer change, or never stop growing


def bounds_of(
    equations: Mapping[str, Expression], initial: Mapping[str, Interval] | None = None
) -> dict[str, Interval]:
    """Find the bounds of all quantities that equations compute.

    Parameters
    ----------
    equations : mapping of str to Expression
        The right sides by the quantities, in the order of computation.
    initial : mapping of str to (float, float), optional
        Between which values states start; at zero where left out.

    Returns
    -------
    dict of str to (float, float)
        The lowest and the highest value of each, infinite where there is no bound: those that no step leaves.
    """
    states: dict[str, Interval] = dict.fromkeys(equations, (0.0, 0.0)) | dict(initial or {})
    for _ in range(ROUNDS):
        bounds = _one_step(equations, states)
        wider = {name: _hull([states[name], bounds[name]]) for name in equations}
        if wider == states:
            return bounds
        states = wider
    # What still grows has no bound; what depends on it may have one.
    grown = {name: _hull([states[name], interval]) for name, interval in _one_step(equations, states).items()}
    states = {
        name: (
            low if low == grown[name][0] else -math.inf,
            high if high == grown[name][1] else math.inf,
        )
        for name, (low, high) in states.items()
    }
    for _ in equations:
        wider = {name: _hull([states[name], interval]) for name, interval in _one_step(equations, states).items()}
        states = {name: interval if interval == states[name] else EVERYTHING for name, interval in wider.items()}
    return _one_step(equations, states)


def _one_step(equations: Mapping[str, Expression], before: Mapping[str, Interval]) -> dict[str, Interval]:
    """The bounds after one step from states within others."""
    now: dict[str, Interval] = {}
    for name, right in equations.items():
        now[name] = _interval(right, equations, before, now)
    return now


def _interval(
    node: Expression, equations: Mapping[str, Expression], before: Mapping[str, Interval], now: Mapping[str, Interval]
) -> Interval:
    """The bounds of an expression."""

    def inner(part: Expression) -> Interval:
        return _interval(part, equations, before, now)

    if isinstance(node, Value):
        return (before if node.is_before else now).get(node.name, EVERYTHING)
    if isinstance(node, Number):
        return node.value, node.value
    if isinstance(node, Apply):
        return node.function.bounds if node.function.bounded else node.function.range(*inner(node.of))
    if isinstance(node, Complement):
        low, high = inner(node.of)
        return 1 - high, 1 - low
    if isinstance(node, Product):
        return _product([inner(factor) for factor in node.factors])
    if isinstance(node, Sum):
        if (blend := _blended(node, equations)) is not None:
            gate, *sides = blend
            low, high = inner(gate)
            if low >= 0 and high <= 1:
                return _hull([_product([inner(factor) for factor in side.parts]) for side in sides])
        parts = [inner(term) for term in node.terms]
        return sum(low for low, _ in parts), sum(high for _, high in parts)
    return EVERYTHING


def _blended(node: Sum, equations: Mapping[str, Expression]) -> tuple[Expression, Product, Product] | None:
    """Find a, p and q of (1 - a) * p + a * q, also where 1 - a is a quantity of its own."""

    def resolved(part: Expression) -> Expression:
        right = equations.get(part.name) if isinstance(part, Value) and not part.is_before else None
        return right if isinstance(right, Complement) else part

    if len(node.terms) != 2 or not all(isinstance(term, Product) for term in node.terms):
        return None
    for closed, opened in (node.terms, node.terms[::-1]):
        for k, rest in enumerate(closed.parts):
            for m, gate in enumerate(opened.parts):
                if resolved(rest) == Complement(gate):
                    others = (closed.parts[:k] + closed.parts[k + 1 :], opened.parts[:m] + opened.parts[m + 1 :])
                    return gate, Product(others[0]), Product(others[1])
    return None


def _product(intervals: Sequence[Interval]) -> Interval:
    """The bounds of a product; 0 times anything is 0."""
    low, high = 1.0, 1.0
    for other in intervals:
        ends = [a * b if a and b else 0.0 for a in (low, high) for b in other]
        low, high = min(ends), max(ends)
    return low, high


def _hull(intervals: Sequence[Interval]) -> Interval:
    """The smallest interval that holds all others."""
    return min(low for low, _ in intervals), max(high for _, high in intervals)
