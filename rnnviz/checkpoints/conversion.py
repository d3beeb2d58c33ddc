"""From a stack as somebody else wrote it to a network: gates in our order, every array accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..cells import CELLS
from ..cells.activations import Array
from ..model import Model
from ..network import Network
from ..network.parameter_names import name_suffix
from ..text.tokens import Vocabulary
from .gate_orders import ORDERS, blocks
from .named.surroundings import NONE
from .stack import Fact, Readout, Source, Stack, Way


@dataclass(frozen=True)
class Mapped:
    """What became of an array: from its name, shape and dtype in the file to its name here, and what was done to it."""

    source: str
    shape: tuple[int, ...]
    dtype: str
    target: str
    how: str


@dataclass(frozen=True)
class Built:
    """A network made of a stack. values: of all facts, as they were taken. facts: the same with their words."""

    network: Network
    mapped: tuple[Mapped, ...]
    values: dict[str, str]
    facts: tuple[Fact, ...]


def build(stack: Stack, taken: Mapping[str, str] | None = None) -> Built:
    """The network of a stack. taken: values of facts that are to be other than the file's reader took them.

    Raises ValueError, in one sentence, for a fact or value that the stack does not have, for arrays that hold NaN, and
    for those that contradict each other.
    """
    chosen = dict(taken or {})
    if unknown := [name for name in chosen if stack.fact(name) is None]:
        there = ", ".join(fact.name for fact in stack.facts) or "nothing"
        raise ValueError(f"Of {stack.name} there is no {unknown[0]!r} to choose; there is {there}.")
    changed = {fact.name: _changed(fact, chosen, stack.cell) for fact in stack.facts}
    facts = tuple(_following(fact, changed) for fact in changed.values())
    values = {fact.name: fact.value for fact in facts}
    put: dict[str, tuple[Source, Array, str]] = {}
    for layer, ways in enumerate(stack.layers):
        for direction, way in ways.items():
            for name, source in way.items():
                array, how = _ours(stack, values, name, source, way)
                put[f"rnn.{name}{name_suffix(layer, direction)}"] = source, array, how
    if (name := values.get("embedding", NONE)) != NONE:
        put["embedding.weight"] = stack.embeddings[name], stack.embeddings[name].array, ""
    if (name := values.get("readout", NONE)) != NONE:
        readout: Readout = stack.readouts[name]
        put["readout.weight"] = readout.weight, readout.weight.array, ""
        if readout.bias is not None:
            put["readout.bias"] = readout.bias, readout.bias.array, ""
    for (layer, direction, state), source in stack.initial.items():
        put[f"initial.{state}{name_suffix(layer, direction)}"] = source, source.array, ""
    for source, _, _ in put.values():
        _check_numbers(source)
    same = np.result_type(*(array for _, array, _ in put.values()))
    parameters = {target: np.ascontiguousarray(array, same) for target, (_, array, _) in put.items()}
    mapped = tuple(
        Mapped(source.name, source.shape, source.dtype, target, _words(source, how, same))
        for target, (source, _, how) in put.items()
    )
    merge = values.get("merge", stack.merge)
    network = Network.from_parameters(parameters, stack.cell, options(stack.cell, values), merge)
    return Built(network, mapped, values, facts)


def model_from_stack(
    stack: Stack,
    overrides: Mapping[str, str] | None = None,
    *,
    name: str | None = None,
    vocabulary: Vocabulary | None = None,
    labels: Sequence[str] | None = None,
) -> Model:
    """A model of recurrent layers that come from elsewhere. overrides: see `build`.

    vocabulary: of the embedding; if left out, tokens are typed as the numbers of its rows, "12 5 7". Without an
    embedding vectors of numbers are read. labels: of the readout's outputs; if left out the vocabulary's tokens,
    where there are as many of them, else the outputs' numbers.
    Raises ValueError, in one sentence, for what does not fit together.
    """
    built = build(stack, overrides)
    network = built.network
    rows = None if network.embedding is None else len(network.embedding)
    if rows is None:
        vocabulary = Vocabulary("numbers", vector_size=network.input_size)
    elif vocabulary is None:
        vocabulary = Vocabulary("pieces", tuple(map(str, range(rows))))
    elif len(vocabulary) != rows:
        raise ValueError(
            f"The vocabulary has {len(vocabulary):,} tokens, but the embedding {built.values['embedding']} has "
            f"{rows:,} rows: it needs one token for each, in the order of the rows."
        )
    classes = 0 if network.readout_weight is None else len(network.readout_weight)
    if labels is None:
        alike = vocabulary.tokens if len(vocabulary) == classes else ()
        labels = [*alike] or [str(k) for k in range(classes)]
    said = (fact for fact in built.facts if not fact.follows and fact.value != "none" and fact.name != "initial")
    card = {"understood": {fact.title: fact.words() for fact in said}}
    return Model(name or stack.name, network, vocabulary, list(labels), card, stack.longest)


def options(cell: str, values: Mapping[str, str]) -> dict[str, str]:
    """A cell's options among the values of facts; its state is squashed as the candidate is, unless they say more."""
    known = CELLS[cell].resolve_options({})
    found = {name: value for name, value in values.items() if name in known}
    if "squash" in known and "squash" not in found and "activation" in found:
        found["squash"] = found["activation"]
    return found


