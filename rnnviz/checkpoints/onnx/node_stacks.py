"""Recurrent nodes of an ONNX graph joined into stacks, with the embedding below and the readout on top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

import numpy as np

from ...wording import printable
from ..settings import NONE, InferredSetting, general_settings, inferred
from ..stack import Readout, SourceArray, Stack
from .constant_folding import Constant, ConstantFolder
from .flat_graph import Node
from .node_links import PARTS, PASSES, Level, LevelFinder, operations_before
from .recurrent_nodes import RecurrentLayer
from .tensor_data import UnreadablePartError

FEW = 20  # notes on stacks that are there twice
BIAS_STEPS = 5  # nodes visited after a matrix product to find its bias


def stacks_from_nodes(folder: ConstantFolder, layers: Sequence[RecurrentLayer]) -> tuple[list[Stack], list[str]]:
    """All stacks, in the graph's order, and notes on what is between them and on duplicates."""
    finder = LevelFinder(folder, layers)
    above = Counter(id(level.below) for level in finder.levels if level.below is not None)
    chains: list[list[Level]] = []
    notes: dict[int, str] = {}
    tops: dict[int, list[Level]] = {}
    depths = _depths(finder.levels)
    for level in sorted(finder.levels, key=lambda level: depths[id(level)]):
        chain = tops.get(id(level.below)) if level.below is not None else None
        reason = "" if chain is None else _separation(chain, level, above[id(level.below)])
        if chain is not None and not reason:
            del tops[id(chain[-1])]
            chain.append(level)
            tops[id(level)] = chain
            continue
        if reason:
            notes[id(level)] = reason
        chains.append([level])
        tops[id(level)] = chains[-1]
    place = {id(level): k for k, level in enumerate(finder.levels)}
    chains.sort(key=lambda chain: place[id(chain[0])])
    unused = _UnusedNames()
    names = [unused.of(_display_name(chain[0].first.node)) for chain in chains]
    stacks: dict[bytes, Stack] = {}
    more: list[str] = []
    for chain, name in zip(chains, names, strict=True):
        stack = _stack(finder, chain, name)
        digest = _digest(stack)
        if digest in stacks:
            more.append(f"{name!r} has the same weights as {stacks[digest].name!r} and is shown once.")
            continue
        left_out = _left_out_below(finder, chain, notes.get(id(chain[0])), stack)
        stacks[digest] = replace(stack, left_out=tuple(left_out))
    if len(more) > FEW:
        more[FEW:] = [f"{len(more) - FEW:,} more have the same weights as others and are shown once."]
    return list(stacks.values()), more


def _depths(levels: Sequence[Level]) -> dict[int, int]:
    """By level: how many are below; for one that is below itself, which is not valid ONNX, as far as it goes."""
    depths: dict[int, int] = {}
    for level in levels:
        path: dict[int, None] = {}
        below: Level | None = level
        while below is not None and id(below) not in depths and id(below) not in path:
            path[id(below)] = None
            below = below.below
        first = -1 if below is None else depths.get(id(below), -1)
        depths |= {number: first + place for place, number in enumerate(reversed(path), 1)}
    return depths


def _separation(chain: list[Level], level: Level, above: int) -> str:
    """Why a level does not continue the stack that it reads; empty if it does."""
    top = chain[-1]
    if above > 1:
        return f"{above} of them read the same layer"
    if level.first.cell != top.first.cell or level.first.values != top.first.values:
        return "the layer below has another cell or other options"
    merges = {member.merge or "concat" for member in (*chain, level) if member.is_bidirectional}
    if len(merges) > 1 or level.first.input_size != top.width:
        return f"the layer below passes on {top.width} values in another arrangement"
    return ""


