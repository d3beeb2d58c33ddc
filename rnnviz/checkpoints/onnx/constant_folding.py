"""Constants of an ONNX graph: exporters cut, transpose and join weights by nodes, which are computed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...array_shapes import count_numbers
from ...cells.activations import Array
from .flat_graph import JOIN, FlatGraph, Node
from .operations import CHANGES, ERRORS, OPERATIONS, new_bytes, shape_of
from .quantised_nodes import SCALED, SCALED_LSTM
from .tensor_data import TYPES, TensorData, UnreadablePartError

DEEPEST = 200  # nodes between an array and where it is used
MOST = 1000  # values visited on the way back to the graph's inputs
# Operations that move numbers and leave zeros zero.
MOVES = (
    "Identity", "Cast", "CastLike", "Transpose", "Reshape", "Concat", "Unsqueeze", "Squeeze", "Slice", "Split",
    "Expand", "Tile", "Gather", "Flatten", JOIN,
)  # fmt: skip


@dataclass(frozen=True)
class Constant:
    """A constant, and what it is in the file: the names of its arrays, their type and shape, what was done to them."""

    array: Array
    names: tuple[str, ...]
    dtype: str
    shape: tuple[int, ...]
    changes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return " + ".join(self.names[:4]) + (" + …" if len(self.names) > 4 else "")


class ConstantFolder:
    """Computes the constants of a graph, each once, within the limits on what comes out of a file."""

    def __init__(self, graph: FlatGraph, tensors: TensorData) -> None:
        self.graph, self.tensors, self.budget = graph, tensors, tensors.budget
        self.constants: dict[int, Constant | None] = {}
        self.zeros: dict[int, bool] = {}

    def constant(self, value: int | None, depth: int = 0) -> Constant | None:
        """A value that does not depend on what the graph reads, or None.

        Raises UnreadablePartError if it cannot be computed, LimitError if it is too large.
        """
        if value is None or depth > DEEPEST:
            return None
        if value not in self.constants:
            self.constants[value] = None  # a cycle, which no file may have, ends here
            self.constants[value] = self._computed(value, depth)
        return self.constants[value]

    def _computed(self, value: int, depth: int) -> Constant | None:
        graph = self.graph
        if value in graph.stored:
            return self._decode(graph.stored[value], graph.names[value])
        if value in graph.given:
            array = graph.given[value]
            return Constant(array, (graph.names[value],), array.dtype.name, array.shape)
        node = graph.makers.get(value)
        if node is None:
            return None
        if node.op == "Constant":
            return self._literal(node, graph.names[value])
        if node.op not in OPERATIONS and node.op != "ConstantOfShape":
            return None
        parts = [self.constant(number, depth + 1) for number in node.inputs]
        if any(part is None for part, number in zip(parts, node.inputs, strict=True) if number is not None):
            return None
        roots = [part for part in parts[: None if node.op == "Concat" else 1] if part is not None]
        if not roots:
            return None
        array = self._folded(node, [None if part is None else part.array for part in parts], value)
        scaled = node.op in (SCALED, SCALED_LSTM, "DequantizeLinear")
        named = [part for part in parts if part is not None] if scaled else roots
        names = tuple(dict.fromkeys(name for part in named for name in part.names))
        changes = [*(change for root in roots for change in root.changes), *CHANGES.get(node.op, ())]
        return Constant(array, names, roots[0].dtype, roots[0].shape, tuple(dict.fromkeys(changes)))

    def _folded(self, node: Node, arrays: list[Array | None], value: int) -> Array:
        self.budget.work(1 + len(node.inputs) + len(node.outputs))
        try:
            size = new_bytes(node, arrays)
        except ERRORS:
            raise _misfit(node) from None
        self.budget.unpack(size)
        try:
            if node.op == "ConstantOfShape":
                filled = self._fill(node)
                return np.broadcast_to(filled.reshape(()), shape_of(arrays[0]))
            return OPERATIONS[node.op](node, arrays, node.outputs.index(value))
        except ERRORS as error:
            raise error if isinstance(error, UnreadablePartError) else _misfit(node) from None

    def _fill(self, node: Node) -> Array:
        """The one number of a ConstantOfShape."""
        fill = node.get("value", "tensor")
        if fill is None:
            return np.zeros(1, np.float32)
        if count_numbers(fill.dims) != 1:
            raise _misfit(node)
        return self.tensors.decode(fill)[0]

    def _literal(self, node: Node, name: str) -> Constant | None:
        for attribute in node.attributes.values():
            if attribute.name == "value":
                return self._decode(node.get("value", "tensor"), name)
            if attribute.name in ("value_floats", "value_ints"):
                numbers = attribute.floats or attribute.ints
                kind = "float32" if attribute.name == "value_floats" else "int64"
                self.budget.unpack(len(numbers) * np.dtype(kind).itemsize)
                array = np.fromiter(numbers, kind, len(numbers))
                return Constant(array, (name,), kind, array.shape)
            if attribute.name == "value_float":
                array = np.array(node.get(attribute.name, "float"), np.float32)
                return Constant(array, (name,), "float32", array.shape)
            if attribute.name == "value_int":
                array = np.array(node.get(attribute.name, "int"), np.int64)
                return Constant(array, (name,), "int64", array.shape)
        return None

    def _decode(self, tensor: Any, name: str) -> Constant:
        kind, count = TYPES.get(tensor.data_type), count_numbers(tensor.dims)
        if kind is not None and count is not None:
            self.budget.unpack(count * np.dtype(kind.stored).itemsize * (2 if kind.name == "bfloat16" else 1))
        array, dtype = self.tensors.decode(tensor)
        return Constant(array, (name,), dtype, array.shape)

    def is_zero(self, value: int | None, depth: int = 0) -> bool:
        """Whether a value is zeros of any size: exporters make initial states by the size of the batch."""
        if value is None:
            return True
        if depth > DEEPEST:
            return False
        if value not in self.zeros:
            self.zeros[value] = False
            self.zeros[value] = self._is_zero(value, depth)
        return self.zeros[value]

    def _is_zero(self, value: int, depth: int) -> bool:
        node = self.graph.makers.get(value)
        if node is not None and node.op == "ConstantOfShape":
            return not self._fill(node).any()
        if (constant := self.constant(value)) is not None:
            return not constant.array.any()
        if node is None or node.op not in MOVES:
            return False
        every = node.inputs if node.op in ("Concat", JOIN) else node.inputs[:1]
        return bool(every) and all(number is not None and self.is_zero(number, depth + 1) for number in every)

    def graph_inputs_of(self, value: int | None) -> list[str]:
        """The names of the graph's inputs that a value is computed from."""
        queue, seen = [value], set[int | None]()
        while queue and len(seen) < MOST:
            self.budget.work()
            number = queue.pop(0)
            if number is None or number in seen:
                continue
            seen.add(number)
            node = self.graph.makers.get(number)
            # The size of an array tells nothing about its values.
            queue += node.inputs if node is not None and node.op not in ("Shape", "Size") else []
        return sorted(self.graph.names[number] for number in seen if number in self.graph.inputs)

    def before_expansion(self, value: int | None) -> int | None:
        """Where a value comes from, if it was only expanded to the size of a batch."""
        for _ in range(DEEPEST):
            node = None if value is None else self.graph.makers.get(value)
            if (
                node is None
                or node.op not in ("Expand", "Tile", "Identity", "Cast")
                or self.constant(value) is not None
            ):
                break
            value = node.input(0)
        return value


def _misfit(node: Node) -> UnreadablePartError:
    return UnreadablePartError(f"{node.called} does not fit its constant inputs", code="constants")
