"""What defines a task: what it reads and predicts, its data, its recipe, and how it is scored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError, UnknownNameError
from ...network import Network
from ...text.tokens import Vocabulary
from ..batches import Batch
from ..recipe import Recipe
from ..slices import Slices
from .data_source import DataSource, find_folders

TASKS: dict[str, type[Task]] = {}

Scores = dict[str, Any]

STEPS_PER_ROUND = 100  # an epoch of tasks that generate their data
SOLVED_MARGIN = 1e-3  # an accuracy this far below the best possible one counts as having reached it
UNREAD_UNKNOWN = "Training never reads <unk>; its embedding is the mean of the other rows."


@dataclass(frozen=True)
class Level:
    """A score to compare with, on the validation split: chance, or the best possible score.

    Parameters
    ----------
    accuracy : float or None
        0 to 1; None if it is unknown or not measured.
    loss : float or None
        In nats; None if it is unknown.
    why : str
        The reason, in a sentence or two.
    """

    accuracy: float | None
    loss: float | None
    why: str


@dataclass(frozen=True)
class Probe:
    """A sequence on which a network is observed while it learns.

    Parameters
    ----------
    text : str
        As it would be typed; the vocabulary reads it as T tokens.
    targets : ndarray of int of shape (T,)
        Class numbers of the right answers.
    weights : ndarray of shape (T,)
        How much each answer counts, adding up to 1.
    """

    text: str
    targets: Array
    weights: Array


class Task:
    """Something that networks are trained to do. A file in this folder that subclasses it adds a task.

    A subclass sets the class attributes below, implements `load`, `steps_per_epoch`, `batches`, `validate`,
    `held_out_scores`, `length` and `validation_tokens`, and in `load` sets the instance attributes.

    Parameters
    ----------
    data : str or Path, optional
        Folder with the data sets; the one named by RNNVIZ_DATA by default.
    text : str, optional
        The text of a task that needs one.
    **options : int
        Options of the task, by name; see `available_options`.

    Attributes
    ----------
    name, title : str
        A key, and a question in a few words.
    reads, predicts : str
        What a network reads, and what it predicts.
    answer_due : str
        When the answer counts: "at every step".
    note : str
        Remarks for the card.
    sources : tuple of DataSource
        Where the data comes from.
    base_recipe : Recipe
        The same sizes and budget for every cell, so that comparing cells is fair.
    cell_changes : dict of str to dict
        By cell, the fields of the recipe that it needs to learn well.
    seed : int
        Seed by default: first parameters, order of the batches, dropout.
    seeds : int
        How many seeds `python -m rnnviz.training zoo` trains, of which the median model is bundled; 0 for a task
        without bundled models.
    items : str
        What `item_results` has one result for each of.
    available_options : dict of str to (int, str)
        Default and help of each option.
    needs_text : bool
        Whether the task needs a text from the user.
    examples : tuple of str
        Sequences to try.
    vocabulary : Vocabulary
        How texts become inputs.
    labels : list of str
        Names of the C classes.
    split : dict
        Description of the data's parts, for the card.
    chance, best : Level
        What is reached without reading, and the most that can be reached.
    probe : Probe
        A sequence to observe.

    Raises
    ------
    ArgumentError
        If a text is missing or not needed, or if an option is out of range.
    UnknownNameError
        If the task has no such option.
    MissingDataError
        If the data is not in its folder.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    reads: ClassVar[str]
    predicts: ClassVar[str]
    answer_due: ClassVar[str]
    note: ClassVar[str]
    sources: ClassVar[tuple[DataSource, ...]]
    base_recipe: ClassVar[Recipe]
    cell_changes: ClassVar[dict[str, dict[str, float]]] = {}
    seed: ClassVar[int] = 0
    seeds: ClassVar[int] = 0
    items: ClassVar[str]
    available_options: ClassVar[dict[str, tuple[int, str]]] = {}
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
            is_wrong = "is trained on a text, and none was given" if self.needs_text else "is not trained on a text"
            code = "missing" if self.needs_text else "not_needed"
            raise ArgumentError(f"The task {self.name} {is_wrong}.", code=code, name="text")
        self.text = text
        for name in sorted(options.keys() - self.available_options.keys()):
            known = tuple(self.available_options)
            message = f"The task {self.name} has no option {name}; it has {', '.join(known) or 'none'}."
            raise UnknownNameError(message, kind="task option", name=name, allowed=known)
        self.options = {name: default for name, (default, _) in self.available_options.items()} | options
        self.load(find_folders(self, data))

    def recipe(self, cell: str) -> Recipe:
        """Return the recipe of the bundled model with a cell.

        Parameters
        ----------
        cell : str
            Name of the cell; one that is not in `cell_changes` gets the base recipe.

        Returns
        -------
        Recipe
            The base recipe with the cell's changes.
        """
        return replace(self.base_recipe, **self.cell_changes.get(cell, {}))  # type: ignore[arg-type]

    def is_learned(self, curve: list[dict[str, float]]) -> bool:
        """Return whether training can stop because nothing is left to learn.

        Parameters
        ----------
        curve : list of dict
            Measures after each epoch.

        Returns
        -------
        bool
            False unless a task defines it.
        """
        return False

    def is_solved(self, curve: list[dict[str, float]], checks: int) -> bool:
        """Return whether the last checks all reached the best possible accuracy.

        Parameters
        ----------
        curve : list of dict
            Measures after each epoch.
        checks : int
            How many of the last ones must have reached it, 0 or more.

        Returns
        -------
        bool
            False for 0 checks, and if the best possible accuracy is unknown.
        """
        best = self.best.accuracy if checks else None
        if best is None or len(curve) < checks:
            return False
        return all(entry["accuracy"] >= best - SOLVED_MARGIN for entry in curve[-checks:])

    @property
    def length(self) -> int:
        """T, the number of steps of the longest training sequence."""
        raise NotImplementedError

    def tokens_per_epoch(self, batch: int) -> int:
        """Return how many tokens an epoch reads, padding included.

        Parameters
        ----------
        batch : int
            Sequences in a step.

        Returns
        -------
        int
            An estimate where lengths differ.
        """
        return self.steps_per_epoch(batch) * batch * self.length

    @property
    def validation_tokens(self) -> int:
        """How many tokens `validate` reads."""
        raise NotImplementedError

    def sample_texts(self, count: int, factor: int = 1) -> list[str]:
        """Return texts as training reads them, or longer ones of the same kind. They are the same at every call.

        Parameters
        ----------
        count : int
            How many, about; a task that has few texts returns them all.
        factor : int, default 1
            How many times as long as in training the longest are.

        Returns
        -------
        list of str
            As they would be typed; none unless the task generates its texts.
        """
        return []

    def card_note(self) -> str:
        """Return the remarks for the card.

        Returns
        -------
        str
            `note`, or what is true instead with other options.
        """
        return self.note

    def selection_key(self, validation: dict[str, float]) -> tuple[float, ...]:
        """Return what the best epoch has the largest of.

        Parameters
        ----------
        validation : dict of str to float
            Measures of the validation split.

        Returns
        -------
        tuple of float
            Compared from left to right.
        """
        return (validation["accuracy"], -validation["validation_loss"])

    # ---- what a task must define ------------------------------------------------------------

    def load(self, folders: dict[str, Path]) -> None:
        """Read or generate the data, and set the instance attributes.

        Parameters
        ----------
        folders : dict of str to Path
            By `DataSource.folder`.
        """
        raise NotImplementedError

    def steps_per_epoch(self, batch: int) -> int:
        """Return how many batches make an epoch.

        Parameters
        ----------
        batch : int
            Sequences in a step.

        Returns
        -------
        int
            1 or more.
        """
        raise NotImplementedError

    def batches(self, rng: np.random.Generator, batch: int) -> Iterator[Batch]:
        """Return the batches of one epoch.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of all random numbers of the epoch.
        batch : int
            Sequences in a step.

        Returns
        -------
        iterator of Batch
            `steps_per_epoch(batch)` batches.
        """
        raise NotImplementedError

    def validate(self, network: Network) -> dict[str, float]:
        """Measure a network on the validation split.

        Parameters
        ----------
        network : Network
            A network for this task.

        Returns
        -------
        dict of str to float
            "validation_loss" in nats and, for most tasks, "accuracy" from 0 to 1.
        """
        raise NotImplementedError

    def validate_in_slices(self, network: Network) -> Slices[dict[str, float]]:
        """Measure a network on the validation split, with breaks where that takes long; see `slices`.

        Parameters
        ----------
        network : Network
            A network for this task.

        Returns
        -------
        generator
            Yields None at each break, and returns what `validate` does.
        """
        yield from ()
        return self.validate(network)

    def held_out_scores(self, network: Network) -> Scores:
        """Measure a network on the test split, for its card.

        Parameters
        ----------
        network : Network
            A network for this task.

        Returns
        -------
        dict
            "metric", "test", "n", "standard_error", "validation", "chance", "chance_is", "baseline", and more.
        """
        raise NotImplementedError

    def held_out_scores_in_slices(self, network: Network) -> Slices[Scores]:
        """Measure a network on the test split, with breaks where that takes long; see `slices`.

        Parameters
        ----------
        network : Network
            A network for this task.

        Returns
        -------
        generator
            Yields None at each break, and returns what `held_out_scores` does.
        """
        yield from ()
        return self.held_out_scores(network)

    def item_results(self, network: Network) -> Array:
        """Measure a network on each held-out item, to compare networks item by item.

        Only tasks with `seeds` define it.

        Parameters
        ----------
        network : Network
            A network for this task.

        Returns
        -------
        ndarray of bool or float of shape (N,)
            Whether each item is answered right, or the loss on each, in nats.
        """
        raise NotImplementedError


def check_range(name: str, value: int, low: int, high: int | None = None) -> None:
    """Raise ArgumentError unless low <= value <= high."""
    if value < low or (high is not None and value > high):
        message = f"{name} is {value}; it must be at least {low}{'' if high is None else f' and at most {high}'}."
        raise ArgumentError(message, code="out_of_range", name=name, value=value, allowed=(low, high))
