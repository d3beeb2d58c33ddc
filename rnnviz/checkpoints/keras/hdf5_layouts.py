"""The two ways in which Keras lays out layers in HDF5: by class, since Keras 3 and in .keras, and by name, before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..stack import Source
from .hdf5 import Group
from .layer import TRANSPARENT, Layer, kind_of, named
from .layer_order import in_order

CONTAINERS = ("layers", "_layer_checkpoint_dependencies", "_self_tracked_trackables")
MODELS = ("Sequential", "Functional", "Model")
RANKS = ("embeddings", "kernel", "recurrent_kernel", "bias")  # Keras's order of a layer's arrays
# What a default name speaks of, "repeat_vector_2", where layers without weights have nothing else.
BY_NAME = {
    re.sub("([a-z0-9])([A-Z])", r"\1_\2", kind).lower(): kind
    for kind in (
        *TRANSPARENT, "Activation", "Flatten", "Reshape", "Permute", "RepeatVector", "Lambda", "Concatenate", "Add",
        "Average", "Multiply", "Dot", "GlobalMaxPooling1D", "GlobalAveragePooling1D", "MaxPooling1D",
        "AveragePooling1D", "Softmax", "ReLU", "LeakyReLU", "Attention", "UpSampling1D", "Cropping1D", "ZeroPadding1D",
        "Dense", "Embedding",
    )
}  # fmt: skip


# ---- by class: layers/<class>[_n]/vars/0 -----------------------------------------------------


@dataclass(frozen=True)
class Modern:
    """A layer's group in the layout of Keras 3 and of every .keras file."""

    group: Group

    def children(self, layers: Sequence[tuple[str, str]]) -> list[Modern | None]:
        container = next((self.group.groups[key] for key in CONTAINERS if key in self.group.groups), Group())
        by_name = {_own_name(group): group for group in container.groups.values() if _own_name(group)}
        counted: dict[str, int] = {}
        found = []
        for kind, name in layers:
            snake = _snake(kind.rsplit(".", 1)[-1].rsplit(">", 1)[-1])
            number = counted[snake] = counted.get(snake, -1) + 1
            key = f"{snake}_{number}" if number else snake
            group = by_name.get(name) if by_name else container.groups.get(key)
            found.append(None if group is None else Modern(group))
        return found

    def part(self, name: str, place: int = 0) -> Modern | None:
        if name == "cell":
            cells = _cells(self.group)
            return cells[place] if place < len(cells) else None
        inner = self.group.groups.get("layer" if name == "wrapped" else f"{name}_layer")
        return None if inner is None else Modern(inner)

    def sources(self) -> list[Source]:
        group = self.group.groups.get("cell", self.group).groups.get("vars", Group())
        return [group.arrays[key] for key in sorted(group.arrays, key=natural)]


def guessed(root: Group, version: str = "") -> list[Layer]:
    """The layers of a file in the layout by class that has no configuration, in an order in which sizes fit."""
    return in_order(_inside(root, (), version))


def _inside(group: Group, prefix: tuple[str, ...], version: str) -> list[tuple[str, Layer]]:
    found: list[tuple[str, Layer]] = []
    for key in sorted(group.groups, key=natural):
        if key == "vars":
            continue
        child = group.groups[key]
        if key in CONTAINERS:
            found += _inside(child, prefix, version)
            continue
        name = "/".join((*prefix, _own_name(child) or key))
        modern = Modern(child)
        forward, backward = modern.part("forward"), modern.part("backward")
        if forward and backward:
            halves = [_plain(f"{name}/{way}", one.sources(), version) for way, one in
                      (("forward", forward), ("backward", backward))]  # fmt: skip
            found.append((key, Layer(name, "Bidirectional", halves=(halves[0], halves[1]), version=version)))
        elif "cell" in child.groups:
            cells = _cells(child)
            for place, cell in enumerate(cells):
                label = name if len(cells) == 1 else f"{name}/{place}"
                found.append((key, _plain(label, cell.sources(), version)))
        elif "layer" in child.groups:
            sources = Modern(child.groups["layer"]).sources()
            found.append((key, _plain(name, sources, version, kind_of(sources, "Dense"))))
        elif any(one in child.groups for one in CONTAINERS):
            found += _inside(child, (*prefix, _own_name(child) or key), version)
        else:
            sources = modern.sources()
            hint = _by_name(key)
            known = kind_of(sources, hint) if sources else hint
            kind = known if known in ("Dense", "Embedding", hint) else ""  # recurrent arrays lie in a cell
            found.append((key, _plain(name, sources, version, kind)))
            if not sources:
                found += _inside(child, (*prefix, key), version)
    return found


