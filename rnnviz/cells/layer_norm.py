"""Layer norm as a node of expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .activations import Array
from .environments import Environment, Gradients, Notation, UnitAxis
from .expressions import Expression, Value
from .mathml import bracketed
from .weight_nodes import WeightNode


@dataclass(frozen=True)
class LayerNorm(WeightNode):
    """A vector with its mean over the units taken away, divided by their standard deviation, and scaled by weights.

    References
    ----------
    Ba, Kiros and Hinton (2016), Layer Normalization, equation 4.
    """

    kind = "layer_norm"
    of: Expression
    epsilon: float = 1e-5  # added to the variance

    if TYPE_CHECKING:

        def __init__(self, parameter: str, block: str | Value, of: Expression, epsilon: float = ...) -> None: ...

    def latex(self, notation: Notation) -> str:
        return rf"\mathrm{{LN}}_{{{notation.subscript(self.block)}}}\left({self.of.latex(notation)}\right)"

    def mathml(self, notation: Notation) -> str:
        name = f"<msub><mi>LN</mi>{notation.subscript(self.block)}</msub>"
        return name + bracketed(self.of.mathml(notation))

    def forward(self, env: Environment, *parts: Array) -> Array:
        return env.spread(env.parameter(self.parameter, self.block)) * self.normalised(env, parts[0])[0]

    def backward(self, env: Environment, into: Gradients, d: Array, value: Array, *parts: Array) -> Sequence[Array]:
        into.add_parameter(self.parameter, self.block, env.total(d * self.normalised(env, parts[0])[0]))
        return (self.through(env, parts[0], env.spread(env.parameter(self.parameter, self.block)) * d),)

    def normalised(self, env: UnitAxis, v: Array) -> tuple[Array, Array]:
        """The normalised vector n = (v - mean) / deviation, and the deviation."""
        centred = v - v.mean(env.unit_axis, keepdims=True)
        deviation = np.sqrt((centred * centred).mean(env.unit_axis, keepdims=True) + v.dtype.type(self.epsilon))
        return centred / deviation, deviation

    def through(self, env: UnitAxis, v: Array, d: Array) -> Array:
        """The gradient by v from d, that by n: (d - mean(d) - n mean(d n)) / deviation."""
        n, deviation = self.normalised(env, v)
        mean = d.mean(env.unit_axis, keepdims=True)
        return (d - mean - n * (d * n).mean(env.unit_axis, keepdims=True)) / deviation
