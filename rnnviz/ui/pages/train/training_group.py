"""A training as the page knows it: one run for each cell, worked on in turns, under one name."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace

from ....model import Model
from ....training import Task, TrainingRun
from . import turns


@dataclass
class Training:
    """The runs of one start, by cell. number: unique in the session. source: the file that own text came from.

    opened: the name under which its models stand in the catalogue, and after how many steps they were taken.
    """

    number: int
    name: str
    task: Task
    runs: dict[str, TrainingRun]
    source: str | None = None
    opened: tuple[str, int] | None = None
    worked: float = 0.0  # seconds of work since it last went on, and of the clock
    since: float = field(default_factory=time.monotonic)

    @property
    def running(self) -> bool:
        return any(run.state in ("ready", "running") for run in self.runs.values())

    @property
    def paused(self) -> bool:
        return not self.running and not self.ended

    @property
    def ended(self) -> bool:
        return all(run.ended for run in self.runs.values())

    @property
    def taken(self) -> int:
        return sum(run.steps_taken for run in self.runs.values())

    @property
    def progress(self) -> float:
        """The share of the work that is done, 0 to 1; what has ended is done."""
        return sum(1.0 if run.ended else run.progress for run in self.runs.values()) / len(self.runs)

    @property
    def bytes(self) -> int:
        """What its snapshots take."""
        return sum(
            len(run.snapshots) * sum(array.nbytes for array in run.trainer.network.parameters.values())
            for run in self.runs.values()
        )

    def seconds_left(self) -> float | None:
        """About how long it lasts at most, on the clock; None as long as nobody can know."""
        left = [run.seconds_left for run in self.runs.values()]
        if not self.worked or any(seconds is None for seconds in left):
            return None
        clock = max(time.monotonic() - self.since, self.worked)
        return sum(seconds for seconds in left if seconds is not None) * clock / self.worked

    def work(self, seconds: float) -> None:
        """Train for about so many seconds: always the cell that has taken the fewest steps."""
        before = sum(run.seconds for run in self.runs.values())
        turns.turn(self._piece, seconds)
        self.worked += sum(run.seconds for run in self.runs.values()) - before

    def _piece(self, seconds: float) -> bool:
        going = [run for run in self.runs.values() if run.state in ("ready", "running")]
        if going:
            min(going, key=lambda run: run.steps_taken).work(seconds)
        return len(going) > 0

    def step(self) -> None:
        """One step of every cell, and then a pause."""
        for run in self.runs.values():
            run.step()

    def pause(self) -> None:
        for run in self.runs.values():
            run.pause()

    def resume(self) -> None:
        self.worked, self.since = 0.0, time.monotonic()
        for run in self.runs.values():
            run.resume()

    def stop(self) -> None:
        for run in self.runs.values():
            run.stop()

    def models(self, name: str) -> dict[str, Model]:
        """The best network of every cell that has one, with its card, under names that begin with `name`."""
        found = {}
        for cell, run in self.runs.items():
            if run.state != "diverged" or run.snapshots:
                found[cell] = replace(run.best_model(f"{name}-{cell}", self.source), name=f"{name}-{cell}")
        return found


def differences(run: TrainingRun) -> list[str]:
    """The settings of a run that differ from what its task and cell usually get, in words."""
    settings, task = run.settings, run.task
    usual = asdict(replace(task.recipe(settings.cell), solved=settings.recipe.solved))
    found = [f"{name} {value}" for name, value in settings.options.items() if value != task.available_options[name][0]]
    for name, value in asdict(settings.recipe).items():
        if value != usual[name]:
            found.append(f"{name.replace('_', ' ')} {value:g}" if isinstance(value, float) else f"{name} {value}")
    found += [f"{name} {value}" for name, value in settings.cell_options.items()]
    if settings.seed != task.seed:
        found.append(f"seed {settings.seed}")
    return ["no clipping" if words == "clip 0" else words for words in found]
