"""The settings of one training run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import UnknownNameError
from .recipe import Recipe
from .tasks import TASKS, Task

CHECKS_TO_STOP = 3  # at the best possible accuracy


@dataclass(frozen=True)
class Settings:
    """Everything that determines a training run.

    Two runs with the same settings (and, for a text of one's own, the same text) give the same numbers.

    Parameters
    ----------
    task : str
        Name of the task, a key of `TASKS`.
    cell : str
        Name of the cell.
    recipe : Recipe
        Sizes, budget and hyperparameters.
    seed : int, default 0
        Seed of all random numbers.
    options : mapping of str to int
        Options of the task.
    cell_options : mapping of str to str
        Options of the cell.
    """

    task: str
    cell: str
    recipe: Recipe
    seed: int = 0
    options: Mapping[str, int] = field(default_factory=dict)
    cell_options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def for_task(
        cls,
        task: Task,
        cell: str,
        *,
        seed: int | None = None,
        cell_options: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> Settings:
        """Return the task's recipe for a cell, with some fields changed.

        Unless `solved` is given, the run stops after three consecutive checks at the best possible accuracy.

        Parameters
        ----------
        task : Task
            What to train for.
        cell : str
            Name of the cell.
        seed : int, optional
            The task's own by default.
        cell_options : mapping of str to str, optional
            Options of the cell.
        **changes
            Fields of the recipe, by name.

        Returns
        -------
        Settings
            Settings with the task's options.

        Raises
        ------
        ArgumentError
            If a value of the recipe is out of range.
        """
        recipe = replace(task.recipe(cell), **({"solved": CHECKS_TO_STOP} | changes))
        return cls(
            task.name, cell, recipe, task.seed if seed is None else seed, dict(task.options), dict(cell_options or {})
        )

    def make_task(self, data: str | Path | None = None, text: str | None = None) -> Task:
        """Return the task that the run is for.

        Parameters
        ----------
        data : str or Path, optional
            Folder with the data sets; the one named by RNNVIZ_DATA by default.
        text : str, optional
            The text of a task that needs one.

        Returns
        -------
        Task
            A new task with these options.

        Raises
        ------
        UnknownNameError
            If there is no task of that name.
        """
        if self.task not in TASKS:
            raise UnknownNameError(
                f"There is no task {self.task!r}; there are {', '.join(TASKS)}.",
                kind="task",
                name=self.task,
                allowed=tuple(TASKS),
            )
        return TASKS[self.task](data, text=text, **self.options)
