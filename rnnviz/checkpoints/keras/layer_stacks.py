"""From Keras's layers to stacks: which recurrent layers follow each other, in which direction each reads.

Keras's `go_backwards` returns outputs in the order in which they were computed, last step first. A layer above it that
reads "forwards" therefore reads the text backwards as well, and one that goes backwards reads it forwards again. A
Bidirectional puts its second layer's outputs into the order of its first one's before it merges them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ...errors import DamagedFileError, FileError, LimitError, UnsupportedFileError
from ...limits import UNLIMITED
from ..arrangements import with_arrangements
from ..io.opening_budget import OpeningBudget
from ..joined_stacks import join_stacks, with_offers
from ..settings import Basis, InferredSetting, general_settings
from ..stack import Parameters, SourceArray, Stack
from . import layer_notes
from .heads import PlainReadouts, heads_of
from .keras_arrays import cell_of, check_weights, direction_parameters
from .layer import Layer
from .layer_graph import LayerGraph
from .layer_settings import layer_settings, merge_setting

_ENCODER, _DECODER = re.compile(r"enc", re.IGNORECASE), re.compile(r"dec", re.IGNORECASE)
FEW = 8  # sentences on layers that cannot be shown
_Kind = tuple[str, tuple[InferredSetting, ...]]  # a cell and its settings


@dataclass(eq=False)
class _GrowingStack:
    """A stack that may get further layers.

    kinds: the cell of each layer and its settings. backward: whether the top returns its outputs last step first.
    exchanged: whether it concatenates its two directions in the order opposite to ours. apart: the stack below that it
    would fit, with something between them.
    """

    kinds: list[_Kind] = field(default_factory=list)
    members: list[Layer] = field(default_factory=list)
    layers: list[dict[str, Parameters]] = field(default_factory=list)
    merge: InferredSetting | None = None
    backward: bool = False
    exchanged: bool = False
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    apart: _GrowingStack | None = None

    @property
    def top(self) -> Layer:
        return self.members[-1]

    @property
    def width(self) -> int:
        both = len(self.layers[-1]) == 2 and self.merge is not None and self.merge.value == "concat"
        return self.top.units * (2 if both else 1)

    @property
    def runs(self) -> list[list[int]]:
        """The layers, those of one cell under one set of values together."""
        runs: list[list[int]] = []
        for number, kind in enumerate(self.kinds):
            if runs and _is_like(kind, self.kinds[number - 1]):
                runs[-1].append(number)
            else:
                runs.append([number])
        return runs


def stacks_from_layers(layers: Sequence[Layer], budget: OpeningBudget | None = None) -> tuple[Stack, ...]:
    """The recurrent stacks among the layers of a model, in its order. budget: of the opening of its file.

    A stack continues as long as one recurrent layer reads another, nothing between them computes anything, and all its
    bidirectional layers are merged alike. In a file without connections, only layers of one cell and with the same
    options are taken to read each other. Raises FileError if there is no
    recurrent layer that can be shown, or if shapes contradict each other.
    """
    budget = budget or OpeningBudget("the model", UNLIMITED)
    graph = LayerGraph(layers, budget)
    growing: list[_GrowingStack] = []
    tops: dict[str, _GrowingStack] = {}
    refused: list[str] = []
    unsupported = ""  # the first refused layer
    for layer in graph.layers:
        if not layer.recurrent:
            if layer.halves or "RNN" in layer.kind or "LSTM" in layer.kind or "GRU" in layer.kind:
                refused.append(layer_notes.unsupported(layer))
                unsupported = unsupported or layer.name
            continue
        budget.spend("layers", len(layer.halves or (layer,)))
        with _naming(layer):
            for half in layer.halves or (layer,):
                check_weights(half)
        try:
            settings = _common_settings(layer)
            merge = merge_setting(layer, graph.width_above(layer)) if layer.halves else None
        except LimitError:
            raise
        except FileError as error:
            refused.append(f"Layer {layer.name!r} cannot be shown: {error}.")
            unsupported = unsupported or layer.name
            continue
        below, passed = graph.below(layer)
        stack = tops.get(below.name) if below else None
        fits = stack is not None and _continues(stack, layer, settings, merge) and not _are_coders(stack.top, layer)
        between = graph.possibly_between(stack.width, layer) if stack is not None and fits else []
        if stack is not None and fits and not between:
            stack.notes += layer_notes.between(stack.top, layer, passed)
            del tops[stack.top.name]
        else:
            new = _GrowingStack()
            new.left_out += layer_notes.start(layer, below, passed, stack is not None and stack.backward)
            if stack is not None and between:
                words = layer_notes.possibly_between(stack.top, layer, between)
                new.left_out.append(words)
                stack.left_out.append(words)
                new.apart = stack
                del tops[stack.top.name]
            growing.append(new)
            stack = new
        with _naming(layer):
            for half in layer.halves or (layer,):
                for source in half.arrays.values():
                    budget.use(source.array)
            _add(stack, layer, settings, merge)
        tops.setdefault(layer.name, stack)
    if not growing:
        message = " ".join(_few(refused)) or layer_notes.no_recurrent_layer(graph.layers)
        code = "unsupported_layer" if refused else "no_recurrent_layer"
        raise UnsupportedFileError(message, code=code, part=unsupported)
    notes, readouts = _few(refused), PlainReadouts()
    complete = [_complete(stack, graph, notes, readouts) for stack in growing]
    arranged = tuple(_arranged(stack, growing, complete) for stack in growing)
    if any(stack.top.below is not None for stack in growing):
        return arranged
    return with_offers(arranged, "The file keeps no connections of its layers.")


def _arranged(stack: _GrowingStack, growing: Sequence[_GrowingStack], complete: Sequence[Stack]) -> Stack:
    """A complete stack that can be joined with those that it was kept apart from, or parted."""
    own = complete[growing.index(stack)]
    if stack.top.below is not None:
        return own
    chain = [stack]
    while (lower := chain[0].apart) is not None:
        chain.insert(0, lower)
    while (upper := next((other for other in growing if other.apart is chain[-1]), None)) is not None:
        chain.append(upper)
    members = {member.name: (layers,) for one in chain for member, layers in zip(one.members, one.layers, strict=True)}
    reason = "The file keeps no connections of its layers; "
    reason += (
        "something may stand between them." if len(chain) > 1 else "they are numbered and fit one above the other."
    )
    return with_arrangements(own, members, reason)


def _few(refused: Sequence[str]) -> list[str]:
    """The first sentences on layers that cannot be shown, and how many more there are."""
    more = len(refused) - FEW
    return [*refused[:FEW], *([f"{more:,} more layers cannot be shown."] if more > 0 else [])]


@contextmanager
def _naming(layer: Layer) -> Iterator[None]:
    """Names the layer in an error."""
    try:
        yield
    except LimitError:
        raise
    except FileError as error:
        raise error.with_message(f"Layer {layer.name!r} cannot be read: {error}.", part=layer.name) from error


def _common_settings(layer: Layer) -> tuple[InferredSetting, ...]:
    if not layer.halves:
        return layer_settings(layer)
    forward, backward = (layer_settings(half) for half in layer.halves)
    if [(setting.name, setting.value) for setting in forward] != [(s.name, s.value) for s in backward]:
        raise UnsupportedFileError("its two directions have different cells or options", code="mixed_cells")
    return forward


def _continues(
    stack: _GrowingStack, layer: Layer, settings: tuple[InferredSetting, ...], merge: InferredSetting | None
) -> bool:
    # Where the model says that one reads the other, they are one stack whatever their cells.
    same = layer.below is not None or _is_like((cell_of(layer), settings), stack.kinds[-1])
    merges = merge is None or stack.merge is None or merge.value == stack.merge.value
    # Where only the order is known, sizes that do not fit show that one does not read the other.
    fits = layer.below is not None or layer.reads == stack.width
    return same and merges and fits and not layer.starts


def _are_coders(below: Layer, above: Layer) -> bool:
    """Whether a decoder follows an encoder in a file without connections: it may only start from its states."""
    return above.loose and bool(_ENCODER.search(below.name) and _DECODER.search(above.name))


def _is_like(one: _Kind, other: _Kind) -> bool:
    """Whether two layers have one cell and the same values of all settings."""
    values = [{setting.name: setting.value for setting in settings} for _, settings in (one, other)]
    return one[0] == other[0] and values[0] == values[1]


def _add(
    stack: _GrowingStack, layer: Layer, settings: tuple[InferredSetting, ...], merge: InferredSetting | None
) -> None:
    if stack.members and layer.reads not in (None, stack.width):
        raise DamagedFileError(
            f"it reads vectors of size {layer.reads}, but {stack.top.name!r} below it passes on {stack.width}",
            code="contradiction",
        )
    first, *rest = layer.halves or (layer,)
    backward = stack.backward != bool(first.setting("go_backwards", False))
    directions = {"backward" if backward else "forward": direction_parameters(first, stack.exchanged)}
    if rest:
        directions["forward" if backward else "backward"] = direction_parameters(rest[0], stack.exchanged)
        if len({parameters["weight_ih"].array.shape for parameters in directions.values()}) > 1:
            raise UnsupportedFileError("its two directions have different sizes", code="direction_sizes")
    stack.merge = stack.merge or merge
    stack.layers.append({name: directions[name] for name in ("forward", "backward") if name in directions})
    stack.members.append(layer)
    stack.kinds.append((cell_of(layer), settings))
    stack.backward = backward
    stack.exchanged = bool(rest) and backward and merge is not None and merge.value == "concat"


def _complete(stack: _GrowingStack, graph: LayerGraph, refused: list[str], made: PlainReadouts) -> Stack:
    first, top = stack.members[0], stack.top
    embeddings, embedding = graph.embeddings(first)
    readouts, readout, head_notes, above = heads_of(graph, top, stack.width, stack.exchanged, made)
    notes = [*stack.notes, *layer_notes.top(top, stack.backward), *head_notes]
    members = [sentence for member in stack.members for sentence in layer_notes.member(member)]
    unconnected = [] if stack.left_out else layer_notes.unconnected(graph.layers, stack.members)
    tables: dict[str, SourceArray] = {layer.name: layer.arrays["embeddings"] for layer in embeddings}
    name = first.name if first is top else f"{first.name} to {top.name}"
    runs = [_run(stack, numbers, name) for numbers in stack.runs]
    whole = runs[0] if len(runs) == 1 else join_stacks(runs, name)
    return replace(
        whole,
        settings=(*whole.settings, embedding, readout),
        embeddings=tables,
        readouts=readouts,
        notes=tuple(dict.fromkeys([*notes, *refused])),
        left_out=tuple(dict.fromkeys([*stack.left_out, *members, *unconnected, *above])),
    )


def _run(stack: _GrowingStack, numbers: Sequence[int], name: str) -> Stack:
    """Layers of one cell."""
    cell, settings = stack.kinds[numbers[0]]
    layers = tuple(stack.layers[number] for number in numbers)
    both = any(len(directions) == 2 for directions in layers)
    merges = [stack.merge] if stack.merge and both else []
    basis = _basis(stack.members[numbers[0]])
    return Stack(
        name=name,
        cell=cell,
        layers=layers,
        settings=general_settings([*settings, *merges], layers, "concat", *basis),
        merge=stack.merge.value if stack.merge else "concat",
    )


def _basis(layer: Layer) -> tuple[Basis, str]:
    """What the direction of a stack rests on."""
    if layer.config is not None:
        return "stated", "The configuration states it."
    return "assumed", "The file keeps no configuration; Keras’s layers read forwards by default."
