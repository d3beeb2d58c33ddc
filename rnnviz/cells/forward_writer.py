"""The source of a step forward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .activations import LINEAR, SIGMOID, TANH, Activation
from .applied_activation import Apply
from .expressions import Complement, Expression, Number, Product, Quotient, Sum, Value
from .layer_norm import LayerNorm
from .primitives import Primitive
from .source_writer import SourceWriter
from .step_plan import HIDDEN_BEFORE, blend_parts, input_product, needs_sum, recurrent_product
from .weight_nodes import Bias, Diagonal, Matrix


@dataclass
class ForwardWriter(SourceWriter):
    """Writes `step`: every equation in its turn.

    For one sequence, the calls of NumPy are few; for many, the numbers that they go through are.
    """

    many: bool = False  # whether it is `step_many`, which receives W_hh with the rows of `plan.halved` halved

    def write(self) -> None:
        plan = self.plan
        if plan.is_plain:
            self.line(f"z += {self.recurrent_weights}.dot({self.leaf(HIDDEN_BEFORE)})")
        else:
            self.write_products()
        for row in plan.early:
            self.add_late_terms(row)
        if plan.is_smooth and [plan.applied(rows[0]).function for rows in plan.early_blocks] != [TANH]:
            if self.many:
                self.activate_early()
            else:
                self.line(f"self.gate_activations.apply({self.rows('z', plan.early)})")
        else:
            for rows in plan.early_blocks:
                self.activate_rows(rows)
        for name, right in plan.equations.items():
            if name in plan.activated:
                if name not in plan.early:
                    self.add_late_terms(name)
                    self.activate_rows([name])
                if name in plan.definition.states:
                    self.line(f'now["{name}"][...] = {self.rows("z", [name])}')
            else:
                self.line(f'{self.local(name)} = now["{name}"]')
                self.compute(right, self.local(name))

    @property
    def recurrent_weights(self) -> str:
        """W_hh."""
        return "weight_hh" if self.many else "self.weight_hh"

    def activate_early(self) -> None:
        """Activate the rows of `early`, as `GateActivations` does, but each only with what it needs."""
        plan = self.plan
        sigmoids = [row for row in plan.early if plan.applied(row).function == SIGMOID]
        for rows in plan.runs([row for row in sigmoids if row not in plan.halved]):
            self.line(f"{self.rows('z', rows)} *= 0.5")
        early = self.rows("z", plan.early)
        self.line(f"np.tanh({early}, out={early})")
        for rows in plan.runs(sigmoids):
            self.line(f"{self.rows('z', rows)} *= 0.5")
            self.line(f"{self.rows('z', rows)} += 0.5")

    def write_products(self) -> None:
        """Compute W_hh h_{t-1}, which several equations may read."""
        for run in self.plan.joint_runs:
            weights = self.part(self.recurrent_weights, run, "weight_hh")
            self.line(f"{self.product_name(run)} = {weights}.dot({self.leaf(HIDDEN_BEFORE)})")
        for rows in self.plan.direct_runs:
            self.line(f"{self.rows('z', rows)} += {self.joint_part(rows)}")

    def joint_part(self, rows: Sequence[str]) -> str:
        """Rows of W_hh h_{t-1}, neighbours in W_hh."""
        run = next(run for run in self.plan.joint_runs if rows[0] in run)
        if len(rows) == len(run):
            return self.product_name(run)
        return f"{self.product_name(run)}{self.index_of(run, rows)}"

    def product_name(self, run: Sequence[str]) -> str:
        """The name of W_hh h_{t-1}, of which there may be several parts."""
        return "recurrent" if len(self.plan.joint_runs) == 1 else f"recurrent_{self.local(run[0])}"

    def add_late_terms(self, row: str) -> None:
        """Complete the sum of a row in z."""
        for term in self.plan.late_terms(row):
            self.line(f"{self.rows('z', [row])} += {self.compute(term)}")

    def activate_rows(self, rows: Sequence[str]) -> None:
        """Turn the sums of neighbouring rows with one activation into values, in place."""
        applied = [self.plan.applied(row) for row in rows]
        for node, row in zip(applied, rows, strict=True):
            if needs_sum(node):
                self._fill(self.cached(node.of), self.rows("z", [row]))
        if (function := applied[0].function) != LINEAR:
            self.activate(function, self.rows("z", rows), self.rows("z", rows))

    def activate(self, function: Activation, inner: str, out: str) -> None:
        """Write an activation into an array."""
        if function == TANH:
            self.line(f"np.tanh({inner}, out={out})")
        elif function == SIGMOID:
            self.line(f"np.multiply({inner}, 0.5, out={out})")
            self.line(f"np.tanh({out}, out={out})")
            self.line(f"np.multiply({out}, 0.5, out={out})")
            self.line(f"np.add({out}, 0.5, out={out})")
        else:
            self._fill(out, self.activated(function, inner))

    def activated(self, function: Activation, inner: str) -> str:
        """An activation of an array."""
        if function == LINEAR:
            return inner
        if function == SIGMOID:
            return f"0.5 * np.tanh(0.5 * {inner}) + 0.5"
        return f"np.tanh({inner})" if function == TANH else f'curves["{function.name}"].value({inner})'

    def compute(self, node: Expression, out: str = "") -> str:
        """Write what computes a node, into the array called `out` if one is given; return the name of the array."""
        if node in self.names and not out:
            return self.names[node]
        if isinstance(node, Value | Number) and not out:
            return self._text(node)
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
            terms = list(node.terms)
            if isinstance(terms[0], Sum | Product | Apply) and terms[0] not in self.plan.cached:
                self.compute(terms.pop(0), out)
            elif len(terms) > 1:
                self.line(f"np.add({self.compute(terms.pop(0))}, {self.compute(terms.pop(0))}, out={out})")
            else:
                self._fill(out, self.compute(terms.pop(0)))
            for term in terms:
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
        if isinstance(node, Number):
            return repr(node.value)
        if isinstance(node, Sum):
            return " + ".join([self.compute(term) for term in node.terms])
        if isinstance(node, Product):
            return " * ".join([self.compute(factor) for factor in node.factors])
        if isinstance(node, Complement):
            return f"1 - {self.compute(node.of)}"
        if isinstance(node, Apply):
            return self.activated(node.function, self.compute(node.of))
        if isinstance(node, Quotient):
            return " / ".join([self.compute(part) for part in node.parts])
        if isinstance(node, Primitive):
            return f"np.{node.rule.value.__name__}({', '.join([self.compute(part) for part in node.parts])})"
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
            return self.rows("z", [node.block])
        return f"{self.weight(node)}.dot({self.compute(node.of)})"
