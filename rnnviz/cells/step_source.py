"""One step of a cell, forward and backward, written from its equations.

Walking the tree of every equation at every step would take longer than the arithmetic. The tree is therefore walked
once, and what it says is written as a few lines of NumPy, which Python compiles. `forward_source` and
`backward_source` show the lines.

Inside a step, arrays are feature-first, (H, B). The sums of the gates are blocks of rows in z, (G*H, B), which already
hold what does not depend on the step before: W_ih x + b_ih, and b_hh where nothing multiplies it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from .backward_writer import BackwardWriter
from .compiled_curves import compiled_curve
from .definition import Definition
from .forward_writer import ForwardWriter
from .layer_norm import LayerNorm
from .primitives import RULES
from .step_plan import INPUT, StepPlan


class Steps(NamedTuple):
    """One step of a cell in both directions; see `Cell.step` and `Cell.step_back`.

    `forward_many` is for many sequences: it receives half of the sums of `StepPlan.halved`, and W_hh with these rows
    halved.
    """

    forward: Callable[..., None]
    forward_many: Callable[..., None]
    backward: Callable[..., None]


@lru_cache(256)  # cells of strangers have activations of their own
def compiled(definition: Definition, rows: tuple[str, ...]) -> Steps:
    """The steps of a cell, compiled once for each definition."""
    plan = StepPlan(definition, rows)
    curves = {name: compiled_curve(activation.curve) for name, activation in definition.activations.items()}
    space: dict[str, Any] = {"np": np, "curves": curves, "rules": RULES, "norms": _norms(definition)}
    source = f"{forward_source(plan)}\n{forward_source(plan, many=True)}\n{backward_source(plan)}"
    exec(compile(source, f"<equations of {definition.title}>", "exec"), space)
    return Steps(space["step"], space["step_many"], space["step_back"])


def forward_source(plan: StepPlan, many: bool = False) -> str:
    """Write the source of `step(self, z, before, now)`, or of `step_many(self, z, before, now, weight_hh)`."""
    writer = ForwardWriter(plan, many=many)
    writer.write()
    return writer.function("step_many(self, z, before, now, weight_hh)" if many else "step(self, z, before, now)")


def backward_source(plan: StepPlan) -> str:
    """Write the source of `step_back(self, z, before, now, d, dz)`."""
    writer = BackwardWriter(plan)
    writer.write()
    return writer.function("step_back(self, z, before, now, d, dz)")


class _Norm:
    """Layer norm of (H, B), with units along the first axis."""

    unit_axis = 0

    def __init__(self, epsilon: float) -> None:
        self.node = LayerNorm("", "", INPUT, epsilon)

    def value(self, v: Any, weight: Any) -> Any:
        """Normalise and scale."""
        return weight * self.node.normalised(self, v)[0]

    def back(self, v: Any, gradient: Any) -> Any:
        """The gradient by v, from that by the normalised vector."""
        return self.node.through(self, v, gradient)


def _norms(definition: Definition) -> dict[float, _Norm]:
    nodes = (node for right in definition.equations.values() for node in right.walk())
    return {node.epsilon: _Norm(node.epsilon) for node in nodes if isinstance(node, LayerNorm)}
