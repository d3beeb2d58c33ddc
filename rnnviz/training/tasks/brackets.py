"""Brackets: how many are open?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...cells.activations import Array
from ...text.tokens import Vocabulary
from ..recipe import Recipe
from .random_sequences import RandomSequences
from .task import UNREAD_UNKNOWN, check_range

OPEN, CLOSE = "(", ")"
MAX_DEPTH = 50


class Brackets(RandomSequences):
    """The depth of nested brackets, which goes up and down between 0 and a limit."""

    name = "brackets"
    title = "Brackets: how many are open?"
    reads = "opening and closing brackets"
    predicts = "how many brackets are open"
    answer_due = "at every step"
    examples = ("(()(()))", "((((()))))", "()()()()()", "(((((", "((()())(()))")
    note = (
        "Each bracket opens or closes with equal probability, except that none closes when none is open and none opens "
        "beyond the limit; texts that break these rules were never trained. Up to a limit, counting needs no counter: "
        f"one state for each depth is enough. {UNREAD_UNKNOWN}"
    )
    base_recipe = Recipe(embedding=8, hidden=16, epochs=40, batch=64, learning_rate=1e-2)
    available_options = {
        "length": (30, "brackets in a sequence"),
        "depth": (5, "largest number of brackets that are open at once"),
    }

    def load(self, folders: dict[str, Path]) -> None:
        check_range("depth", self.options["depth"], 1, MAX_DEPTH)
        self.vocabulary = Vocabulary.collect("characters", [OPEN + CLOSE])
        self.labels = [str(k) for k in range(self.options["depth"] + 1)]
        self.closing, self.opening = self.vocabulary.encode(CLOSE + OPEN).inputs
        self.prepare()

    def draw(self, count: int, length: int, rng: np.random.Generator) -> tuple[Array, Array]:
        opens = rng.random((length, count)) < 0.5
        depths = np.zeros((length, count), np.int64)
        depth = np.zeros(count, np.int64)
        for t in range(length):
            opens[t] = (depth == 0) | (opens[t] & (depth < self.options["depth"]))
            depth = depth + np.where(opens[t], 1, -1)
            depths[t] = depth
        return np.where(opens, self.opening, self.closing), depths

    def answer_frequencies(self, length: int) -> Array:
        """Step by step: at each depth half of the sequences go up and half go down; at the two limits all turn back."""
        limit = self.options["depth"]
        up = np.array([1.0, *[0.5] * (limit - 1), 0.0])
        share, total = np.eye(limit + 1)[0], np.zeros(limit + 1)
        for _ in range(length):
            share = np.append(0.0, (share * up)[:-1]) + np.append((share * (1 - up))[1:], 0.0)
            total += share
        return total / length
