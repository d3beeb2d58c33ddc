"""ONNX files: the RNN, GRU and LSTM nodes of a graph, with their weights, as stacks. Nothing in a file is executed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ...array_shapes import MOST_AXES
from ...errors import DamagedFileError, UnsupportedFileError
from ...model import Model
from ...text.word_lists import word_lists
from ...wording import printable
from ..file import File, Folder
from ..interface import Opened, UnusedArray, WritableFormat, unused_arrays
from ..native.card_json import KEY
from ..numpy.numpy_archive import read_numpy
from ..safetensors.tensor_file import read_tensors
from ..stack import Stack
from ..words import with_words
from .constant_folding import ConstantFolder
from .flat_graph import FlatGraph, Flattener
from .named_weights import stacks_from_names
from .node_stacks import stacks_from_nodes
from .onnx_writer import check_nodes, model_from_stacks, to_onnx
from .quantised_nodes import replace_quantised
from .recurrent_nodes import OPS, RecurrentLayer, recurrent_layer
from .tensor_data import EXTERNAL, TYPES, TensorData, UnreadablePartError, as_text, external_entries, external_file
from .wire_format import count_parts

ARRAY_FILES = (".npz", ".safetensors")  # that may hold weights which a graph takes as inputs
ROUNDING = "The file rounds what its layers read to 8 bits while it runs; here nothing is rounded."
WEIGHTS = ("float16", "bfloat16", "float32", "float64", "int8", "uint8")  # types of weights
FEW = 20  # notes on what is skipped
DEEPEST = 100  # graphs within graphs


class Stacks(NamedTuple):
    """The stacks of a file, notes on what was skipped, and the kind of file in words."""

    stacks: tuple[Stack, ...]
    notes: tuple[str, ...]
    description: str


class OnnxFile(WritableFormat):
    """An ONNX file, possibly with weights in files beside it."""

    title = "ONNX"
    suffixes = (".onnx",)
    label = "ONNX, for any runtime"

    def matches(self, file: File) -> bool:
        return file.has_suffix(self.suffixes) and file.data[:1] == b"\x08"  # protobuf has no signature

    def open(self, file: File) -> Opened:
        stacks, notes, description = read_stacks(file)
        texts = metadata(file)
        card = texts.get(KEY)
        if card is None:
            stacks = with_words(stacks, word_lists(texts, file.budget.work))
            return Opened(description, stacks, unused_arrays(_stored(file), stacks), notes)
        model = model_from_stacks(file.name, card, stacks, file.budget)
        return Opened(description, stacks, notes=notes, models={stacks[0].name: model})

    def companions(self, file: File) -> tuple[str, ...]:
        return (*external_files(file), *_weight_files(file))

    def obstacle(self, model: Model) -> UnsupportedFileError | None:
        try:
            check_nodes(model.network)
        except UnsupportedFileError as error:
            return error
        return None

    def save(self, model: Model) -> bytes:
        return to_onnx(model)


def parse_model(file: File) -> Any:
    """The file as a ModelProto, parsed once. Raises DamagedFileError, code "onnx", if it is invalid."""
    return file.parsed(_parse)


def _parse(file: File) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    model = onnx.ModelProto()
    count_parts(file.data, model.DESCRIPTOR, file.budget)
    try:
        model.ParseFromString(file.data)
    except DecodeError:
        raise DamagedFileError(
            f"{file.name} is not an ONNX file, or is damaged or incomplete: export the model again.",
            code="onnx", file=file.name,
        ) from None  # fmt: skip
    if not model.graph.node:
        raise DamagedFileError(
            f"{file.name} is not an ONNX file, or one whose graph has no nodes: export the model again.",
            code="onnx", file=file.name,
        )  # fmt: skip
    return model


def metadata(file: File) -> dict[str, str]:
    """The texts that a file keeps beside its graph."""
    return {as_text(entry.key): as_text(entry.value) for entry in parse_model(file).metadata_props}


def external_files(file: File) -> tuple[str, ...]:
    """The plain names of the files that a file keeps weights in.

    Raises UnsupportedFileError, code "outside", for a place outside of the file's own folder.
    """
    tensors = _tensors(parse_model(file).graph, 0)
    external = [external_entries(tensor) for tensor in tensors if tensor.data_location == EXTERNAL]
    return tuple(dict.fromkeys(external_file(file.name, entries) for entries in external))


def read_stacks(file: File) -> Stacks:
    """The recurrent stacks of a file. What cannot be read while other layers can is reported in a note.

    Raises FileError if the file is damaged or too large, if a file that belongs to it is missing, or if no recurrent
    layer in it can be read.
    """
    model = parse_model(file)
    graph = Flattener(model, file.budget).graph
    graph.producer = as_text(model.producer_name)
    counts = graph.counts()
    _give_weights(file, graph)
    quantised = replace_quantised(graph, file.budget)
    nodes = [node for node in graph.nodes if node.op in OPS]
    folder = ConstantFolder(graph, TensorData(file.name, file.beside, file.budget))
    if not nodes:
        named = stacks_from_names(folder)
        if not named:
            raise _no_recurrent_node(file.name, counts)
        return Stacks(named, (), _description(model))
    layers: list[RecurrentLayer] = []
    problems: list[UnreadablePartError] = []
    for node in nodes:
        try:
            layers.append(recurrent_layer(node, folder))
        except UnreadablePartError as error:
            problems.append(error)
    if not layers:
        raise problems[0].with_message(f"{file.name} cannot be read: {problems[0]}.", file=file.name)
    try:
        stacks, notes = stacks_from_nodes(folder, layers)
    except UnreadablePartError as error:
        raise error.with_message(f"{file.name} cannot be read: {error}.", file=file.name) from None
    reasons = list(dict.fromkeys(map(str, problems)))
    skipped = [f"Skipped: {reason}." for reason in reasons[:FEW]]
    if len(reasons) > FEW:
        skipped.append(f"Skipped: {len(reasons) - FEW:,} more.")
    if quantised:
        stacks = [replace(stack, left_out=(*stack.left_out, ROUNDING)) for stack in stacks]
    return Stacks(tuple(stacks), (*notes, *skipped), _description(model))


def _description(model: Any) -> str:
    producer = " ".join(filter(None, [as_text(model.producer_name), as_text(model.producer_version)]))
    return f"ONNX, written by {printable(producer, 60)}" if producer else "ONNX"


def _weight_files(file: File) -> tuple[str, ...]:
    """The files beside one that may hold weights which its graph takes as inputs, by name; none if it takes none."""
    graph = parse_model(file).graph
    stored = {tensor.name for tensor in graph.initializer}
    inputs = {value.name for value in graph.input} - stored
    if not any(name in inputs for node in graph.node if node.op_type in OPS for name in node.input[1:3]):
        return ()
    own = file.name.lower().removesuffix(".onnx")
    if isinstance(file.beside, Folder):
        return tuple(name for suffix in ARRAY_FILES if (name := f"{own}{suffix}") in file.beside)
    return tuple(name for name in file.beside if name.lower().endswith(ARRAY_FILES))


def _give_weights(file: File, graph: FlatGraph) -> None:
    """Arrays from the files beside one for the inputs of its graph of the same names."""
    for name in _weight_files(file):
        inner = File(name, file.beside[name], limits=file.limits, budget=file.budget)
        arrays = (read_numpy if name.lower().endswith(".npz") else read_tensors)(inner).arrays
        graph.given |= {value: arrays[key] for value in graph.inputs if (key := graph.names[value]) in arrays}


def _tensors(graph: Any, depth: int) -> Iterator[Any]:
    """All tensors of a graph and of those inside it, as deep as protobuf itself reads them."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            yield from [attribute.t] if attribute.HasField("t") else []
            yield from _tensors(attribute.g, depth + 1) if attribute.HasField("g") and depth < DEEPEST else []


