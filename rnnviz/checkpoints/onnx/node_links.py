"""Which recurrent node reads which in an ONNX graph, through the nodes that only reshape arrays or pass them on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...array_shapes import MOST_AXES
from ..io.opening_budget import OpeningBudget
from .constant_folding import ConstantFolder
from .flat_graph import JOIN, FlatGraph, Node
from .recurrent_nodes import RecurrentLayer

# Operations that pass on every number that they read, and those that pass on a part of them.
PASSES = ("Transpose", "Squeeze", "Unsqueeze", "Reshape", "Flatten", "Identity", "Dropout", "Cast", JOIN)
PARTS = ("Slice", "Split", "Gather")
MERGES = {"Concat": "concat", "Add": "sum", "Mul": "mul"}
REDUCES = {"ReduceSum": "sum", "ReduceMean": "ave", "ReduceProd": "mul"}
FARTHEST = 500  # nodes visited on the way from one layer to the next


@dataclass(eq=False)
class Level:
    """One layer of a stack: a node, or two that read the same, one forwards and one backwards.

    merge: how two directions become one vector; None if the graph never shows it.
    """

    layers: list[RecurrentLayer]
    merge: str | None = None
    below: Level | None = None

    @property
    def is_bidirectional(self) -> bool:
        """Whether it has two directions."""
        return sum(len(layer.directions) for layer in self.layers) == 2

    @property
    def width(self) -> int:
        """The size of the vectors that it passes on."""
        hidden = self.layers[0].hidden_size
        return hidden * 2 if self.is_bidirectional and self.merge in (None, "concat") else hidden

    @property
    def first(self) -> RecurrentLayer:
        """Its node, or the first of its two."""
        return self.layers[0]


class LevelFinder:
    """Finds the levels of a graph and which reads which."""

    def __init__(self, folder: ConstantFolder, layers: Sequence[RecurrentLayer]) -> None:
        self.folder, self.graph = folder, folder.graph
        self.by_node = {id(layer.node): layer for layer in layers}
        self.products = [node for node in self.graph.nodes if node.op in ("MatMul", "Gemm")]
        self.merged: dict[int, Level] = {}  # by the value that merges two directions
        self.level: dict[int, Level] = {}  # by node
        self.makers: dict[int, Node | None] = {}  # by value, the recurrent node that it comes from
        for node in self.graph.nodes:
            if node.op in MERGES and len(node.inputs) == 2:
                self._merge(node)
        for layer in layers:
            self.level.setdefault(id(layer.node), Level([layer]))
        for node in self.graph.nodes:  # also those that nothing reads, at the end of a graph
            self.reduced(node)
        self.levels = list(dict.fromkeys(self.level[id(layer.node)] for layer in layers))
        for level in self.levels:
            level.below = self.source(level.first.node.input(0))

    def source(self, value: int | None, through: Sequence[str] = PASSES, states: bool = False) -> Level | None:
        """The level that a value comes from, or None: the first of `sources`."""
        return next(self.sources(value, through, states), None)

    def sources(self, value: int | None, through: Sequence[str] = PASSES, states: bool = False) -> Iterator[Level]:
        """The levels that a value comes from, one for each branch of an If. states: whether last states count too."""
        for origin in self.back(value, through):
            if origin in self.merged:
                yield self.merged[origin]
                continue
            node = self.graph.makers.get(origin)
            if node is None:
                continue
            if (level := self.reduced(node)) is not None:
                yield level
                continue
            level = self.level.get(id(node))
            if level is not None and len(level.layers) == 1 and origin in node.outputs[: 2 if states else 1]:
                yield level

    def back(self, value: int | None, through: Sequence[str]) -> Iterator[int]:
        """A value and those that it comes from through operations in `through`, the nearest first."""
        queue: list[int | None] = [value]
        seen: set[int] = set()
        while queue and len(seen) < FARTHEST:
            self.folder.budget.work()
            number = queue.pop(0)
            if number is None or number in seen:
                continue
            seen.add(number)
            yield number
            node = self.graph.makers.get(number)
            if node is not None and node.op in through and number not in self.merged:
                queue += node.inputs if node.op == JOIN else node.inputs[:1]

    def root(self, value: int | None) -> int | None:
        """Where a value comes from, through what only passes it on: the last of `back`."""
        return None if value is None else list(self.back(value, PASSES))[-1]

    def _recurrent_maker(self, value: int | None) -> Node | None:
        """The recurrent node that a value comes from, through what passes it on or a part of it.

        What was passed on the way has the same answer, which is kept until another merge changes where ways end.
        """
        path: list[int] = []
        maker: Node | None = None
        while value is not None and value not in self.makers:
            self.folder.budget.work()
            self.makers[value] = None  # for a circle, which no file may have
            path.append(value)
            node = self.graph.makers.get(value)
            if node is None or id(node) in self.by_node:
                maker = node
                break
            if node.op == JOIN:
                makers = (self.graph.makers.get(number) for number in self.back(value, (*PASSES, *PARTS)))
                maker = next((one for one in makers if one is not None and id(one) in self.by_node), None)
                break
            value = node.input(0) if node.op in (*PASSES, *PARTS) and value not in self.merged else None
        else:
            maker = None if value is None else self.makers[value]
        self.makers |= dict.fromkeys(path, maker)
        return maker

    def _direct(self, value: int | None) -> Level | None:
        node = None if value is None else self.graph.makers.get(value)
        return self.level.get(id(node)) if node is not None else None

    def _merge(self, node: Node) -> None:
        """Two directions merged by a node: those of one recurrent node, split before, or those of two."""
        nodes: list[Node] = []
        for value in node.inputs:
            if (maker := self._recurrent_maker(value)) is not None:
                nodes.append(maker)
        if len(nodes) != 2:
            return
        pair = [self.by_node[id(member)] for member in nodes]
        if pair[0] is pair[1]:
            if len(pair[0].directions) == 2:
                level = self.level.setdefault(id(nodes[0]), Level(pair[:1]))
                level.merge = MERGES[node.op]
                self._set_merged(node, level)
            return
        if node.op != "Concat":
            pair.sort(key=lambda layer: "backward" in layer.directions)
        forward, backward = pair
        alike = (forward.cell, forward.values, forward.hidden_size) == (
            backward.cell,
            backward.values,
            backward.hidden_size,
        )
        same = self.root(forward.node.input(0)) == self.root(backward.node.input(0))
        if [*forward.directions] == ["forward"] and [*backward.directions] == ["backward"] and alike and same:
            level = self.level.get(id(forward.node)) or Level(pair, MERGES[node.op])
            if level.layers == pair:
                self.level[id(forward.node)] = self.level[id(backward.node)] = level
                self._set_merged(node, level)

    def reduced(self, node: Node) -> Level | None:
        """The level whose two directions a node merges unit by unit; None if it does nothing of the kind."""
        if node.op not in REDUCES or self._axes(node) != [1]:
            return None
        level = self._direct(node.input(0))
        if level is None or not level.is_bidirectional:
            return None
        level.merge = REDUCES[node.op]
        return level

    def _set_merged(self, node: Node, level: Level) -> None:
        if (output := node.output(0)) is not None:
            self.merged[output] = level
            self.makers.clear()

    def _axes(self, node: Node) -> list[int] | None:
        constant = self.folder.constant(node.input(1))
        if constant is None:
            return node.get("axes", "ints")
        return None if constant.array.size > MOST_AXES else [int(v) for v in np.ravel(constant.array)]


def operations_before(
    graph: FlatGraph, value: int | None, ends: set[int], budget: OpeningBudget
) -> tuple[list[str], bool]:
    """The operations that a value comes from, the nearest first; whether one of `ends` (nodes, by id) is reached."""
    queue: list[int | None] = [value]
    seen: set[int] = set()
    ops: list[str] = []
    reached = False
    while queue and len(seen) < FARTHEST:
        budget.work()
        number = queue.pop(0)
        node = None if number is None else graph.makers.get(number)
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if id(node) in ends:
            reached = True
            continue
        if node.op not in (*PASSES, "Constant", "Shape", "Concat", *PARTS):
            ops.append(node.op)
        queue += node.inputs
    return list(dict.fromkeys(ops)), reached
