"""What the writers of a step's source share: lines, and the names of what they have computed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from keyword import iskeyword

from .expressions import Expression, Value
from .layer_norm import LayerNorm
from .step_plan import StepPlan
from .weight_nodes import Bias, Diagonal, Matrix

TAKEN = ("self", "now", "before", "curves", "norms", "rules", "recurrent")  # long names that the source uses


@dataclass
class SourceWriter:
    """Lines of a function, and the names of what they have computed."""

    plan: StepPlan
    lines: list[str] = field(default_factory=list)
    names: dict[Expression, str] = field(default_factory=dict)
    slices: set[str] = field(default_factory=set)
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
        letters = sorted(set(self.plan.definition.sizes.values()))
        used = [size for size in letters if any(re.search(rf"\b{size}\b", line) for line in self.lines)]
        lines = [*(f'{size} = self.lengths["{size}"]' for size in used), *self.lines]
        return "\n".join([f"def {signature}:", *(f"    {line}" for line in lines), ""])

    def leaf(self, node: Value) -> str:
        """Look up a quantity where it is first needed: by then it is complete, and holds what was put in its place."""
        if node not in self.names:
            self.names[node] = f"{self.local(node.name)}_before" if node.is_before else self.local(node.name)
            self.line(f'{self.names[node]} = {"before" if node.is_before else "now"}["{node.name}"]')
        return self.names[node]

    def local(self, quantity: str) -> str:
        """The name of a quantity within the function, where short names and some others have a meaning already."""
        if re.fullmatch("[a-z]{3,}", quantity) and quantity not in TAKEN and not iskeyword(quantity):
            return quantity
        return f"q_{quantity}" if quantity.isidentifier() else f"q_{[*self.plan.equations].index(quantity)}"

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
        return f"{array}{self.index_of(blocks, rows)}"

    def index_of(self, blocks: Sequence[str], rows: Sequence[str]) -> str:
        """The index of neighbouring rows in an array of blocks: "[H:3 * H]"."""
        start, end = blocks.index(rows[0]), blocks.index(rows[-1]) + 1
        return f"[{self._extent(blocks[:start])}:{self._extent(blocks[:end]) if end < len(blocks) else ''}]"

    def _extent(self, blocks: Sequence[str]) -> str:
        """How many rows blocks have: "3 * H"; nothing for none."""
        sizes = Counter(self.plan.definition.sizes[block] for block in blocks)
        return " + ".join(size if count == 1 else f"{count} * {size}" for size, count in sizes.items())

    def rows(self, array: str, rows: Sequence[str]) -> str:
        """Neighbouring rows of z or dz, which are looked up once."""
        text = self.part(array, rows)
        if text == array:
            return array
        name = "_".join([array, self.local(rows[0]), *(["to", self.local(rows[-1])] if len(rows) > 1 else [])])
        if name not in self.slices:
            self.slices.add(name)
            self.line(f"{name} = {text}")
        return name

    def weight(self, node: Matrix) -> str:
        """The rows of a matrix."""
        return self.part(f"self.{node.parameter}", [node.block], node.parameter)

    def column(self, node: Bias | Diagonal | LayerNorm) -> str:
        """The rows of a vector of parameters, beside (H, B)."""
        return f"{self.part(f'self.{node.parameter}', [node.block], node.parameter)}[:, None]"
