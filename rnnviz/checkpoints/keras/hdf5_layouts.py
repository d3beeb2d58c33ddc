"""Keras's two layouts of layers in HDF5: by class, since Keras 3 and in every .keras file, and by name, before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ...limits import UNLIMITED
from ..io.opening_budget import OpeningBudget
from ..stack import SourceArray
from .hdf5 import Group
from .keras_1 import is_keras_1, joined, part_of
from .layer import TRANSPARENT, Layer, arrays_by_name, kind_of
from .layer_order import ordered_layers

CONTAINERS = ("layers", "_layer_checkpoint_dependencies", "_self_tracked_trackables")
MODELS = ("Sequential", "Functional", "Model")
RANKS = ("embeddings", "kernel", "recurrent_kernel", "bias")  # Keras's order of a layer's arrays
# The class of a default name, "repeat_vector_2", for layers without weights, which have nothing else.
DEFAULT_NAMES = {
    re.sub("([a-z0-9])([A-Z])", r"\1_\2", kind).lower(): kind
    for kind in (
        *TRANSPARENT, "Activation", "Flatten", "Reshape", "Permute", "RepeatVector", "Lambda", "Concatenate", "Add",
        "Average", "Multiply", "Dot", "GlobalMaxPooling1D", "GlobalAveragePooling1D", "MaxPooling1D",
        "AveragePooling1D", "Softmax", "ReLU", "LeakyReLU", "Attention", "UpSampling1D", "Cropping1D", "ZeroPadding1D",
        "Dense", "Embedding",
    )
}  # fmt: skip


CLASS_NAMES = {
    *DEFAULT_NAMES, "lstm", "gru", "simple_rnn", "bidirectional", "rnn", "time_distributed", "batch_normalization",
    "layer_normalization", "functional", "sequential", "model", "conv1d", "conv2d", "lstm_cell", "gru_cell",
    "simple_rnn_cell", "stacked_rnn_cells", "text_vectorization", "multi_head_attention", "normalization",
}  # fmt: skip


# ---- by class: layers/<class>[_n]/vars/0 -----------------------------------------------------


@dataclass(frozen=True)
class ByClass:
    """A layer's group in the layout by class."""

    group: Group

    def children(self, layers: Sequence[tuple[str, str]]) -> list[ByClass | None]:
        container = next((self.group.groups[key] for key in CONTAINERS if key in self.group.groups), Group())
        by_name = {_own_name(group): group for group in container.groups.values() if _own_name(group)}
        counted: dict[str, int] = {}
        holders = []
        for kind, name in layers:
            snake = _snake(kind.rsplit(".", 1)[-1].rsplit(">", 1)[-1])
            number = counted[snake] = counted.get(snake, -1) + 1
            key = f"{snake}_{number}" if number else snake
            group = by_name.get(name) if by_name else container.groups.get(key)
            holders.append(None if group is None else ByClass(group))
        return holders

    def part(self, name: str, place: int = 0) -> ByClass | None:
        if name == "cell":
            cells = _cells(self.group)
            return cells[place] if place < len(cells) else None
        inner = self.group.groups.get("layer" if name == "wrapped" else f"{name}_layer")
        return None if inner is None else ByClass(inner)

    def sources(self) -> list[SourceArray]:
        group = self.group.groups.get("cell", self.group).groups.get("vars", Group())
        return [group.arrays[key] for key in sorted(group.arrays, key=natural)]


def layers_by_class(root: Group, version: str = "", budget: OpeningBudget | None = None) -> list[Layer]:
    """The layers of a file without a configuration, in the layout by class, in an order in which sizes fit."""
    keyed = [(key, replace(layer, loose=True)) for key, layer in _inside(root, (), version)]
    idle = [replace(layer, below=()) for _, layer in keyed if layer.kind and not (layer.arrays or layer.halves)]
    return [*ordered_layers(keyed, budget), *(layer for layer in idle if not layer.transparent)]


def _inside(group: Group, prefix: tuple[str, ...], version: str) -> list[tuple[str, Layer]]:
    keyed: list[tuple[str, Layer]] = []
    for key in sorted(group.groups, key=natural):
        if key == "vars":
            continue
        child = group.groups[key]
        if key in CONTAINERS:
            keyed += _inside(child, prefix, version)
            continue
        name = "/".join((*prefix, (_is_class(key) and _own_name(child)) or key))
        arrays = ByClass(child)
        forward, backward = arrays.part("forward"), arrays.part("backward")
        if forward and backward:
            halves = [_plain(f"{name}/{direction}", half.sources(), version)
                      for direction, half in (("forward", forward), ("backward", backward))]  # fmt: skip
            keyed.append((key, Layer(name, "Bidirectional", halves=(halves[0], halves[1]), version=version)))
        elif "cell" in child.groups:
            cells = _cells(child)
            for place, cell in enumerate(cells):
                label = name if len(cells) == 1 else f"{name}/{place}"
                plain = _plain(label, cell.sources(), version)
                general = re.sub(r"_\d+$", "", key) == "rnn" and plain.kind == "SimpleRNN"
                keyed.append((key, replace(plain, of_cell=general)))
        elif "layer" in child.groups:
            sources = ByClass(child.groups["layer"]).sources()
            keyed.append((key, _plain(name, sources, version, kind_of(sources, "Dense"))))
        elif any(container in child.groups for container in CONTAINERS):
            keyed += _inside(child, (*prefix, _own_name(child) or key), version)
        else:
            sources = arrays.sources()
            hint = _class_of_name(key)
            known = kind_of(sources, hint) if sources else hint
            kind = known if known in ("Dense", "Embedding", hint) else ""  # recurrent arrays are in a cell
            if kind == "Embedding" and "att" in key.lower():
                kind = ""
            keyed.append((key, _plain(name, sources, version, kind)))
            if not sources:
                keyed += _inside(child, (*prefix, key), version)
    return keyed


