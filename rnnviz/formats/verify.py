"""Is a model read from a file the one that wrote it? An input and the framework's own output tell.

What differs is traced back. Where the first step that a direction reads is right and a later one is not, what
multiplies the old state is wrong; where the first step is wrong already, what multiplies the input, or a bias. And the
usual mistakes are tried one by one, each fact taken otherwise, gates in every other order, matrices transposed, biases
left out: one that makes the difference vanish is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from ..cells.activations import Array
from ..layouts import Stack, build
from ..layouts.stack import Way
from ..network import Network, in_order, softmax
from .pairs import Pair

TOLERANCE = 1e-5
_STEPS = 512  # of all sequences together, for the mistakes that are tried


@dataclass(frozen=True)
class Suspect:
    """A mistake that was tried: in words, and how far the outputs differ if it is made good."""

    words: str
    worst: float
    taken: Mapping[str, str] | None = None  # facts that make it good, where facts do


@dataclass(frozen=True)
class Verified:
    """How far a model's numbers are from a framework's.

    what: which of the model's numbers were compared, "hidden states of layer 1". worst: largest difference.
    step, unit: where it is, the step counted from 1. first: the first step in order of reading that differs by more
    than the tolerance, None if none does. where: a sentence on which arrays that points to. suspects: mistakes that
    were tried and make the difference smaller, the best first.
    """

    what: str
    worst: float
    tolerance: float
    step: int
    unit: int
    first: int | None
    where: str
    suspects: tuple[Suspect, ...]

    @property
    def agrees(self) -> bool:
        return self.worst <= self.tolerance


def verify(stack: Stack, pair: Pair, taken: Mapping[str, str] | None = None, tolerance: float = TOLERANCE) -> Verified:
    """Compare a stack's outputs with a framework's. taken: as of `layouts.build`.

    Raises ValueError, in one sentence, if the pair's shapes are not those of this stack's inputs and outputs.
    """
    taken = dict(taken or {})
    network = build(stack, taken).network
    what, layer, ours, theirs = _closest(network, pair)
    differs = np.abs(ours - theirs)
    worst = float(differs.max())
    step, _, unit = (int(k) for k in np.unravel_index(differs.argmax(), differs.shape))
    last = pair.last(network)
    if last:
        step = len(next(pair.readings(network))[0]) - 1
    if worst <= tolerance:
        return Verified(what, worst, tolerance, step + 1, unit, None, "", ())
    first, where = _where(stack, network, layer, differs, tolerance, last)
    suspects = tuple(_suspects(stack, pair, taken, worst))
    return Verified(what, worst, tolerance, step + 1, unit, first, where, suspects)


def _closest(network: Network, pair: Pair) -> tuple[str, int, Array, Array]:
    """Which of the network's numbers the output is, by shape, and by value where several fit: words, layer, arrays."""
    best: tuple[float, str, int, Array, Array] | None = None
    there = []
    for inputs, output in pair.readings(network):
        run = network.forward(inputs)
        known = {}
        top = len(network.layers) - 1
        for k, records in enumerate(run.records):
            if k < top:
                for way, record in zip(network.ways[k], records, strict=True):
                    known[f"hidden states of layer {k}, {way}", k] = in_order(record["hidden"], way)
        known["hidden states of the top layer", top] = run.top
        for way, record in zip(network.ways[top], run.records[top], strict=True):
            known[f"hidden states of the top layer, {way}", top] = in_order(record["hidden"], way)
            if "cell" in record.cell.states:
                known[f"cell states of the top layer, {way}", top] = in_order(record["cell"], way)
        if run.logits is not None:
            known |= {("outputs of the readout", top): run.logits, ("probabilities", top): softmax(run.logits)}
        for (words, layer), values in known.items():
            ours = values[-1:] if pair.last(network) else values
            there.append(f"{words} {values.shape[-1]}")
            if ours.shape != output.shape:
                continue
            worst = float(np.abs(ours - output).max())
            if best is None or worst < best[0]:
                best = worst, words, layer, ours.astype(np.float64), output.astype(np.float64)
    if best is None:
        raise ValueError(
            f"The output has shape {pair.output.shape}, which fits nothing that the network computes for an input of "
            f"shape {pair.input.shape}: at each step {'; '.join(dict.fromkeys(there))}."
        )
    return best[1:]