def _cells(group: Group) -> list[Modern]:
    cell = group.groups.get("cell", Group())
    many = cell.groups.get("cells")
    return [Modern(cell)] if many is None else [Modern(many.groups[key]) for key in sorted(many.groups, key=natural)]


def _own_name(group: Group) -> str:
    return group.groups.get("vars", Group()).texts.get("name", "")


# ---- by name: <layer>/<path>/kernel:0 ---------------------------------------------------------


@dataclass(frozen=True)
class Older:
    """The arrays of a layer in the older layout, in Keras's order, each with the names above its own.

    groups: those of the layers, for a whole model.
    """

    pieces: tuple[tuple[tuple[str, ...], Source], ...]
    groups: Mapping[str, Group] | None = None

    @classmethod
    def of_model(cls, weights: Group) -> Older:
        return cls((), weights.groups)

    @classmethod
    def of_layer(cls, group: Group) -> Older:
        pieces = [(path, key, source) for path, inner in group.walk() for key, source in inner.arrays.items()]
        order = {name: place for place, name in enumerate(group.lists.get("weight_names", ()))}
        pieces.sort(key=lambda one: (order.get("/".join((*one[0], one[1])), len(order)), natural("/".join(one[0]))))
        return cls(tuple((path, source) for path, _, source in pieces))

    def children(self, layers: Sequence[tuple[str, str]]) -> list[Older | None]:
        if self.groups is None:
            return [self.model(name) if kind in MODELS else self.layer(name) for kind, name in layers]
        return [self.of_layer(group) if (group := _at(self.groups, name)) else None for _, name in layers]

    def model(self, name: str) -> Older:
        """The arrays of an inner model's inner model; Keras 2 does not always write its name above them."""
        found = [piece for piece in self.pieces if name in piece[0]]
        return Older(tuple(found)) if found else self

    def layer(self, name: str) -> Older | None:
        """The arrays of a layer of an inner model: those with its name above them, as near as possible."""
        for depth in range(1, 5):
            if found := [piece for piece in self.pieces if piece[0][-depth : -depth + 1 or None] == (name,)]:
                least = min(len(path) for path, _ in found)  # not one of the same name in a model further in
                return Older(tuple(piece for piece in found if len(piece[0]) == least))
        return None

    def part(self, name: str, place: int = 0) -> Older | None:
        if name == "wrapped":
            return self
        if name == "cell":
            parents = list(dict.fromkeys(path for path, _ in self.pieces))
            inside = parents[place : place + 1]
            return Older(tuple(piece for piece in self.pieces if piece[0] in inside)) if inside else None
        forward = [piece for piece in self.pieces if _starts(piece[0], "forward_")]
        forward = forward or list(self.pieces[: len(self.pieces) // 2])
        if name == "forward":
            return Older(tuple(forward))
        return Older(tuple(piece for piece in self.pieces if all(piece is not one for one in forward)))

    def sources(self) -> list[Source]:
        return [source for _, source in sorted(self.pieces, key=lambda piece: _rank(piece[1]))]


def guessed_older(weights: Group, version: str) -> list[Layer]:
    """The layers of a file in the layout by name that has no configuration, in the order that it lists."""
    listed = weights.lists.get("layer_names") or sorted(weights.groups, key=natural)
    found: list[Layer] = []
    for name in listed:
        group = _at(weights.groups, name)
        if group is None:
            continue
        older = Older.of_layer(group)
        if not older.pieces:
            found.append(Layer(name, "" if group.other else _by_name(name), version=version))
            continue
        if any(_starts(path, "backward_") for path, _ in older.pieces):
            found += _both_ways(name, older, version)
            continue
        parents = list(dict.fromkeys(path for path, _ in older.pieces))
        for place, parent in enumerate(parents):
            label = name if len(parents) == 1 else f"{name}/{parent[-1] if parent else place}"
            inside = Older(tuple(piece for piece in older.pieces if piece[0] == parent))
            found.append(_plain(_unused(label, found), inside.sources(), version, _kind(inside)))
    return found


def _both_ways(name: str, older: Older, version: str) -> list[Layer]:
    """The Bidirectional layers in a group, told apart by what stands above "forward_"."""
    above: dict[tuple[str, ...], list[tuple[tuple[str, ...], Source]]] = {}
    for path, source in older.pieces:
        place = next((k for k, part in enumerate(path) if part.startswith(("forward_", "backward_"))), len(path))
        above.setdefault(path[:place], []).append((path, source))
    found: list[Layer] = []
    for path, pieces in above.items():
        label = name if len(above) == 1 else f"{name}/{path[-1] if path else len(found)}"
        inside = Older(tuple(pieces))
        if not any(_starts(one, "backward_") for one, _ in pieces):
            found.append(_plain(label, inside.sources(), version, _kind(inside)))
            continue
        forward, backward = (inside.part(way) or inside for way in ("forward", "backward"))
        halves = (
            _plain(f"{label}/forward", forward.sources(), version, _kind(forward)),
            _plain(f"{label}/backward", backward.sources(), version, _kind(backward)),
        )
        found.append(Layer(label, "Bidirectional", halves=halves, version=version))
    return found


def _kind(older: Older) -> str:
    """The class that arrays with these names and shapes belong to."""
    names = {_leaf(source) for _, source in older.pieces}
    found = kind_of(older.sources(), "Dense" if "kernel" in names else "")
    return found if found in ("Dense", "Embedding", "") or "recurrent_kernel" in names else ""


# ---- both ---------------------------------------------------------------------------------------


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """So that lstm_2 stands before lstm_10."""
    parts = re.findall(r"\d{1,9}|\D+|\d+", name)
    return tuple((0, int(part), "") if part.isdigit() and len(part) < 10 else (1, 0, part) for part in parts)


def _plain(name: str, sources: Sequence[Source], version: str, kind: str | None = None) -> Layer:
    kind = kind_of(sources) if kind is None else kind
    return Layer(name, kind, arrays=named(kind, sources), version=version)


def _at(groups: Mapping[str, Group], name: str) -> Group | None:
    """The group of a layer, whose name may have slashes in it."""
    found, inside = None, groups
    for part in name.split("/"):
        found = inside.get(part)
        if found is None:
            return None
        inside = found.groups
    return found


def _starts(path: tuple[str, ...], word: str) -> bool:
    return any(part.startswith(word) for part in path)


def _leaf(source: Source) -> str:
    return source.name.rsplit("/", 1)[-1].split(":")[0]


def _rank(source: Source) -> int:
    leaf = _leaf(source)
    return RANKS.index(leaf) if leaf in RANKS else len(RANKS)


def _unused(label: str, found: Sequence[Layer]) -> str:
    used = {layer.name for layer in found}
    return next(name for name in (label, *(f"{label}#{k}" for k in range(2, len(found) + 3))) if name not in used)


def _by_name(name: str) -> str:
    """The class that a default name speaks of, "dropout_3"; empty for any other name."""
    return BY_NAME.get(re.sub(r"_\d+$", "", name.rsplit("/", 1)[-1]), "")


def _snake(kind: str) -> str:
    """As Keras writes a class's name in small letters."""
    kind = re.sub(r"\W+", "", kind)
    kind = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", kind)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", kind).lower()
