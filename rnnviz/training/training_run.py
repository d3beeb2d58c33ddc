"""One training run as a page shows it: worked on in slices, watched, paused, stopped, and looked back at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import fmean
from typing import Any, Literal

import numpy as np

from ..cells.activations import Array
from ..cells.array_checks import NotFiniteError
from ..model import Model
from ..network import Network
from ..trace import Trace
from . import run_limits
from .diagnosis import explain_divergence, explosion_warning
from .history import History, Snapshot, Snapshots
from .probe import state_gradient_norms
from .retrain_command import command
from .run_settings import Settings
from .tasks import Scores, Task
from .trainer import StepReport, Trainer
from .training_card import trained_model

State = Literal["ready", "running", "paused", "finished", "stopped", "diverged"]

WINDOW = 20  # steps over which a loss is averaged before it is called a runaway
RUNAWAY = 3.0  # times the loss of guessing among all labels alike
SETTLED = 100  # steps in which a network that began far worse than that may come down
PACE = 50  # steps from which the time left is told
WATCHING = 0.25  # of the tokens worked on, at most so many are read for snapshots between two epochs' ends


class TrainingRun:
    """A training run that somebody watches. It has no thread: whoever calls `work` decides when it goes on.

    The same settings give the same numbers, however the work is sliced. state: "ready", "running", "paused",
    or how it ended: "finished" (the epochs are over, or the task is solved), "stopped" (by hand), "diverged".
    explained: how it ended, in a sentence or two, or None. model: at any time, the best network so far.

    Raises ValueError for settings that make no sense or are too large (see `limits`), and as the task does.
    """

    def __init__(self, settings: Settings, task: Task | None = None) -> None:
        self.settings, self.task = settings, task or settings.make_task()
        if (self.task.name, self.task.options) != (settings.task, {**self.task.options, **settings.options}):
            raise ValueError(f"the settings are for {settings.task} with {dict(settings.options)}, the task is another")
        run_limits.check_limits(settings, self.task)
        self.trainer = Trainer(
            self.task, settings.cell, settings.recipe, seed=settings.seed, options=dict(settings.cell_options)
        )
        self.state: State = "ready"
        self.explanation: str | None = None
        self.history = History()
        self.snapshots = Snapshots(sum(array.nbytes for array in self.trainer.network.parameters.values()))
        self.seconds = 0.0  # worked, snapshots included
        self._spent: list[float] = []  # of the last steps
        self._steps = self._go()
        self._watched = 0  # tokens read for snapshots only
        # What a check and a step read, in tokens; a token on its way back counts as two.
        self._a_check = self.task.validation_tokens
        self._a_step = (
            run_limits.FORWARD_AND_BACKWARD
            * self.task.tokens_per_epoch(settings.recipe.batch)
            / self.trainer.steps_per_epoch
        )
        self._scored: tuple[int, Scores] | None = None  # after which step, and what
        self._probe_inputs = self._read_probe()

    # ---- working ------------------------------------------------------------------------

    def work(self, seconds: float) -> None:
        """Train for about so many seconds, at least one step. Does nothing unless the run is ready or running."""
        self.start()
        end = time.perf_counter() + seconds
        while self.state == "running":
            self._pull()
            if time.perf_counter() + self._pace() > end:
                return

    def step(self) -> None:
        """Train exactly one step and pause. Does nothing once the run has ended."""
        if not self.ended:
            self.state = "running"
            self._pull()
            if not self.ended:
                self.state = "paused"

    def start(self) -> None:
        """From ready to running; does nothing in any other state."""
        if self.state == "ready":
            self.state = "running"

    def pause(self) -> None:
        """Let `work` do nothing until `resume`. Does nothing once the run has ended."""
        if not self.ended:
            self.state = "paused"

    def resume(self) -> None:
        """Go on after a pause. Does nothing once the run has ended."""
        if not self.ended:
            self.state = "running"

    def stop(self) -> None:
        """End the run; what it has learned is kept. Does nothing once the run has ended."""
        if not self.ended:
            self._end("stopped", f"Training was stopped by hand after step {self.steps_taken} of {self.total_steps}.")

    @property
    def ended(self) -> bool:
        return self.state in ("finished", "stopped", "diverged")

    @property
    def steps_taken(self) -> int:
        """Steps taken so far."""
        return len(self.history.loss)

    @property
    def total_steps(self) -> int:
        """Steps if the run goes on to its last epoch."""
        return self.settings.recipe.epochs * self.trainer.steps_per_epoch

    @property
    def progress(self) -> float:
        """The share of all steps that is done, 0 to 1; 1 as well for a run that finished early."""
        return 1.0 if self.state == "finished" else self.steps_taken / self.total_steps

    @property
    def seconds_left(self) -> float | None:
        """About how long it would still have to work, at the pace of the last steps; None before the first."""
        if self.ended:
            return 0.0
        return (self.total_steps - self.steps_taken) * self._pace() if self._spent else None

    # ---- what came of it ------------------------------------------------------------------

    def model_at(self, k: int) -> Model:
        """The network of a snapshot (by its place, negative ones from the end), without a card.

        Raises IndexError if there is no such snapshot.
        """
        snapshot = self.snapshots[k]
        name = f"{self.settings.task}-{self.settings.cell} after {snapshot.step} steps"
        network = self.trainer.network_from(snapshot.parameters)
        return Model(name, network, self.task.vocabulary, self.task.labels)

    def trace_at(self, k: int) -> Trace:
        """The probe as the network of a snapshot reads it: states, gates and answers."""
        return self.model_at(k).trace(self.task.probe.text)

    def best_model(self, name: str, text: str | None = None) -> Model:
        """The best network so far, with its card: task, recipe, seed, held-out scores, chance and best possible.

        The scores are measured when it is first asked for, and again only if training has found better weights.
        text: the name of the file that own text came from. Before the first step it is the untrained network.
        Raises ValueError if the run diverged before it had any network that gives finite answers.
        """
        if self.state == "diverged" and not self.snapshots:
            raise ValueError("The run diverged before its first step, so that there is no model to keep.")
        network, step, which = self._best()
        if self._scored is None or self._scored[0] != step:
            self._scored = step, self.task.held_out_scores(network)
        more: dict[str, Any] = {"steps": self.steps_taken, "kept": which, "state": self.state}
        if self.explanation:
            more["stopped"] = self.explanation
        usual = f"{self.settings.task}-{self.settings.cell}"
        line = command(self.trainer, None if name == usual else name, text)
        return trained_model(self.trainer, name, line, network, self._scored[1], **more)

    def _best(self) -> tuple[Network, int, str]:
        """The best network, after how many steps it was that, and in words where it is from.

        Whole epochs count first, because those are what the command line compares; a run without one has snapshots.
        """
        trainer = self.trainer
        if trainer.best_epoch:
            step = int(trainer.curve[trainer.best_epoch - 1]["step"])
            return trainer.best_network(), step, f"epoch {trainer.best_epoch}, the best on the validation split"
        if not self.snapshots:
            return trainer.best_network(), 0, "the untrained network"
        best = max(self.snapshots, key=lambda one: self.task.selection_key(one.validation))
        if best.step == 0:
            return trainer.network_from(best.parameters), 0, "the untrained network, which did best so far"
        which = f"step {best.step}, the best on the validation split among those looked at; no epoch was finished"
        return trainer.network_from(best.parameters), best.step, which

    # ---- one step -------------------------------------------------------------------------

    def _pull(self) -> None:
        began = time.perf_counter()
        # A run that explodes is expected here, and told in words.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            next(self._steps, None)
        spent = time.perf_counter() - began
        self.seconds += spent
        self._spent = [*self._spent[1 - PACE :], spent]

    def _pace(self) -> float:
        return fmean(self._spent) if self._spent else 0.0

    def _go(self) -> Iterator[None]:
        """Everything that the run does, step by step; nothing in it knows how the work is sliced."""
        try:
            self._snap(1)
        except NotFiniteError:
            self._diverge()
            return
        for progress in self.trainer.run():
            self.history.loss.append(progress.batch_loss)
            self.history.norm.append(progress.norm)
            if progress.validation is not None:
                self.history.checks.append({"step": self.steps_taken, **progress.validation})
            try:
                if self._to_be_snapped(progress):
                    self._snap(progress.epoch, progress.validation)
            except NotFiniteError:
                self._diverge()
                return
            if self._ran_away():
                self._diverge(float(np.log(len(self.task.labels))))
                return
            if progress.step < progress.steps or self._goes_on():
                yield
        if self.trainer.diverged:
            self._diverge()
            return
        if self.snapshots[-1].step < self.steps_taken:
            self._snap(self.trainer.epochs_finished, self._last_check())
        over = self.trainer.stop_reason or f"All {self.trainer.epochs_finished} epochs are over."
        self._end("finished", " ".join(filter(None, [over, explosion_warning(self.settings, self.history)])))

    def _diverge(self, guessing: float | None = None) -> None:
        kept = self._best()[2] if self.snapshots else None
        self._end("diverged", explain_divergence(self.settings, self.history, kept, guessing))

    def _goes_on(self) -> bool:
        return self.trainer.stop_reason is None and self.trainer.epochs_finished < self.settings.recipe.epochs

    def _end(self, state: State, why: str) -> None:
        self.state, self.explanation = state, why
        self._spent = []

    def _ran_away(self) -> bool:
        """Whether the loss has for a while been far above that of guessing (and, at first, of the beginning)."""
        loss, guessing = self.history.loss, float(np.log(len(self.task.labels)))
        bound = RUNAWAY * (guessing if len(loss) > SETTLED else max(loss[0], guessing))
        return len(loss) >= WINDOW and fmean(loss[-WINDOW:]) > bound

    # ---- snapshots --------------------------------------------------------------------------

    def _to_be_snapped(self, progress: StepReport) -> bool:
        """Whether this is the moment for a snapshot: not too soon after the last, and not too dear.

        At an epoch's end the validation split was read anyway.
        """
        if not self.snapshots.due(self.steps_taken):
            return False
        if progress.validation is not None:
            return True
        return self._watched + self._a_check <= WATCHING * self._a_step * self.steps_taken

    def _snap(self, epoch: int, validation: dict[str, float] | None = None) -> None:
        """Take a snapshot. Raises NotFiniteError if what the network says is no longer finite."""
        network = self.trainer.network
        if validation is None:
            validation = self.task.validate(network)
            if not np.isfinite(validation["validation_loss"]):
                raise NotFiniteError("the loss on the validation split is not a finite number")
            self._watched += self._a_check
            self.history.checks.append({"step": self.steps_taken, **validation})
        probe_loss, gradient = state_gradient_norms(network, self._probe_inputs, self.task.probe)
        self.snapshots.add(
            Snapshot(
                self.steps_taken,
                epoch,
                self.history.loss[-1] if self.history.loss else None,
                validation,
                probe_loss,
                gradient,
                {name: array.copy() for name, array in network.parameters.items()},
            )
        )

    def _last_check(self) -> dict[str, float] | None:
        """The validation measures of this very step, if they were taken."""
        check = dict(self.history.checks[-1])
        return check if check.pop("step") == self.steps_taken else None

    def _read_probe(self) -> Array:
        inputs = self.task.vocabulary.encode(self.task.probe.text).inputs
        return inputs if len(self.task.vocabulary) else inputs.astype(self.trainer.network.dtype)
