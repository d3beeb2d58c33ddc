"""What a graph whose steps are written out says about a stack that was read by names: its embedding and its readout."""

from __future__ import annotations

from dataclasses import replace

from ..io.opening_budget import OpeningBudget
from ..settings import NONE
from ..stack import Stack
from .flat_graph import FlatGraph, Node
from .node_links import FARTHEST, PARTS, PASSES, operations_before

_PRODUCTS = ("MatMul", "Gemm")
# Operations of which cells are made; a readout that reads others as well does not read the states alone.
_OF_CELLS = {
    "Sigmoid",
    "Tanh",
    "Mul",
    "Add",
    "Sub",
    "Div",
    "Neg",
    "Relu",
    "Sum",
    "Constant",
    "ConstantOfShape",
    "Expand",
}


class WrittenOutSteps:
    """A graph without recurrent nodes, and the products in it with each stored array. budget: of the file's opening."""

    def __init__(self, graph: FlatGraph, budget: OpeningBudget) -> None:
        self.graph, self.budget = graph, budget
        self.values: dict[str, int] = {}
        for value in graph.stored:
            self.values.setdefault(graph.names[value], value)

    def checked(self, stack: Stack) -> Stack:
        """The stack, whose embedding and readout are those that the graph uses with it, where it shows that."""
        own = {id(node) for name in stack.array_names for node, _ in self._products(name)}
        found: dict[str, tuple[str, str]] = {}
        lowest = next(iter(stack.layers[0].values()))["weight_ih"].names[0]
        if stack.embeddings and (below := self._below(lowest)) is not None:
            table, op = below
            if table in stack.embeddings:
                found["embedding"] = table, "In the graph, its rows are what the first layer reads."
            elif op:
                found["embedding"] = NONE, f"In the graph, the first layer reads the output of {op}."
        if stack.readouts:
            direct, op = self._readout(stack, own)
            if direct:
                found["readout"] = direct, "In the graph, it reads what the cell computes."
            elif op:
                found["readout"] = NONE, f"In the graph, {op} stands between the cell and {next(iter(stack.readouts))}."
        settings = tuple(
            replace(setting, value=found[setting.name][0], reason=found[setting.name][1])
            if setting.name in found
            else setting
            for setting in stack.settings
        )
        return replace(stack, settings=settings)

    def _products(self, name: str) -> list[tuple[Node, int | None]]:
        """The products with a stored array, and what each multiplies it with."""
        products: list[tuple[Node, int | None]] = []
        queue = [self.values[name]] if name in self.values else []
        seen: set[int] = set()
        while queue and len(seen) < FARTHEST:
            value = queue.pop()
            if value in seen:
                continue
            seen.add(value)
            for node in self.graph.readers_of(value):
                self.budget.work()
                if node.op in PASSES:
                    queue += [output for output in node.outputs if output is not None]
                elif node.op in _PRODUCTS:
                    products.append((node, next((other for other in node.inputs[:2] if other != value), None)))
        return products

    def _below(self, name: str) -> tuple[str, str] | None:
        """What a weight is multiplied with at first: rows of a table by its name, or the output of an operation."""
        for _, value in self._products(name)[:1]:
            for _ in range(FARTHEST):
                self.budget.work()
                node = None if value is None else self.graph.makers.get(value)
                if node is None:
                    return "", ""
                if node.op == "Gather" and node.input(0) in self.graph.stored:
                    return self.graph.names[node.inputs[0]], ""  # type: ignore[index]
                if node.op not in (*PASSES, *PARTS):
                    return "", node.op
                value = node.input(0)
        return None

    def _readout(self, stack: Stack, own: set[int]) -> tuple[str, str]:
        """The readout that reads the cell alone; else an operation that stands between the first one and the cell."""
        between = ""
        for name, readout in stack.readouts.items():
            for _, value in self._products(readout.weight.names[0])[:1]:
                ops, reached = operations_before(self.graph, value, own, self.budget)
                others = [op for op in ops if op not in _OF_CELLS]
                if reached and not others:
                    return name, ""
                between = between or (others[0] if reached and others else "")
        return "", between
