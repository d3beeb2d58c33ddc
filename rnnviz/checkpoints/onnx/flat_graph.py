"""An ONNX graph without nesting: the nodes of If, Loop, Scan and local functions are among all other nodes.

A name means something else in every scope, so each value gets a number of its own.
"""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import DamagedFileError, LimitError
from ...limits import Limits
from .tensor_data import UnreadablePartError, as_text

STANDARD = ("", "ai.onnx")
MOST = 50_000  # nodes, those of functions counted at every call
DEEPEST = 40  # functions that call functions

TYPES = {"float": 1, "int": 2, "string": 3, "tensor": 4, "floats": 6, "ints": 7, "strings": 8}
FIELDS = {
    "float": "f",
    "int": "i",
    "string": "s",
    "tensor": "t",
    "floats": "floats",
    "ints": "ints",
    "strings": "strings",
}


@dataclass(eq=False)
class Node:
    """One operation.

    op: its type; with its domain before it if that is not ONNX's own. inputs, outputs: numbers of values, None where
    one is left out. attributes: AttributeProto by name. scope: where in the program it belongs, according to its
    exporter.
    """

    op: str
    name: str
    inputs: list[int | None]
    outputs: list[int | None]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    scope: str = ""

    @property
    def called(self) -> str:
        """Its name in messages."""
        return f"the {self.op} node {self.name!r}" if self.name else f"an unnamed {self.op} node"

    def input(self, place: int) -> int | None:
        return self.inputs[place] if place < len(self.inputs) else None

    def output(self, place: int) -> int | None:
        return self.outputs[place] if place < len(self.outputs) else None

    def get(self, name: str, kind: str, default: Any = None) -> Any:
        """An attribute's value; kind: "int", "floats", ... Raises UnreadablePartError if it is of another kind."""
        attribute = self.attributes.get(name)
        if attribute is None:
            return default
        if attribute.type != TYPES[kind]:
            raise UnreadablePartError(
                f"{self.called} has an attribute {name} that is not of type {kind}", code="attribute"
            )
        value = getattr(attribute, FIELDS[kind])
        return list(value) if kind.endswith("s") else value

    def text(self, name: str, default: str) -> str:
        return as_text(self.get(name, "string", default.encode()))

    def texts(self, name: str) -> list[str] | None:
        strings = self.get(name, "strings")
        return None if strings is None else [as_text(value) for value in strings]


@dataclass
class FlatGraph:
    """Nodes in order, and by value: its name, the node that makes it, those that read it, its tensor if it is stored.

    inputs: the values that are inputs of the whole graph.
    """

    nodes: list[Node] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    makers: dict[int, Node] = field(default_factory=dict)
    readers: dict[int, list[Node]] = field(default_factory=dict)
    stored: dict[int, Any] = field(default_factory=dict)
    inputs: set[int] = field(default_factory=set)

    def fresh(self, name: str) -> int:
        self.names.append(as_text(name))
        return len(self.names) - 1

    def add(self, node: Node) -> None:
        self.nodes.append(node)
        for value in node.outputs:
            if value is not None:
                self.makers[value] = node
        for value in {value for value in node.inputs if value is not None}:
            self.readers.setdefault(value, []).append(node)

    def readers_of(self, value: int | None) -> list[Node]:
        return [] if value is None else self.readers.get(value, [])

    def counts(self) -> Counter[str]:
        """How many nodes there are of each operation."""
        return Counter(node.op for node in self.nodes if node.op not in ("Constant", JOIN))


JOIN = "(either)"  # in place of an If: its output is one of its inputs

Scope = ChainMap[str, int]


