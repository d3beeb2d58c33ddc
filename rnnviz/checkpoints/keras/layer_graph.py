"""Which layer of a Keras model reads which, and with that the embedding of a recurrent layer."""

from __future__ import annotations

from collections.abc import Sequence

from ..io.opening_budget import OpeningBudget
from ..settings import NONE, Basis, InferredSetting, inferred
from .layer import Layer

OFFERED = 12  # embeddings to choose from


class LayerGraph:
    """The layers of a model and which reads which. budget: of the opening of its file."""

    def __init__(self, layers: Sequence[Layer], budget: OpeningBudget) -> None:
        self.layers, self.budget = list(layers), budget
        self.place = {layer.name: place for place, layer in enumerate(self.layers)}
        self.without_order = any(layer.below is None for layer in self.layers)
        self.tables = [layer for layer in self.layers if layer.kind == "Embedding" and "embeddings" in layer.arrays]
        self.dense = [layer for layer in self.layers if layer.kind == "Dense" and "kernel" in layer.arrays]
        self._ends: dict[str, Layer | None] = {}  # by transparent layer: the one whose output it passes on
        self._above: dict[str, list[Layer]] | None = None
        self._joining: dict[str, list[Layer]] | None = None

    def sources(self, layer: Layer) -> tuple[str, ...]:
        """Names of what a layer reads; without a graph, of the one before it in the order of the file."""
        if layer.below is not None:
            return layer.below
        place = self.place[layer.name]
        return (self.layers[place - 1].name,) if place else ()

    def below(self, layer: Layer) -> tuple[Layer | None, list[Layer]]:
        """The layer whose output a layer reads, and those between them that only pass it on, from below."""
        passed: list[Layer] = []
        while True:
            self.budget.work()
            sources = self.sources(layer)
            if len(sources) != 1 or sources[0] not in self.place or len(passed) > len(self.layers):
                return None, passed[::-1]
            layer = self.layers[self.place[sources[0]]]
            if not layer.transparent:
                return layer, passed[::-1]
            passed.append(layer)

    def above(self, layer: Layer) -> list[Layer]:
        """The layers that read a layer's output, directly or through layers that only pass it on."""
        if self._above is None:
            self._above = {}
            for other in self.layers:
                if not other.transparent and (below := self._end(other)) is not None:
                    self._above.setdefault(below.name, []).append(other)
        return self._above.get(layer.name, [])

    def joining(self, layer: Layer) -> list[Layer]:
        """The layers that read a layer's output beside those of others, directly or through what passes it on."""
        if self._joining is None:
            self._joining = {}
            for other in self.layers:
                sources = dict.fromkeys(source.partition(":")[0] for source in self.sources(other))
                self.budget.work(len(sources))
                if len(sources) > 1:
                    self._add_joining(other, [self.layers[self.place[name]] for name in sources if name in self.place])
        return self._joining.get(layer.name, [])

    def _add_joining(self, layer: Layer, sources: Sequence[Layer]) -> None:
        ends = [self._end(source) if source.transparent else source for source in sources]
        for name in dict.fromkeys(end.name for end in ends if end is not None):
            assert self._joining is not None
            self._joining.setdefault(name, []).append(layer)

    def _end(self, layer: Layer) -> Layer | None:
        """The first result of `below`; each transparent layer is passed once for all layers."""
        passed: dict[str, None] = {}
        while True:
            self.budget.work()
            sources = self.sources(layer)
            if len(sources) != 1 or sources[0] not in self.place or sources[0] in passed:
                end = None
                break
            if sources[0] in self._ends:
                end = self._ends[sources[0]]
                break
            layer = self.layers[self.place[sources[0]]]
            if not layer.transparent:
                end = layer
                break
            passed[layer.name] = None
        self._ends |= dict.fromkeys(passed, end)
        return end

    def width_above(self, layer: Layer) -> int | None:
        """The size of the vectors that the next layer reads, if an array tells it."""
        return next((other.reads for other in self.above(layer) if other.reads), None)

    def possibly_between(self, width: int, layer: Layer) -> list[Layer]:
        """The layers that may stand below one that fits a layer of `width`, in a file that keeps no places."""
        if not layer.loose:
            return []
        self.budget.work(len(self.layers))
        return [other for other in self.layers if _could_stand_between(other, width)]

    def embeddings(self, layer: Layer) -> tuple[list[Layer], InferredSetting]:
        """The embeddings whose vectors a layer could read, the one directly below first, and which it is."""
        width = layer.reads
        self.budget.work(len(self.tables))
        fitting = [other for other in self.tables if other.arrays["embeddings"].shape[1] == width]
        below, _ = self.below(layer)
        direct = next((other for other in fitting if below is not None and other.name == below.name), None)
        fitting = [*([direct] if direct else []), *(other for other in fitting if other is not direct)][:OFFERED]
        choices = {other.name: f"{other.name}, {other.arrays['embeddings'].shape[0]:,} tokens" for other in fitting}
        choices[NONE] = f"none: the input is vectors of size {width}"
        if direct is not None:
            basis, reason = self.basis(layer, f"{layer.name!r} reads {direct.name!r}.", f"{direct.name!r} is below it")
            setting = inferred("embedding", direct.name, basis, reason, choices)
            return fitting, setting
        if not fitting:
            reason = f"No embedding has vectors of size {width}."
            return [], inferred("embedding", NONE, "fixed", reason, choices)
        basis, reason = self.basis(layer, f"{layer.name!r} reads no embedding directly.", "no embedding is below it")
        return fitting, inferred("embedding", NONE, basis, reason, choices)

    @staticmethod
    def basis(layer: Layer, stated: str, guess: str) -> tuple[Basis, str]:
        """What a setting of a layer rests on: the links of the file, or only the order of its layers."""
        if layer.below is not None:
            return "stated", stated
        return "assumed", f"The file keeps only an order of layers; {guess}."


def _could_stand_between(layer: Layer, width: int) -> bool:
    """Whether a layer could turn vectors of a size into others of it: a norm, a Dense layer, a RepeatVector."""
    if layer.recurrent or layer.kind == "Embedding":
        return False
    if not layer.arrays:
        return layer.kind == "RepeatVector"
    shapes = {source.shape for source in layer.arrays.values()}
    return (width, width) in shapes or (layer.kind == "" and any(width in shape for shape in shapes))