def _stored(file: File) -> Iterator[UnusedArray]:
    """The arrays of weights that a file stores under a name."""
    for tensor in _tensors(parse_model(file).graph, 0):
        file.budget.work()
        kind = TYPES.get(tensor.data_type)
        if tensor.name and 0 < len(tensor.dims) <= MOST_AXES and kind is not None and kind.name in WEIGHTS:
            yield UnusedArray(as_text(tensor.name), tuple(int(size) for size in tensor.dims), kind.name)


def _no_recurrent_node(name: str, counts: Mapping[str, int]) -> UnsupportedFileError:
    """The error for a graph without a recurrent node: what it contains instead, and what to do."""
    count = Counter(counts)
    listed = ", ".join(f"{number} {printable(op)}" for op, number in count.most_common(6)) or "none"
    quantised = [op for op in count if op.endswith(("QuantizeLSTM", "QuantizeGRU"))]
    if quantised:
        code = "quantised"
        op = printable(quantised[0].split(".")[-1])
        advice = f"{op} holds rounded weights: open the model as it was before quantisation."
    elif count["Loop"] or count["Scan"]:
        code = "loop"
        advice = (
            "Its steps are written as a Loop or Scan: export it with recurrent nodes, or open the framework's own file "
            "of weights."
        )
    elif count["Softmax"] and count["MatMul"] > 1 and not count["Tanh"]:
        code = "transformer"
        advice = (
            "It looks like a transformer, which carries no state from step to step: open a recurrent network instead."
        )
    elif count["Tanh"] and (count["MatMul"] or count["Gemm"]):
        code = "unrolled"
        advice = (
            "If it is recurrent, its steps were written out, and the names of its weights do not say so: open the "
            "framework's own file of weights, or export a network of whole layers (in PyTorch, nn.LSTM with "
            "torch.onnx.export(..., dynamo=False))."
        )
    else:
        code = "no_recurrent_layer"
        advice = "Open a network with recurrent layers."
    return UnsupportedFileError(
        f"{name} contains no RNN, GRU or LSTM node; its nodes are {listed}. {advice}", code=code, file=name
    )
