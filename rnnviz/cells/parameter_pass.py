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
    Cache,
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
    """An environment that also receives gradients."""


def collect_gradients(node: Expression, env: Collector, d: Array, known: Cache) -> None:
    """Add the gradients of all parameters inside an expression.

    Parameters
    ----------
    node : Expression
        The expression.
    env : Collector
        What it reads, and what receives the gradients.
    d : ndarray of shape (N, T*B)
        The gradient of a loss by its value.
    known : dict of Expression to ndarray
        Values that are known; receives further ones.
    """
    if not has_parameters(node):
        return
    if isinstance(node, Sum):
        for term in node.terms:
            collect_gradients(term, env, d, known)
    elif isinstance(node, Product):
        for k, factor in enumerate(node.factors):
            if has_parameters(factor):
                others = [other.evaluate(env, known) for other in (*node.factors[:k], *node.factors[k + 1 :])]
                collect_gradients(factor, env, prod(others, start=d), known)
    elif isinstance(node, Complement):
        collect_gradients(node.of, env, -d, known)
    elif isinstance(node, Apply):
        collect_gradients(node.of, env, d * node.function.slope(node.evaluate(env, known)), known)
    elif isinstance(node, Bias):
        env.add_parameter(node.parameter, node.block, env.total(d))
    elif isinstance(node, Matrix):
        env.add_parameter(node.parameter, node.block, env.outer(d, node.of.evaluate(env, known)))
        if has_parameters(node.of):
            collect_gradients(node.of, env, env.times(env.parameter(node.parameter, node.block).T, d), known)
    elif isinstance(node, Diagonal | LayerNorm):
        (inner,) = node.backward(env, env, d, d, node.of.evaluate(env, known))
        collect_gradients(node.of, env, inner, known)
