"""Keras's configuration of a model, read and never built: its layers in order, and which reads which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

from ...errors import DamagedFileError
from ...limits import UNLIMITED
from ...wording import printable
from ..io.opening_budget import OpeningBudget
from ..stack import SourceArray
from .keras_1 import modern_settings
from .layer import CELLS, OF_CELL, Layer, arrays_by_name, kind_of

DEEPEST = 20  # models within models
HISTORY = 3  # a tensor's history: layer, node, tensor


class Holder(Protocol):
    """Where the arrays of a layer are: a group of a file, or a live layer."""

    def children(self, layers: Sequence[tuple[str, str]]) -> list[Self | None]:
        """The holders of the layers of a model, each given by class and name."""

    def part(self, name: str, place: int = 0) -> Self | None:
        """The holder of a layer inside a layer: "forward" or "backward", "wrapped", or "cell" by its place."""

    def sources(self) -> list[SourceArray]:
        """The layer's own arrays, in Keras's order."""


@dataclass(frozen=True)
class _Entry:
    """A layer as a config lists it."""

    kind: str
    name: str
    config: Mapping[str, Any]
    nodes: Any
    live: bool = False

    @classmethod
    def of(cls, raw: Any) -> _Entry:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("class_name"), str):
            raise _invalid("the model's configuration lists something that is not a Keras layer")
        config = raw.get("config")
        kind, module, registered = raw["class_name"], raw.get("module"), raw.get("registered_name")
        custom = isinstance(module, str) and module.split(".")[0] not in ("keras", "tf_keras", "builtins")
        if isinstance(registered, str) and (custom or ">" in registered):
            kind = (
                registered if ">" in registered else f"{module or 'custom'}.{kind}"
            )  # whatever its name, not Keras's own
        if isinstance(config, list | tuple):  # a Sequential until Keras 2.2
            config = {"layers": config}
        config = modern_settings(config) if isinstance(config, Mapping) else {}
        name = raw.get("name") or config.get("name") or raw["class_name"].lower()
        return cls(kind, str(name), config, raw.get("inbound_nodes"), raw.get("live") is True)

    @property
    def model(self) -> bool:
        return isinstance(self.config.get("layers"), list | tuple)


def described_layers(
    raw: Any, holder: Holder | None, version: str = "", budget: OpeningBudget | None = None
) -> list[Layer]:
    """The layers of a model, or of a single layer, with the arrays that `holder` has for them.

    raw: {"class_name": ..., "config": ...} as Keras writes it. Models within models are walked, their layers' names
    joined by slashes. Nothing in it is imported or called. Every layer that is mentioned is spent from the budget, each
    time. Raises DamagedFileError, code "configuration", if it is not such a description, and LimitError.
    """
    try:
        walk = _Walk(version, budget or OpeningBudget("the model", UNLIMITED))
        return walk.entry(_Entry.of(raw), (), holder, (), 0)[0]
    except RecursionError as error:
        raise _invalid("the model's configuration is nested too deeply") from error


@dataclass
class _Walk:
    version: str
    budget: OpeningBudget

    def entry(
        self, entry: _Entry, prefix: tuple[str, ...], holder: Holder | None, feeds: tuple[str, ...] | None, depth: int
    ) -> tuple[list[Layer], tuple[str, ...]]:
        """Layers of one entry, and what it passes on: names of layers, by the tensor's place."""
        if depth > DEEPEST:
            raise _invalid(f"the model's configuration nests models more than {DEEPEST} deep")
        if entry.model:
            self.budget.spend("nodes")
            inside = (*prefix, entry.name) if depth else prefix
            return self.model(entry, inside, holder, feeds or (), depth)
        layers = self.layer(entry, "/".join((*prefix, entry.name)), holder)
        below, linked = feeds, []
        for layer in layers:
            linked.append(replace(layer, below=below))
            below = (layer.name,)
        top = linked[-1].name
        if linked[-1].kind == "Bidirectional" and linked[-1].setting("merge_mode", "concat") is None:
            return linked, (f"{top}:forward", f"{top}:backward")
        return linked, (top,)

    def model(
        self, entry: _Entry, prefix: tuple[str, ...], holder: Holder | None, feeds: tuple[str, ...], depth: int
    ) -> tuple[list[Layer], tuple[str, ...]]:
        entries = [_Entry.of(raw) for raw in entry.config["layers"]]
        self.budget.work(len(entries))
        wanted = [(inner.kind, inner.name) for inner in entries]
        holders = holder.children(wanted) if holder else [None] * len(entries)
        graph = any(inner.nodes for inner in entries)
        inputs: dict[str, int] = {}
        for place, (name, _) in enumerate(self.histories(entry.config.get("input_layers"))):
            inputs.setdefault(name, place)
        outputs_of: dict[str, tuple[str, ...]] = {}
        collected: list[Layer] = []
        output = feeds
        below: tuple[str, ...]
        starts: tuple[str, ...]
        for inner, arrays in zip(entries, holders, strict=True):
            if graph and inner.name in inputs:
                place = inputs[inner.name]
                below, starts = feeds[place : place + 1], ()
            elif graph:
                below, starts = self.feeds(inner, outputs_of)
            else:
                below, starts = output, ()
            layers, output = self.entry(inner, prefix, arrays, below, depth + 1)
            if layers and graph:
                uses = len(inner.nodes) if isinstance(inner.nodes, list | tuple) and not inner.model else 1
                layers[0] = replace(layers[0], starts=starts, uses=max(uses, 1))
            outputs_of[inner.name] = output
            collected += layers
        outputs = list(self.histories(entry.config.get("output_layers"))) if graph else []
        return collected, tuple(_source_of(outputs_of, *history) for history in outputs) or output

    def histories(self, node: Any) -> Iterator[tuple[str, int]]:
        """The tensors that a node mentions, each a step of work."""
        for history in _histories(node):
            self.budget.work()
            yield history

    def feeds(
        self, entry: _Entry, outputs_of: Mapping[str, tuple[str, ...]]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What a layer of a graph reads, and whose states it starts from, at its first use."""
        node = entry.nodes[0] if isinstance(entry.nodes, list | tuple) and entry.nodes else None
        sources = list(dict.fromkeys(_source_of(outputs_of, *history) for history in self.histories(node)))
        if entry.kind in _WITH_STATES:
            return tuple(sources[:1]), tuple(dict.fromkeys(source.split(":")[0] for source in sources[1:]))
        return tuple(sources), ()

    def layer(self, entry: _Entry, name: str, holder: Holder | None) -> list[Layer]:
        """A layer that is not a model; several for an RNN of several cells, which are layers one above the other."""
        self.budget.spend("nodes")
        self.budget.check_name(name)
        self.budget.check_name(entry.kind)
        config = entry.config
        if entry.kind == "TimeDistributed" and isinstance(config.get("layer"), Mapping):
            inner = _Entry.of(config["layer"])
            if inner.kind == "Dense":
                return self.layer(inner, name, holder.part("wrapped") if holder else None)
        if entry.kind == "Bidirectional" and isinstance(config.get("layer"), Mapping):
            return [self.bidirectional(entry, name, holder)]
        if entry.kind == "RNN":
            return self.cells(entry, name, holder)
        if (alike := _alike(entry, holder)) is not None:
            return [Layer(name, alike, config, self.arrays(alike, holder), own=entry.kind, version=self.version)]
        return [Layer(name, entry.kind, config, self.arrays(entry.kind, holder), version=self.version)]

    def bidirectional(self, entry: _Entry, name: str, holder: Holder | None) -> Layer:
        forward = entry.config["layer"]
        backward = entry.config.get("backward_layer") or forward
        halves = []
        for which, raw in (("forward", forward), ("backward", backward)):
            halves.append(self.layer(_Entry.of(raw), f"{name}/{which}", holder.part(which) if holder else None))
        if any(len(half) > 1 for half in halves):
            return Layer(name, "Bidirectional of stacked cells", entry.config, version=self.version)
        first, second = halves[0][0], halves[1][0]
        if backward is forward:
            backwards = not first.setting("go_backwards", False)
            second = replace(second, config={**(second.config or {}), "go_backwards": backwards})
        return Layer(name, "Bidirectional", entry.config, halves=(first, second), version=self.version)

    def cells(self, entry: _Entry, name: str, holder: Holder | None) -> list[Layer]:
        cell = entry.config.get("cell")
        raws = cell if isinstance(cell, list | tuple) else [cell]
        if isinstance(cell, Mapping) and cell.get("class_name") == "StackedRNNCells":
            inner = cell.get("config")
            raws = inner.get("cells", []) if isinstance(inner, Mapping) else []
        cells = [_Entry.of(raw) for raw in raws]
        if not cells or any(part.kind not in OF_CELL for part in cells):
            kinds = printable(", ".join(part.kind for part in cells[:8])) or "unknown cells"
            return [Layer(name, f"RNN of {kinds}", entry.config, version=self.version)]
        layers = []
        self.budget.spend("nodes", len(cells))
        for place, part in enumerate(cells):
            inside = holder.part("cell", place) if holder else None
            last = place == len(cells) - 1
            config = dict(part.config) | {
                "return_sequences": not last or entry.config.get("return_sequences", False),
                "go_backwards": place == 0 and entry.config.get("go_backwards", False),
            }
            kind = OF_CELL[part.kind]
            label = name if len(cells) == 1 else f"{name}/{place}"
            layers.append(Layer(label, kind, config, self.arrays(kind, inside), version=self.version))
        return layers

    def arrays(self, kind: str, holder: Holder | None) -> dict[str, SourceArray]:
        sources = holder.sources() if holder else []
        self.budget.work(len(sources))
        return arrays_by_name(kind, sources)


def _alike(entry: _Entry, holder: Holder | None) -> str | None:
    """The recurrent class that an author's own class in a file has the name and the arrays of; None for others."""
    last = re.split(r"[.>]", entry.kind)[-1]
    kind = next((kind for kind in CELLS if last.lower().endswith(kind.lower())), None)
    if kind is None or last == entry.kind or entry.live or holder is None or "units" not in entry.config:
        return None
    return kind if kind_of(holder.sources()) == kind else None


def _invalid(message: str) -> DamagedFileError:
    return DamagedFileError(message, code="configuration")


_WITH_STATES = {"SimpleRNN", "GRU", "LSTM", "RNN", "Bidirectional", "CuDNNGRU", "CuDNNLSTM"}


def _source_of(outputs_of: Mapping[str, tuple[str, ...]], name: str, tensor: int) -> str:
    """What a tensor of a layer is: the layer's name for its outputs, with a number for its states."""
    outputs = outputs_of.get(name, (name,))
    return outputs[tensor] if tensor < len(outputs) else f"{outputs[0]}:{tensor}"


def _histories(node: Any) -> Iterator[tuple[str, int]]:
    """Every tensor that a node of Keras 2 or 3 mentions, in order: its layer's name and its place there."""
    queue = [node]
    while queue:
        part = queue.pop()
        if isinstance(part, Mapping):
            history = part.get("keras_history")
            queue += [history] if isinstance(history, list | tuple) else [*part.values()][::-1]
        elif isinstance(part, list | tuple):
            place = 0
            while _is_history(part[place : place + HISTORY]):
                yield part[place], max(part[place + 2], 0)
                place += HISTORY
            queue += part[place:][::-1]


def _is_history(part: Sequence[Any]) -> bool:
    return len(part) == HISTORY and isinstance(part[0], str) and isinstance(part[1], int) and isinstance(part[2], int)
