"""One step of a cell, forward and backward, written from its equations.

Walking the tree of every equation at every step would take longer than the arithmetic. The tree is therefore walked
once, and what it says is written as a few lines of NumPy, which Python compiles. `forward_source` and
`backward_source` show the lines.

Inside a step, arrays are feature-first, (H, B). The sums of the gates are blocks of rows in z, (G*H, B), which already
hold what does not depend on the step before: W_ih x + b_ih, and b_hh where nothing multiplies it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from .activations import SIGMOID, TANH, Activation
from .definition import Definition
from .expressions import Apply, Bias, Complement, Diagonal, Expression, Matrix, Product, Sum, Value
from .layer_norm import LayerNorm
from .step_plan import HIDDEN_BEFORE, INPUT, StepPlan, blend_parts, input_product, recurrent_product


class Steps(NamedTuple):
    """One step of a cell in both directions; see `Cell.step` and `Cell.step_back`."""

    forward: Callable[..., None]
    backward: Callable[..., None]


@cache
def compiled(definition: Definition, rows: tuple[str, ...]) -> Steps:
    """The steps of a cell, compiled once for each definition."""
    plan = StepPlan(definition, rows)
    space: dict[str, Any] = {"np": np, "functions": definition.activations, "norms": _norms(definition)}
    source = f"{forward_source(plan)}\n{backward_source(plan)}"
    exec(compile(source, f"<equations of {definition.title}>", "exec"), space)
    return Steps(space["step"], space["step_back"])


def forward_source(plan: StepPlan) -> str:
    """Write the source of `step(self, z, before, now)`."""
    writer = _ForwardWriter(plan)
    writer.write()
    return writer.function("step(self, z, before, now)")


def backward_source(plan: StepPlan) -> str:
    """Write the source of `step_back(self, z, before, now, d, dz)`."""
    writer = _BackwardWriter(plan)
    writer.write()
    return writer.function("step_back(self, z, before, now, d, dz)")


@dataclass
class _Writer:
    """Lines of a function, and the names of what they have computed."""

    plan: StepPlan
    lines: list[str] = field(default_factory=list)
    names: dict[Expression, str] = field(default_factory=dict)
    count: int = 0

    def line(self, text: str) -> None:
        """Add a line."""
        self.lines.append(text)

    def named(self, text: str) -> str:
        """Give the result of an expression a name of its own."""
        self.count += 1
        self.line(f"v{self.count} = {text}")
        return f"v{self.count}"

    def function(self, signature: str) -> str:
        """The lines as a function."""
        lines = ["H = self.hidden_size", *self.lines] if any("* H" in line for line in self.lines) else self.lines
        return "\n".join([f"def {signature}:", *(f"    {line}" for line in lines), ""])

    def leaf(self, node: Value) -> str:
        """Look up a quantity where it is first needed: by then it is complete, and holds what was put in its place."""
        if node not in self.names:
            self.names[node] = f"{node.name}_before" if node.is_before else node.name
            self.line(f'{self.names[node]} = {"before" if node.is_before else "now"}["{node.name}"]')
        return self.names[node]

    def cached(self, node: Expression) -> str:
        """Look up a cached value."""
        name = self.plan.cached[node]
        if node not in self.names:
            self.names[node] = name
            self.line(f'{name} = now["{name}"]')
        return name

    def part(self, array: str, rows: Sequence[str], parameter: str = "weight_ih") -> str:
        """Neighbouring rows of an array that is laid out as a parameter."""
        blocks = self.plan.blocks(parameter)
        if tuple(rows) == blocks:
            return array
        assert len(self.plan.runs(rows, parameter)) == 1, f"{rows} are no neighbours in {parameter}"
        return f"{array}[{blocks.index(rows[0])} * H:{blocks.index(rows[-1]) + 1} * H]"

    def weight(self, node: Matrix) -> str:
        """The rows of a matrix."""
        return self.part(f"self.{node.parameter}", [node.block], node.parameter)

    def column(self, node: Bias | Diagonal | LayerNorm) -> str:
        """The rows of a vector of parameters, beside (H, B)."""
        return f"{self.part(f'self.{node.parameter}', [node.block], node.parameter)}[:, None]"


class _ForwardWriter(_Writer):
    """Writes `step`: every equation in its turn."""

    def write(self) -> None:
        plan = self.plan
        if plan.is_plain:
            self.line(f"z += self.weight_hh.dot({self.leaf(HIDDEN_BEFORE)})")
        else:
            self.write_products()
        for row in plan.early:
            self.add_late_terms(row)
        if plan.early:
            self.line(f"self.gate_activations.apply({self.part('z', plan.early)})")
        for name, right in plan.equations.items():
            if name in plan.activated:
                block = self.part("z", [name])
                if name not in plan.early:
                    self.add_late_terms(name)
                    assert isinstance(right, Apply)
                    self.activate(right.function, block, block)
                if name in plan.definition.states:
                    self.line(f'now["{name}"][...] = {block}')
            else:
                self.line(f'{name} = now["{name}"]')
                self.compute(right, name)

    def write_products(self) -> None:
        """Compute W_hh h_{t-1}, which several equations may read."""
        for run in self.plan.joint_runs:
            weights = self.part("self.weight_hh", run, "weight_hh")
            self.line(f"{self.product_name(run)} = {weights}.dot({self.leaf(HIDDEN_BEFORE)})")
        for rows in self.plan.direct_runs:
            self.line(f"{self.part('z', rows)} += {self.joint_part(rows)}")

    def joint_part(self, rows: Sequence[str]) -> str:
        """Rows of W_hh h_{t-1}, neighbours in W_hh."""
        run = next(run for run in self.plan.joint_runs if rows[0] in run)
        if len(rows) == len(run):
            return self.product_name(run)
        return f"{self.product_name(run)}[{run.index(rows[0])} * H:{run.index(rows[-1]) + 1} * H]"

    def product_name(self, run: Sequence[str]) -> str:
        """The name of W_hh h_{t-1}, of which there may be several parts."""
        return "recurrent" if len(self.plan.joint_runs) == 1 else f"recurrent_{run[0]}"

    def add_late_terms(self, row: str) -> None:
        """Complete the sum of a row in z."""
        for term in self.plan.late_terms(row):
            self.line(f"{self.part('z', [row])} += {self.compute(term)}")

    def activate(self, function: Activation, inner: str, out: str) -> None:
        """Write an activation into an array."""
        if function is TANH:
            self.line(f"np.tanh({inner}, out={out})")
        else:
            self.line(f'{out}[...] = functions["{function.name}"]({inner})')

    def compute(self, node: Expression, out: str = "") -> str:
        """Write what computes a node, into the array called `out` if one is given; return the name of the array."""
        if node in self.names and not out:
            return self.names[node]
        if isinstance(node, Value) and not out:
            return self.leaf(node)
        target = out
        if not out and node in self.plan.cached:
            target = self.cached(node)
        name = self._computed(node, target)
        if not isinstance(node, Value) and not out:  # an array of its own: a quantity may be edited later on
            self.names[node] = name
        return name

    def _computed(self, node: Expression, out: str) -> str:
        if (blend := blend_parts(node)) is not None and out:
            gate, closed, opened = map(self.compute, blend)
            self.line(f"np.subtract({opened}, {closed}, out={out})")  # (1 - a) p + a q = p + a (q - p)
            self.line(f"{out} *= {gate}")
            self.line(f"{out} += {closed}")
            return out
        if isinstance(node, Sum) and out:
            self.compute(node.terms[0], out) if isinstance(node.terms[0], Sum | Product | Apply) else self._fill(
                out, self.compute(node.terms[0])
            )
            for term in node.terms[1:]:
                self.line(f"{out} += {self.compute(term)}")
            return out
        if isinstance(node, Apply) and out:
            self.activate(node.function, self.compute(node.of), out)
            return out
        if isinstance(node, Product) and out:
            first, second, *others = [self.compute(factor) for factor in node.factors]
            self.line(f"np.multiply({first}, {second}, out={out})")
            for other in others:
                self.line(f"{out} *= {other}")
            return out
        text = self._text(node)
        return self._fill(out, text) if out else self.named(text)

    def _fill(self, out: str, text: str) -> str:
        self.line(f"{out}[...] = {text}")
        return out

    def _text(self, node: Expression) -> str:
        """A node as a Python expression of arrays that have names already."""
        if isinstance(node, Value):
            return self.leaf(node)
        if isinstance(node, Sum):
            return " + ".join([self.compute(term) for term in node.terms])
        if isinstance(node, Product):
            return " * ".join([self.compute(factor) for factor in node.factors])
        if isinstance(node, Complement):
            return f"1 - {self.compute(node.of)}"
        if isinstance(node, Apply):
            return f'functions["{node.function.name}"]({self.compute(node.of)})'
        if isinstance(node, Bias):
            return self.column(node)
        if isinstance(node, Diagonal):
            return f"{self.column(node)} * {self.compute(node.of)}"
        if isinstance(node, LayerNorm):
            return f"norms[{node.epsilon!r}].value({self.compute(node.of)}, {self.column(node)})"
        assert isinstance(node, Matrix), node
        if node == recurrent_product(node.block):
            return self.joint_part([node.block])
        if node == input_product(node.block):
            return self.part("z", [node.block])
        return f"{self.weight(node)}.dot({self.compute(node.of)})"


class _Product(str):
    """A product that has no name yet: it may still be written right to where it belongs."""

    def __new__(cls, first: str, second: str) -> _Product:
        product = super().__new__(cls, f"{first} * {second}")
        product.operands = first, second
        return product

    operands: tuple[str, str]


class _BackwardWriter(_Writer):
    """Writes `step_back`: every equation in reverse, gradients passed on from each quantity to what it reads."""

    target = ""  # the quantity whose equation is written

    def write(self) -> None:
        plan = self.plan
        self.gradients: dict[Value, list[str]] = {Value(s): [f'd["{s}"]'] for s in plan.definition.states}
        self.through: dict[str, str] = {}  # the gradients by W_hh h_{t-1} that are not those by the row's sum
        self.reached: set[str] = set()  # rows of z that have received a gradient
        for name, right in reversed(plan.equations.items()):
            self.target = name
            gradient = self.total(Value(name))
            if name in plan.activated:
                block = self.part("dz", [name])
                self.reached.add(name)
                if name in plan.early and isinstance(gradient, _Product):
                    self.line(f"np.multiply({', '.join(gradient.operands)}, out={block})")
                elif name in plan.early:
                    self.line(f"{block}[...] = {gradient or 0}")
                elif gradient is None:
                    self.line(f"{block}[...] = 0")
                else:
                    assert isinstance(right, Apply)
                    slope = self.slope(right.function, self.leaf(Value(name)))
                    self.line(f"np.multiply({gradient}, {slope}, out={block})")
                    for term in plan.late_terms(name):
                        self.back(term, block)
            else:
                if isinstance(gradient, _Product):
                    gradient = self.named(gradient)
                if name in plan.kept_gradients:  # there is a place for it where parameters are differentiated
                    key = plan.kept_gradients[name]
                    self.line(f'if "{key}" in now: now["{key}"][...] = {gradient or 0}')
                if gradient is not None:
                    self.back(right, gradient)
        if plan.early:
            rows = plan.early
            self.line(f"{self.part('dz', rows)} *= self.gate_activations.slope({self.part('z', rows)})")
            for name in rows:
                for term in plan.late_terms(name):
                    self.back(term, self.part("dz", [name]))
        for row in plan.rows:
            if row not in self.reached:
                self.line(f"{self.part('dz', [row])}[...] = 0")
        for state in plan.definition.states:
            self.pass_to_step_before(state)

    def pass_to_step_before(self, state: str) -> None:
        """Put the gradient by the state before into d."""
        plan, out = self.plan, f'd["{state}"]'
        parts = self.gradients.get(Value(state).before, [])
        joint = [row for row in plan.joint if row in self.through or plan.is_direct(row)]
        if state == "hidden" and joint:
            run, *further = plan.runs(joint, "weight_hh")
            self.line(f"np.dot({self.product_back(run)}, out={out})")
            for rows in further:
                self.line(f"{out} += np.dot({self.product_back(rows)})")
        else:
            first, *parts = parts or ["0"]
            self.line(f"{out}[...] = {first}")
        for part in parts:
            self.line(f"{out} += {part}")

    def product_back(self, rows: Sequence[str]) -> str:
        """Neighbouring rows of W_hh transposed, and the gradients by their products with h_{t-1}."""
        weights = f"{self.part('self.weight_hh', rows, 'weight_hh')}.T"
        if not self.through and len(self.plan.runs(rows)) == 1:
            return f"{weights}, {self.part('dz', rows)}"
        blocks = []
        for row in rows:
            parts = [self.through[row]] if row in self.through else []
            parts += [self.part("dz", [row])] if self.plan.is_direct(row) else []
            blocks.append(" + ".join(parts))
        return f"{weights}, np.concatenate([{', '.join(blocks)}])"

    def total(self, node: Value) -> str | None:
        """Add up the gradients by a quantity of this step; None if nothing depends on it."""
        parts = self.gradients.get(node, [])
        if len(parts) < 2:
            return parts[0] if parts else None
        if node.name not in self.plan.definition.states:
            return self.named(" + ".join(parts))
        for part in parts[1:]:
            self.line(f"{parts[0]} += {part}")
        return parts[0]

    def back(self, node: Expression, gradient: str) -> None:
        """Pass the gradient by a node on to what it reads."""
        if isinstance(node, Value):
            self.gradients.setdefault(node, []).append(gradient)
        elif (blend := blend_parts(node)) is not None:
            gate, closed, opened = map(self.value, blend)
            through = self.named(f"{gradient} * {gate}")
            self.back(blend[2], through)
            self.back(blend[1], self.named(f"{gradient} - {through}"))
            self.back(blend[0], _Product(gradient, f"({opened} - {closed})"))
        elif isinstance(node, Sum):
            for term in node.terms:
                self.back(term, gradient)
        elif isinstance(node, Product):
            for k, factor in enumerate(node.factors):
                if not isinstance(factor, Bias):
                    others = [self.value(other) for other in (*node.factors[:k], *node.factors[k + 1 :])]
                    product = _Product(gradient, " * ".join(others))
                    now = isinstance(factor, Value) and not factor.is_before
                    self.back(factor, product if now else self.named(product))
        elif isinstance(node, Complement):
            self.back(node.of, self.named(f"-{gradient}"))
        elif isinstance(node, Apply):
            self.back(node.of, self.named(f"{gradient} * {self.slope(node.function, self.value(node))}"))
        elif isinstance(node, Diagonal):
            self.back(node.of, self.named(f"{self.column(node)} * {gradient}"))
        elif isinstance(node, LayerNorm):
            inner = self.value(node.of)
            self.back(node.of, self.named(f"norms[{node.epsilon!r}].back({inner}, {self.column(node)} * {gradient})"))
        elif isinstance(node, Matrix) and node == recurrent_product(node.block):
            previous = self.through.get(node.block)
            self.through[node.block] = self.named(f"{previous} + {gradient}") if previous else gradient
        elif isinstance(node, Matrix) and node == input_product(node.block):
            block = self.part("dz", [node.block])
            self.line(f"{block} += {gradient}" if node.block in self.reached else f"{block}[...] = {gradient}")
            self.reached.add(node.block)
        elif isinstance(node, Matrix):
            self.back(node.of, self.named(f"{self.weight(node)}.T.dot({gradient})"))

    def slope(self, function: Activation, value: str) -> str:
        """The slope of an activation, from its value."""
        if function is TANH:
            return f"(1 - {value} * {value})"
        if function is SIGMOID:
            return f"({value} * (1 - {value}))"
        return f'functions["{function.name}"].slope({value})'

    def value(self, node: Expression) -> str:
        """The value of a node, as `step` left it."""
        if isinstance(node, Value):
            return self.leaf(node)
        if node == self.plan.equations[self.target]:
            return self.leaf(Value(self.target))
        if isinstance(node, Complement):
            return f"(1 - {self.value(node.of)})"
        if isinstance(node, Bias):
            return self.column(node)
        if isinstance(node, Matrix) and node == input_product(node.block):
            return self.part("z", [node.block])
        return self.cached(node)


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
