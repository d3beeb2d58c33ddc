"""What has been chosen for the next run, and the training that it makes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from ....training import TASKS, Settings, Task, TrainingRun
from ....training import run_limits as limited

ORDER = ("counter", "recall", "parity", "brackets", "adding", "names", "reviews", "shakespeare", "own")


@dataclass(frozen=True)
class Choice:
    """Settings for every cell that is to be trained. changes: of the usual recipe; text: own text and its file."""

    task: str
    cells: tuple[str, ...]
    options: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    cell_options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    seed: int | None = None
    text: tuple[str, str] | None = None

    def settings(self, task: Task) -> dict[str, Settings]:
        """The settings by cell. Raises ValueError for numbers that make no sense or are too large."""
        found = {}
        for cell in self.cells:
            found[cell] = Settings.for_task(
                task, cell, seed=self.seed, cell_options=self.cell_options.get(cell), **self.changes
            )
            limited.check_limits(found[cell], task)
        return found

    def make(self) -> Task:
        """The task. Raises ValueError for options that make no sense, or if there is no text."""
        options = tuple(sorted(self.options.items()))
        if not TASKS[self.task].needs_text:
            return _made(self.task, options)
        if self.text is None:
            raise ValueError("Bring a text file first: it is read here and in no other place.")
        kept = st.session_state.get("train-own-task")
        if kept is None or kept[0] != (self.text, options):
            with st.spinner("Reading the text"):
                kept = (self.text, options), TASKS[self.task](None, text=self.text[1], **self.options)
            st.session_state["train-own-task"] = kept
        made: Task = kept[1]
        return made

    def runs(self, task: Task) -> dict[str, TrainingRun]:
        """A fresh run for every cell. Raises ValueError as `settings` does."""
        return {cell: TrainingRun(settings, task) for cell, settings in self.settings(task).items()}


def offered() -> list[str]:
    """The tasks whose data is there, the short ones first."""
    there = [name for name, task in TASKS.items() if all(_has(source.folder) for source in task.sources)]
    return sorted(there, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def _has(folder: str | None) -> bool:
    data = os.environ.get("RNNVIZ_DATA")
    return folder is None or (data is not None and (Path(data) / folder).is_dir())


@st.cache_resource(show_spinner="Making the task", max_entries=24)
def _made(name: str, options: tuple[tuple[str, int], ...]) -> Task:
    """A task, made once for all sessions: training does not change it."""
    return TASKS[name](None, text=None, **dict(options))
