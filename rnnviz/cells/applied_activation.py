"""An activation of an expression, as a node of expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Self

from .activations import LINEAR, Activation, activation
from .environments import Array, Environment, Gradients, Notation
from .expressions import Expression, from_json
from .mathml import bracketed


@dataclass(frozen=True)
class Apply(Expression):
    """An activation of an expression: tanh(c_t)."""

    kind = "apply"
    function: Activation
    of: Expression

    @property
    def binds(self) -> int:  # type: ignore[override]
        """A linear activation is not written, so what is inside it decides."""
        return self.of.binds if self.function == LINEAR else 3

    def latex(self, notation: Notation) -> str:
        inner, function = self.of.latex(notation), notation.function(self.function)
        return rf"{function}\left({inner}\right)" if function else inner

    def mathml(self, notation: Notation) -> str:
        inner = self.of.mathml(notation)
        return inner if self.function == LINEAR else f"<mi>{escape(self.function.symbol)}</mi>{bracketed(inner)}"

    def forward(self, env: Environment, *parts: Array) -> Array:
        return self.function(parts[0])

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        return (d * self.function.slope(parts[0]),)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "function": self.function.name, "of": self.of.to_json()}

    @classmethod
    def from_fields(cls, given: Mapping[str, Any]) -> Self:
        return cls(activation(given["function"]), from_json(given["of"]))
