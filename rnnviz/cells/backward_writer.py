"""The source of a step backward."""

from __future__ import annotations

from collections.abc import Sequence

from .activations import LINEAR, TANH, Activation
from .applied_activation import Apply
from .expressions import Complement, Expression, Number, Product, Quotient, Sum, Value
from .layer_norm import LayerNorm
from .primitives import Primitive
from .source_writer import SourceWriter
from .step_plan import blend_parts, input_product, needs_sum, recurrent_product
from .weight_nodes import Bias, Diagonal, Matrix


class _Product(str):
    """A gradient times a factor, which has no name yet: it may still be written right to where it belongs."""

    gradient: str
    factor: str

    def __new__(cls, gradient: str, factor: str) -> _Product:
        product = super().__new__(cls, f"{gradient} * {factor}")
        product.gradient, product.factor = gradient, factor
        return product


class BackwardWriter(SourceWriter):
    """Writes `step_back`: every equation in reverse, gradients passed on from each quantity to what it reads."""

    target = ""  # the quantity whose equation is written

    def write(self) -> None:
        plan = self.plan
        self.gradients: dict[Value, list[str]] = {Value(s): [f'd["{s}"]'] for s in plan.definition.states}
        self.through: dict[str, str] = {}  # the gradients by W_hh h_{t-1} that are not those by the row's sum
        self.held: dict[str, str] = {}  # the gradients by the sums of the same rows, until their place is free
        self.reached: set[str] = set()  # rows of z that have received a gradient
        for name, right in reversed(plan.equations.items()):
            self.target = name
            gradient = self.total(Value(name))
            if name in plan.together:
                self.put(name, gradient)  # times the slope: see below
            elif name in plan.activated:
                self.put(name, gradient and self.sloped(gradient, self.slope(plan.applied(name))))
                self.back_late_terms(name)
            else:
                if isinstance(gradient, _Product):
                    gradient = self.named(gradient)
                if name in plan.kept_gradients:  # there is a place for it where parameters are differentiated
                    key = plan.kept_gradients[name]
                    self.line(f'if "{key}" in now: now["{key}"][...] = {gradient or 0}')
                if gradient is not None:
                    self.back(right, gradient)
        if plan.together:
            self.line(f"{self.rows('dz', plan.together)} *= {self.joint_slope(plan.together)}")
            for name in plan.together:
                self.back_late_terms(name)
        for row in plan.rows:
            if row not in self.reached:
                self.put(row, None)
        for state in plan.definition.states:  # what is read of d is copied before anything is put there
            parts = self.gradients.get(Value(state).before, [])
            parts[:] = [self.lasting(part) for part in parts]
        for state in plan.definition.states:
            self.pass_to_step_before(state)
        for row, gradient in self.held.items():
            self.line(f"{self.rows('dz', [row])}[...] = {gradient}")

    def put(self, row: str, gradient: str | None) -> None:
        """Put the gradient by a row's sum into dz, or hold it as long as its place is in use."""
        place = "" if row in self.plan.gated else self.rows("dz", [row])
        if not place and gradient is not None and row in self.held:
            self.held[row] = self.named(f"{self.held[row]} + {gradient}")
        elif not place:
            self.held[row] = self.lasting(gradient or "0")
        elif row in self.reached:
            self.line(f"{place} += {gradient}")
        else:
            self.store(gradient or "0", place)
        self.reached.add(row)

    def lasting(self, gradient: str) -> str:
        """Name a gradient that is needed when d has changed."""
        if isinstance(gradient, _Product):
            return self.named(gradient)
        return self.named(f"{gradient}.copy()") if gradient.startswith("d[") else gradient

    def store(self, gradient: str, out: str) -> None:
        """Write a gradient into an array."""
        if isinstance(gradient, _Product):
            self.line(f"np.multiply({gradient.gradient}, {gradient.factor}, out={out})")
        else:
            self.line(f"{out}[...] = {gradient}")

    def back_late_terms(self, row: str) -> None:
        """Pass the gradient by a row's sum on to what is added to it step by step."""
        for term in self.plan.late_terms(row):
            self.back(term, self.held.get(row) or self.rows("dz", [row]))

    def pass_to_step_before(self, state: str) -> None:
        """Put the gradient by the state before into d."""
        plan, out = self.plan, f'd["{state}"]'
        parts = self.gradients.get(Value(state).before, [])
        joint = [row for row in plan.joint if row in self.through or plan.is_direct(row)]
        if state == "hidden" and joint:
            for row, through in self.through.items():
                gradient = f"{self.held[row]} + {through}" if plan.is_direct(row) else through
                self.store(gradient, self.rows("dz", [row]))
            run, *further = plan.runs(joint)
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
        return f"{self.part('self.weight_hh', rows, 'weight_hh')}.T, {self.rows('dz', rows)}"

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
                if not isinstance(factor, Bias | Number):
                    others = [self.value(other) for other in (*node.factors[:k], *node.factors[k + 1 :])]
                    product = _Product(gradient, " * ".join(others))
                    self.back(factor, product if self.takes_product(factor) else self.named(product))
        elif isinstance(node, Complement):
            self.back(node.of, self.named(f"-{gradient}"))
        elif isinstance(node, Apply):
            sloped = self.sloped(gradient, self.slope(node))
            self.back(node.of, self.named(sloped) if isinstance(sloped, _Product) else sloped)
        elif isinstance(node, Quotient):
            through = self.named(f"{gradient} / {self.value(node.divisor)}")
            self.back(node.dividend, through)
            self.back(node.divisor, self.named(f"-{through} * {self.value(node)}"))
        elif isinstance(node, Primitive):
            values = ", ".join([self.value(part) for part in (node, *node.parts)])
            through = self.named(f'rules["{node.name}"].back({gradient}, {values})')
            for k, part in enumerate(node.parts):
                self.back(part, f"{through}[{k}]")
        elif isinstance(node, Diagonal):
            self.back(node.of, self.named(f"{self.column(node)} * {gradient}"))
        elif isinstance(node, LayerNorm):
            inner = self.value(node.of)
            self.back(node.of, self.named(f"norms[{node.epsilon!r}].back({inner}, {self.column(node)} * {gradient})"))
        elif isinstance(node, Matrix) and node == recurrent_product(node.block):
            previous = self.through.get(node.block)
            self.through[node.block] = self.named(f"{previous} + {gradient}") if previous else gradient
        elif isinstance(node, Matrix) and node == input_product(node.block):
            self.put(node.block, gradient)
        elif isinstance(node, Matrix):
            self.back(node.of, self.named(f"{self.weight(node)}.T.dot({gradient})"))

    def takes_product(self, node: Expression) -> bool:
        """Whether a gradient by the node goes to one place, and so needs no name."""
        if isinstance(node, Sum):
            terms = [term for term in node.terms if not isinstance(term, Bias)]
            return len(terms) == 1 and self.takes_product(terms[0])
        if isinstance(node, Matrix):
            return node in (recurrent_product(node.block), input_product(node.block))
        return isinstance(node, Apply) or (isinstance(node, Value) and not node.is_before)

    def sloped(self, gradient: str, slope: str) -> str:
        """A gradient times a slope. Values are multiplied first: there may be more gradients than values."""
        if not slope:
            return gradient
        if isinstance(gradient, _Product):
            return _Product(gradient.gradient, f"({gradient.factor} * {slope})")
        return _Product(gradient, slope)

    def joint_slope(self, rows: Sequence[str]) -> str:
        """The slopes of neighbouring gates, from their values."""
        functions, values = {self.plan.applied(row).function for row in rows}, self.rows("z", rows)
        if len(functions) == 1:
            return self.slope_from_value(functions.pop(), values)
        return f"self.gate_activations.slope({values})"

    def slope(self, node: Apply) -> str:
        """The slope of an activation, from its value if it can be; empty if it is 1."""
        if needs_sum(node):
            return f'curves["{node.function.name}"].slope({self.value(node.of)})'
        return "" if node.function == LINEAR else self.slope_from_value(node.function, self.value(node))

    def slope_from_value(self, function: Activation, value: str) -> str:
        """The slope of sigmoid or tanh."""
        return f"(1 - {value} * {value})" if function == TANH else f"({value} * (1 - {value}))"

    def value(self, node: Expression) -> str:
        """The value of a node, as `step` left it."""
        if isinstance(node, Value):
            return self.leaf(node)
        if node == self.plan.equations[self.target]:
            return self.leaf(Value(self.target))
        if node in self.plan.cached:
            return self.cached(node)
        if isinstance(node, Number):
            return repr(node.value)
        if isinstance(node, Complement):
            return f"(1 - {self.value(node.of)})"
        if isinstance(node, Bias):
            return self.column(node)
        assert isinstance(node, Matrix), node
        return self.rows("z", [node.block])