def _stack(finder: LevelFinder, chain: list[Level], name: str) -> Stack:
    layers = [layer for level in chain for layer in level.layers]
    embeddings, readouts = _embeddings(finder, chain[0]), {}
    notes = list(dict.fromkeys(note for layer in layers for note in layer.notes))
    for label, readout, note in _readouts(finder, chain[-1]):
        readouts[label] = readout
        notes += [note] * bool(note)
    initial = {
        (k, direction, state): source
        for k, level in enumerate(chain)
        for layer in level.layers
        for (direction, state), source in layer.initial.items()
    }
    lengths = [layer.max_steps for layer in layers if layer.max_steps is not None]
    outside = [setting for layer in layers for setting in layer.settings if setting.name == "initial"]
    stacked = tuple({d: arrays for layer in level.layers for d, arrays in layer.directions.items()} for level in chain)
    merge = next((level.merge for level in chain if level.is_bidirectional and level.merge), "concat")
    own = [setting for setting in layers[0].settings if setting.name != "initial"]
    if initial and not outside:
        outside.append(inferred("initial", "file", "stated", "The graph states them."))
    return Stack(
        name=name,
        cell=layers[0].cell,
        layers=stacked,
        settings=(
            *general_settings(own, stacked, merge, "stated", "The graph states it."),
            *outside[:1],
            _choice("embedding", {n: f"{n}, {_sized(s)}" for n, s in embeddings.items()}, "directly before the first"),
            _choice("readout", {n: f"{n}, {_sized(r.weight)}" for n, r in readouts.items()}, "directly after the last"),
        ),
        embeddings=embeddings,
        readouts=readouts,
        initial=initial,
        max_steps=min(lengths, default=None),
        merge=merge,
        notes=tuple(notes),
    )


def _choice(name: str, choices: dict[str, str], where: str) -> InferredSetting:
    value = next(iter(choices), NONE)
    reason = f"It is {where} layer in the graph." if choices else f"The graph has none {where} layer."
    return inferred(name, value, "stated", reason, choices | {NONE: NONE})


def _sized(source: SourceArray) -> str:
    return " × ".join(map(str, source.array.shape))


# ---- what surrounds a stack --------------------------------------------------------------------------


def _embeddings(finder: LevelFinder, bottom: Level) -> dict[str, SourceArray]:
    """The table whose rows the first layer reads, if nothing is in between."""
    root = finder.root(bottom.first.node.input(0))
    node = None if root is None else finder.graph.makers.get(root)
    if node is None or node.op != "Gather" or node.get("axis", "int", 0) != 0:
        return {}
    table = _matrix(finder.folder, node.input(0))
    if table is None or table.array.shape[1] != bottom.first.input_size:
        return {}
    return {table.name: _source(finder, table, table.array, bottom)}


def _readouts(finder: LevelFinder, top: Level) -> list[tuple[str, Readout, str]]:
    """Linear layers that read the top layer: for each a label, the readout, and a note, which may be empty."""
    readouts: list[tuple[str, Readout, str]] = []
    labels = _UnusedNames()
    for node in finder.products:
        if top not in finder.sources(node.input(0), (*PASSES, *PARTS), states=True):
            continue
        weight = _matrix(finder.folder, node.input(1))
        if weight is None:
            continue
        transposed = node.op == "Gemm" and node.get("transB", "int", 0)
        array = weight.array if transposed else weight.array.T
        scaled = node.op == "Gemm" and (node.get("alpha", "float", 1.0) != 1 or node.get("beta", "float", 1.0) != 1)
        if array.shape[1] != top.width or scaled or (node.op == "Gemm" and node.get("transA", "int", 0)):
            continue
        bias, activation = _bias(finder, node, top, len(array))
        label = labels.of(_display_name(node))
        note = (
            ""
            if activation is None
            else f"The file applies {activation} to the readout {label!r}; here its sums are used."
        )
        readouts.append(
            (label, Readout(_source(finder, weight, array, top, "" if transposed else "transposed"), bias), note)
        )
    return readouts


def _bias(finder: LevelFinder, node: Node, top: Level, classes: int) -> tuple[SourceArray | None, str | None]:
    """A readout's bias, and the activation after it, if that does not turn sums into probabilities of labels."""
    bias = finder.folder.constant(node.input(2)) if node.op == "Gemm" else None
    value = node.output(0)
    for _ in range(BIAS_STEPS):
        readers = [reader for reader in finder.graph.readers_of(value) if reader.op != "Shape"]
        if len(readers) != 1:
            break
        (reader,) = readers
        if reader.op == "Add" and bias is None:
            constants = map(finder.folder.constant, reader.inputs)
            bias = next((constant for constant in constants if constant is not None), None)
            if bias is None:
                break
        elif reader.op in ("Sigmoid", "Relu", "Tanh", "HardSigmoid", "LeakyRelu", "Elu", "Gelu"):
            return _as_bias(finder, bias, top, classes), reader.op
        elif reader.op not in PASSES:
            break
        value = reader.output(0)
    return _as_bias(finder, bias, top, classes), None


