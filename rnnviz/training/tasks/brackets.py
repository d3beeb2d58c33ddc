"""Brackets: how many are open?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...cells.activations import Array
from ...text.tokens import Vocabulary
from ..recipe import Recipe
from .random_sequences import RandomSequences

OPEN, CLOSE = "(", ")"


class Brackets(RandomSequences):
    """The depth of nesting, counted up and down between 0 and a limit."""

    name = "brackets"
    title = "Brackets: how many are open?"
    reads = "opening and closing brackets"
    predicts = "how many brackets are open"
    answer_due = "every step"
    examples = ("(()(()))", "((((()))))", "()()()()()", "(((((", "((()())(()))")
    note = (
        "Each bracket opens or closes with equal chances, but none closes what was never opened, and none opens beyond "
        "the limit: texts that do were never trained. Up to a limit, counting needs no counter; one state for each "
        "depth is enough. The row of <unk>, which training never reads, is the mean of the other rows."
    )
    base_recipe = Recipe(embedding=8, hidden=16, epochs=40, batch=64, learning_rate=1e-2)
    available_options = {
        "length": (30, "brackets in a sequence"),
        "depth": (5, "the most brackets that are open at once"),
    }

    def load(self, folders: dict[str, Path]) -> None:
        if not 1 <= self.options["depth"] <= 50:
            raise ValueError(f"depth is {self.options['depth']}; it must be from 1 to 50")
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

    def shares(self, length: int) -> Array:
        """Step by step: from each depth half of what is there goes up and half goes down, and all of it at the ends."""
        most = self.options["depth"]
        up = np.array([1.0, *[0.5] * (most - 1), 0.0])
        there, total = np.eye(most + 1)[0], np.zeros(most + 1)
        for _ in range(length):
            there = np.append(0.0, (there * up)[:-1]) + np.append((there * (1 - up))[1:], 0.0)
            total += there
        return total / length

    def text_of(self, inputs: Array) -> str:
        return "".join(self.vocabulary.tokens[k] for k in inputs)
