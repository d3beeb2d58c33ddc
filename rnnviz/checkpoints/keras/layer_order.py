"""An order for layers of which a file keeps only the weights."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Sequence

from ...limits import UNLIMITED
from ..io.opening_budget import OpeningBudget
from .layer import Layer


def ordered_layers(keyed: Sequence[tuple[str, Layer]], budget: OpeningBudget | None = None) -> list[Layer]:
    """Layers in an order in which sizes fit: each reads, if possible, what the one before it passes on.

    keyed: with their names in the file, "lstm_1", those of one class in the right order; nothing tells which of two
    classes comes first. Layers without weights, which could be anywhere, are left out.
    """
    budget = budget or OpeningBudget("the model", UNLIMITED)
    classes: dict[str, deque[Layer]] = {}
    for key, layer in keyed:
        if layer.arrays or layer.halves:
            classes.setdefault(re.sub(r"_\d+$", "", key), deque()).append(layer)
    ordered: list[Layer] = []
    last = ""
    passed_on = Counter(_output_size(layer) for layers in classes.values() for layer in layers)
    while any(classes.values()):
        budget.work(len(classes))
        first = {name: layers[0] for name, layers in classes.items() if layers}
        width = _output_size(ordered[-1]) if ordered else None
        fitting = [name for name, layer in first.items() if width is not None and layer.reads == width]
        fitting = [name for name in fitting if not _waits(first[name], first.values())]
        start = [name for name, layer in first.items() if layer.kind == "Embedding"]
        start += [name for name, layer in first.items() if layer.recurrent and not passed_on[layer.reads]]
        start += [name for name, layer in first.items() if layer.recurrent]
        fitting.sort(key=lambda name: (not first[name].recurrent, name != last))
        last = next(iter([*fitting, *start, *first]))
        ordered.append(classes[last].popleft())
        passed_on[_output_size(ordered[-1])] -= 1
    return ordered


def _waits(layer: Layer, first: Iterable[Layer]) -> bool:
    """Whether a layer on top fits another recurrent layer as well, and none reads what it passes on.

    first: the next layers without a place, one of each class.
    """
    if layer.recurrent or layer.kind != "Dense":
        return False
    rivals = [other for other in first if other.recurrent]
    return any(_output_size(other) == layer.reads for other in rivals) and not any(
        other.reads == _output_size(layer) for other in rivals
    )


def _output_size(layer: Layer) -> int | None:
    """The size of the vectors that a layer passes on, as far as its arrays tell."""
    if layer.recurrent:
        return layer.units * (2 if layer.halves else 1)
    if layer.kind == "Embedding":
        return layer.arrays["embeddings"].shape[1]
    return layer.arrays["kernel"].shape[1] if layer.kind == "Dense" else None
