"""Parity: has the number of ones so far been even or odd?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...cells.activations import Array
from ...text.tokens import Vocabulary
from ..recipe import Recipe
from .random_sequences import RandomSequences

BITS = "01"


class Parity(RandomSequences):
    """The parity of a growing string of bits: one bit of memory, which every 1 must turn round."""

    name = "parity"
    title = "Parity: were the ones even or odd?"
    reads = "zeros and ones"
    predicts = "whether the ones so far are even or odd in number"
    answer_due = "every step"
    examples = ("0110100110010110", "1111111111", "1000000000000001", "0000000000", "10101010")
    note = (
        "Whether a step is answered right depends on every bit before it, so half of the answers are right until the "
        "network has found out what to keep. An error once made stays until the next one. The row of <unk>, which "
        "training never reads, is the mean of the other rows."
    )
    base_recipe = Recipe(embedding=8, hidden=16, epochs=40, batch=64, learning_rate=1e-2)
    available_options = {"length": (20, "bits in a sequence")}

    def load(self, folders: dict[str, Path]) -> None:
        self.vocabulary = Vocabulary.collect("characters", [BITS])
        self.labels = ["even", "odd"]
        self.ids = self.vocabulary.encode(BITS).inputs
        self.prepare()

    def draw(self, count: int, length: int, rng: np.random.Generator) -> tuple[Array, Array]:
        bits = rng.integers(2, size=(length, count))
        return self.ids[bits], bits.cumsum(axis=0) % 2

    def shares(self, length: int) -> Array:
        return np.array([0.5, 0.5])  # the last bit read is 0 or 1 with equal chances, whatever stands before it

    def text_of(self, inputs: Array) -> str:
        return "".join(self.vocabulary.tokens[k] for k in inputs)
