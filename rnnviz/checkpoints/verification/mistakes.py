"""The usual mistakes in reading somebody else's weights, each made good: which of them explains a difference?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice, permutations

import numpy as np

from ...network import Network
from ..conversion import build
from ..stack import Stack, Way
from .comparison import Compared, again

TRIED, SHOWN = 200, 4
_WORK = 200_000_000  # multiplications for one trial, so that all take seconds


@dataclass(frozen=True)
class Suspect:
    """A mistake that was tried: in words, and how far the outputs differ if it is made good."""

    words: str
    worst: float
    taken: Mapping[str, str] | None = None  # facts that make it good, where facts do


def suspects(stack: Stack, compared: Compared, taken: Mapping[str, str]) -> tuple[Suspect, ...]:
    """The mistakes that make the difference smaller by half or more, the best first."""
    network = build(stack, taken).network
    short = _shortened(network, compared)
    now = again(network, short)
    assert now is not None, "the network has what it was compared by"
    found = []
    for words, other, facts in islice(_mistakes(stack, taken), TRIED):
        try:
            tried = again(build(other, facts).network, short)
        except (ValueError, TypeError):  # an embedding without the tokens that the input has, say
            continue
        if tried is not None and tried.worst < now.worst / 2:
            found.append(Suspect(words, tried.worst, facts if facts != taken else None))
    return tuple(sorted(found, key=lambda suspect: suspect.worst)[:SHOWN])


def _shortened(network: Network, compared: Compared) -> Compared:
    """Fewer sequences, and fewer steps where nothing reads from the end."""
    size = sum(cell.weight_ih.size + cell.weight_hh.size for layer in network.layers for cell in layer)
    most = max(_WORK // size, 16)
    steps, sequences = compared.inputs.shape[:2]
    sequences = max(min(sequences, most // steps), 1)
    whole = "backward" in network.directions or len(compared.theirs) < steps
    steps = steps if whole else min(steps, max(most // sequences, 16))
    cut = slice(steps), slice(sequences)
    return replace(compared, inputs=compared.inputs[cut], ours=compared.ours[cut], theirs=compared.theirs[cut])


def _mistakes(stack: Stack, taken: Mapping[str, str]) -> Iterator[tuple[str, Stack, dict[str, str]]]:
    """Each usual mistake made good: in words, the stack, and the facts."""
    now = {fact.name: taken.get(fact.name, fact.value) for fact in stack.facts}
    for fact in stack.facts:
        for value, words in fact.options.items():
            if value != now[fact.name] and fact.name not in ("order", "readout") and not fact.follows:
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
    size = way["weight_hh"].array.shape[1]
    for name in ("weight_hh", "weight_ih"):
        source = way[name]
        if source.array.shape[1] == size:
            turned = np.concatenate([block.T for block in np.split(source.array, len(source.array) // size)])
            yield f"{source.name}: every gate’s matrix transposed", {**way, name: replace(source, array=turned)}
    for name in ("bias_ih", "bias_hh"):
        if name in way:
            yield f"{way[name].name} left out", {key: value for key, value in way.items() if key != name}
    if {"bias_ih", "bias_hh"} <= set(way):
        swapped = {**way, "bias_ih": way["bias_hh"], "bias_hh": way["bias_ih"]}
        one, two = (
            f"{way[name].name}{f' ({way[name].how})' if way[name].how else ''}" for name in ("bias_ih", "bias_hh")
        )
        yield f"{one} and {two} exchanged", swapped


def _with(stack: Stack, k: int, way: str, arrays: Way) -> Stack:
    layers = [dict(layer) for layer in stack.layers]
    layers[k][way] = arrays
    return replace(stack, layers=tuple(layers))
