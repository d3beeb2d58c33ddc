"""How long a training step takes here and now: forward, backward and Adam, as the Trainer does it.

The cells take turns, so that whatever else the machine does falls on all of them alike, and
what counts is the median.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..text.tokens import Vocabulary
from .batches import Batch
from .recipe import Recipe
from .tasks import Task
from .trainer import Trainer

WARM_UP = 2  # rounds that are not counted: the first ones fetch memory
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass
class StepTimes:
    """What has been measured so far. seconds: of every counted step, by cell. done, total: steps, warm-up included."""

    total: int
    done: int = 0
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def median(self, cell: str) -> float:
        """Seconds a step in the middle of all steps; NaN before the first counted one."""
        return self.quartiles(cell)[1]

    def quartiles(self, cell: str) -> tuple[float, float, float]:
        """Seconds that a quarter, a half and three quarters of the steps stayed below."""
        spent = self.seconds[cell]
        if not spent:
            return (float("nan"),) * 3
        first, middle, third = np.quantile(spent, [0.25, 0.5, 0.75])
        return float(first), float(middle), float(third)


def time_training_steps(
    cells: Sequence[str], input_size: int, hidden_size: int, steps: int, batch: int, repeats: int
) -> Iterator[StepTimes]:
    """Time training steps of networks that differ in their cell alone, and yield after each what is known so far.

    Each network reads `batch` random sequences of `steps` letters through an embedding of
    `input_size` numbers, is asked for the next letter at every step, and is trained by one
    step of Adam; that happens `repeats` times (after a warm-up) for each cell in turn. Whoever
    pulls the generator may stop at any time; the last value yielded holds all of it.

    Raises ValueError for a cell that does not exist, none at all, and numbers below one.
    """
    numbers = {"input_size": input_size, "hidden_size": hidden_size, "steps": steps, "batch": batch, "repeats": repeats}
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name} is {number}; it must be at least 1")
    if not cells or len(set(cells)) < len(cells):
        raise ValueError(f"the cells are {', '.join(cells) or 'none'}; expected at least one, and each once")
    recipe = Recipe(embedding=input_size, hidden=hidden_size, epochs=1, batch=batch)
    trainers = {cell: Trainer(_Noise(steps=steps, rounds=WARM_UP + repeats), cell, recipe, seed=0) for cell in cells}
    return _rounds(trainers, repeats)


def _rounds(trainers: dict[str, Trainer], repeats: int) -> Iterator[StepTimes]:
    found = StepTimes((WARM_UP + repeats) * len(trainers), seconds={cell: [] for cell in trainers})
    runs = {cell: trainer.run() for cell, trainer in trainers.items()}
    for turn in range(WARM_UP + repeats):
        for cell, run in runs.items():
            began = time.perf_counter()
            next(run)
            spent = time.perf_counter() - began
            if turn >= WARM_UP:
                found.seconds[cell].append(spent)
            found.done += 1
            yield found


class _Noise(Task):
    """Random letters, each to be followed by the next: work of the usual kind, with nothing to learn. Not a task by
    name, so that nobody is offered to train it."""

    def __init__(self, **numbers: int) -> None:
        self.numbers = numbers
        super().__init__()

    sources = ()

    def load(self, folders: Any) -> None:
        self.vocabulary = Vocabulary.collect("characters", [LETTERS])
        self.labels = list(self.vocabulary.tokens)
        self.split = {}

    def steps_per_epoch(self, batch: int) -> int:
        return self.numbers["rounds"] + 1  # one more than is pulled, so that an epoch's end is never timed

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        shape = (self.numbers["steps"], batch)
        inputs, targets = rng.integers(len(self.labels), size=(2, *shape))
        weights = np.full(shape, 1 / inputs.size, np.float32)
        while True:
            yield Batch(inputs, targets, weights)
