"""Weights and biases as nodes of expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .environments import Array, Environment, Gradients, Notation
from .expressions import Expression, Value
from .mathml import names_both_ends, parameter_letter, subscripted


@dataclass(frozen=True)
class WeightNode(Expression):
    """Rows of a parameter that belong to a quantity, which is given by its name or as a `Value`."""

    parameter: str
    block: str

    def __post_init__(self) -> None:
        if isinstance(self.block, Value):
            object.__setattr__(self, "block", self.block.name)


@dataclass(frozen=True)
class Bias(WeightNode):
    """The rows of a bias that belong to a quantity: b_{if}."""

    kind = "bias"

    if TYPE_CHECKING:

        def __init__(self, parameter: str, block: str | Value) -> None: ...

    def latex(self, notation: Notation) -> str:
        return f"b_{{{parameter_letter(self.parameter)}{notation.subscript(self.block)}}}"

    def mathml(self, notation: Notation) -> str:
        return subscripted("b", self.parameter, notation.subscript(self.block))

    def forward(self, env: Environment, *parts: Array) -> Array:
        return env.spread(env.parameter(self.parameter, self.block))

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        into.add_parameter(self.parameter, self.block, env.total(d))
        return ()


@dataclass(frozen=True)
class Matrix(WeightNode):
    """The rows of a weight matrix that belong to a quantity, applied to vectors: W_{if} x_t."""

    kind = "matrix"
    binds = 2
    of: Expression

    if TYPE_CHECKING:

        def __init__(self, parameter: str, block: str | Value, of: Expression) -> None: ...

    def latex(self, notation: Notation) -> str:
        letters = parameter_letter(self.parameter) + notation.subscript(self.block)
        weight = f"W_{{{self.parameter.rpartition('_')[2] if names_both_ends(self.parameter) else letters}}}"
        space = r"\," if self.of.binds == 3 else ""
        return weight + space + self.of._inside(3, notation)

    def mathml(self, notation: Notation) -> str:
        return subscripted("W", self.parameter, notation.subscript(self.block)) + self.of._inside_mathml(3, notation)

    def forward(self, env: Environment, *parts: Array) -> Array:
        return env.times(env.parameter(self.parameter, self.block), parts[0])  # W v

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        into.add_parameter(self.parameter, self.block, env.outer(d, parts[0]))  # d v^T
        return (env.times(env.parameter(self.parameter, self.block).T, d),)  # W^T d


@dataclass(frozen=True)
class Diagonal(WeightNode):
    """A vector of weights times a vector, unit by unit: a peephole, p_f * c_{t-1}."""

    kind = "diagonal"
    binds = 2
    of: Expression

    if TYPE_CHECKING:

        def __init__(self, parameter: str, block: str | Value, of: Expression) -> None: ...

    def latex(self, notation: Notation) -> str:
        weight = f"{parameter_letter(self.parameter)}_{{{notation.subscript(self.block)}}}"
        return rf"{weight} \odot {self.of._inside(3, notation)}"

    def mathml(self, notation: Notation) -> str:
        weight = f"<msub><mi>{parameter_letter(self.parameter)}</mi>{notation.subscript(self.block)}</msub>"
        return f"{weight}<mo>⊙</mo>{self.of._inside_mathml(3, notation)}"

    def forward(self, env: Environment, *parts: Array) -> Array:
        return env.spread(env.parameter(self.parameter, self.block)) * parts[0]  # p v

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        into.add_parameter(self.parameter, self.block, env.total(d * parts[0]))  # d v
        return (env.spread(env.parameter(self.parameter, self.block)) * d,)  # p d
