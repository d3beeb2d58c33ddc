"""The source of a step backward."""

from __future__ import annotations

from collections.abc import Sequence

from .activations import SIGMOID, TANH, Activation
from .expressions import Apply, Bias, Complement, Diagonal, Expression, Matrix, Product, Sum, Value
from .layer_norm import LayerNorm
from .source_writer import SourceWriter
from .step_plan import blend_parts, input_product, recurrent_product


class _Product(str):
    """A product that has no name yet: it may still be written right to where it belongs."""

    def __new__(cls, first: str, second: str) -> _Product:
        product = super().__new__(cls, f"{first} * {second}")
        product.operands = first, second
        return product

    operands: tuple[str, str]


class BackwardWriter(SourceWriter):
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
        for state in plan.definition.states:  # what is read of d is copied before anything is put there
            parts = self.gradients.get(Value(state).before, [])
            parts[:] = [self.named(f"{part}.copy()") if part.startswith("d[") else part for part in parts]
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
        if node in self.plan.cached:
            return self.cached(node)
        if isinstance(node, Complement):
            return f"(1 - {self.value(node.of)})"
        if isinstance(node, Bias):
            return self.column(node)
        assert isinstance(node, Matrix), node
        return self.part("z", [node.block])
