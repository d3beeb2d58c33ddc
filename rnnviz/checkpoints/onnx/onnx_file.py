"""ONNX files: the RNN, GRU and LSTM nodes of a graph, with their weights, as stacks. Nothing in a file is executed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ...limits import DEFAULT_LIMITS, Limits
from ..stack import Stack
from .constant_folding import Folder
from .flat_graph import Flattener
from .node_stacks import stacks
from .recurrent_nodes import KINDS, Layer, layer
from .tensor_data import EXTERNAL, Bytes, UnreadableError, entries, outside, words

NOTHING: Mapping[str, bytes] = {}


def read(
    name: str, data: bytes, beside: Mapping[str, bytes] = NOTHING, limits: Limits = DEFAULT_LIMITS
) -> tuple[tuple[Stack, ...], tuple[str, ...], str]:
    """The recurrent stacks of an ONNX file, notes in sentences, and what the format is called.

    name: of the file, for messages. data: its bytes. beside: further files by their plain names, for weights that it
    keeps outside. What cannot be read while other layers can is told in a note.

    Raises ValueError, in a sentence for a person, if the file is broken or too large, if a file that belongs to it is
    missing, or if no recurrent layer in it can be read.
    """
    return _read(name, parsed(name, data, limits), beside, limits)


def parsed(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The file as a ModelProto. Raises ValueError if it is too large or none."""
    import onnx
    from google.protobuf.message import DecodeError

    limits.check_file(name, len(data))
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError:
        raise ValueError(f"{name} is no ONNX file, or was cut off or damaged on its way: export it again.") from None
    if not model.graph.node:
        raise ValueError(f"{name} is no ONNX file, or one whose graph has no nodes: export the model again.")
    return model


def files_beside(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[str, ...]:
    """The plain names of the files that an ONNX file keeps weights in.

    Raises ValueError as `read` does, and for a place outside of the file's own folder.
    """
    said = [entries(one) for one in _tensors(parsed(name, data, limits).graph) if one.data_location == EXTERNAL]
    return tuple(dict.fromkeys(outside(name, one) for one in said))


def _tensors(graph: Any) -> Iterator[Any]:
    """All arrays of a graph and of those inside it."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            yield from [attribute.t] if attribute.HasField("t") else []
            yield from _tensors(attribute.g) if attribute.HasField("g") else []


def _read(
    name: str, model: Any, beside: Mapping[str, bytes], limits: Limits
) -> tuple[tuple[Stack, ...], tuple[str, ...], str]:
    graph = Flattener(model, name, limits).graph
    nodes = [node for node in graph.nodes if node.op in KINDS]
    if not nodes:
        raise ValueError(_nothing(name, graph.counts()))
    folder = Folder(graph, Bytes(name, beside, limits))
    layers: list[Layer] = []
    problems: list[str] = []
    for node in nodes:
        try:
            layers.append(layer(node, folder))
        except UnreadableError as error:
            problems.append(str(error))
    if not layers:
        raise ValueError(f"{name} cannot be read: {problems[0]}.")
    try:
        found, notes = stacks(folder, layers)
    except UnreadableError as error:
        raise ValueError(f"{name} cannot be read: {error}.") from None
    passed_over = [f"Passed over: {problem}." for problem in dict.fromkeys(problems)]
    maker = " ".join(filter(None, [words(model.producer_name), words(model.producer_version)]))
    return tuple(found), (*notes, *passed_over), f"ONNX, written by {maker[:60]}" if maker else "ONNX"


def _nothing(name: str, counts: Counter[str]) -> str:
    """What to say of a graph without a recurrent node."""
    listed = ", ".join(f"{count} {op}" for op, count in counts.most_common(6)) or "none"
    quantised = [op for op in counts if op.endswith(("QuantizeLSTM", "QuantizeGRU"))]
    if quantised:
        advice = (
            f"{quantised[0].split('.')[-1]} holds rounded weights: bring the model as it was before it was quantised."
        )
    elif counts["Loop"] or counts["Scan"]:
        advice = (
            "Its steps are written out in a Loop or Scan: export it with recurrent nodes, or bring the framework's "
            "own file of weights."
        )
    elif counts["Softmax"] and counts["MatMul"] > 1 and not counts["Tanh"]:
        advice = "It looks like a transformer, which carries no state from step to step: bring a recurrent network."
    elif counts["Tanh"] and (counts["MatMul"] or counts["Gemm"]):
        advice = (
            "If it is recurrent, its steps were written out one by one: export it with recurrent nodes (in PyTorch, "
            "torch.onnx.export(..., dynamo=False)), or bring the framework's own file of weights."
        )
    else:
        advice = "Bring a network with recurrent layers."
    return f"{name} holds no RNN, GRU or LSTM node; its nodes are {listed}. {advice}"
