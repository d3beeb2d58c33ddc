"""What one run through a network records, and the words for layers and directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..cells import Edit, Record
from ..cells.activations import Array

DIRECTIONS = ("forward", "backward")
SUFFIXES = {"forward": "", "backward": "_reverse"}

States = list[list[dict[str, Array]]]  # by layer and direction
Edits = Mapping[tuple[int, str], Sequence[Edit]]  # by layer and direction


@dataclass
class Run:
    """What one run through a network recorded.

    inputs: what the first layer read, (T, D) or (T, B, D). records: by layer and direction;
    those of the backward direction are in the order in which it read, last token first.
    logits: (T, C) or (T, B, C), None without a readout.
    """

    ids: Array
    inputs: Array
    records: list[list[Record]]
    top: Array
    logits: Array | None

    @property
    def final(self) -> States:
        """The states after the last step read: the `initial` of a run that goes on from here."""
        return [[record.final for record in layer] for layer in self.records]


@dataclass
class Masks:
    """Dropout for one training run: factors for the inputs (T, B, D) and for the readout's (T, B, H)."""

    inputs: Array
    top: Array


def reverse_if_backward(values: Array, direction: str) -> Array:
    """Values by step, from the text's order to that in which a direction reads, or back."""
    return values if direction == "forward" else values[::-1]


def softmax(logits: Array) -> Array:
    """Probabilities (..., C) from logits (..., C)."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
