"""What stands around a recurrent layer in a model: what it reads, which embedding, which readout."""

from __future__ import annotations

from collections.abc import Sequence

from ..stack import Fact, How
from . import layer_notes
from .layer import Layer


class Around:
    """The layers of a model and which reads which."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)
        self.place = {layer.name: place for place, layer in enumerate(self.layers)}

    def sources(self, layer: Layer) -> tuple[str, ...]:
        """Names of what a layer reads; without a graph, of the one before it in the order of the file."""
        if layer.below is not None:
            return layer.below
        place = self.place[layer.name]
        return (self.layers[place - 1].name,) if place else ()

    def below(self, layer: Layer) -> tuple[Layer | None, list[Layer]]:
        """The layer whose output a layer reads, and those between them that only hand it on, from below."""
        passed: list[Layer] = []
        while True:
            sources = self.sources(layer)
            if len(sources) != 1 or sources[0] not in self.place or len(passed) > len(self.layers):
                return None, passed[::-1]
            layer = self.layers[self.place[sources[0]]]
            if not layer.transparent:
                return layer, passed[::-1]
            passed.append(layer)

    def above(self, layer: Layer) -> list[tuple[Layer, list[Layer]]]:
        """The layers that read a layer's output, each with those between that only hand it on."""
        found = []
        for other in self.layers:
            below, passed = self.below(other)
            if below is not None and below.name == layer.name and not other.transparent:
                found.append((other, passed))
        return found

    def width_above(self, layer: Layer) -> int | None:
        """How many numbers the layer on top reads at a step, if an array says it."""
        return next((other.reads for other, _ in self.above(layer) if other.reads), None)

    def embeddings(self, layer: Layer) -> tuple[list[Layer], Fact]:
        """The embeddings whose vectors a layer could read, the one directly below first, and which it is."""
        width = layer.reads
        fitting = [
            other
            for other in self.layers
            if other.kind == "Embedding"
            and "embeddings" in other.arrays
            and other.arrays["embeddings"].shape[1] == width
        ]
        below, _ = self.below(layer)
        direct = next((other for other in fitting if below is not None and other.name == below.name), None)
        options = {other.name: f"{other.name}, {other.arrays['embeddings'].shape[0]:,} tokens" for other in fitting}
        options["none"] = f"none: the input is vectors of {width} numbers"
        if direct is not None:
            how, why = self._known(layer, f"{layer.name!r} reads {direct.name!r}.", f"{direct.name!r} stands below it")
            fact = Fact("embedding", "Embedding", direct.name, options, how, why)
            return [direct, *(other for other in fitting if other is not direct)], fact
        if not fitting:
            why = f"No embedding has vectors of {width} numbers."
            return [], Fact("embedding", "Embedding", "none", options, "fixed", why)
        how, why = self._known(layer, f"{layer.name!r} reads no embedding directly.", "no embedding stands below it")
        return fitting, Fact("embedding", "Embedding", "none", options, how, why)

    def readouts(self, layer: Layer, width: int) -> tuple[list[Layer], Fact]:
        """The Dense layers that read a layer's output, and which is taken; without a graph, others that fit as well."""
        direct = [other for other, _ in self.above(layer) if _fits(other, width)]
        found = list(direct)
        if any(other.below is None for other in self.layers):
            found += [other for other in self.layers if _fits(other, width) and other not in direct]
        options = {other.name: f"{other.name}, {other.arrays['kernel'].shape[1]:,} outputs" for other in found}
        options["none"] = "none: the network ends with its hidden states"
        if direct:
            top = direct[0]
            how, why = self._known(top, f"{top.name!r} reads {layer.name!r}.", f"{top.name!r} stands on top of it")
            return found, Fact("readout", "Readout", top.name, options, how, why)
        if not found:
            why = f"No Dense layer reads the {width} numbers of {layer.name!r}."
            return [], Fact("readout", "Readout", "none", options, "fixed", why)
        how, why = self._known(layer, f"No Dense layer reads {layer.name!r} directly.", "no Dense layer stands on top")
        return found, Fact("readout", "Readout", "none", options, how, why)

    def on_top(self, layer: Layer, dense: Sequence[Layer]) -> list[str]:
        """Sentences on what reads a layer, beside the readouts, and on what readouts do after their sum."""
        names = {other.name for other in dense}
        others = [other for other, _ in self.above(layer) if other.name not in names]
        said = [layer_notes.over(layer, others)] if others else []
        for readout in dense[:1]:
            functions = [readout.setting("activation", "linear")]
            functions += [one.setting("activation") for one, _ in self.above(readout) if one.kind == "Activation"]
            said += layer_notes.readout(readout, functions)
        return said

    @staticmethod
    def _known(layer: Layer, said: str, guess: str) -> tuple[How, str]:
        if layer.below is not None:
            return "said", said
        return "assumed", f"The file keeps no more than an order of layers; {guess}."


def _fits(layer: Layer, width: int) -> bool:
    return layer.kind == "Dense" and "kernel" in layer.arrays and layer.reads == width
