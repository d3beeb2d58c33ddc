"""Which state of a cell is carried on by a gate, and how it shows, read off the cell's equations.

A state is carried if its equation says that it becomes a factor times its own old value, unit by
unit, plus what is written anew: the LSTM's c_t = f * c_{t-1} + i * g, the GRU's
h_t = (1 - z) * n + z * h_{t-1}. Such a state is exactly a sum over the past.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...cells import Definition
from ...cells.activations import LINEAR, RELU, SIGMOID, TANH, Activation, Array, activation

_FACTOR = re.compile(r"(?P<rest>\(1 - )?\\q\{(?P<name>\w+)\}_(?P<time>t|\{t-1\})(?(rest)\))")


@dataclass(frozen=True)
class Factor:
    """A quantity of this step, or with `rest` what is left of it: 1 - gate."""

    name: str
    rest: bool = False

    def of(self, values: Mapping[str, Array]) -> Array:
        return 1 - values[self.name] if self.rest else values[self.name]

    def __str__(self) -> str:
        return f"1 - {self.name}" if self.rest else self.name


@dataclass(frozen=True)
class Carry:
    """state_t = product of `keeps` * state_{t-1} + sum over `writes` of their products.

    gate: the quantity that keeps (or, as 1 - gate, gives way).
    """

    state: str
    keeps: tuple[Factor, ...]
    writes: tuple[tuple[Factor, ...], ...]

    @property
    def gate(self) -> str:
        return self.keeps[0].name

    def kept(self, values: Mapping[str, Array]) -> Array:
        """The share of the old state that stays, from arrays by name, in their shape."""
        return _product(self.keeps, values)

    def written(self, values: Mapping[str, Array]) -> Array:
        """What is added to the state, from arrays by name, in their shape."""
        return np.sum([_product(term, values) for term in self.writes], axis=0)


def carry(definition: Definition) -> Carry | None:
    """The state of a cell that a gate carries on, the hidden state first; None if no equation is of that form."""
    equations = [equation for phase in definition.phases for equation in phase.equations]
    found = (_read(equation, state) for state in definition.states for equation in equations)
    return next((one for one in found if one is not None), None)


class Through(NamedTuple):
    """How a state shows in the hidden state: h_t = gate * squash(state)."""

    gate: str
    squash: Activation


def shown_through(definition: Definition, state: str) -> Through | None:
    """The gate and the squash of an equation h_t = gate * squash(state); None if there is none."""
    seen = re.escape(rf"\q{{{state}}}_t")
    pattern = re.compile(rf"\\q\{{hidden\}}_t = \\q\{{(?P<gate>\w+)\}}_t \\odot (?:(?P<squash>\S.*)\({seen}\)|{seen})")
    known = {one.latex: one for one in (SIGMOID, TANH, RELU)}
    for equation in (equation for phase in definition.phases for equation in phase.equations):
        found = pattern.fullmatch(equation.replace(r"\left", "").replace(r"\right", ""))
        if found is None:
            continue
        squash = found["squash"]
        if squash is None or squash in known:
            return Through(found["gate"], known[squash] if squash else LINEAR)
        if named := re.fullmatch(r"\\f\{([^{}]*)\}", squash):
            return Through(found["gate"], activation(named[1]))
    return None


def _read(equation: str, state: str) -> Carry | None:
    target, _, right = equation.partition(" = ")
    if target != rf"\q{{{state}}}_t":
        return None
    keeps: list[tuple[Factor, ...]] = []
    writes: list[tuple[Factor, ...]] = []
    for term in re.split(r" \+ (?![^(]*\))", right):  # a sum in brackets is not one of the state's own
        matches = [_FACTOR.fullmatch(factor) for factor in term.split(r" \odot ")]
        if not all(matches):
            return None
        factors = [Factor(m["name"], m["rest"] is not None) for m in matches if m and m["time"] == "t"]
        old = [m for m in matches if m and m["time"] != "t"]
        if [(m["name"], m["rest"]) for m in old] == [(state, None)] and factors:
            keeps.append(tuple(factors))
        elif not old:
            writes.append(tuple(factors))
        else:
            return None
    return Carry(state, keeps[0], tuple(writes)) if len(keeps) == 1 and writes else None


def _product(factors: tuple[Factor, ...], values: Mapping[str, Array]) -> Array:
    found = factors[0].of(values)
    for factor in factors[1:]:
        found = found * factor.of(values)
    return found
