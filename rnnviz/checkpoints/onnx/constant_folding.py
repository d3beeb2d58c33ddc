"""What stands in an ONNX graph as a constant: exporters cut weights up, turn them and join them by nodes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...cells.activations import Array
from .flat_graph import JOIN, Graph, Node
from .operations import DONE, FAULTS, FOLDS, new_bytes
from .tensor_data import KINDS, Bytes, UnreadableError

DEEPEST = 200  # nodes between an array and where it is used
MOST = 1000  # values looked at on the way back to the graph's inputs
# Operations that move numbers about and leave zeros zeros.
MOVES = (
    "Identity", "Cast", "CastLike", "Transpose", "Reshape", "Concat", "Unsqueeze", "Squeeze", "Slice", "Split",
    "Expand", "Tile", "Gather", "Flatten", JOIN,
)  # fmt: skip


@dataclass(frozen=True)
class Constant:
    """Numbers, and what they are in the file: names of arrays, their type and shape, and what was done to them."""

    array: Array
    names: tuple[str, ...]
    dtype: str
    shape: tuple[int, ...]
    how: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return " + ".join(self.names[:4]) + (" + …" if len(self.names) > 4 else "")


class Folder:
    """Computes the constants of a graph, each once, within the limits on what comes out of a file."""

    def __init__(self, graph: Graph, bytes_: Bytes) -> None:
        self.graph, self.bytes = graph, bytes_
        self.found: dict[int, Constant | None] = {}
        self.zeros: dict[int, bool] = {}
        self.size = 0

    def constant(self, value: int | None, depth: int = 0) -> Constant | None:
        """A value that does not depend on what the graph reads, or None.

        Raises UnreadableError if it cannot be computed, ValueError beyond the limits.
        """
        if value is None or depth > DEEPEST:
            return None
        if value not in self.found:
            self.found[value] = None  # a cycle, which no file may have, ends here
            self.found[value] = self._computed(value, depth)
        return self.found[value]

    def _computed(self, value: int, depth: int) -> Constant | None:
        graph = self.graph
        if value in graph.stored:
            return self._decoded(graph.stored[value], graph.names[value])
        node = graph.makers.get(value)
        if node is None:
            return None
        if node.op == "Constant":
            return self._literal(node, graph.names[value])
        if node.op not in FOLDS and node.op != "ConstantOfShape":
            return None
        parts = [self.constant(one, depth + 1) for one in node.inputs]
        if any(part is None for part, one in zip(parts, node.inputs, strict=True) if one is not None):
            return None
        roots = [part for part in parts[: None if node.op == "Concat" else 1] if part is not None]
        if not roots:
            return None
        array = self._folded(node, [None if part is None else part.array for part in parts], value)
        names = tuple(dict.fromkeys(name for root in roots for name in root.names))
        how = [*(step for root in roots for step in root.how), *DONE.get(node.op, ())]
        return Constant(array, names, roots[0].dtype, roots[0].shape, tuple(dict.fromkeys(how)))

    def _folded(self, node: Node, arrays: list[Array | None], value: int) -> Array:
        try:
            size = new_bytes(node, arrays)
        except FAULTS:
            raise _misfit(node) from None
        self._take(size)
        try:
            if node.op == "ConstantOfShape":
                fill = node.get("value", "tensor")
                filled = np.zeros(1, np.float32) if fill is None else self.bytes.decoded(fill)[0]
                return np.broadcast_to(filled.reshape(()), np.ravel(arrays[0]).tolist())  # type: ignore[arg-type]
            return FOLDS[node.op](node, arrays, node.outputs.index(value))
        except FAULTS as error:
            raise error if isinstance(error, UnreadableError) else _misfit(node) from None

    def _literal(self, node: Node, name: str) -> Constant | None:
        for attribute in node.attributes.values():
            if attribute.name == "value":
                return self._decoded(node.get("value", "tensor"), name)
            if attribute.name in ("value_float", "value_floats"):
                kept = np.array(node.get(attribute.name, attribute.name.removeprefix("value_")), np.float32)
                return Constant(kept, (name,), "float32", kept.shape)
            if attribute.name in ("value_int", "value_ints"):
                kept = np.array(node.get(attribute.name, attribute.name.removeprefix("value_")), np.int64)
                return Constant(kept, (name,), "int64", kept.shape)
        return None

    def _decoded(self, tensor: Any, name: str) -> Constant:
        kind = KINDS.get(tensor.data_type)
        if kind is not None and all(size >= 0 for size in tensor.dims):
            self._take(math.prod(tensor.dims) * np.dtype(kind.stored).itemsize * (2 if kind.name == "bfloat16" else 1))
        array, dtype = self.bytes.decoded(tensor)
        return Constant(array, (name,), dtype, array.shape)

    def _take(self, size: int) -> None:
        self.size += size
        self.bytes.limits.check_unpacked(self.bytes.name, self.size)

    def zero(self, value: int | None, depth: int = 0) -> bool:
        """Whether a value is zeros, whatever its size: exporters make states to start from by the size of the batch."""
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
            fill = node.get("value", "tensor")
            return fill is None or not self.bytes.decoded(fill)[0].any()
        if (found := self.constant(value)) is not None:
            return not found.array.any()
        if node is None or node.op not in MOVES:
            return False
        every = node.inputs if node.op in ("Concat", JOIN) else node.inputs[:1]
        return bool(every) and all(one is not None and self.zero(one, depth + 1) for one in every)

    def inputs_behind(self, value: int | None) -> list[str]:
        """The names of the graph's inputs that a value is computed from."""
        queue, seen = [value], set[int | None]()
        while queue and len(seen) < MOST:
            one = queue.pop(0)
            if one is None or one in seen:
                continue
            seen.add(one)
            node = self.graph.makers.get(one)
            # The size of an array says nothing about what stands in it.
            queue += node.inputs if node is not None and node.op not in ("Shape", "Size") else []
        return sorted(self.graph.names[one] for one in seen if one in self.graph.given)

    def before_moves(self, value: int | None) -> int | None:
        """Where a value comes from, if only its size was changed to that of a batch."""
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


def _misfit(node: Node) -> UnreadableError:
    return UnreadableError(f"{node.called} does not fit the constants that it is given")
