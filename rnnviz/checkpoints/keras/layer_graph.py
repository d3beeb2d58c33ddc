"""Which layer of a Keras model reads which, and with that the embedding and the readout of a recurrent layer."""

from __future__ import annotations

from collections.abc import Sequence

from ..io.opening_budget import OpeningBudget
from ..settings import NONE, Basis, InferredSetting, inferred
from . import layer_notes
from .layer import Layer

OFFERED = 12  # embeddings or readouts to choose from


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
            basis, reason = self._basis(layer, f"{layer.name!r} reads {direct.name!r}.", f"{direct.name!r} is below it")
            setting = inferred("embedding", direct.name, basis, reason, choices)
            return fitting, setting
        if not fitting:
            reason = f"No embedding has vectors of size {width}."
            return [], inferred("embedding", NONE, "fixed", reason, choices)
        basis, reason = self._basis(layer, f"{layer.name!r} reads no embedding directly.", "no embedding is below it")
        return fitting, inferred("embedding", NONE, basis, reason, choices)

    def readouts(self, layer: Layer, width: int) -> tuple[list[Layer], InferredSetting]:
        """The Dense layers that read a layer's output, and which is in use; without a graph, also others that fit."""
        self.budget.work(len(self.above(layer)))
        direct = [other for other in self.above(layer) if _fits(other, width)]
        candidates = list(direct)
        if self.without_order:
            self.budget.work(len(self.dense))
            names = {other.name for other in direct}
            candidates += [other for other in self.dense if _fits(other, width) and other.name not in names]
        del candidates[OFFERED:]
        choices = {other.name: f"{other.name}, {other.arrays['kernel'].shape[1]:,} outputs" for other in candidates}
        choices[NONE] = "none: the network ends with its hidden states"
        if direct:
            top = direct[0]
            basis, reason = self._basis(top, f"{top.name!r} reads {layer.name!r}.", f"{top.name!r} follows it")
            return candidates, inferred("readout", top.name, basis, reason, choices)
        if not candidates:
            reason = f"No Dense layer reads the {width} values of {layer.name!r}."
            return [], inferred("readout", NONE, "fixed", reason, choices)
        basis, reason = self._basis(
            layer, f"No Dense layer reads {layer.name!r} directly.", "no Dense layer follows it"
        )
        return candidates, inferred("readout", NONE, basis, reason, choices)

    def notes_above(self, layer: Layer, dense: Sequence[Layer]) -> list[str]:
        """Sentences on what else reads a layer, and on what is applied to the sums of its readout."""
        names = {other.name for other in dense}
        others = [other for other in self.above(layer) if other.name not in names and not other.loose]
        notes = [layer_notes.ignored_consumers(layer, others)] if others else []
        for readout in dense[:1]:
            functions = [readout.setting("activation", "linear")]
            functions += [other.setting("activation") for other in self.above(readout) if other.kind == "Activation"]
            notes += layer_notes.readout(readout, functions)
        return notes

    @staticmethod
    def _basis(layer: Layer, stated: str, guess: str) -> tuple[Basis, str]:
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
    return (width, width) in shapes or (layer.kind == "" and (width,) in shapes)


def _fits(layer: Layer, width: int) -> bool:
    return layer.kind == "Dense" and "kernel" in layer.arrays and layer.reads == width
