"""From a stack as somebody else wrote it to a network: gates in our order, every array accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..cells import CELLS
from ..cells.activations import Array
from ..network import Network
from ..network.naming import ending
from .orders import ORDERS, blocks
from .outside import NONE
from .stack import Fact, Readout, Source, Stack, Way

PEEPHOLES = ("input", "forget", "output")


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
    changed = {fact.name: _changed(fact, taken or {}) for fact in stack.facts}
    facts = tuple(_following(fact, changed) for fact in changed.values())
    if unknown := [name for name in taken or {} if stack.fact(name) is None]:
        there = ", ".join(fact.name for fact in stack.facts) or "nothing"
        raise ValueError(f"Of {stack.name} there is no {unknown[0]!r} to choose; there is {there}.")
    values = {fact.name: fact.value for fact in facts}
    parameters: dict[str, Array] = {}
    mapped: list[Mapped] = []

    def put(target: str, source: Source, array: Array, *how: str) -> None:
        _check_numbers(source)
        parameters[target] = np.ascontiguousarray(array)
        words = "; ".join(filter(None, (source.how, *how, _widened(source)))) or "as it is"
        mapped.append(Mapped(source.name, source.shape, source.dtype, target, words))

    order = values.get("order", next(iter(ORDERS.get(stack.cell, {"": ""}))))
    for layer, ways in enumerate(stack.layers):
        for direction, way in ways.items():
            for name, source in way.items():
                array, how = _ours(stack.cell, order, name, source, way)
                put(f"rnn.{name}{ending(layer, direction)}", source, array, how)
    if (name := values.get("embedding", NONE)) != NONE:
        put("embedding.weight", stack.embeddings[name], stack.embeddings[name].array)
    if (name := values.get("readout", NONE)) != NONE:
        readout: Readout = stack.readouts[name]
        put("readout.weight", readout.weight, readout.weight.array)
        if readout.bias is not None:
            put("readout.bias", readout.bias, readout.bias.array)
    for (layer, direction, state), source in stack.initial.items():
        put(f"initial.{state}{ending(layer, direction)}", source, source.array)
    same = np.result_type(*parameters.values())
    parameters = {name: array.astype(same, copy=False) for name, array in parameters.items()}
    merge = values.get("merge", stack.merge)
    network = Network.from_parameters(parameters, stack.cell, options(stack.cell, values), merge)
    return Built(network, tuple(mapped), values, facts)


def options(cell: str, values: Mapping[str, str]) -> dict[str, str]:
    """A cell's options among the values of facts; its state is squashed as the candidate is, unless they say more."""
    known = CELLS[cell].settle({})
    found = {name: value for name, value in values.items() if name in known}
    if "squash" in known and "squash" not in found and "activation" in found:
        found["squash"] = found["activation"]
    return found


def _changed(fact: Fact, taken: Mapping[str, str]) -> Fact:
    if fact.name not in taken or taken[fact.name] == fact.value:
        return fact
    value = taken[fact.name]
    if fact.name == "order":
        return replace(fact, value=value, how="said", why="Chosen by you.")  # every order is possible: see `blocks`
    if value not in fact.options:
        raise ValueError(f"{fact.title}: {value!r} is none of {', '.join(fact.options)}.")
    return replace(fact, value=value, how="said", why="Chosen by you.")


def _following(fact: Fact, changed: Mapping[str, Fact]) -> Fact:
    """A fact that is a consequence of another one takes the value of that."""
    return replace(fact, value=changed[fact.follows].value) if fact.follows in changed else fact


def _ours(cell: str, order: str, name: str, source: Source, way: Way) -> tuple[Array, str]:
    """A parameter with its blocks of gates in our order, and what was done in words."""
    if name == "weight_peephole":
        rows: tuple[str, ...] = PEEPHOLES
        places = list(range(len(rows)))
    else:
        rows, places = CELLS[cell].rows, blocks(cell, order)
    count = len(way["weight_hh"].array)
    size = count // len(CELLS[cell].rows)
    if len(source.array) != size * len(rows):
        raise ValueError(
            f"{source.name} has shape {source.shape}, but {way['weight_hh'].name} with shape "
            f"{way['weight_hh'].shape} needs {size * len(rows)} rows there: they contradict each other."
        )
    if places == list(range(len(places))):
        return source.array, ""
    parts = np.split(source.array, len(places))
    return np.concatenate([parts[place] for place in places]), f"gates {', '.join(order)} put in order"


def _widened(source: Source) -> str:
    return f"{source.dtype} widened to {source.array.dtype}" if source.dtype not in ("float32", "float64") else ""


def _check_numbers(source: Source) -> None:
    if not np.isfinite(source.array).all():
        count = int(source.array.size - np.isfinite(source.array).sum())
        raise ValueError(
            f"{source.name} holds {count:,} values that are NaN or infinite, so that nothing computed with it would be "
            "a number: the training has probably diverged; bring an earlier checkpoint."
        )
