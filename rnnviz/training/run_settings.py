"""What somebody chose for one training run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .recipe import Recipe
from .tasks import TASKS, Task


@dataclass(frozen=True)
class Settings:
    """One training run: with the same settings (and, for own text, the same text) it gives the same numbers.

    options: of the task, by name; cell_options: of the cell.
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
        """The task's recipe for this cell with some of its fields changed, stopping once the task is solved.

        Raises ValueError for a number that makes no sense.
        """
        recipe = replace(task.recipe(cell), **({"solved": 3} | changes))
        return cls(
            task.name, cell, recipe, task.seed if seed is None else seed, dict(task.options), dict(cell_options or {})
        )

    def make_task(self, data: str | Path | None = None, text: str | None = None) -> Task:
        """The task that the run is about. Raises as the task does, and ValueError if there is none of that name."""
        if self.task not in TASKS:
            raise ValueError(f"there is no task {self.task!r}; known are {', '.join(TASKS)}")
        return TASKS[self.task](data, text=text, **self.options)
