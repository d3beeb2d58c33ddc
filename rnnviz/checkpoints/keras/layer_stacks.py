"""From Keras's layers to stacks: which recurrent layers follow each other, which way each reads, what lies around.

Keras's `go_backwards` hands outputs on in the order in which it read, last step first. A layer above it that reads
"forwards" therefore reads the text backwards as well, and one that goes backwards reads it forwards again. A
Bidirectional puts its second layer's outputs into the order of its first one's before it merges them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ..stack import Fact, Readout, Source, Stack, Way
from . import layer_notes, layer_settings, layer_weights
from .layer import Layer
from .layer_graph import Around


@dataclass
class _Open:
    """A stack that may still grow."""

    cell: str
    facts: tuple[Fact, ...]
    members: list[Layer] = field(default_factory=list)
    ways: list[dict[str, Way]] = field(default_factory=list)
    merge: Fact | None = None
    backward: bool = False  # whether the top hands its outputs on last step first
    exchanged: bool = False  # whether the halves of what it hands on stand the other way round than ours
    said: list[str] = field(default_factory=list)

    @property
    def top(self) -> Layer:
        return self.members[-1]

    @property
    def width(self) -> int:
        both = len(self.ways[-1]) == 2 and self.merge is not None and self.merge.value == "concat"
        return self.top.units * (2 if both else 1)

    @property
    def chosen(self) -> dict[str, str]:
        return {fact.name: fact.value for fact in self.facts}


def stacks(layers: Sequence[Layer]) -> tuple[Stack, ...]:
    """The recurrent stacks among the layers of a model, in its order.

    A stack goes on as long as one recurrent layer reads another of the same cell and with the same options, nothing
    between them computes anything, and the same way of merging serves all its bidirectional layers. Raises ValueError,
    in a sentence, if there is no recurrent layer that can be shown, or if shapes contradict each other.
    """
    around = Around(layers)
    found: list[_Open] = []
    refused: list[str] = []
    for layer in around.layers:
        if not layer.recurrent:
            if layer.halves or "RNN" in layer.kind or "LSTM" in layer.kind or "GRU" in layer.kind:
                refused.append(layer_notes.not_shown(layer))
            continue
        with _said_of(layer):
            for half in layer.halves or (layer,):
                layer_weights.check(half)
        try:
            facts = _facts(layer)
            merge = layer_settings.merge(layer, around.width_above(layer)) if layer.halves else None
        except ValueError as error:
            refused.append(f"Layer {layer.name!r} cannot be shown: {error}.")
            continue
        below, passed = around.below(layer)
        old = next((stack for stack in found if below and stack.top.name == below.name), None)
        if old is not None and _goes_on(old, layer, facts, merge):
            old.said += layer_notes.between(old.top, layer, passed)
        else:
            new = _Open(layer_weights.cell(layer), facts)
            new.said += layer_notes.start(layer, below, passed, old is not None and old.backward)
            found.append(new)
            old = new
        with _said_of(layer):
            _add(old, layer, merge)
    if not found:
        raise ValueError(" ".join(refused) or layer_notes.none(around.layers))
    return tuple(_closed(stack, around, refused) for stack in found)


@contextmanager
def _said_of(layer: Layer) -> Iterator[None]:
    """Says of which layer an error speaks."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"Layer {layer.name!r} cannot be read: {error}.") from error


def _facts(layer: Layer) -> tuple[Fact, ...]:
    if not layer.halves:
        return layer_settings.facts(layer)
    one, two = (layer_settings.facts(half) for half in layer.halves)
    if [(fact.name, fact.value) for fact in one] != [(fact.name, fact.value) for fact in two]:
        raise ValueError("its two directions are not the same kind of cell with the same options")
    return one


def _goes_on(old: _Open, layer: Layer, facts: tuple[Fact, ...], merge: Fact | None) -> bool:
    same = layer_weights.cell(layer) == old.cell and {fact.name: fact.value for fact in facts} == old.chosen
    merges = merge is None or old.merge is None or merge.value == old.merge.value
    # Where nothing but the order is known, sizes that do not fit say that one does not read the other.
    fits = layer.below is not None or layer.reads == old.width
    return same and merges and fits and not layer.starts


def _add(stack: _Open, layer: Layer, merge: Fact | None) -> None:
    if stack.members and layer.reads not in (None, stack.width):
        raise ValueError(
            f"it reads {layer.reads} numbers at a step, but {stack.top.name!r} below it hands on {stack.width}"
        )
    one, *rest = layer.halves or (layer,)
    turned = stack.backward != bool(one.setting("go_backwards", False))
    ways = {"backward" if turned else "forward": layer_weights.way(one, stack.exchanged)}
    if rest:
        ways["forward" if turned else "backward"] = layer_weights.way(rest[0], stack.exchanged)
        if len({way["weight_ih"].array.shape for way in ways.values()}) > 1:
            raise ValueError("its two directions have different sizes")
    stack.merge = stack.merge or merge
    stack.ways.append({name: ways[name] for name in ("forward", "backward") if name in ways})
    stack.members.append(layer)
    stack.backward = turned
    stack.exchanged = bool(rest) and turned and merge is not None and merge.value == "concat"


def _closed(stack: _Open, around: Around, refused: list[str]) -> Stack:
    first, top = stack.members[0], stack.top
    embeddings, below = around.embeddings(first)
    dense, above = around.readouts(top, stack.width)
    readouts: dict[str, Readout] = {}
    for layer in dense:
        readouts[layer.name] = layer_weights.readout(layer, stack.exchanged)
    facts = (*stack.facts, *([stack.merge] if stack.merge else []), below, above)
    said = [*stack.said, *layer_notes.top(top, stack.backward), *around.on_top(top, dense)]
    said += [note for member in stack.members for note in layer_notes.member(member)]
    tables: dict[str, Source] = {layer.name: layer.arrays["embeddings"] for layer in embeddings}
    return Stack(
        name=first.name if first is top else f"{first.name} to {top.name}",
        cell=stack.cell,
        layers=tuple(stack.ways),
        facts=tuple(replace(fact) for fact in facts),
        embeddings=tables,
        readouts=readouts,
        merge=stack.merge.value if stack.merge else "concat",
        notes=tuple(dict.fromkeys([*said, *refused])),
    )