class Flattener:
    """Flattens the graph of a ModelProto. name: of its file, for messages. limits: on the number of arrays."""

    def __init__(self, model: Any, name: str, limits: Limits) -> None:
        self.name, self.limits = name, limits
        self.arrays = 0
        self.graph = FlatGraph()
        self.functions = {(f.domain, f.name): f for f in model.functions}
        self._body(model.graph, ChainMap(), {}, 0, outermost=True)

    def _body(
        self, body: Any, above: Scope, given: Mapping[str, Any], depth: int, outermost: bool = False
    ) -> list[int]:
        """The nodes of a graph, and which values are its outputs."""
        scope = above.new_child()
        self.arrays += len(body.initializer)
        self.limits.check_arrays(self.name, self.arrays)
        for tensor in body.initializer:
            scope[tensor.name] = self.graph.fresh(tensor.name)
            self.graph.stored[scope[tensor.name]] = tensor
        for value in body.input:
            if value.name not in scope.maps[0]:  # older files list the stored arrays among the inputs
                scope[value.name] = self.graph.fresh(value.name)
                if outermost:
                    self.graph.inputs.add(scope[value.name])
        self._nodes(body.node, scope, given, depth)
        return [self._known(value.name, scope) for value in body.output]

    def _nodes(self, nodes: Iterable[Any], scope: Scope, given: Mapping[str, Any], depth: int) -> None:
        for node in nodes:  # all names first: not every exporter sorts its nodes
            for name in filter(None, node.output):
                if name not in scope.maps[0]:
                    scope[name] = self.graph.fresh(name)
        for node in nodes:
            if len(self.graph.nodes) >= MOST:
                raise LimitError(
                    f"{self.name} has more than {MOST:,} nodes, which is the limit.",
                    code="nodes", file=self.name, limit=MOST,
                )  # fmt: skip
            attributes = dict(_resolved(node.attribute, given))
            inputs = [self._known(name, scope) if name else None for name in node.input]
            outputs = [scope[name] if name else None for name in node.output]
            if function := self.functions.get((node.domain, node.op_type)):
                self._call(function, attributes, inputs, outputs, depth)
                continue
            bodies = [a for a in attributes.values() if a.type == 5]  # AttributeProto.GRAPH
            name, op = as_text(node.name), as_text(node.op_type)
            op = op if node.domain in STANDARD else f"{as_text(node.domain)}.{op}"
            ends = [self._body(a.g, scope, given, depth) for a in bodies]
            if op == "If":  # its outputs are those of its branches, one by one
                for output, *either in zip(outputs, *ends, strict=False):
                    self.graph.add(Node(JOIN, name, list(either), [output]))
            else:
                scope_of = next((as_text(p.value) for p in node.metadata_props if p.key == "namespace"), "")
                self.graph.add(Node(op, name, inputs, outputs, attributes, scope_of))

    def _call(
        self,
        function: Any,
        attributes: dict[str, Any],
        inputs: list[int | None],
        outputs: list[int | None],
        depth: int,
    ) -> None:
        """A call of a local function: its nodes, with the arguments in place."""
        if depth >= DEEPEST:
            raise DamagedFileError(
                f"{self.name} has functions that call each other endlessly, which is not valid ONNX.",
                code="recursion", file=self.name,
            )  # fmt: skip
        scope: Scope = ChainMap()
        for name, value in zip(function.input, inputs, strict=False):
            if value is not None:
                scope[name] = value
        given = {a.name: a for a in function.attribute_proto} | attributes
        self._nodes(function.node, scope, given, depth + 1)
        for name, output in zip(function.output, outputs, strict=False):
            if output is not None and name in scope:
                self.graph.add(Node("Identity", as_text(function.name), [scope[name]], [output]))

    def _known(self, name: str, scope: Scope) -> int:
        """The value of a name; one that no node makes gets a number too, and is not a constant."""
        if name not in scope:
            scope[name] = self.graph.fresh(name)
        return scope[name]


def _resolved(attributes: Iterable[Any], given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Attributes by name, those of a function's body that refer to the call's looked up there."""
    for attribute in attributes:
        if not attribute.ref_attr_name:
            yield attribute.name, attribute
        elif attribute.ref_attr_name in given:
            yield attribute.name, given[attribute.ref_attr_name]
