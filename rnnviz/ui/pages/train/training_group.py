"""A training as the page shows it: a run for each cell, trained in turns, under one name.

Few sessions train at the same moment, and in short pieces, so that users who type elsewhere do not wait.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from ....model import Model
from ....training import Task, TrainingRun
from ...shared.kept_models import Keep
from ...shared.memory_ledger import Reservation
from .fair_slots import FairSlots

# Training is Python and NumPy in one process: more runs at once would only compete for the interpreter.
SLOTS = FairSlots(max(1, (os.cpu_count() or 1) // 2))
MAX_WAIT = 0.3  # seconds to wait for a slot before the page is drawn without training
COPIES = 6  # of the parameters, beside snapshots
PIECE = 0.02  # seconds of training at a time
PAUSE = 0.001  # seconds between two pieces, for other threads


@dataclass(eq=False)
class Training:
    """The runs that were started together, by cell.

    number: unique in the session. source: the file name of an own text. opened: the task under which the models are
    in the catalogue, and the number of steps after which they were put there. kept: the models as the
    browser keeps them. room: the memory that it holds.
    """

    number: int
    name: str
    task: Task
    runs: dict[str, TrainingRun]
    source: str | None = None
    opened: tuple[str, int] | None = None
    kept: Keep | None = field(default=None, repr=False)
    room: Reservation | None = field(default=None, repr=False)
    seconds_worked: float = 0.0  # since the start or the last pause
    resumed_at: float = field(default_factory=time.monotonic)

    @property
    def running(self) -> bool:
        """Whether a run is not yet over and not paused."""
        return any(run.state in ("ready", "running") for run in self.runs.values())

    @property
    def paused(self) -> bool:
        """Whether the training can be resumed."""
        return not self.running and not self.ended

    @property
    def ended(self) -> bool:
        """Whether all runs are over."""
        return all(run.ended for run in self.runs.values())

    @property
    def steps_taken(self) -> int:
        """The number of steps of all runs together."""
        return sum(run.steps_taken for run in self.runs.values())

    @property
    def progress(self) -> float:
        """The share of the work that is done, from 0 to 1; runs that are over count as done."""
        return sum(1.0 if run.ended else run.progress for run in self.runs.values()) / len(self.runs)

    @property
    def bytes(self) -> int:
        """The memory that the snapshots need."""
        return sum(
            len(run.snapshots) * sum(array.nbytes for array in run.trainer.network.parameters.values())
            for run in self.runs.values()
        )

    def seconds_left(self) -> float | None:
        """An estimate of the remaining time at most; None while there is none."""
        left = [run.seconds_left for run in self.runs.values()]
        if not self.seconds_worked or any(seconds is None for seconds in left):
            return None
        elapsed = max(time.monotonic() - self.resumed_at, self.seconds_worked)
        return sum(seconds for seconds in left if seconds is not None) * elapsed / self.seconds_worked

    def work(self, seconds: float) -> None:
        """Train for about this many seconds, always the cell with the fewest steps."""
        before = sum(run.seconds for run in self.runs.values())
        work_in_pieces(id(self), self._piece, seconds)
        self.seconds_worked += sum(run.seconds for run in self.runs.values()) - before

    def _piece(self, seconds: float) -> bool:
        active = [run for run in self.runs.values() if run.state in ("ready", "running")]
        if active:
            min(active, key=lambda run: run.steps_taken).work(seconds)
        return len(active) > 0

    def step(self) -> None:
        """Let `work` train every cell for one step, and then pause."""
        for run in self.runs.values():
            run.request_step()

    def pause(self) -> None:
        """Pause all runs."""
        for run in self.runs.values():
            run.pause()

    def resume(self) -> None:
        """Resume all runs."""
        self.seconds_worked, self.resumed_at = 0.0, time.monotonic()
        for run in self.runs.values():
            run.resume()

    def stop(self) -> None:
        """Stop all runs for good."""
        for run in self.runs.values():
            run.stop()

    def models(
        self, name: str, tick: Callable[[float], object] = lambda share: None, measure: bool = True
    ) -> dict[str, Model]:
        """The best model of every cell that has one, named `name`-cell.

        tick: is called now and then, while they are measured, with the share of the cells that are done. measure:
        whether those are measured that were not before.
        """
        models = {}
        runs = {cell: run for cell, run in self.runs.items() if run.state != "diverged" or run.snapshots}
        for number, (cell, run) in enumerate(runs.items()):
            model = run.best_model(f"{name}-{cell}", self.source, partial(tick, number / len(runs)), measure=measure)
            models[cell] = replace(model, name=f"{name}-{cell}")
        return models


def work_in_pieces(who: Hashable, piece: Callable[[float], bool], seconds: float) -> None:
    """Call `piece(PIECE)` for about this many seconds or until it returns False, if it is one's turn in time."""
    with SLOTS.slot(who, MAX_WAIT) as held:
        end = time.perf_counter() + seconds
        while held and piece(PIECE) and time.perf_counter() < end:
            time.sleep(PAUSE)


def bytes_needed(runs: Iterable[TrainingRun]) -> int:
    """The memory that runs hold at most: parameters, best ones, the optimiser's four copies, and snapshots."""
    sizes = ((sum(a.nbytes for a in run.trainer.network.parameters.values()), run.snapshots.capacity) for run in runs)
    return sum(size * (COPIES + capacity) for size, capacity in sizes)


def differences(run: TrainingRun) -> list[str]:
    """The settings of a run that differ from the defaults of its task and cell, in words."""
    settings, task = run.settings, run.task
    default = asdict(replace(task.recipe(settings.cell), solved=settings.recipe.solved))
    words = [f"{name} {value}" for name, value in settings.options.items() if value != task.available_options[name][0]]
    for name, value in asdict(settings.recipe).items():
        if value != default[name]:
            words.append(f"{name.replace('_', ' ')} {value:g}" if isinstance(value, float) else f"{name} {value}")
    words += [f"{name} {value}" for name, value in settings.cell_options.items()]
    if settings.seed != task.seed:
        words.append(f"seed {settings.seed}")
    return ["no clipping" if word == "clip 0" else word for word in words]
