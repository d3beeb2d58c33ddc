"""Recurrent nodes of an ONNX graph joined into stacks, with the embedding below and the readout on top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..stack import Fact, Readout, Source, Stack
from .constant_folding import Constant, Folder
from .flat_graph import Node
from .node_links import PARTS, PASSES, Level, Tracer, between
from .recurrent_nodes import Layer
from .tensor_data import UnreadableError

BIAS_STEPS = 5  # nodes looked at after a matrix product for its bias


def stacks(folder: Folder, layers: Sequence[Layer]) -> tuple[list[Stack], list[str]]:
    """All stacks, in the graph's order, and notes on what stands between them and on what stands there twice."""
    tracer = Tracer(folder, layers)
    above = Counter(id(level.below) for level in tracer.levels if level.below is not None)
    chains: list[list[Level]] = []
    notes: dict[int, str] = {}
    for level in sorted(tracer.levels, key=_depth):
        chain = next((chain for chain in chains if chain[-1] is level.below), None)
        reason = "" if chain is None else _apart(chain, level, above[id(level.below)])
        if chain is not None and not reason:
            chain.append(level)
            continue
        if reason:
            notes[id(level)] = reason
        chains.append([level])
    place = {id(level): k for k, level in enumerate(tracer.levels)}
    chains.sort(key=lambda chain: place[id(chain[0])])
    names = _unique([_named(chain[0].first.node) for chain in chains])
    found: list[Stack] = []
    more: list[str] = []
    for chain, name in zip(chains, names, strict=True):
        stack = _stack(tracer, chain, name)
        twin = next((other for other in found if _same(other, stack)), None)
        if twin is not None:
            more.append(f"{name!r} has the same weights as {twin.name!r} and is shown once.")
            continue
        found.append(replace(stack, notes=(*stack.notes, *_below(tracer, chain, notes.get(id(chain[0])), stack))))
    return found, more


def _depth(level: Level) -> int:
    """How many levels stand below; what stands on itself, which no file may hold, stands on the ground."""
    seen = []
    while level.below is not None and level.below not in seen:
        seen.append(level.below)
        level = level.below
    return len(seen)


def _apart(chain: list[Level], level: Level, above: int) -> str:
    """Why a level is no further layer of the stack that it stands on; empty if it is one."""
    top = chain[-1]
    if above > 1:
        return f"{above} of them read the same layer below"
    if level.first.cell != top.first.cell or level.first.options != top.first.options:
        return "the layer below is of another kind or has other options"
    merges = {one.merge or "concat" for one in (*chain, level) if one.both}
    if len(merges) > 1 or level.first.input_size != top.width:
        return f"the layer below hands on {top.width} numbers in another way"
    return ""


def _stack(tracer: Tracer, chain: list[Level], name: str) -> Stack:
    layers = [layer for level in chain for layer in level.layers]
    embeddings, readouts = _embeddings(tracer, chain[0]), {}
    notes = list(dict.fromkeys(note for layer in layers for note in layer.notes))
    for label, readout, note in _readouts(tracer, chain[-1]):
        readouts[label] = readout
        notes += [note] * bool(note)
    initial = {
        (k, way, state): source
        for k, level in enumerate(chain)
        for layer in level.layers
        for (way, state), source in layer.initial.items()
    }
    longest = [layer.longest for layer in layers if layer.longest is not None]
    outside = [fact for layer in layers for fact in layer.facts if fact.name == "initial"]
    return Stack(
        name=name,
        cell=layers[0].cell,
        layers=tuple({way: arrays for layer in level.layers for way, arrays in layer.ways.items()} for level in chain),
        facts=(
            *(fact for fact in layers[0].facts if fact.name != "initial"),
            *outside[:1],
            _choice(
                "embedding",
                "Embedding",
                {n: f"{n}, {_sized(s)}" for n, s in embeddings.items()},
                "below the first layer",
            ),
            _choice(
                "readout",
                "Readout",
                {n: f"{n}, {_sized(r.weight)}" for n, r in readouts.items()},
                "on top of the last layer",
            ),
        ),
        embeddings=embeddings,
        readouts=readouts,
        initial=initial,
        longest=min(longest, default=None),
        merge=next((level.merge for level in chain if level.both and level.merge), "concat"),
        notes=tuple(notes),
    )


def _choice(name: str, title: str, options: dict[str, str], where: str) -> Fact:
    value = next(iter(options), "none")
    why = f"It stands {where} in the graph." if options else f"The graph has none {where} with nothing in between."
    return Fact(name, title, value, options | {"none": "none"}, "said", why)


def _sized(source: Source) -> str:
    return " × ".join(map(str, source.array.shape))


# ---- what stands around a stack ----------------------------------------------------------------------


def _embeddings(tracer: Tracer, bottom: Level) -> dict[str, Source]:
    """The table whose rows the first layer reads, if nothing else stands between."""
    root = tracer.root(bottom.first.node.input(0))
    node = None if root is None else tracer.graph.makers.get(root)
    if node is None or node.op != "Gather" or node.get("axis", "int", 0) != 0:
        return {}
    table = _matrix(tracer.folder, node.input(0))
    if table is None or table.array.shape[1] != bottom.first.input_size:
        return {}
    return {table.name: _source(table, table.array, bottom)}


