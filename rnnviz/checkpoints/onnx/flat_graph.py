"""An ONNX graph laid flat: the bodies of If, Loop and Scan and of local functions stand among all other nodes.

Names mean something else in every scope, so each value gets a number of its own.
"""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...limits import Limits
from .tensor_data import UnreadableError, words

STANDARD = ("", "ai.onnx")
MOST = 50_000  # nodes, the bodies of functions counted at every call
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
    """One operation. op: its type; with its domain before it if that is not ONNX's own. inputs, outputs: numbers of
    values, None where one is left out. attributes: AttributeProto by name. scope: what its exporter says of where in
    the program it belongs."""

    op: str
    name: str
    inputs: list[int | None]
    outputs: list[int | None]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    scope: str = ""

    @property
    def called(self) -> str:
        """What messages call it."""
        return f"the {self.op} node {self.name!r}" if self.name else f"an unnamed {self.op} node"

    def input(self, place: int) -> int | None:
        return self.inputs[place] if place < len(self.inputs) else None

    def output(self, place: int) -> int | None:
        return self.outputs[place] if place < len(self.outputs) else None

    def get(self, name: str, kind: str, default: Any = None) -> Any:
        """An attribute's value; kind: "int", "floats", ... Raises UnreadableError if it is of another kind."""
        attribute = self.attributes.get(name)
        if attribute is None:
            return default
        if attribute.type != TYPES[kind]:
            raise UnreadableError(f"{self.called} has an attribute {name} that is no {kind}")
        value = getattr(attribute, FIELDS[kind])
        return list(value) if kind.endswith("s") else value

    def text(self, name: str, default: str) -> str:
        return words(self.get(name, "string", default.encode()))

    def texts(self, name: str) -> list[str] | None:
        found = self.get(name, "strings")
        return None if found is None else [words(value) for value in found]


@dataclass
class Graph:
    """Nodes in order, and by value: its name, what makes it, what reads it, its tensor if it is stored."""

    nodes: list[Node] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    makers: dict[int, Node] = field(default_factory=dict)
    readers: dict[int, list[Node]] = field(default_factory=dict)
    stored: dict[int, Any] = field(default_factory=dict)
    given: set[int] = field(default_factory=set)  # the inputs of the whole graph

    def fresh(self, name: str) -> int:
        self.names.append(words(name))
        return len(self.names) - 1

    def add(self, node: Node) -> None:
        self.nodes.append(node)
        for value in node.outputs:
            if value is not None:
                self.makers[value] = node
        for value in {value for value in node.inputs if value is not None}:
            self.readers.setdefault(value, []).append(node)

    def reading(self, value: int | None) -> list[Node]:
        return [] if value is None else self.readers.get(value, [])

    def counts(self) -> Counter[str]:
        """How many nodes there are of each operation."""
        return Counter(node.op for node in self.nodes if node.op not in ("Constant", JOIN))


JOIN = "(either)"  # in place of an If: its output is the one or the other of its inputs

Scope = ChainMap[str, int]


class Flattener:
    """Lays a ModelProto flat. name: of its file, for messages. limits: on the number of arrays."""

    def __init__(self, model: Any, name: str, limits: Limits) -> None:
        self.name, self.limits = name, limits
        self.arrays = 0
        self.graph = Graph()
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
                    self.graph.given.add(scope[value.name])
        self._nodes(body.node, scope, given, depth)
        return [self._known(value.name, scope) for value in body.output]

    def _nodes(self, nodes: Iterable[Any], scope: Scope, given: Mapping[str, Any], depth: int) -> None:
        for node in nodes:  # all names first: not every writer sorts its nodes
            for name in filter(None, node.output):
                if name not in scope.maps[0]:
                    scope[name] = self.graph.fresh(name)
        for node in nodes:
            if len(self.graph.nodes) >= MOST:
                raise ValueError(f"{self.name} has more than {MOST:,} nodes, which is more than is read.")
            attributes = dict(_resolved(node.attribute, given))
            inputs = [self._known(name, scope) if name else None for name in node.input]
            outputs = [scope[name] if name else None for name in node.output]
            if function := self.functions.get((node.domain, node.op_type)):
                self._call(function, attributes, inputs, outputs, depth)
                continue
            bodies = [a for a in attributes.values() if a.type == 5]  # AttributeProto.GRAPH
            name, op = words(node.name), words(node.op_type)
            op = op if node.domain in STANDARD else f"{words(node.domain)}.{op}"
            ends = [self._body(a.g, scope, given, depth) for a in bodies]
            if op == "If":  # its outputs are those of its branches, one by one
                for output, *either in zip(outputs, *ends, strict=False):
                    self.graph.add(Node(JOIN, name, list(either), [output]))
            else:
                scope_of = next((words(p.value) for p in node.metadata_props if p.key == "namespace"), "")
                self.graph.add(Node(op, name, inputs, outputs, attributes, scope_of))

    def _call(
        self,
        function: Any,
        attributes: dict[str, Any],
        inputs: list[int | None],
        outputs: list[int | None],
        depth: int,
    ) -> None:
        """A call of a local function: its body with what it is given in place."""
        if depth >= DEEPEST:
            raise ValueError(f"{self.name} has functions that call each other without end, which no ONNX file may.")
        scope: Scope = ChainMap()
        for name, value in zip(function.input, inputs, strict=False):
            if value is not None:
                scope[name] = value
        given = {a.name: a for a in function.attribute_proto} | attributes
        self._nodes(function.node, scope, given, depth + 1)
        for name, output in zip(function.output, outputs, strict=False):
            if output is not None and name in scope:
                self.graph.add(Node("Identity", words(function.name), [scope[name]], [output]))

    def _known(self, name: str, scope: Scope) -> int:
        """The value of a name; one that nobody made gets a number too, and is no constant."""
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
