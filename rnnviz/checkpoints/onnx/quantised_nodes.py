"""Nodes of ONNX Runtime's dynamic quantisation as the nodes that they stand for, with weights times their scale.

`quantize_dynamic` replaces an LSTM by a DynamicQuantizeLSTM, a product by a MatMulInteger, and a table by one of
integers that is scaled after the rows are picked. What the layers read is rounded while such a graph runs, which is not
done here.
"""

from __future__ import annotations

from ..io.opening_budget import OpeningBudget
from .flat_graph import FlatGraph, Node

LSTM, PRODUCT = "com.microsoft.DynamicQuantizeLSTM", "MatMulInteger"
SCALED, SCALED_LSTM = (
    "(scaled)",
    "(scaled weights of an LSTM)",
)  # operations of ours on weights, a scale and zero points
FARTHEST = 20  # nodes between the picked rows and where they are scaled
_MOVES = ("Transpose", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Flatten")


def replace_quantised(graph: FlatGraph, budget: OpeningBudget) -> bool:
    """Replace the quantised nodes of a graph. Returns whether there is a quantised LSTM among them."""
    found = False
    for node in [*graph.nodes]:
        if node.op == LSTM:
            found = True
            _replace_lstm(graph, node)
        elif node.op == PRODUCT:
            _replace_product(graph, node)
        elif node.op == "DequantizeLinear":
            _replace_table(graph, node, budget)
    return found


def _scaled(graph: FlatGraph, op: str, name: str, inputs: list[int | None]) -> int | None:
    """A new value: weights, given with their scale and zero points, multiplied out."""
    if inputs[0] is None:
        return None
    value = graph.fresh(graph.names[inputs[0]])
    graph.add(Node(op, name, inputs, [value]))
    return value


def _replace_lstm(graph: FlatGraph, node: Node) -> None:
    places = {1: (8, 9), 2: (10, 11)}  # of W and R, and of the scale and the zero points of each
    inputs = [node.input(place) for place in range(8)]
    for place, (scale, zero) in places.items():
        weights = [node.input(place), node.input(scale), node.input(zero)]
        inputs[place] = _scaled(graph, SCALED_LSTM, node.name, weights)
    graph.add(Node("LSTM", node.name, inputs, node.outputs, node.attributes, node.scope))


def _replace_product(graph: FlatGraph, node: Node) -> None:
    """A product of integers, and the cast and the two scales behind it."""
    rounded = None if node.input(0) is None else graph.makers.get(node.inputs[0])  # type: ignore[arg-type]
    cast = next((reader for reader in graph.readers_of(node.output(0)) if reader.op == "Cast"), None)
    back = next((reader for reader in graph.readers_of(cast.output(0)) if reader.op == "Mul"), None) if cast else None
    if rounded is None or rounded.op != "DynamicQuantizeLinear" or cast is None or back is None:
        return
    scales = next((graph.makers.get(value) for value in back.inputs if value not in (None, cast.output(0))), None)
    if scales is None or scales.op != "Mul":
        return
    scale = next((value for value in scales.inputs if value not in rounded.outputs), None)
    weight = _scaled(graph, SCALED, node.name, [node.input(1), scale, node.input(3)])
    graph.add(Node("MatMul", node.name, [rounded.input(0), weight], [back.output(0)], {}, node.scope))


def _replace_table(graph: FlatGraph, node: Node, budget: OpeningBudget) -> None:
    """Rows picked from a table of integers, and scaled afterwards."""
    value = node.input(0)
    for _ in range(FARTHEST):
        budget.work()
        maker = None if value is None else graph.makers.get(value)
        if maker is None or maker.op not in (*_MOVES, "Gather"):
            return
        if maker.op == "Gather":
            break
        value = maker.input(0)
    else:
        return
    table = maker.input(0)
    if table in graph.stored:
        scaled = _scaled(graph, SCALED, node.name, [table, node.input(1), node.input(2)])
        graph.add(Node("Gather", maker.name, [scaled, maker.input(1)], maker.outputs, maker.attributes, maker.scope))
    elif table is None or table not in graph.makers or graph.makers[table].op != SCALED:
        return
    graph.add(Node("Identity", node.name, [node.input(0)], node.outputs))
