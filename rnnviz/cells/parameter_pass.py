"""The gradients of parameters inside an expression, over all steps at once.

`Expression.pull_back` finds the gradients of everything that an expression reads. After the loop through time, those of
quantities and states are known already; only the parameters are left. This pass goes to them alone, and takes what the
run has recorded in place of computing it again.
"""

from __future__ import annotations

from math import prod
from typing import Protocol

from .activations import Array
from .environments import Environment, Gradients
from .expressions import (
    Apply,
    Bias,
    Complement,
    Diagonal,
    Expression,
    Matrix,
    Product,
    Sum,
)
from .layer_norm import LayerNorm
from .step_plan import has_parameters


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
        collect_gradients(node.of, env, d * node.function.slope(env.known(node)))
    elif isinstance(node, Bias):
        env.add_parameter(node.parameter, node.block, env.total(d))
    elif isinstance(node, Matrix):
        env.add_parameter(node.parameter, node.block, env.outer(d, env.known(node.of)))
        if has_parameters(node.of):
            collect_gradients(node.of, env, env.times(env.parameter(node.parameter, node.block).T, d))
    elif isinstance(node, Diagonal | LayerNorm):
        (inner,) = node.backward(env, env, d, d, env.known(node.of))
        collect_gradients(node.of, env, inner)
