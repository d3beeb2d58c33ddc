"""The settings of the next training, and the task and runs made from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import streamlit as st

from ....errors import TrainingError
from ....limits import MILLION
from ....training import TASKS, Settings, Task, TrainingRun, run_limits
from ...shared.result_cache import ResultCache
from ...shared.session_keys import OWN_TASK

MOST_FOR_TASKS = 64 * MILLION  # bytes of the data of all tasks that are kept


@dataclass(frozen=True)
class NextRun:
    """Settings for every cell that is to be trained.

    changes: of the default recipe, by field; text: file name and text, for the task that trains on an own text.
    """

    task: str
    cells: tuple[str, ...]
    options: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    cell_options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    seed: int | None = None
    text: tuple[str, str] | None = None

    def settings(self, task: Task) -> dict[str, Settings]:
        """The settings by cell. Raises ValueError for invalid or too large ones."""
        settings = {}
        for cell in self.cells:
            settings[cell] = Settings.for_task(
                task, cell, seed=self.seed, cell_options=self.cell_options.get(cell), **self.changes
            )
            run_limits.check_limits(settings[cell], task)
        return settings

    def make_task(self) -> Task:
        """The task. Raises ValueError for invalid options, or if a text is missing."""
        options = tuple(sorted(self.options.items()))
        if not TASKS[self.task].needs_text:
            return _shared_task(self.task, options)
        if self.text is None:
            raise TrainingError("Upload a text file first.", code="no_text")
        made: tuple[Any, Task] | None = st.session_state.get(OWN_TASK)
        if made is None or made[0] != (self.text, options):
            with st.spinner("Reading the text"):
                made = (self.text, options), TASKS[self.task](None, text=self.text[1], **self.options)
            st.session_state[OWN_TASK] = made
        return made[1]

    def make_runs(self, task: Task) -> dict[str, TrainingRun]:
        """A new run for every cell. Raises ValueError as `settings` does."""
        return {cell: TrainingRun(settings, task) for cell, settings in self.settings(task).items()}


def _shared_task(name: str, options: tuple[tuple[str, int], ...]) -> Task:
    """A task, made once for all sessions: training does not change it."""
    kind = TASKS[name]
    kept = _shared_tasks().get(kind, options)
    if kept is not None:
        return cast(Task, kept[0])
    with st.spinner("Making the task"):
        task = kind(None, text=None, **dict(options))
    _shared_tasks().put(kind, options, task)
    return task


@st.cache_resource(show_spinner=False)
def _shared_tasks() -> ResultCache:
    return ResultCache(MOST_FOR_TASKS)
