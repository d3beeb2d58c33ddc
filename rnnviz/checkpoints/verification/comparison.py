"""Which of a network's quantities a framework's output is, and how far the two differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ...errors import ArrayError
from ...network import Network, Run, reverse_if_backward, softmax
from ...network.merging import merge_directions
from .example_pair import ExamplePair


@dataclass(frozen=True)
class Quantity:
    """One thing that a network computes at every step.

    words: "hidden states of layer 1". kind: "hidden" or "cell" of one direction, "top" for the output of the top layer,
    "final" for the last state of each of its directions, "logits" or "probabilities".
    """

    words: str
    kind: str
    layer: int
    direction: str | None = None


@dataclass(frozen=True)
class Comparison:
    """A quantity of a network beside a framework's.

    inputs: (T, B) or (T, B, D). values, reference: what the network and the framework computed, (T, B, N),
    or (1, B, N) for the last step only.
    """

    quantity: Quantity
    inputs: Array
    values: Array
    reference: Array

    @property
    def differences(self) -> Array:
        """The difference of each value, (T, B, N); at steps with values above 1 in size, relative to the largest."""
        return relative_differences(self.values, self.reference)

    @property
    def largest(self) -> float:
        """The largest difference."""
        return float(self.differences.max())


def relative_differences(values: Array, reference: Array) -> Array:
    """As `Comparison.differences`: the rounding error of a sum is proportional to the largest of its terms."""
    return np.abs(values - reference) / np.maximum(1, np.abs(reference).max(-1, keepdims=True))


def closest(network: Network, pair: ExamplePair) -> Comparison:
    """The pair's output beside the closest of the network's quantities that have its shape.

    Raises ArrayError, code "output_shape", if the network has no quantity of that shape.
    """
    best: Comparison | None = None
    sizes: dict[str, int] = {}
    last = pair.is_last_step(network)
    probable = bool((pair.output >= 0).all() and np.allclose(pair.output.sum(-1), 1, atol=1e-3))
    for inputs, reference in pair.readings(network):
        for quantity, values in quantities(network, network.forward(inputs), last):
            sizes[quantity.words] = values.shape[-1]
            if values.shape == reference.shape and quantity.kind != ("logits" if probable else "probabilities"):
                comparison = Comparison(quantity, inputs, values.astype(np.float64), reference.astype(np.float64))
                if best is None or comparison.largest < best.largest:
                    best = comparison
    if best is None:
        listed = "; ".join(f"{words}, {size}" for words, size in sizes.items())
        raise ArrayError(
            f"The output has shape {pair.output.shape}, which no quantity of the network has for an input of shape "
            f"{pair.input.shape}. Its quantities, and their size at each step: {listed}.",
            code="output_shape", name="output", shape=pair.output.shape, expected=sizes,
        )  # fmt: skip
    return best


def compare_again(network: Network, comparison: Comparison) -> Comparison | None:
    """The same quantity of another network for the same inputs; None if it has none of that shape."""
    last = len(comparison.reference) == 1 and len(comparison.inputs) > 1
    wanted = comparison.quantity
    for quantity, values in quantities(network, network.forward(comparison.inputs), last):
        if (quantity.kind, quantity.layer, quantity.direction) == (wanted.kind, wanted.layer, wanted.direction):
            if values.shape != comparison.reference.shape:
                return None
            return Comparison(quantity, comparison.inputs, values.astype(np.float64), comparison.reference)
    return None


def closest_again(network: Network, comparison: Comparison) -> Comparison | None:
    """The closest quantity of the same sort of a network with other layers or directions; None if it has none."""
    last = len(comparison.reference) == 1 and len(comparison.inputs) > 1
    outside = ("logits", "probabilities")
    best: Comparison | None = None
    for quantity, values in quantities(network, network.forward(comparison.inputs), last):
        same = (quantity.kind in outside) == (comparison.quantity.kind in outside)
        if values.shape == comparison.reference.shape and same:
            found = Comparison(quantity, comparison.inputs, values.astype(np.float64), comparison.reference)
            if best is None or found.largest < best.largest:
                best = found
    return best


def quantities(network: Network, run: Run, last: bool) -> Iterator[tuple[Quantity, Array]]:
    """What a network computes, (T, B, N) each in the order of the text; after the last step only, (1, B, N)."""
    end = slice(-1, None) if last else slice(None)
    top = len(network.layers) - 1
    yield Quantity("hidden states of the top layer", "top", top), run.top[end]
    if last and "backward" in network.directions_by_layer[top]:
        words = "hidden states of the top layer, each direction’s after the last step that it reads"
        final = merge_directions([record["hidden"][-1:] for record in run.records[top]], network.merge)
        yield Quantity(words, "final", top), final
    if run.logits is not None:
        yield Quantity("outputs of the readout", "logits", top), run.logits[end]
        yield Quantity("probabilities", "probabilities", top), softmax(run.logits[end])
    for k, records in enumerate(run.records):
        for direction, record in zip(network.directions_by_layer[k], records, strict=True):
            where = f"of layer {k + 1}, {direction}" if k < top else f"of the top layer, {direction}"
            for state in record.cell.states:
                yield (
                    Quantity(f"{state} states {where}", state, k, direction),
                    reverse_if_backward(record[state], direction)[end],
                )