def _where(
    stack: Stack, network: Network, layer: int, differs: Array, tolerance: float, last: bool
) -> tuple[int | None, str]:
    """The first step read that differs, and what that points to."""
    if last:
        return None, "Only the last step was given; the output of every step would tell which array is wrong."
    backward = network.ways[layer] == ("backward",)
    wrong = differs.max((1, 2)) > tolerance
    order = range(len(wrong))[::-1] if backward else range(len(wrong))
    first = next(step for step in order if wrong[step])
    begins = first == order[0]
    units = np.flatnonzero(differs[first].max(0) > tolerance)
    some = len(units) <= differs.shape[2] // 2
    which = f" Only {_listed(units)} differ there: look at their rows." if some else ""
    arrays = {name: source.name for name, source in next(iter(stack.layers[layer].values())).items()}
    if len(network.layers) > 1:
        told = f"All layers up to layer {layer} have a part in it; compare the states of layer 0 to tell them apart."
    elif begins:
        reads = _names(arrays, ("weight_ih", "bias_ih", "bias_hh"))
        below = " or the embedding" if network.embedding is not None else ""
        told = f"The very first step differs, when the old state is still zero: {reads}{below} is wrong."
    else:
        told = f"The first step is right, so what reads the input is right: {_names(arrays, ('weight_hh',))} is wrong."
    return first + 1, told + which


def _names(arrays: Mapping[str, str], wanted: tuple[str, ...]) -> str:
    return " or ".join(arrays[name] for name in wanted if name in arrays)


def _listed(units: Array) -> str:
    shown = ", ".join(map(str, units[:8]))
    return f"unit {shown}" if len(units) == 1 else f"units {shown}{' and others' if len(units) > 8 else ''}"


def _suspects(stack: Stack, pair: Pair, taken: Mapping[str, str], worst: float) -> list[Suspect]:
    """The mistakes that make the difference smaller by half or more, the best first."""
    short = pair.shortened(_STEPS, build(stack, taken).network)
    found = []
    for words, other, facts in _mistakes(stack, taken):
        try:
            _, _, ours, theirs = _closest(build(other, facts).network, short)
        except (ValueError, TypeError):
            continue
        left = float(np.abs(ours - theirs).max())
        if left < worst / 2:
            found.append(Suspect(words, left, facts if facts != taken else None))
    return sorted(found, key=lambda suspect: suspect.worst)[:4]


def _mistakes(stack: Stack, taken: Mapping[str, str]) -> Iterator[tuple[str, Stack, dict[str, str]]]:
    """Each usual mistake made good: in words, the stack, and the facts."""
    now = {fact.name: taken.get(fact.name, fact.value) for fact in stack.facts}
    for fact in stack.facts:
        for value, words in fact.options.items():
            if value != now[fact.name] and fact.name not in ("order", "readout"):
                yield f"{fact.title}: {words}", stack, {**taken, fact.name: value}
    for order in map("".join, permutations(now.get("order", ""))):
        if order and order != now["order"]:
            yield f"Order of the gates: {', '.join(order)}", stack, {**taken, "order": order}
    for k, layer in enumerate(stack.layers):
        for way, arrays in layer.items():
            for words, changed in _in_arrays(arrays):
                yield words, _with(stack, k, way, changed), dict(taken)


def _in_arrays(way: Way) -> Iterator[tuple[str, Way]]:
    """The mistakes within one direction of a layer: gates' matrices transposed, biases left out or exchanged."""
    for name in ("weight_hh", "weight_ih"):
        source = way[name]
        size = way["weight_hh"].array.shape[1]
        if source.array.shape[1] == size:
            turned = np.concatenate([block.T for block in np.split(source.array, len(source.array) // size)])
            yield f"{source.name}: every gate’s matrix transposed", {**way, name: replace(source, array=turned)}
    for name in ("bias_ih", "bias_hh"):
        if name in way:
            without = {key: value for key, value in way.items() if key != name}
            yield f"{way[name].name} left out", without
    if {"bias_ih", "bias_hh"} <= set(way):
        swapped = {**way, "bias_ih": way["bias_hh"], "bias_hh": way["bias_ih"]}
        yield f"{way['bias_ih'].name} and {way['bias_hh'].name} exchanged", swapped


def _with(stack: Stack, k: int, way: str, arrays: Way) -> Stack:
    layers = [dict(layer) for layer in stack.layers]
    layers[k][way] = arrays
    return replace(stack, layers=tuple(layers))
