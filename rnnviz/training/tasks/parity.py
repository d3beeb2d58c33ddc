"""Parity: is the number of ones so far even or odd?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...cells.activations import Array
from ...text.tokens import Vocabulary
from ..recipe import Recipe
from .random_sequences import RandomSequences
from .task import UNREAD_UNKNOWN

BITS = "01"


class Parity(RandomSequences):
    """The parity of a growing string of bits: one bit of memory, which every 1 must flip."""

    name = "parity"
    title = "Parity: is the number of ones even or odd?"
    reads = "zeros and ones"
    predicts = "whether the number of ones so far is even or odd"
    answer_due = "at every step"
    examples = ("0110100110010110", "1111111111", "1000000000000001", "0000000000", "10101010")
    note = (
        "Every answer depends on all bits so far, so a network guesses until it has learned what to remember. After an "
        f"error all answers are wrong until the next error. {UNREAD_UNKNOWN}"
    )
    base_recipe = Recipe(embedding=8, hidden=16, epochs=40, batch=64, learning_rate=1e-2)
    available_options = {"length": (20, "bits in a sequence")}

    def load(self, folders: dict[str, Path]) -> None:
        self.vocabulary = Vocabulary.collect("characters", [BITS])
        self.labels = ["even", "odd"]
        self.bit_ids = self.vocabulary.encode(BITS).inputs
        self.prepare()

    def draw(self, count: int, length: int, rng: np.random.Generator) -> tuple[Array, Array]:
        bits = rng.integers(2, size=(length, count))
        return self.bit_ids[bits], bits.cumsum(axis=0) % 2

    def answer_frequencies(self, length: int) -> Array:
        return np.array([0.5, 0.5])  # the last bit is 0 or 1 with equal probability, whatever came before it
