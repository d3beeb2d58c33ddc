"""A recurrent stack as somebody else's file holds it: what was understood of it, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..cells.activations import Array

How = Literal["said", "fixed", "assumed"]


@dataclass(frozen=True)
class Source:
    """An array on its way from a file into a network.

    name: as in the file. array: float32 or float64, turned so that it has our shape, gates along the rows, but with
    the gates' blocks still in the file's order. shape, dtype: as in the file, "float16". how: what was done to it so
    far, in words: "transposed"; empty if nothing. parts: the names of the file's arrays if it was put together from
    several, `name` then being for people.
    """

    name: str
    array: Array
    shape: tuple[int, ...]
    dtype: str
    how: str = ""
    parts: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The arrays of the file that are in it."""
        return self.parts or (self.name,)


@dataclass(frozen=True)
class Fact:
    """One thing that was understood of a stack.

    name: by which it can be changed, "order". title: in words. value: what was taken. options: what it can be, by
    value, in words. how: "said" by the file, "fixed" by its format or shapes, or "assumed" because the file leaves
    it open. why: one sentence on what the value rests on. follows: another fact of which it is a consequence, and
    whose value it takes when that one is changed; such a fact need not be shown.
    """

    name: str
    title: str
    value: str
    options: dict[str, str]
    how: How
    why: str
    follows: str = ""

    def words(self, value: str | None = None) -> str:
        """A value in words, the one taken if left out; an order with its gates: "i, f, g, o (PyTorch, Keras)"."""
        taken = self.value if value is None else value
        words = self.options.get(taken, taken)
        if self.name != "order":
            return words
        return ", ".join(taken) + (f" ({words})" if words != taken else "")


@dataclass(frozen=True)
class Readout:
    """A linear layer on top: weight (C, H) and perhaps bias (C,)."""

    weight: Source
    bias: Source | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The arrays of the file that are in it."""
        return self.weight.names + (self.bias.names if self.bias is not None else ())


Way = dict[str, Source]  # one direction of one layer: weight_ih, weight_hh, bias_ih, bias_hh, as far as they are there


@dataclass(frozen=True)
class Stack:
    """Recurrent layers of one kind, one above the other.

    name: what tells it from others in the file, "encoder.rnn". cell: by its name in CELLS. layers: from the bottom up,
    by direction ("forward", "backward", or both). facts: see `Fact`; those named like one of the cell's options
    ("reset", "activation") set it, "order" says how gates are stacked. embeddings, readouts: what could stand below and
    on top, by name, the likeliest first; the facts "embedding" and "readout" say which does ("none" for nothing).
    initial: states that the file starts from, by layer, direction and state, (H,) each. longest: steps that the
    file reads at most. merge: how two directions become one vector. labels, tokens: if the file names them.
    """

    name: str
    cell: str
    layers: tuple[dict[str, Way], ...]
    facts: tuple[Fact, ...] = ()
    embeddings: dict[str, Source] = field(default_factory=dict)
    readouts: dict[str, Readout] = field(default_factory=dict)
    initial: dict[tuple[int, str, str], Source] = field(default_factory=dict)
    longest: int | None = None
    merge: str = "concat"
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> set[str]:
        """The arrays of the file that its layers are made of."""
        return {name for layer in self.layers for way in layer.values() for one in way.values() for name in one.names}

    @property
    def input_size(self) -> int:
        """D, the numbers that the first layer reads at a step."""
        return next(iter(self.layers[0].values()))["weight_ih"].array.shape[1]

    def hidden_size(self, layer: int = 0) -> int:
        """H, the units of one direction of a layer."""
        return next(iter(self.layers[layer].values()))["weight_hh"].array.shape[1]

    @property
    def width(self) -> int:
        """How many numbers the top layer hands on at a step, its directions merged."""
        directions = len(self.layers[-1]) if self.merge == "concat" else 1
        return self.hidden_size(-1) * directions

    def fact(self, name: str) -> Fact | None:
        return next((fact for fact in self.facts if fact.name == name), None)

    @property
    def assumed(self) -> tuple[Fact, ...]:
        """What the file leaves open."""
        return tuple(fact for fact in self.facts if fact.how == "assumed")


def one_of(stacks: Sequence[Stack], name: str | None = None) -> Stack:
    """The stack of that name, or the only one. Raises ValueError, naming what there is, if that does not tell which."""
    names = ", ".join(stack.name for stack in stacks)
    if name is None:
        if len(stacks) > 1:
            such = f"stack={stacks[-1].name!r}"
            raise ValueError(f"There are {len(stacks)} recurrent stacks, {names}: say which, as in {such}.")
        return stacks[0]
    found = next((stack for stack in stacks if stack.name == name), None)
    if found is None:
        raise ValueError(f"There is no stack {name!r}; there is {names}.")
    return found