def _as_bias(finder: LevelFinder, bias: Constant | None, top: Level, classes: int) -> SourceArray | None:
    if bias is None or bias.array.size != classes or bias.array.dtype.kind != "f":
        return None
    return _source(finder, bias, bias.array.reshape(classes), top)


def _matrix(folder: ConstantFolder, value: int | None) -> Constant | None:
    """A constant with two axes; None for anything else, and for one that cannot be read."""
    try:
        constant = folder.constant(value)
    except UnreadablePartError:
        return None
    if constant is None or constant.array.ndim != 2 or constant.array.dtype.kind != "f" or not constant.array.size:
        return None
    return constant


def _source(finder: LevelFinder, constant: Constant, array: np.ndarray, level: Level, more: str = "") -> SourceArray:
    """In the precision of the layer that it belongs to."""
    finder.folder.budget.use(constant.array)
    dtype = next(iter(level.first.directions.values()))["weight_hh"].array.dtype
    changes = ", ".join([*constant.changes, more] if more else constant.changes)
    whole = np.ascontiguousarray(array, dtype)
    return SourceArray(constant.name, whole, constant.shape, constant.dtype, changes, constant.names)


def _left_out_below(finder: LevelFinder, chain: list[Level], reason: str | None, stack: Stack) -> list[str]:
    """What a stack reads, if that is neither the graph's input nor an embedding."""
    if reason:
        return [f"It reads other recurrent layers and is a separate stack: {reason}. Here it reads vectors."]
    if stack.embeddings:
        return []
    ends = {id(layer.node) for level in finder.levels for layer in level.layers}
    ops, recurrent = operations_before(
        finder.graph,
        chain[0].first.node.input(0),
        ends - {id(layer.node) for layer in chain[0].layers},
        finder.folder.budget,
    )
    listed = ", ".join(map(printable, ops[:6])) + (" and others" if len(ops) > 6 else "")
    if recurrent:
        return [f"Between it and the recurrent layers before it are {listed or 'other nodes'}: here it reads vectors."]
    return [f"It reads the graph's input after {listed}: here it reads such vectors directly."] if ops else []


# ---- names ---------------------------------------------------------------------------------------------


def _display_name(node: Node) -> str:
    """A node's name for messages.

    "encoder.rnn" for "/encoder/rnn/LSTM_1", and for one that PyTorch's newer exporter has put into
    ": app.Model/encoder: app.Encoder/rnn: torch.nn.LSTM/lstm: aten.lstm.input".
    """
    modules = [part.partition(": ")[0] for part in node.scope.split("/")[1:-1]]
    if any(modules):
        return ".".join(filter(None, modules))[:80]
    parts = [part for part in node.name.replace(":", "/").split("/") if part]
    if len(parts) > 1 and parts[-1].startswith(node.op):
        parts.pop()
    return ".".join(parts)[:80] or node.op.lower()


class _UnusedNames:
    """Names with a number after those that were there before."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    def of(self, name: str) -> str:
        self.seen[name] += 1
        return name if self.seen[name] == 1 else f"{name} ({self.seen[name]})"


def _digest(stack: Stack) -> bytes:
    """What two stacks that compute the same have in common: an exporter may put one into several branches."""
    digest = blake2b(digest_size=16)
    settings = sorted((setting.name, setting.value) for setting in stack.settings if setting.name != "initial")
    digest.update(repr((stack.cell, stack.merge, settings)).encode("utf-8", "replace"))
    for number, layer in enumerate(stack.layers):
        for direction, arrays in layer.items():
            for name, source in arrays.items():
                digest.update(repr((number, direction, name, source.array.shape, source.array.dtype.str)).encode())
                digest.update(np.ascontiguousarray(source.array).data)
    return digest.digest()
