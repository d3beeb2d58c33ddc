"""Which of a network's numbers a framework's output is, and how far the two are apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ...network import Network, Run, reverse_if_backward, softmax
from ...network.merging import merge_directions
from .example_pair import Pair


@dataclass(frozen=True)
class Quantity:
    """One thing that a network computes at every step.

    words: "hidden states of layer 1". kind: "hidden" or "cell" of one way, "top" for what the top layer hands on,
    "final" for the last state that each of its directions read, "logits" or "probabilities". way: of one direction.
    """

    words: str
    kind: str
    layer: int
    way: str | None = None


@dataclass(frozen=True)
class Compared:
    """A network's numbers beside a framework's.

    inputs: (T, B) or (T, B, D). ours, theirs: (T, B, N), or (1, B, N) if only the last step was given.
    """

    quantity: Quantity
    inputs: Array
    ours: Array
    theirs: Array

    @property
    def differs(self) -> Array:
        """How far each number is off, (T, B, N); at steps with numbers above 1 in size, relative to the largest."""
        return apart(self.ours, self.theirs)

    @property
    def worst(self) -> float:
        return float(self.differs.max())


def apart(ours: Array, theirs: Array) -> Array:
    """As `Compared.differs`: what is rounded in a sum is as large as the largest of its terms."""
    return np.abs(ours - theirs) / np.maximum(1, np.abs(theirs).max(-1, keepdims=True))


def closest(network: Network, pair: Pair) -> Compared:
    """The pair's output beside that of the network's quantities, of those with its shape, to which it is nearest.

    Raises ValueError, in one sentence, if the pair's shapes are not those of inputs and outputs of the network.
    """
    best: Compared | None = None
    there: dict[str, int] = {}
    last = pair.last(network)
    shares = bool((pair.output >= 0).all() and np.allclose(pair.output.sum(-1), 1, atol=1e-3))
    for inputs, theirs in pair.readings(network):
        for quantity, values in quantities(network, network.forward(inputs), last):
            there[quantity.words] = values.shape[-1]
            if values.shape == theirs.shape and quantity.kind != ("logits" if shares else "probabilities"):
                found = Compared(quantity, inputs, values.astype(np.float64), theirs.astype(np.float64))
                if best is None or found.worst < best.worst:
                    best = found
    if best is None:
        listed = "; ".join(f"{words}, {count}" for words, count in there.items())
        raise ValueError(
            f"The output has shape {pair.output.shape}, which fits nothing that the network computes for an input of "
            f"shape {pair.input.shape}; it has, at each step: {listed}."
        )
    return best


def again(network: Network, compared: Compared) -> Compared | None:
    """The same quantity of another network for the same inputs; None if it has none of that shape."""
    last = len(compared.theirs) == 1 and len(compared.inputs) > 1
    for quantity, values in quantities(network, network.forward(compared.inputs), last):
        if (quantity.kind, quantity.layer, quantity.way) == (
            compared.quantity.kind, compared.quantity.layer, compared.quantity.way
        ):  # fmt: skip
            same = values.shape == compared.theirs.shape
            return Compared(quantity, compared.inputs, values.astype(np.float64), compared.theirs) if same else None
    return None


def quantities(network: Network, run: Run, last: bool) -> Iterator[tuple[Quantity, Array]]:
    """What a network computes, (T, B, N) each in the order of the text; after the last step alone, (1, B, N)."""
    end = slice(-1, None) if last else slice(None)
    top = len(network.layers) - 1
    yield Quantity("hidden states of the top layer", "top", top), run.top[end]
    if last and "backward" in network.directions_by_layer[top]:
        words = "hidden states of the top layer, each direction’s after the last step that it reads"
        yield (
            Quantity(words, "final", top),
            merge_directions([one["hidden"][-1:] for one in run.records[top]], network.merge),
        )
    if run.logits is not None:
        yield Quantity("outputs of the readout", "logits", top), run.logits[end]
        yield Quantity("probabilities", "probabilities", top), softmax(run.logits[end])
    for k, records in enumerate(run.records):
        for way, record in zip(network.directions_by_layer[k], records, strict=True):
            where = f"of layer {k}, {way}" if k < top else f"of the top layer, {way}"
            for state in record.cell.states:
                yield Quantity(f"{state} states {where}", state, k, way), reverse_if_backward(record[state], way)[end]
