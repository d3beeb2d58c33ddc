"""Equations of states that a gate carries on, and of hidden states that a gate shows.

A state is carried on by a gate if its equation makes it a factor times its own old value, unit by unit, plus what is
written at this step: the LSTM's c_t = f * c_{t-1} + i * g, the GRU's h_t = (1 - z) * n + z * h_{t-1}. Such a state is
exactly a sum over the past.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .activations import LINEAR, Activation, Array
from .applied_activation import Apply
from .expressions import Complement, Expression, Product, Sum, Value
from .weight_nodes import Matrix


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


def as_gated_state(state: str, right: Expression) -> GatedState | None:
    """Read the equation of a state as that of a gated state.

    Parameters
    ----------
    state : str
        The name of the state.
    right : Expression
        The right side of its equation.

    Returns
    -------
    GatedState or None
        None if the equation is of another form.
    """
    keeps: list[tuple[Factor, ...]] = []
    writes: list[tuple[Factor, ...]] = []
    for term in right.terms if isinstance(right, Sum) else (right,):
        parts = term.factors if isinstance(term, Product) else (term,)
        factors = tuple(factor for factor in map(_factor, parts) if factor is not None)
        others = [part for part in parts if _factor(part) is None]
        if others == [Value(state).before] and factors:
            keeps.append(factors)
        elif not others:
            writes.append(factors)
        else:
            return None
    return GatedState(state, keeps[0], tuple(writes)) if len(keeps) == 1 and writes else None


def projected_quantity(equations: Mapping[str, Expression]) -> str:
    """Find what the hidden state is a projection of.

    Parameters
    ----------
    equations : mapping of str to Expression
        The right sides by the quantity.

    Returns
    -------
    str
        The name of the quantity to which a matrix is applied, and nothing else done; "hidden" if it is no projection.
    """
    node = hidden_projection(equations)
    return node.of.name if node is not None and isinstance(node.of, Value) else "hidden"


def hidden_projection(equations: Mapping[str, Expression]) -> Matrix | None:
    """Find the matrix by which the hidden state is a projection.

    Parameters
    ----------
    equations : mapping of str to Expression
        The right sides by the quantity.

    Returns
    -------
    Matrix or None
        The equation's right side, a matrix applied to another quantity of the step; None if it is of another form.
    """
    right = equations["hidden"]
    if isinstance(right, Matrix) and isinstance(right.of, Value) and right.of.name in equations:
        return None if right.of.is_before else right
    return None


def as_output_gating(state: str, right: Expression) -> OutputGating | None:
    """Read the equation of the hidden state as that of a state which shows through a gate.

    Parameters
    ----------
    state : str
        The name of the state that shows.
    right : Expression
        The right side of the hidden state's equation.

    Returns
    -------
    OutputGating or None
        None if the equation does not have the form h_t = gate * squash(state).
    """
    if not (isinstance(right, Product) and len(right.factors) == 2):
        return None
    gate, shown = right.factors
    squash, inner = (shown.function, shown.of) if isinstance(shown, Apply) else (LINEAR, shown)
    if isinstance(gate, Value) and not gate.is_before and inner == Value(state):
        return OutputGating(gate.name, squash)
    return None


def _factor(part: Expression) -> Factor | None:
    """Read a part of a product as a quantity of this step or 1 minus one; None if it is neither."""
    if isinstance(part, Complement) and isinstance(part.of, Value) and not part.of.is_before:
        return Factor(part.of.name, complement=True)
    return Factor(part.name) if isinstance(part, Value) and not part.is_before else None


def _product(factors: tuple[Factor, ...], values: Mapping[str, Array]) -> Array:
    product = factors[0].of(values)
    for factor in factors[1:]:
        product = product * factor.of(values)
    return product
