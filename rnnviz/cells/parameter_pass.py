"""The gradients of parameters inside an expression, over all steps at once.

`Expression.pull_back` finds the gradients of everything that an expression reads. After the loop through time, those of
quantities and states are known already; only the parameters are left. This pass goes to them alone, and takes what the
run has recorded in place of computing it again.
"""

from __future__ import annotations

from math import prod
from typing import Protocol

from .activations import LINEAR, Array
from .applied_activation import Apply
from .environments import Environment, Gradients
from .expressions import Complement, Expression, Product, Quotient, Sum
from .gate_activations import slope_from_value
from .layer_norm import LayerNorm
from .primitives import Primitive
from .step_plan import has_parameters, needs_sum
from .weight_nodes import Bias, Diagonal, Matrix


class Collector(Environment, Gradients, Protocol):
    """An environment that knows values of expressions, and receives gradients."""

    def known(self, node: Expression) -> Array:
        """The value of an expression."""


def collect_gradients(node: Expression, env: Collector, d: Array) -> None:
    """Add the gradients of all parameters inside an expression.

    Parameters
    ----------
    node : Expression
        The expression.
    env : Collector
        What it reads, and what receives the gradients.
    d : ndarray of shape (N, T*B)
        The gradient of a loss by its value.
    """
    if not has_parameters(node):
        return
    if isinstance(node, Sum):
        for term in node.terms:
            collect_gradients(term, env, d)
    elif isinstance(node, Product):
        for k, factor in enumerate(node.factors):
            if has_parameters(factor):
                others = [env.known(other) for other in (*node.factors[:k], *node.factors[k + 1 :])]
                collect_gradients(factor, env, prod(others, start=d))
    elif isinstance(node, Complement):
        collect_gradients(node.of, env, -d)
    elif isinstance(node, Apply):
        if needs_sum(node):
            d = d * node.function.slope(env.known(node.of))
        elif node.function != LINEAR:
            d = d * slope_from_value(node.function, env.known(node))
        collect_gradients(node.of, env, d)
    elif isinstance(node, Quotient | Primitive):
        gradients = node.backward(env, env, d, env.known(node), *map(env.known, node.parts))
        for part, gradient in zip(node.parts, gradients, strict=True):
            collect_gradients(part, env, gradient)
    elif isinstance(node, Bias):
        env.add_parameter(node.parameter, node.block, env.total(d))
    elif isinstance(node, Matrix):
        env.add_parameter(node.parameter, node.block, env.outer(d, env.known(node.of)))
        if has_parameters(node.of):
            collect_gradients(node.of, env, env.times(env.parameter(node.parameter, node.block).T, d))
    elif isinstance(node, Diagonal | LayerNorm):
        (inner,) = node.backward(env, env, d, d, env.known(node.of))
        collect_gradients(node.of, env, inner)
