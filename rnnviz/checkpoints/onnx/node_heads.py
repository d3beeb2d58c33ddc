"""The heads of an ONNX graph: from a recurrent layer through pooling and linear layers to the outputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...network.head import EVERY_STEP, LAST_STATES, LAST_STEP, LINEAR, MAX, MEAN, SOFTMAX, SUM
from ..stack import HeadPart, Readout, SourceArray
from .constant_folding import Constant, ConstantFolder
from .display_names import UnusedNames, display_name
from .flat_graph import Node
from .node_activations import OUR_NAMES
from .node_links import FARTHEST, MERGES, PARTS, PASSES, Level, LevelFinder
from .tensor_data import UnreadablePartError

POOLINGS = {
    "ReduceSum": SUM, "ReduceMean": MEAN, "ReduceMax": MAX, "GlobalAveragePool": MEAN, "GlobalMaxPool": MAX,
}  # fmt: skip
MOST = 20  # layers of a head
# Operations on outputs that do not make others of them.
_ENDS = (*PASSES, "Shape", "ArgMax", "TopK", "Log", "Exp", "Concat", "Slice", "Gather", "Split")
STEPS = 8  # nodes visited after a matrix product, up to the next one


@dataclass
class _Linear:
    """A matrix product with a constant: its weight as (K, N), and what follows it up to the next one."""

    weight: SourceArray
    bias: SourceArray | None
    activation: str
    not_run: str
    next: Node | None


def heads_of(finder: LevelFinder, top: Level) -> list[tuple[str, Readout, str]]:
    """Heads that read the top layer: for each a label, the readout, and a note, which may be empty."""
    heads: list[tuple[str, Readout, str]] = []
    labels = UnusedNames()
    for node in finder.products:
        if top not in finder.sources(node.input(0), (*PASSES, *PARTS, *POOLINGS), states=True):
            continue
        reading = _reading(finder, node.input(0), top)
        first = _linear(finder, node, top) if reading else None
        if first is None or first.weight.array.shape[1] != top.width:
            continue
        chain, last = [first], node
        while len(chain) < MOST and chain[-1].next is not None and chain[-1].activation != SOFTMAX:
            above = _linear(finder, chain[-1].next, top)
            if above is None or above.weight.array.shape[1] != len(chain[-1].weight.array):
                break
            last = chain[-1].next
            chain.append(above)
        *inner, output = chain
        parts = tuple(HeadPart(layer.weight, layer.bias, layer.activation) for layer in inner)
        is_open = output.activation == LINEAR and len(output.weight.array) > 1 and _leaves_softmax_out(finder)
        activation = "" if is_open and not output.not_run else output.activation
        readout = Readout(output.weight, output.bias, activation, reading, parts)
        label = labels.of(display_name(last))
        note = output.not_run and f"{label!r} is followed by {output.not_run}, which is not run here."
        heads.append((label, readout, note))
    return heads


def operations_after(finder: LevelFinder, top: Level) -> list[str]:
    """The operations that read what the top layer passes on, reshaped or in part, the nearest first."""
    queue = [output for layer in top.layers for output in layer.node.outputs]
    seen: set[int] = set()
    ops: dict[str, None] = {}
    while queue and len(seen) < FARTHEST:
        finder.folder.budget.work()
        value = queue.pop(0)
        if value is None or value in seen:
            continue
        seen.add(value)
        for reader in finder.graph.readers_of(value):
            if reader.op in (*PASSES, *PARTS, "Concat"):
                queue += reader.outputs
            elif reader.op != "Shape":
                ops[reader.op] = None
    return list(ops)


def _leaves_softmax_out(finder: LevelFinder) -> bool:
    """Whether several sums at the end of a graph may be classes: in PyTorch, softmax is a part of the loss.

    In Keras and TensorFlow it is a part of the network, so that sums are values there.
    """
    return not any(name in finder.graph.producer.lower() for name in ("tf2onnx", "keras", "tensorflow"))


def _reading(finder: LevelFinder, value: int | None, top: Level) -> str:
    """Which states a value is made of, by the operations between it and the recurrent nodes; "" if it is no reading."""
    reading = EVERY_STEP
    steps: set[int] = set()
    queue, seen = [value], set[int]()
    while queue and len(seen) < FARTHEST:
        finder.folder.budget.work()
        number = queue.pop(0)
        node = None if number is None else finder.graph.makers.get(number)
        if number is None or node is None or number in seen:
            continue
        seen.add(number)
        if id(node) in finder.by_node:
            if number in node.outputs[1:3]:
                return LAST_STATES
            continue
        if node.op in POOLINGS and number not in finder.merged and finder.reduced(node) is None:
            reading = POOLINGS[node.op]
        elif node.op in ("Gather", "Slice") and (step := _step(finder, node)) is not None:
            steps.add(step)
        queue += node.inputs if node.op in MERGES else node.inputs[:1]
    backward = not top.is_bidirectional and "backward" in top.first.directions
    if steps == {0, -1} and top.is_bidirectional:  # the forward half of the last step, the backward half of the first
        return LAST_STATES
    if steps == {0} and backward:
        return LAST_STATES
    return LAST_STEP if steps == {-1} else "" if steps else reading


def _step(finder: LevelFinder, node: Node) -> int | None:
    """The one of something that a node takes, from 0 or -1 on, as programs write it; None if it takes several."""
    starts = _numbers(finder, node, "starts", 1)
    if node.op == "Gather" or starts is None:
        return None if starts is None or len(starts) != 1 else starts[0]
    ends = _numbers(finder, node, "ends", 2)
    if len(starts) != 1 or ends is None or len(ends) != 1:
        return None
    one = starts[0] == -1 if ends[0] in (0, -1) or ends[0] > FARTHEST else ends[0] == starts[0] + 1
    return starts[0] if one else None


def _numbers(finder: LevelFinder, node: Node, attribute: str, place: int) -> list[int] | None:
    """A few whole numbers of a node, in an attribute in older files; None if they are computed, or many."""
    given = node.get(attribute, "ints")
    if given is not None:
        return [int(number) for number in given]
    try:
        constant = finder.folder.constant(node.input(place))
    except UnreadablePartError:
        return None
    if constant is None or constant.array.size > 4 or constant.array.dtype.kind not in "iu":
        return None
    return [int(number) for number in np.ravel(constant.array)]


def _linear(finder: LevelFinder, node: Node, top: Level) -> _Linear | None:
    """A matrix product as a linear layer; None if it is none that can be run."""
    weight = matrix(finder.folder, node.input(1))
    if weight is None:
        return None
    transposed = node.op == "Gemm" and node.get("transB", "int", 0)
    array = weight.array if transposed else weight.array.T
    scaled = node.op == "Gemm" and (node.get("alpha", "float", 1.0) != 1 or node.get("beta", "float", 1.0) != 1)
    if scaled or (node.op == "Gemm" and node.get("transA", "int", 0)):
        return None
    bias, activation, not_run, following = _after(finder, node, len(array))
    return _Linear(
        source_array(finder, weight, array, top, "" if transposed else "transposed"),
        _as_bias(finder, bias, top, len(array)),
        activation,
        not_run,
        following,
    )


def _after(finder: LevelFinder, node: Node, size: int) -> tuple[Constant | None, str, str, Node | None]:
    """The bias of a product, its activation, an operation that is not run, and the product that reads it."""
    bias = finder.folder.constant(node.input(2)) if node.op == "Gemm" else None
    activation, value = LINEAR, node.output(0)
    for _ in range(STEPS):
        readers = [reader for reader in finder.graph.readers_of(value) if reader.op != "Shape"]
        if len(readers) != 1:
            break
        (reader,) = readers
        if reader.op == "Add" and bias is None and activation == LINEAR:
            constants = map(finder.folder.constant, reader.inputs)
            bias = next((constant for constant in constants if constant is not None), None)
            if bias is None:
                return None, activation, reader.op, None
        elif reader.op in ("Softmax", "LogSoftmax") and activation == LINEAR:
            above = [other.op for other in finder.graph.readers_of(reader.output(0)) if other.op not in _ENDS]
            if size == 1 or above:  # over the steps, or weights of something else, as in attention
                return bias, LINEAR, reader.op, None
            return bias, SOFTMAX, "", None
        elif reader.op in ("MatMul", "Gemm"):
            return bias, activation, "", reader
        elif reader.op.lower() in OUR_NAMES and activation == LINEAR:
            activation = _activation(reader)
            if not activation:
                return bias, LINEAR, reader.op, None
        elif reader.op not in PASSES:
            return bias, activation, "" if reader.op in (*PARTS, "Concat") else reader.op, None
        value = reader.output(0)
    return bias, activation, "", None


def _activation(node: Node) -> str:
    """Our name of an element-wise operation; "" if its numbers cannot be read."""
    name = OUR_NAMES[node.op.lower()]
    defaults = {"hard_sigmoid": (0.2, 0.5), "leaky_relu": (0.01,), "thresholded_relu": (1.0,), "elu": (1.0,)}
    numbers = [
        node.get(attribute, "float", default)
        for attribute, default in zip(("alpha", "beta"), defaults.get(name, ()), strict=False)
    ]
    if name in ("affine", "scaled_tanh") or not all(np.isfinite(number) and number >= 0 for number in numbers):
        return ""
    return f"{name}({', '.join(f'{number:.9g}' for number in numbers)})" if numbers else name


def _as_bias(finder: LevelFinder, bias: Constant | None, top: Level, classes: int) -> SourceArray | None:
    if bias is None or bias.array.size != classes or bias.array.dtype.kind != "f":
        return None
    return source_array(finder, bias, bias.array.reshape(classes), top)


def matrix(folder: ConstantFolder, value: int | None) -> Constant | None:
    """A constant with two axes; None for anything else, and for one that cannot be read."""
    try:
        constant = folder.constant(value)
    except UnreadablePartError:
        return None
    if constant is None or constant.array.ndim != 2 or constant.array.dtype.kind != "f" or not constant.array.size:
        return None
    return constant


def source_array(
    finder: LevelFinder, constant: Constant, array: np.ndarray, level: Level, more: str = ""
) -> SourceArray:
    """In the precision of the layer that it belongs to."""
    finder.folder.budget.use(constant.array)
    dtype = next(iter(level.first.directions.values()))["weight_hh"].array.dtype
    changes = ", ".join([*constant.changes, more] if more else constant.changes)
    whole = np.ascontiguousarray(array, dtype)
    return SourceArray(constant.name, whole, constant.shape, constant.dtype, changes, constant.names)
