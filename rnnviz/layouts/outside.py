"""What stands around a recurrent stack among named arrays: the embedding below it and the readout on top."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..cells.activations import Array
from .stack import Fact, Readout, Source, Stack

NONE = "none"
_EMBEDS = re.compile(r"emb|lookup|wte|token|char|vocab", re.IGNORECASE)
_READS_OUT = re.compile(
    r"fc|out|linear|dense|decoder|classif|head|proj|logit|readout|h2o|hidden2|softmax|score|pred|tag|label",
    re.IGNORECASE,
)
_WEIGHT = re.compile(r"(?P<stem>.*?)(?P<sep>[._/]?)(?P<word>weight|kernel|w)(?P<end>:0)?", re.IGNORECASE | re.DOTALL)


def with_outside(stacks: Sequence[Stack], arrays: Mapping[str, Array], dtypes: Mapping[str, str]) -> tuple[Stack, ...]:
    """The stacks with what could stand below and on top of each, and facts that say what is taken."""
    used = {
        source.name for stack in stacks for layer in stack.layers for way in layer.values() for source in way.values()
    }
    free = {name: array for name, array in arrays.items() if name not in used and array.ndim == 2}
    tables = {name for name in free if _EMBEDS.search(name)}
    found = []
    for number, stack in enumerate(stacks):
        below = _embeddings(stack, free, dtypes)
        above = _readouts(stack, free, arrays, dtypes, tables)
        facts = [*stack.facts]
        if below:
            facts.append(_embedding_fact(stack, below, tables))
        if above:
            later = any(
                next(iter(above)) in _readouts(one, free, arrays, dtypes, tables) for one in stacks[number + 1 :]
            )
            facts.append(_readout_fact(stack, above, free, last=not later))
        found.append(replace(stack, embeddings=below, readouts=above, facts=tuple(facts)))
    return tuple(found)


def near(stack: str, name: str) -> float:
    """How much of a stack's name another name begins with, from 0 to 1: "enc_emb" is near to "enc"."""
    shared = 0
    for one, other in zip(stack.lower(), name.lower(), strict=False):
        if one != other:
            break
        shared += 1
    return shared / max(len(stack), 1)


def _source(name: str, array: Array, dtypes: Mapping[str, str], how: str = "") -> Source:
    wide = array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)
    return Source(name, wide.T if how == "transposed" else wide, array.shape, dtypes.get(name, str(array.dtype)), how)


def _embeddings(stack: Stack, free: Mapping[str, Array], dtypes: Mapping[str, str]) -> dict[str, Source]:
    """Tables with as many columns as the first layer reads, those named like an embedding and like the stack first."""
    fitting = [name for name, array in free.items() if array.shape[1] == stack.input_size]
    ranked = sorted(fitting, key=lambda name: (not _EMBEDS.search(name), -near(stack.name, name)))
    return {name: _source(name, free[name], dtypes) for name in ranked}


def _embedding_fact(stack: Stack, below: Mapping[str, Source], tables: set[str]) -> Fact:
    options = {name: f"{name}, {source.shape[0]:,} tokens" for name, source in below.items()}
    options[NONE] = f"none: the input is vectors of {stack.input_size} numbers"
    first = next(iter(below))
    named = [name for name in below if name in tables]
    if first in tables:
        others = f"; so does {' and '.join(n for n in named if n != first)}" if len(named) > 1 else ""
        why = f"It is called an embedding and has the {stack.input_size} columns that the first layer reads{others}."
    else:
        first, why = NONE, f"No array with rows of {stack.input_size} numbers is called an embedding."
    return Fact("embedding", "Embedding", first, options, "assumed", why)


def _readouts(
    stack: Stack, free: Mapping[str, Array], arrays: Mapping[str, Array], dtypes: Mapping[str, str], tables: set[str]
) -> dict[str, Readout]:
    found = {}
    for name, array in free.items():
        match = _WEIGHT.fullmatch(name)
        if match is None or (name in tables and not _READS_OUT.search(name)):
            continue
        lies = match["word"].lower() == "kernel"
        weight = array.T if lies else array
        if weight.shape[1] != stack.width:
            continue
        bias = _bias_of(match, len(weight), arrays)
        found[name] = Readout(
            _source(name, array, dtypes, "transposed" if lies else ""),
            None if bias is None else _source(bias, arrays[bias], dtypes),
        )
    ranked = sorted(found, key=lambda name: (not _READS_OUT.search(name), -near(stack.name, name)))
    return {name: found[name] for name in ranked}


def _bias_of(match: re.Match[str], classes: int, arrays: Mapping[str, Array]) -> str | None:
    """The bias that belongs to a weight, by name and shape."""
    words = {"w": ("b",), "weight": ("bias",), "kernel": ("bias",)}[match["word"].lower()]
    for word in words:
        for spelled in (word, word.upper()):
            name = f"{match['stem']}{match['sep']}{spelled}{match['end'] or ''}"
            if name in arrays and arrays[name].shape == (classes,):
                return name
    return None


def _readout_fact(stack: Stack, above: Mapping[str, Readout], free: Mapping[str, Array], last: bool) -> Fact:
    """Which linear layer reads the stack; none where another follows it or a later stack has the better claim."""
    options = {name: f"{name}, {len(readout.weight.array):,} outputs" for name, readout in above.items()}
    options[NONE] = "none: the network ends with its hidden states"
    first = next(iter(above))
    classes = len(above[first].weight.array)
    following = [
        name for name, array in free.items()
        if name != first and name not in stack.embeddings and _READS_OUT.search(name) and array.shape[1] == classes
    ]  # fmt: skip
    if not _READS_OUT.search(first):
        first, why = NONE, f"No array that takes {stack.width} numbers is called like an output layer."
    elif following and classes != stack.width:
        why = f"{first} takes the {stack.width} numbers that the top layer hands on, but {following[0]} follows it."
        first = NONE
    elif not last and near(stack.name, first) == 0:
        first, why = NONE, f"{first} would fit, but a stack further down in the file has the better claim to it."
    else:
        why = f"It is called like an output layer and takes the {stack.width} numbers that the top layer hands on."
    return Fact("readout", "Readout", first, options, "assumed", why)
