"""An order for layers of which a file keeps only the weights."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .layer import Layer


def ordered_layers(keyed: Sequence[tuple[str, Layer]]) -> list[Layer]:
    """Layers in an order in which sizes fit: each reads, if possible, what the one before it passes on.

    keyed: with their names in the file, "lstm_1", those of one class in the right order; nothing tells which of two
    classes comes first. Layers without weights, which could be anywhere, are left out.
    """
    classes: dict[str, list[Layer]] = {}
    for key, layer in keyed:
        if layer.arrays or layer.halves:
            classes.setdefault(re.sub(r"_\d+$", "", key), []).append(layer)
    ordered: list[Layer] = []
    last = ""
    while any(classes.values()):
        first = {name: layers[0] for name, layers in classes.items() if layers}
        width = _output_size(ordered[-1]) if ordered else None
        fitting = [name for name, layer in first.items() if width is not None and layer.reads == width]
        passed_on = {_output_size(layer) for layers in classes.values() for layer in layers}
        start = [name for name, layer in first.items() if layer.kind == "Embedding"]
        start += [name for name, layer in first.items() if layer.recurrent and layer.reads not in passed_on]
        start += [name for name, layer in first.items() if layer.recurrent]
        fitting.sort(key=lambda name: (not first[name].recurrent, name != last))
        last = next(iter([*fitting, *start, *first]))
        ordered.append(classes[last].pop(0))
    return ordered


def _output_size(layer: Layer) -> int | None:
    """The size of the vectors that a layer passes on, as far as its arrays tell."""
    if layer.recurrent:
        return layer.units * (2 if layer.halves else 1)
    if layer.kind == "Embedding":
        return layer.arrays["embeddings"].shape[1]
    return layer.arrays["kernel"].shape[1] if layer.kind == "Dense" else None