def _cells(group: Group) -> list[ByClass]:
    cell = group.groups.get("cell", Group())
    cells = cell.groups.get("cells")
    return (
        [ByClass(cell)] if cells is None else [ByClass(cells.groups[key]) for key in sorted(cells.groups, key=natural)]
    )


def _is_class(key: str) -> bool:
    """Whether a group is called after its layer's class, as in models of Keras's own; else after an attribute."""
    return re.sub(r"_\d+$", "", key) in CLASS_NAMES


def _own_name(group: Group) -> str:
    return group.groups.get("vars", Group()).texts.get("name", "")


# ---- by name: <layer>/<path>/kernel:0 ---------------------------------------------------------

Piece = tuple[tuple[str, ...], SourceArray]  # an array, and the path of its group


@dataclass(frozen=True)
class ByName:
    """The arrays of a layer in the layout by name, in Keras's order, each with the path of its group.

    groups: for a whole model, the groups of its layers. old: whether they are named as in Keras 1. read: layers that
    were looked up, so that one that is named often has the same arrays each time.
    """

    pieces: tuple[Piece, ...]
    groups: Mapping[str, Group] | None = None
    old: bool = False
    read: dict[str, ByName | None] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def by_path(self) -> dict[tuple[str, ...], list[Piece]]:
        """The arrays by the path of their group."""
        found: dict[tuple[str, ...], list[Piece]] = {}
        for piece in self.pieces:
            found.setdefault(piece[0], []).append(piece)
        return found

    @cached_property
    def by_part(self) -> dict[str, list[Piece]]:
        """The arrays by every part of the path of their group."""
        found: dict[str, list[Piece]] = {}
        for piece in self.pieces:
            for part in dict.fromkeys(piece[0]):
                found.setdefault(part, []).append(piece)
        return found

    @classmethod
    def of_model(cls, weights: Group) -> ByName:
        return cls((), weights.groups, is_keras_1(weights))

    @classmethod
    def of_layer(cls, group: Group, old: bool = False) -> ByName:
        pieces = [(path, key, source) for path, inner in group.walk() for key, source in inner.arrays.items()]
        order = {name: place for place, name in enumerate(group.lists.get("weight_names", ()))}
        pieces.sort(key=lambda p: (order.get("/".join((*p[0], p[1])), len(order)), natural("/".join(p[0]))))
        if old:
            by_path: dict[tuple[str, ...], list[SourceArray]] = {}
            for path, _, source in pieces:
                by_path.setdefault(path, []).append(source)
            return cls(tuple(((*path, *stem), one) for path, inside in by_path.items() for stem, one in joined(inside)))
        return cls(tuple((path, source) for path, _, source in pieces))

    def children(self, layers: Sequence[tuple[str, str]]) -> list[ByName | None]:
        if self.groups is None:
            return [self.model(name) if kind in MODELS else self.layer(name) for kind, name in layers]
        for _, name in layers:
            if name not in self.read:
                group = _at(self.groups, name)
                self.read[name] = None if group is None else self.of_layer(group, self.old)
        return [self.read[name] for _, name in layers]

    def model(self, name: str) -> ByName:
        """The arrays of a model within a model; Keras 2 does not always include its name in their paths."""
        inside = self.by_part.get(name)
        return ByName(tuple(inside)) if inside else self

    def layer(self, name: str) -> ByName | None:
        """The arrays of a layer of a model within a model: those with its name in their paths, as near as possible."""
        for depth in range(1, 5):
            inside = self.by_part.get(name, ())
            if matching := [piece for piece in inside if piece[0][-depth : -depth + 1 or None] == (name,)]:
                least = min(len(path) for path, _ in matching)  # not a layer of the same name in a model further in
                return ByName(tuple(piece for piece in matching if len(piece[0]) == least))
        return None

    def part(self, name: str, place: int = 0) -> ByName | None:
        if name == "wrapped":
            return self
        if name == "cell":
            cells = list(self.by_path.values())
            return ByName(tuple(cells[place])) if place < len(cells) else None
        forward = [piece for piece in self.pieces if _starts(piece[0], "forward_")]
        forward = forward or list(self.pieces[: len(self.pieces) // 2])
        if name == "forward":
            return ByName(tuple(forward))
        taken = set(map(id, forward))
        return ByName(tuple(piece for piece in self.pieces if id(piece) not in taken))

    def sources(self) -> list[SourceArray]:
        return [source for _, source in sorted(self.pieces, key=lambda piece: _rank(piece[1]))]


def layers_by_name(weights: Group, version: str, budget: OpeningBudget | None = None) -> list[Layer]:
    """The layers of a file without a configuration, in the layout by name, in the order that it lists."""
    budget = budget or OpeningBudget("the model", UNLIMITED)
    listed = weights.lists.get("layer_names") or sorted(weights.groups, key=natural)
    layers: list[Layer] = []
    used: set[str] = set()
    old = is_keras_1(weights)
    for name in dict.fromkeys(listed):
        budget.check_name(name)
        group = _at(weights.groups, name)
        if group is None:
            continue
        arrays = ByName.of_layer(group, old)
        budget.work(1 + len(arrays.pieces))
        if not arrays.pieces:
            layers.append(Layer(name, "" if group.skipped else _class_of_name(name), version=version))
            continue
        if any(_starts(path, "backward_") for path, _ in arrays.pieces):
            layers += _bidirectional_layers(name, arrays, version)
            continue
        by_parent = arrays.by_path
        for place, (parent, pieces) in enumerate(by_parent.items()):
            label = name if len(by_parent) == 1 else f"{name}/{parent[-1] if parent else place}"
            inside = ByName(tuple(pieces))
            layers.append(_plain(_unused(label, used, budget), inside.sources(), version, _kind(inside)))
    return layers


def _bidirectional_layers(name: str, arrays: ByName, version: str) -> list[Layer]:
    """The Bidirectional layers in a group, distinguished by the path above "forward_"."""
    above: dict[tuple[str, ...], list[Piece]] = {}
    for path, source in arrays.pieces:
        place = next((k for k, part in enumerate(path) if part.startswith(("forward_", "backward_"))), len(path))
        above.setdefault(path[:place], []).append((path, source))
    layers: list[Layer] = []
    for path, pieces in above.items():
        label = name if len(above) == 1 else f"{name}/{path[-1] if path else len(layers)}"
        inside = ByName(tuple(pieces))
        if not any(_starts(path, "backward_") for path, _ in pieces):
            layers.append(_plain(label, inside.sources(), version, _kind(inside)))
            continue
        forward, backward = (inside.part(direction) or inside for direction in ("forward", "backward"))
        halves = (
            _plain(f"{label}/forward", forward.sources(), version, _kind(forward)),
            _plain(f"{label}/backward", backward.sources(), version, _kind(backward)),
        )
        layers.append(Layer(label, "Bidirectional", halves=halves, version=version))
    return layers


def _kind(arrays: ByName) -> str:
    """The class that arrays with these names and shapes belong to."""
    names = {_leaf(source) for _, source in arrays.pieces}
    first = arrays.pieces[0][1]
    table = len(arrays.pieces) == 1 and bool(first.parts) and "emb" in first.name.lower()  # "embedding_1_W" of Keras 1
    kind = kind_of(arrays.sources(), "Dense" if "kernel" in names and not table else "")
    if kind == "Embedding":
        return kind if table or "embeddings" in names else ""
    return kind if kind in ("Dense", "") or "recurrent_kernel" in names else ""


# ---- both ---------------------------------------------------------------------------------------


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts lstm_2 before lstm_10."""
    parts = re.findall(r"\d{1,9}|\D+|\d+", name)
    return tuple((0, int(part), "") if part.isdigit() and len(part) < 10 else (1, 0, part) for part in parts)


def _plain(name: str, sources: Sequence[SourceArray], version: str, kind: str | None = None) -> Layer:
    kind = kind_of(sources) if kind is None else kind
    return Layer(name, kind, arrays=arrays_by_name(kind, sources), version=version)


def _at(groups: Mapping[str, Group], name: str) -> Group | None:
    """The group of a layer, whose name may have slashes in it."""
    group, inside = None, groups
    for part in name.split("/"):
        group = inside.get(part)
        if group is None:
            return None
        inside = group.groups
    return group


def _starts(path: tuple[str, ...], word: str) -> bool:
    return any(part.startswith(word) for part in path)


def _leaf(source: SourceArray) -> str:
    return part_of(source) or source.name.rsplit("/", 1)[-1].split(":")[0]


def _rank(source: SourceArray) -> int:
    leaf = _leaf(source)
    return RANKS.index(leaf) if leaf in RANKS else len(RANKS)


def _unused(label: str, used: set[str], budget: OpeningBudget) -> str:
    """The label, with a number where it is used already; the result counts as used."""
    name, number = label, 1
    while name in used:
        budget.work()
        number += 1
        name = f"{label}#{number}"
    used.add(name)
    return name


def _class_of_name(name: str) -> str:
    """The class of a default name, "dropout_3"; empty for any other name."""
    return DEFAULT_NAMES.get(re.sub(r"_\d+$", "", name.rsplit("/", 1)[-1]), "")


def _snake(kind: str) -> str:
    """A class's name in snake case, as Keras writes it."""
    kind = re.sub(r"\W+", "", kind)
    kind = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", kind)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", kind).lower()
