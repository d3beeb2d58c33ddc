"""An ONNX graph without nesting: the nodes of If, Loop, Scan and local functions are among all other nodes.

A name means something else in every scope, so each value gets a number of its own.
"""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ...cells.activations import Array
from ...errors import DamagedFileError
from ...wording import printable
from ..io.opening_budget import OpeningBudget
from .tensor_data import UnreadablePartError, as_text

STANDARD = ("", "ai.onnx")
DEEPEST = 40  # functions that call functions
NESTED = 100  # graphs and functions within each other
VALUE = 4  # steps for a new value, which takes some two hundred bytes
MOST_NUMBERS = 1000  # of an attribute that is a list

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
        op = printable(self.op)
        return f"the {op} node {printable(self.name)!r}" if self.name else f"an unnamed {op} node"

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
        if not kind.endswith("s"):
            return value
        if len(value) > MOST_NUMBERS:
            raise UnreadablePartError(
                f"{self.called} has an attribute {name} of {len(value):,} values, where at most {MOST_NUMBERS:,} are "
                "read",
                code="attribute",
            )
        return list(value)

    def text(self, name: str, default: str) -> str:
        return as_text(self.get(name, "string", default.encode()))

    def texts(self, name: str) -> list[str] | None:
        strings = self.get(name, "strings")
        return None if strings is None else [as_text(value) for value in strings]


@dataclass
class FlatGraph:
    """Nodes in order, and by value: its name, the node that makes it, those that read it, its tensor if it is stored.

    inputs: the values that are inputs of the whole graph. given: arrays for some of these, from a file beside.
    producer: the program that wrote it.
    """

    nodes: list[Node] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    makers: dict[int, Node] = field(default_factory=dict)
    readers: dict[int, list[Node]] = field(default_factory=dict)
    stored: dict[int, Any] = field(default_factory=dict)
    inputs: set[int] = field(default_factory=set)
    given: dict[int, Array] = field(default_factory=dict)
    producer: str = ""

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
    """Flattens the graph of a ModelProto. budget: of the opening of its file.

    Every node is spent, those of functions at every call, and so is every call, every branch and whatever they list.
    """

    def __init__(self, model: Any, budget: OpeningBudget) -> None:
        self.budget = budget
        self.graph = FlatGraph()
        self.functions = {(f.domain, f.name): f for f in model.functions}
        self.calls = self.nested = 0
        self._body(model.graph, ChainMap(), {}, outermost=True)

    def _body(self, body: Any, above: Scope, given: Mapping[str, Any], outermost: bool = False) -> list[int]:
        """The nodes of a graph, and which values are its outputs."""
        scope = above.new_child()
        self.budget.spend("nodes", 0 if outermost else 1)
        self.budget.spend("arrays", len(body.initializer))
        self.budget.work(len(body.input) + len(body.output))
        for tensor in body.initializer:
            scope[tensor.name] = self._fresh(tensor.name)
            self.graph.stored[scope[tensor.name]] = tensor
        for value in body.input:
            if value.name not in scope.maps[0]:  # older files list the stored arrays among the inputs
                scope[value.name] = self._fresh(value.name)
                if outermost:
                    self.graph.inputs.add(scope[value.name])
        with self._deeper():
            self._nodes(body.node, scope, given)
        return [self._known(value.name, scope) for value in body.output]

    def _nodes(self, nodes: Sequence[Any], scope: Scope, given: Mapping[str, Any]) -> None:
        self.budget.spend("nodes", len(nodes))
        for node in nodes:  # all names first: not every exporter sorts its nodes
            listed = len(node.input) + len(node.attribute) + len(node.metadata_props)
            self.budget.work(1 + listed + VALUE * len(node.output))
            for name in filter(None, node.output):
                if name not in scope.maps[0]:
                    scope[name] = self._fresh(name)
        for node in nodes:
            attributes = dict(_resolved(node.attribute, given))
            inputs = [self._known(name, scope) if name else None for name in node.input]
            outputs = [scope[name] if name else None for name in node.output]
            if function := self.functions.get((node.domain, node.op_type)):
                self._call(function, attributes, inputs, outputs)
                continue
            bodies = [a for a in attributes.values() if a.type == 5]  # AttributeProto.GRAPH
            name, op = as_text(node.name), as_text(node.op_type)
            op = op if node.domain in STANDARD else f"{as_text(node.domain)}.{op}"
            ends = [self._body(a.g, scope, given) for a in bodies]
            if op == "If":  # its outputs are those of its branches, one by one
                for output, *either in zip(outputs, *ends, strict=False):
                    self.graph.add(Node(JOIN, name, list(either), [output]))
            else:
                scope_of = next((as_text(p.value) for p in node.metadata_props if p.key == "namespace"), "")
                self.graph.add(Node(op, name, inputs, outputs, attributes, scope_of))

    def _call(
        self, function: Any, attributes: dict[str, Any], inputs: list[int | None], outputs: list[int | None]
    ) -> None:
        """A call of a local function: its nodes, with the arguments in place."""
        if self.calls >= DEEPEST:
            raise self._too_deep("functions that call each other endlessly, which is not valid ONNX")
        self.budget.spend("nodes")
        self.budget.work(len(function.input) + len(function.output) + len(function.attribute_proto))
        scope: Scope = ChainMap()
        for name, value in zip(function.input, inputs, strict=False):
            if value is not None:
                scope[name] = value
        given = {a.name: a for a in function.attribute_proto} | attributes
        self.calls += 1
        with self._deeper():
            self._nodes(function.node, scope, given)
        self.calls -= 1
        for name, output in zip(function.output, outputs, strict=False):
            if output is not None and name in scope:
                self.graph.add(Node("Identity", as_text(function.name), [scope[name]], [output]))

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        """Counts the graphs and functions within each other."""
        self.nested += 1
        if self.nested > NESTED:
            raise self._too_deep(f"graphs and functions nested more than {NESTED} deep")
        yield
        self.nested -= 1

    def _too_deep(self, what: str) -> DamagedFileError:
        return DamagedFileError(f"{self.budget.name} has {what}.", code="recursion", file=self.budget.name)

    def _fresh(self, name: str) -> int:
        self.budget.check_name(name)
        return self.graph.fresh(name)

    def _known(self, name: str, scope: Scope) -> int:
        """The value of a name; one that no node makes gets a number too, and is not a constant."""
        if name not in scope:
            scope[name] = self._fresh(name)
        return scope[name]


def _resolved(attributes: Iterable[Any], given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Attributes by name, those of a function's body that refer to the call's looked up there."""
    for attribute in attributes:
        if not attribute.ref_attr_name:
            yield attribute.name, attribute
        elif attribute.ref_attr_name in given:
            yield attribute.name, given[attribute.ref_attr_name]