def _changed(fact: Fact, chosen: Mapping[str, str], cell: str) -> Fact:
    if fact.name not in chosen or chosen[fact.name] == fact.value:
        return fact
    value = chosen[fact.name]
    if fact.name == "order" and isinstance(value, str):
        blocks(cell, value)  # every order of its gates is possible
    elif value not in list(fact.options):
        raise ValueError(f"{fact.title}: {value!r} is none of {', '.join(fact.options)}.")
    return replace(fact, value=value, how="said", why="Chosen by you.")


def _following(fact: Fact, changed: Mapping[str, Fact]) -> Fact:
    """A fact that is a consequence of another one takes the value of that."""
    return replace(fact, value=changed[fact.follows].value) if fact.follows in changed else fact


def _ours(stack: Stack, values: Mapping[str, str], name: str, source: Source, way: Way) -> tuple[Array, str]:
    """A parameter with its blocks of gates in our order and the way round that was chosen, and what was done."""
    order = values.get("order", next(iter(ORDERS.get(stack.cell, {"": ""}))))
    cell = CELLS[stack.cell]
    if name in cell.extra_parameters:  # which comes in our order
        rows = cell.extra_parameters[name]
        places = list(range(len(rows)))
    else:
        rows, places = cell.rows, blocks(stack.cell, order)
    size = len(way["weight_hh"].array) // len(cell.rows)
    if len(source.array) != size * len(rows):
        raise ValueError(
            f"{source.name} has shape {source.shape}, but {way['weight_hh'].name} with shape "
            f"{way['weight_hh'].shape} needs {size * len(rows)} rows there: they contradict each other."
        )
    parts, done = np.split(source.array, len(places)), []
    lying = stack.fact("orientation")
    if lying is not None and values["orientation"] != lying.value and parts[0].shape == (size, size):
        parts = [part.T for part in parts]
        done.append("turned the other way round")
    if places != list(range(len(places))):
        parts = [parts[place] for place in places]
        done.append(f"gates {', '.join(order)} put in order")
    if name == "bias_ih" and (added := float(values.get("forget_bias", 0))):
        row = rows.index("forget")
        parts = [part + part.dtype.type(added) if k == row else part for k, part in enumerate(parts)]
        done.append(f"{added:g} added to the forget gate’s")
    return (np.concatenate(parts), "; ".join(done)) if done else (source.array, "")


def _words(source: Source, how: str, dtype: np.dtype) -> str:
    """What was done to an array in all. Half precision is widened to float32 without saying so twice."""
    wide = f"{source.dtype} widened to {dtype}" if source.dtype != dtype.name else ""
    return "; ".join(filter(None, (source.how, how, wide))) or "as it is"


def _check_numbers(source: Source) -> None:
    if not np.isfinite(source.array).all():
        count = int(source.array.size - np.isfinite(source.array).sum())
        raise ValueError(
            f"{source.name} holds {count:,} values that are NaN or infinite, so that nothing computed with it would be "
            "a number: the training has probably diverged; bring an earlier checkpoint."
        )
