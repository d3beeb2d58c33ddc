"""How long a training step takes on this machine: forward pass, backward pass and Adam, as the Trainer does it.

The cells take turns, so that other work on the machine slows all of them alike, and the median counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..text.tokens import Vocabulary
from .batches import Batch
from .recipe import Recipe
from .tasks import Task
from .trainer import Trainer

WARM_UP = 2  # rounds that are not counted: the first ones allocate memory
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass
class StepTimes:
    """Measured times of training steps.

    Parameters
    ----------
    total_steps : int
        Steps to be measured, warm-up included.
    steps_done : int
        Steps measured so far, warm-up included.
    seconds : dict of str to list of float
        Times of all counted steps, by cell.
    """

    total_steps: int
    steps_done: int = 0
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def median(self, cell: str) -> float:
        """Return the median time of a step.

        Parameters
        ----------
        cell : str
            Name of the cell.

        Returns
        -------
        float
            In seconds; NaN before the first counted step.
        """
        return self.quartiles(cell)[1]

    def quartiles(self, cell: str) -> tuple[float, float, float]:
        """Return the quartiles of the time of a step.

        Parameters
        ----------
        cell : str
            Name of the cell.

        Returns
        -------
        tuple of float
            First quartile, median and third quartile in seconds; NaN before the first counted step.
        """
        times = self.seconds[cell]
        if not times:
            return (float("nan"),) * 3
        first, median, third = np.quantile(times, [0.25, 0.5, 0.75])
        return float(first), float(median), float(third)


def time_training_steps(
    cells: Sequence[str], input_size: int, hidden_size: int, steps: int, batch: int, repeats: int
) -> Iterator[StepTimes]:
    """Time training steps of networks that differ only in their cell.

    Each network predicts the next letter at every step of random sequences and takes one step of Adam. The cells take
    turns. The caller may stop at any time.

    Parameters
    ----------
    cells : sequence of str
        Names of cells, each once.
    input_size, hidden_size : int
        D and H, above 0.
    steps : int
        T, the length of the sequences, above 0.
    batch : int
        B, sequences in a step, above 0.
    repeats : int
        Counted steps of each cell, above 0; two more are a warm-up.

    Returns
    -------
    iterator of StepTimes
        The same object after every step, with all times so far.

    Raises
    ------
    ArgumentError
        If a number is below 1, or if there is no cell or one twice.
    UnknownNameError
        If there is no such cell.
    """
    sizes = {"input_size": input_size, "hidden_size": hidden_size, "steps": steps, "batch": batch, "repeats": repeats}
    for name, size in sizes.items():
        if size < 1:
            message = f"{name} is {size}; it must be at least 1."
            raise ArgumentError(message, code="out_of_range", name=name, value=size, allowed="[1, inf)")
    if not cells or len(set(cells)) < len(cells):
        message = f"The cells are {', '.join(cells) or 'missing'}; name at least one, and each only once."
        raise ArgumentError(message, code="repeated" if cells else "missing", name="cells", value=tuple(cells))
    recipe = Recipe(embedding=input_size, hidden=hidden_size, epochs=1, batch=batch)
    trainers = {cell: Trainer(_RandomLetters(steps, WARM_UP + repeats), cell, recipe, seed=0) for cell in cells}
    return _rounds(trainers, repeats)


def _rounds(trainers: dict[str, Trainer], repeats: int) -> Iterator[StepTimes]:
    times = StepTimes((WARM_UP + repeats) * len(trainers), seconds={cell: [] for cell in trainers})
    runs = {cell: trainer.run() for cell, trainer in trainers.items()}
    for k in range(WARM_UP + repeats):
        for cell, run in runs.items():
            began = time.perf_counter()
            next(run)
            duration = time.perf_counter() - began
            if k >= WARM_UP:
                times.seconds[cell].append(duration)
            times.steps_done += 1
            yield times


class _RandomLetters(Task):
    """Random letters with random successors: the usual work with nothing to learn.

    It has no name, so it is not in `TASKS` and no page offers it.
    """

    sources = ()

    def __init__(self, sequence_length: int, rounds: int) -> None:
        self.sequence_length, self.rounds = sequence_length, rounds
        super().__init__()

    def load(self, folders: Any) -> None:
        self.vocabulary = Vocabulary.collect("characters", [LETTERS])
        self.labels = list(self.vocabulary.tokens)
        self.split = {}

    def steps_per_epoch(self, batch: int) -> int:
        return self.rounds + 1  # one more than is measured, so that an epoch's end is never timed

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        shape = (self.sequence_length, batch)
        inputs, targets = rng.integers(len(self.labels), size=(2, *shape))
        weights = np.full(shape, 1 / inputs.size, np.float32)
        while True:
            yield Batch(inputs, targets, weights)