def _readouts(tracer: Tracer, top: Level) -> list[tuple[str, Readout, str]]:
    """Linear layers that read the top layer: a label, the readout, and a note or none for each."""
    found: list[tuple[str, Readout, str]] = []
    labels: list[str] = []
    for node in tracer.graph.nodes:
        if node.op not in ("MatMul", "Gemm"):
            continue
        if top not in tracer.sources(node.input(0), (*PASSES, *PARTS), states=True):
            continue
        weight = _matrix(tracer.folder, node.input(1))
        if weight is None:
            continue
        turned = node.op == "Gemm" and node.get("transB", "int", 0)
        array = weight.array if turned else weight.array.T
        scaled = node.op == "Gemm" and (node.get("alpha", "float", 1.0) != 1 or node.get("beta", "float", 1.0) != 1)
        if array.shape[1] != top.width or scaled or (node.op == "Gemm" and node.get("transA", "int", 0)):
            continue
        bias, then = _bias(tracer, node, top, len(array))
        label = _unique([*labels, _named(node)])[-1]
        labels.append(label)
        note = "" if then is None else f"The file puts {then} on the readout {label!r}; its raw sums are read here."
        found.append((label, Readout(_source(weight, array, top, "" if turned else "transposed"), bias), note))
    return found


def _bias(tracer: Tracer, node: Node, top: Level, classes: int) -> tuple[Source | None, str | None]:
    """A readout's bias, and the activation after it if it is none that turns sums into probabilities of labels."""
    bias = tracer.folder.constant(node.input(2)) if node.op == "Gemm" else None
    value = node.output(0)
    for _ in range(BIAS_STEPS):
        readers = [reader for reader in tracer.graph.reading(value) if reader.op != "Shape"]
        if len(readers) != 1:
            break
        (reader,) = readers
        if reader.op == "Add" and bias is None:
            bias = next((one for one in map(tracer.folder.constant, reader.inputs) if one is not None), None)
            if bias is None:
                break
        elif reader.op in ("Sigmoid", "Relu", "Tanh", "HardSigmoid", "LeakyRelu", "Elu", "Gelu"):
            return _as_bias(bias, top, classes), reader.op
        elif reader.op not in PASSES:
            break
        value = reader.output(0)
    return _as_bias(bias, top, classes), None


def _as_bias(bias: Constant | None, top: Level, classes: int) -> Source | None:
    if bias is None or bias.array.size != classes or bias.array.dtype.kind != "f":
        return None
    return _source(bias, bias.array.reshape(classes), top)


def _matrix(folder: Folder, value: int | None) -> Constant | None:
    """A constant with two axes; None for anything else, one that cannot be read included."""
    try:
        found = folder.constant(value)
    except UnreadableError:
        return None
    fits = found is not None and found.array.ndim == 2 and found.array.dtype.kind == "f" and found.array.size
    return found if fits else None


def _source(found: Constant, array: np.ndarray, level: Level, more: str = "") -> Source:
    """As precise as the layer that it belongs to."""
    exact = next(iter(level.first.ways.values()))["weight_hh"].array.dtype
    how = ", ".join([*found.how, more] if more else found.how)
    return Source(found.name, np.ascontiguousarray(array, exact), found.shape, found.dtype, how)


def _below(tracer: Tracer, chain: list[Level], reason: str | None, stack: Stack) -> list[str]:
    """What a stack reads, if that is neither the graph's input nor an embedding."""
    if reason:
        return [f"It stands on other recurrent layers and is a stack of its own: {reason}. It reads numbers here."]
    if stack.embeddings:
        return []
    ends = {id(layer.node) for level in tracer.levels for layer in level.layers}
    ops, met = between(tracer.graph, chain[0].first.node.input(0), ends - {id(layer.node) for layer in chain[0].layers})
    listed = ", ".join(ops[:6]) + (" and others" if len(ops) > 6 else "")
    if met:
        return [
            f"Between it and the recurrent layers before it stand {listed or 'other nodes'}: it reads numbers here."
        ]
    return [f"It reads what {listed} compute from the graph's input: give it such numbers here."] if ops else []


# ---- names ---------------------------------------------------------------------------------------------


def _named(node: Node) -> str:
    """What a person would call a node: "/encoder/rnn/LSTM_1" is of "encoder.rnn", and so is one that PyTorch's newer
    exporter has put into ": app.Model/encoder: app.Encoder/rnn: torch.nn.LSTM/lstm: aten.lstm.input"."""
    modules = [part.partition(": ")[0] for part in node.scope.split("/")[1:-1]]
    if any(modules):
        return ".".join(filter(None, modules))[:80]
    parts = [part for part in node.name.replace(":", "/").split("/") if part]
    if len(parts) > 1 and parts[-1].startswith(node.op):
        parts.pop()
    return ".".join(parts)[:80] or node.op.lower()


def _unique(names: list[str]) -> list[str]:
    """The names, a number behind those that came before."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _same(one: Stack, other: Stack) -> bool:
    """Whether two stacks compute the same: an exporter may put one into several branches."""
    if (one.cell, one.merge, len(one.layers)) != (other.cell, other.merge, len(other.layers)):
        return False
    said = [{fact.name: fact.value for fact in stack.facts if fact.name != "initial"} for stack in (one, other)]
    if said[0] != said[1]:
        return False
    flat = [
        [
            (way, name, source.array)
            for layer in stack.layers
            for way, arrays in layer.items()
            for name, source in arrays.items()
        ]
        for stack in (one, other)
    ]
    return len(flat[0]) == len(flat[1]) and all(
        a[:2] == b[:2] and np.array_equal(a[2], b[2], equal_nan=True) for a, b in zip(*flat, strict=True)
    )
