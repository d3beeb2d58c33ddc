"""Recurrent nodes of an ONNX graph joined into stacks, with the embedding below and the readout on top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import groupby, pairwise

import numpy as np

from ...wording import printable
from ..joined_stacks import join_stacks
from ..settings import NONE, InferredSetting, general_settings, inferred
from ..stack import SourceArray, Stack, of_run
from .constant_folding import ConstantFolder
from .display_names import UnusedNames, display_name
from .node_heads import heads_of, matrix, operations_after, source_array
from .node_links import Level, LevelFinder, operations_before
from .recurrent_nodes import RecurrentLayer

FEW = 20  # notes on stacks that are there twice


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
    unused = UnusedNames()
    names = [unused.of(display_name(chain[0].first.node)) for chain in chains]
    stacks: dict[bytes, Stack] = {}
    more: list[str] = []
    for chain, name in zip(chains, names, strict=True):
        stack = _stack(finder, chain, name)
        digest = _digest(stack)
        if digest in stacks:
            more.append(f"{name!r} has the same weights as {stacks[digest].name!r} and is shown once.")
            continue
        left_out = _left_out_below(finder, chain, notes.get(id(chain[0])), stack)
        stacks[digest] = replace(stack, left_out=(*left_out, *stack.left_out))
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
    merges = {member.merge or "concat" for member in (*chain, level) if member.is_bidirectional}
    if len(merges) > 1 or level.first.input_size != top.width:
        return f"the layer below passes on {top.width} values in another arrangement"
    return ""


def _stack(finder: LevelFinder, chain: list[Level], name: str) -> Stack:
    """A chain of levels with what surrounds it; levels of different cells or options are runs of layers."""
    runs = [
        [level for _, level in run]
        for _, run in groupby(zip(_kinds(chain), chain, strict=True), lambda numbered: numbered[0])
    ]
    stacks = [_run(run, name) for run in runs]
    stack = stacks[0] if len(stacks) == 1 else join_stacks(stacks, name)
    embeddings, heads = _embeddings(finder, chain[0]), heads_of(finder, chain[-1])
    readouts = {label: readout for label, readout, _ in heads}
    return replace(
        stack,
        settings=(
            *stack.settings,
            _choice("embedding", {n: f"{n}, {_sized(s)}" for n, s in embeddings.items()}, "directly before the first"),
            _choice("readout", {n: f"{n}, {_sized(r.weight)}" for n, r in readouts.items()}, "directly after the last"),
        ),
        embeddings=embeddings,
        readouts=readouts,
        left_out=(*(not_run for _, _, not_run in heads if not_run), *_left_out_above(finder, chain[-1], heads)),
    )


def _kinds(chain: Sequence[Level]) -> list[int]:
    """For each level, the number of the run that it is in: a run has one cell and one value of each setting."""
    numbers = [0]
    for below, level in pairwise(chain):
        same = (level.first.cell, level.first.values) == (below.first.cell, below.first.values)
        numbers.append(numbers[-1] + (not same))
    return numbers


def _run(chain: list[Level], name: str) -> Stack:
    """Levels of one cell."""
    layers = [layer for level in chain for layer in level.layers]
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
        settings=(*general_settings(own, stacked, merge, "stated", "The graph states it."), *outside[:1]),
        initial=initial,
        max_steps=min(lengths, default=None),
        merge=merge,
        notes=tuple(dict.fromkeys(note for layer in layers for note in layer.notes)),
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
    table = matrix(finder.folder, node.input(0))
    if table is None or table.array.shape[1] != bottom.first.input_size:
        return {}
    return {table.name: source_array(finder, table, table.array, bottom)}


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


def _left_out_above(finder: LevelFinder, top: Level, heads: Sequence[object]) -> list[str]:
    """What reads the states of a stack without a head."""
    ops = [] if heads else operations_after(finder, top)
    listed = ", ".join(map(printable, ops[:4])) + (" and others" if len(ops) > 4 else "")
    return [f"In the graph, its states go on to {listed}: that is not run here."] if ops else []


def _digest(stack: Stack) -> bytes:
    """What two stacks that compute the same have in common: an exporter may put one into several branches."""
    digest = blake2b(digest_size=16)
    settings = sorted(
        (setting.name, setting.value) for setting in stack.settings if of_run(setting.name)[0] != "initial"
    )
    digest.update(repr((stack.cells, stack.merge, settings)).encode("utf-8", "replace"))
    for number, layer in enumerate(stack.layers):
        for direction, arrays in layer.items():
            for name, source in arrays.items():
                digest.update(repr((number, direction, name, source.array.shape, source.array.dtype.str)).encode())
                digest.update(np.ascontiguousarray(source.array).data)
    return digest.digest()
