"""Adding: two of many numbers are marked; what is their sum?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...cells.activations import Array
from ...text.tokens import Vocabulary
from ..recipe import Recipe
from .random_sequences import RandomSequences

FINEST = 100  # the numbers are whole hundredths
TENTH = FINEST // 10
CLASSES = 21  # 0.0, 0.1, ..., 2.0


class Adding(RandomSequences):
    """The adding problem, with its answer as a class.

    Each step is a pair, a number from 0 to 1 and a mark of 0 or 1, as in the paper. One number in the first half is
    marked and one in the second. The paper asks for the sum as a number; here the readout predicts it to the nearest
    tenth, so that one readout of probabilities serves all tasks. The numbers are whole hundredths, so that what is
    shown is exactly what is read and every rounding is certain: halves round up.

    References
    ----------
    S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997, experiment 4.
    """

    name = "adding"
    title = "Adding: what do the marked numbers add up to?"
    reads = "pairs of a number from 0 to 1 and a mark, which is 1 at two of the pairs and 0 elsewhere"
    predicts = "the sum of the two marked numbers, to the nearest tenth"
    answer_due = "at the last pair"
    examples = (
        "0.25 1, 0.91 0, 0.07 0, 0.64 0, 0.5 1, 0.33 0",
        "0.8 0, 0.8 1, 0.1 0, 0.9 0, 0.8 1, 0.2 0",
        "0.1 0, 0.3 1, 0.9 0, 0.9 0, 0.9 0, 0.2 1",
    )
    note = (
        "The two marks may be far apart, and the numbers between them must leave no trace: a gate has to open at a "
        "mark and stay closed elsewhere. A sum close to the boundary between two tenths is easily misclassified, so "
        "the last few points of accuracy come slowly."
    )
    base_recipe = Recipe(hidden=32, epochs=60, batch=64, learning_rate=1e-2)
    cell_changes = {"rnn": {"learning_rate": 3e-3}, "gru": {"keep_bias": 1.0}, "lstm": {"keep_bias": 1.0}}
    available_options = {"length": (20, "pairs in a sequence")}
    answer_at_end = True

    def load(self, folders: dict[str, Path]) -> None:
        self.vocabulary = Vocabulary("numbers", vector_size=2)
        self.labels = [f"{k / 10:.1f}" for k in range(CLASSES)]
        self.prepare()

    def draw(self, count: int, length: int, rng: np.random.Generator) -> tuple[Array, Array]:
        hundredths = rng.integers(FINEST + 1, size=(length, count))
        half, columns = length // 2, np.arange(count)
        marked_steps = [rng.integers(0, half, count), rng.integers(half, length, count)]
        marks = np.zeros((length, count))
        total = np.zeros(count, np.int64)
        for steps in marked_steps:
            marks[steps, columns] = 1
            total += hundredths[steps, columns]
        inputs = np.stack([hundredths / FINEST, marks], axis=-1).astype(np.float32)
        return inputs, np.broadcast_to(round_to_tenth(total), (length, count))

    def answer_frequencies(self, length: int) -> Array:
        values = np.arange(FINEST + 1)
        counts = np.bincount(round_to_tenth(values[:, None] + values).ravel(), minlength=CLASSES)
        return counts / counts.sum()

    def text_of(self, inputs: Array) -> str:
        return ", ".join(f"{value:.6g} {mark:g}" for value, mark in inputs)


def round_to_tenth(hundredths: Array) -> Array:
    """Whole hundredths as whole tenths; halves round up."""
    return (hundredths + TENTH // 2) // TENTH
