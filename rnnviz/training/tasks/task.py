"""What every task says of itself: what it reads and says, its data, its recipe and how it is scored."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ...cells.activations import Array
from ...network import Network
from ...text.tokens import Vocabulary
from ..batches import Batch
from ..recipe import Recipe

TASKS: dict[str, type[Task]] = {}

Scores = dict[str, Any]

NEARLY = 1e-3  # so far below the best possible accuracy counts as having reached it


class MissingDataError(Exception):
    """The data of a task is not where it was looked for; the message says where to get it."""


@dataclass(frozen=True)
class DataSource:
    """Where data comes from. `folder`: its place in the data folder, None for data that the task makes."""

    name: str
    licence: str
    citation: str = ""
    address: str = ""
    folder: str | None = None


@dataclass(frozen=True)
class Level:
    """A score to measure others by: what guessing reaches, or the most that can be reached, on the validation split.

    accuracy: in what `validate` calls accuracy. loss: in what it calls validation_loss, in nats. None where
    nobody knows, or where a task does not measure it. why: the reason, in a sentence.
    """

    accuracy: float | None
    loss: float | None
    why: str


@dataclass(frozen=True)
class Probe:
    """One sequence on which a network is watched while it learns.

    text: as the vocabulary reads it. targets, weights: (T,), the class numbers of the right answers, and how
    much each counts, adding up to 1.
    """

    text: str
    targets: Array
    weights: Array


class Task:
    """One thing that networks are trained for. A file in this folder that subclasses it adds a task.

    A subclass sets, when it is built, `vocabulary`, `labels` (what the readout's columns
    mean), `split` (numbers for the card), `chance` (what is reached without reading, and why),
    `best` (the most that can be reached) and `probe`, and answers `steps`, `batches`, `validate`
    and `scores`. Building it reads the data and raises MissingDataError if there is none.

    text: what a task with `needs_text` is made from. Raises ValueError if there should be one and is not,
    for options that the task does not have, and for options that make no sense.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    reads: ClassVar[str]
    predicts: ClassVar[str]
    answer_due: ClassVar[str]
    note: ClassVar[str]
    sources: ClassVar[tuple[DataSource, ...]]
    # The same sizes and budget for every cell, so that comparing cells is fair ...
    base_recipe: ClassVar[Recipe]
    # ... and by cell only what each needs to learn well. A cell that is not listed takes the common recipe.
    cell_changes: ClassVar[dict[str, dict[str, float]]] = {}
    # Of the bundled models: it draws the first weights, the order of the batches and the dropout.
    seed: ClassVar[int] = 0
    # Numbers that change the task itself, by name: the default, and a sentence of help.
    available_options: ClassVar[dict[str, tuple[int, str]]] = {}
    # Whether it is made from a text that the user brings.
    needs_text: ClassVar[bool] = False

    examples: tuple[str, ...]
    vocabulary: Vocabulary
    labels: list[str]
    split: dict[str, Any]
    chance: Level
    best: Level
    probe: Probe

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            TASKS[cls.name] = cls

    def __init__(self, data: str | Path | None = None, *, text: str | None = None, **options: int) -> None:
        if self.needs_text != (text is not None):
            wants = "is made from a text, and none was given" if self.needs_text else "is not made from a text"
            raise ValueError(f"the task {self.name} {wants}")
        self.text = text
        unknown = options.keys() - self.available_options.keys()
        if unknown:
            raise ValueError(f"the task {self.name} has no option {', '.join(sorted(unknown))}")
        self.options = {name: default for name, (default, _) in self.available_options.items()} | options
        self.load(self._folders(data))

    def recipe(self, cell: str) -> Recipe:
        """The recipe of the bundled model with this cell."""
        return replace(self.base_recipe, **self.cell_changes.get(cell, {}))  # type: ignore[arg-type]

    def is_learned(self, curve: list[dict[str, float]]) -> bool:
        """Whether training can stop because nothing is left to learn."""
        return False

    def is_solved(self, curve: list[dict[str, float]], checks: int) -> bool:
        """Whether the last `checks` checks reached the best possible accuracy; never for 0, or if nobody knows it."""
        best = self.best.accuracy if checks else None
        if best is None or len(curve) < checks:
            return False
        return all(entry["accuracy"] >= best - NEARLY for entry in curve[-checks:])

    @property
    def length(self) -> int:
        """T, the steps of its longest training sequence."""
        raise NotImplementedError

    def tokens_per_epoch(self, batch: int) -> int:
        """How many tokens an epoch reads, padding included; about so many, where that differs."""
        return self.steps_per_epoch(batch) * batch * self.length

    @property
    def validation_tokens(self) -> int:
        """How many tokens `validate` reads: what one check costs."""
        raise NotImplementedError

    def card_note(self) -> str:
        """What the card notes: `note`, or what is true in its place with options other than the defaults."""
        return self.note

    def selection_key(self, validation: dict[str, float]) -> tuple[float, ...]:
        """What the best epoch is the best in: tuples of validation measures, the larger the better."""
        return (validation["accuracy"], -validation["validation_loss"])

    # ---- what a task must say ---------------------------------------------------------------

    def load(self, folders: dict[str, Path]) -> None:
        """Read or make the data, and set `vocabulary`, `labels` and `split`. folders: by `DataSource.folder`."""
        raise NotImplementedError

    def steps_per_epoch(self, batch: int) -> int:
        """How many batches make an epoch."""
        raise NotImplementedError

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        """The batches of one epoch."""
        raise NotImplementedError

    def validate(self, network: Network) -> dict[str, float]:
        """Measures on the validation split: "validation_loss" in nats, mostly "accuracy", perhaps more."""
        raise NotImplementedError

    def held_out_scores(self, network: Network) -> Scores:
        """Held-out scores for the card: metric, test, n, standard_error, validation, chance, baseline, and more."""
        raise NotImplementedError

    # ---- where the data is --------------------------------------------------------------------

    def _folders(self, data: str | Path | None) -> dict[str, Path]:
        wanted = {source.folder: source for source in self.sources if source.folder is not None}
        if not wanted:
            return {}
        data = data or os.environ.get("RNNVIZ_DATA")
        for folder, source in wanted.items():
            if data is None or not (Path(data) / folder).is_dir():
                where = f"{data}/{folder} is not there" if data else "no data folder was named"
                raise MissingDataError(
                    f"The task {self.name} needs its data, and {where}: put {source.name} ({source.address}) into a "
                    f"folder {folder!r}, and name the folder around it with --data or RNNVIZ_DATA."
                )
        return {folder: Path(str(data)) / folder for folder in wanted}


def frequencies(classes: Array, weights: Array, count: int) -> Array:
    """(C,): the share of each of `count` classes among answers (...), each with its weight (...)."""
    found = np.bincount(classes.ravel(), weights.ravel().astype(np.float64), count)
    return found / found.sum()


def entropy(shares: Array) -> float:
    """The loss in nats of answers that name these shares and are right about them, without reading anything."""
    some = shares[shares > 0]
    return float(-(some * np.log(some)).sum())


def binomial_error(share: float, n: int) -> float:
    """The standard error of a share measured on n independent examples."""
    return float(np.sqrt(share * (1 - share) / n))
