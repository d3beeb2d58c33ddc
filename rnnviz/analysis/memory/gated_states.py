"""States that a gate carries on, and how they show in the hidden state, read from a cell's equations.

A state is carried on by a gate if its equation makes it a factor times its own old value, unit by unit, plus what is
written at this step: the LSTM's c_t = f * c_{t-1} + i * g, the GRU's h_t = (1 - z) * n + z * h_{t-1}. Such a state is
exactly a sum over the past.
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
    """A factor in the equation of a state: a quantity of this step, or 1 minus it.

    Parameters
    ----------
    name : str
        The name of the quantity.
    complement : bool, default False
        Whether the factor is 1 minus the quantity.
    """

    name: str
    complement: bool = False

    def of(self, values: Mapping[str, Array]) -> Array:
        """Compute the factor's values.

        Parameters
        ----------
        values : mapping of str to ndarray
            The cell's quantities by name, all of one shape.

        Returns
        -------
        ndarray
            The values, in the shape of the quantities.
        """
        return 1 - values[self.name] if self.complement else values[self.name]

    def __str__(self) -> str:
        return f"1 - {self.name}" if self.complement else self.name


@dataclass(frozen=True)
class GatedState:
    """A state that a gate carries on: the product of `keep_factors` times its old value, plus the `write_terms`.

    Parameters
    ----------
    state : str
        The name of the state.
    keep_factors : tuple of Factor
        What the old value is multiplied by.
    write_terms : tuple of tuple of Factor
        The products that are added.
    """

    state: str
    keep_factors: tuple[Factor, ...]
    write_terms: tuple[tuple[Factor, ...], ...]

    @property
    def gate(self) -> str:
        """The name of the gate that keeps the state, or, as 1 - gate, gives it up."""
        return self.keep_factors[0].name

    def keep_shares(self, values: Mapping[str, Array]) -> Array:
        """Compute the share of the old state that each step keeps.

        Parameters
        ----------
        values : mapping of str to ndarray
            The cell's quantities by name, all of one shape.

        Returns
        -------
        ndarray
            The shares, in the shape of the quantities.
        """
        return _product(self.keep_factors, values)

    def writes(self, values: Mapping[str, Array]) -> Array:
        """Compute what each step adds to the state.

        Parameters
        ----------
        values : mapping of str to ndarray
            The cell's quantities by name, all of one shape.

        Returns
        -------
        ndarray
            The additions, in the shape of the quantities.
        """
        return np.sum([_product(term, values) for term in self.write_terms], axis=0)


def gated_state(definition: Definition) -> GatedState | None:
    """Find the state of a cell that a gate carries on.

    Parameters
    ----------
    definition : Definition
        A cell's definition.

    Returns
    -------
    GatedState or None
        The hidden state first, if there are several; None if no equation is of that form, as in a simple RNN.
    """
    equations = [equation for phase in definition.phases for equation in phase.equations]
    parsed = (_parse(equation, state) for state in definition.states for equation in equations)
    return next((gated for gated in parsed if gated is not None), None)


class OutputGating(NamedTuple):
    """How a state shows in the hidden state: h_t = gate * squash(state).

    Attributes
    ----------
    gate : str
        The name of the gate.
    squash : Activation
        The activation that the state passes through.
    """

    gate: str
    squash: Activation


def output_gating(definition: Definition, state: str) -> OutputGating | None:
    """Find the gate and the squash through which a state shows in the hidden state.

    Parameters
    ----------
    definition : Definition
        A cell's definition.
    state : str
        The name of a state.

    Returns
    -------
    OutputGating or None
        None if no equation has the form h_t = gate * squash(state).
    """
    argument = re.escape(rf"\q{{{state}}}_t")
    pattern = re.compile(
        rf"\\q\{{hidden\}}_t = \\q\{{(?P<gate>\w+)\}}_t \\odot (?:(?P<squash>\S.*)\({argument}\)|{argument})"
    )
    known = {function.latex: function for function in (SIGMOID, TANH, RELU)}
    for equation in (equation for phase in definition.phases for equation in phase.equations):
        match = pattern.fullmatch(equation.replace(r"\left", "").replace(r"\right", ""))
        if match is None:
            continue
        squash = match["squash"]
        if squash is None or squash in known:
            return OutputGating(match["gate"], known[squash] if squash else LINEAR)
        if named := re.fullmatch(r"\\f\{([^{}]*)\}", squash):
            return OutputGating(match["gate"], activation(named[1]))
    return None


def retention(keep_shares: Array, start: Array, weights: Array | None = None) -> Array:
    """Compute what is left at each step of what every earlier step wrote, summed over the units.

    Parameters
    ----------
    keep_shares : ndarray of shape (T, N)
        The share that every step keeps, in reading order.
    start : ndarray of shape (T, N)
        What each step writes.
    weights : ndarray of shape (T, N), optional
        How much each unit counts in the sum at step t, 1 by default.

    Returns
    -------
    ndarray of shape (T, T)
        Entry [t, k] is what is left at step t of what step k wrote, in float64; zero for k > t.
    """
    left_over, left = np.zeros((len(keep_shares), len(keep_shares))), np.zeros_like(start)
    counts = np.ones_like(start) if weights is None else weights
    for t, share in enumerate(keep_shares):
        left[:t] *= share
        left[t] = start[t]
        np.matmul(left[: t + 1], counts[t], out=left_over[t, : t + 1])
    return left_over


def _parse(equation: str, state: str) -> GatedState | None:
    """Read an equation as that of a gated state; None if it is of another form."""
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
    return GatedState(state, keeps[0], tuple(writes)) if len(keeps) == 1 and writes else None


def _product(factors: tuple[Factor, ...], values: Mapping[str, Array]) -> Array:
    product = factors[0].of(values)
    for factor in factors[1:]:
        product = product * factor.of(values)
    return product
