"""A training run that is watched: worked on in slices, paused, stopped, and looked back at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import fmean
from typing import Any, Literal, NamedTuple

import numpy as np

from ..cells.activations import Array
from ..errors import NotFiniteError, TrainingError
from ..model import Model
from ..network import Network
from ..trace import Trace
from .diagnosis import Diagnosis, Explosion, diagnose, find_explosion
from .history import History, Snapshot, Snapshots
from .loss import state_gradient_norms
from .run_limits import check_limits
from .run_settings import Settings
from .slices import FORWARD_AND_BACKWARD, Slices, finish
from .tasks import Scores, Task
from .trainer import StepReport, Trainer, check_finite
from .training_card import trained_model

State = Literal["ready", "running", "paused", "finished", "stopped", "diverged"]

LOSS_WINDOW = 20  # steps over which the loss is averaged before a run counts as diverged
DIVERGED_LOSS = 3.0  # as a multiple of the loss of guessing
SETTLING_STEPS = 100  # in which a network may come down from a higher initial loss
PACE_STEPS = 50  # the latest steps, from which the remaining time is estimated
SNAPSHOT_SHARE = 0.25  # of all tokens read in training may be read for snapshots between the ends of epochs


class BestNetwork(NamedTuple):
    """The best network so far, its step (0 if untrained), and a description of where it comes from."""

    network: Network
    step: int
    origin: str


class TrainingRun:
    """A training run that is advanced step by step and recorded.

    A run has no thread: it advances only while `work` or `step` is called. The same settings give the same numbers,
    however the work is sliced.

    Parameters
    ----------
    settings : Settings
        What to train, and how.
    task : Task, optional
        The task that the settings are for; created from them by default.

    Attributes
    ----------
    state : {"ready", "running", "paused", "finished", "stopped", "diverged"}
        Ends as "finished" when the epochs are over or the task is solved, as "stopped" by `stop`, and as "diverged"
        when the loss is far too high or not finite.
    explanation : str or None
        How the run ended, in a few sentences.
    diagnosis : Diagnosis or None
        Why it diverged.
    explosion : Explosion or None
        The exploded gradient of a run that finished without clipping.
    history : History
        Curves of all steps.
    snapshots : Snapshots
        Networks at some steps, the untrained one first.
    seconds : float
        Time worked, snapshots included.

    Raises
    ------
    TrainingError
        If the task is not the one that the settings are for, or if the run is too large (see `check_limits`).

    Examples
    --------
    >>> from rnnviz.training import TASKS, Settings, TrainingRun
    >>> task = TASKS["parity"](length=3)
    >>> run = TrainingRun(Settings.for_task(task, "rnn", epochs=1, hidden=4, batch=8), task)
    >>> run.step()
    >>> run.state, run.steps_taken
    ('paused', 1)
    """

    def __init__(self, settings: Settings, task: Task | None = None) -> None:
        self.settings, self.task = settings, task or settings.make_task()
        if (self.task.name, self.task.options) != (settings.task, {**self.task.options, **settings.options}):
            raise TrainingError(
                f"The settings are for the task {settings.task} with options {dict(settings.options)}, but the given "
                f"task is {self.task.name} with options {self.task.options}.",
                code="other_task",
                setting="task",
                value=settings.task,
            )
        check_limits(settings, self.task)
        self.trainer = Trainer(
            self.task, settings.cell, settings.recipe, seed=settings.seed, options=dict(settings.cell_options)
        )
        self.state: State = "ready"
        self.explanation: str | None = None
        self.diagnosis: Diagnosis | None = None
        self.explosion: Explosion | None = None
        self.history = History()
        self.snapshots = Snapshots(sum(array.nbytes for array in self.trainer.network.parameters.values()))
        self.seconds = 0.0
        self._durations: list[float] = []  # of the latest steps
        self._step_seconds = 0.0  # of the step that is under way
        self._pauses_at: int | None = None  # the step to pause after
        self._steps = self._training_steps()
        self._snapshot_tokens = 0  # read for snapshots only
        # The cost of a check and of a step, in tokens; in the backward pass a token counts twice.
        self._check_cost = self.task.validation_tokens
        epoch_cost = FORWARD_AND_BACKWARD * self.task.tokens_per_epoch(settings.recipe.batch)
        self._step_cost = epoch_cost / self.trainer.steps_per_epoch
        self._scored: tuple[int, Scores] | None = None  # the step of the network that was scored, and its scores
        self._probe_inputs = self._read_probe()

    # ---- working ------------------------------------------------------------------------

    def work(self, seconds: float) -> None:
        """Train for about this long, at least one slice of a step, unless the run is paused or has ended.

        Parameters
        ----------
        seconds : float
            Time to work.
        """
        self.start()
        end = time.perf_counter() + seconds
        while self.state == "running":
            taken = self._advance()
            if time.perf_counter() + taken > end:
                return

    def step(self) -> None:
        """Train exactly one step and pause. Has no effect once the run has ended."""
        self.request_step()
        while self.state == "running":
            self._advance()

    def request_step(self) -> None:
        """Let `work` train to the end of one step and pause there. Has no effect once the run has ended."""
        if not self.ended:
            self.state, self._pauses_at = "running", self.steps_taken + 1

    def start(self) -> None:
        """Go from "ready" to "running". Has no effect in any other state."""
        if self.state == "ready":
            self.state = "running"

    def pause(self) -> None:
        """Let `work` have no effect until `resume`. Has no effect once the run has ended."""
        if not self.ended:
            self.state, self._pauses_at = "paused", None

    def resume(self) -> None:
        """Continue after a pause. Has no effect once the run has ended."""
        if not self.ended:
            self.state, self._pauses_at = "running", None

    def stop(self) -> None:
        """End the run and keep what it has learned. Has no effect once the run has ended."""
        if not self.ended:
            self._end("stopped", f"Training was stopped by hand after step {self.steps_taken} of {self.total_steps}.")

    @property
    def ended(self) -> bool:
        """Whether the run has finished, was stopped, or diverged."""
        return self.state in ("finished", "stopped", "diverged")

    @property
    def steps_taken(self) -> int:
        """Steps taken so far."""
        return len(self.history.loss)

    @property
    def total_steps(self) -> int:
        """Steps of the run if it continues to its last epoch."""
        return self.settings.recipe.epochs * self.trainer.steps_per_epoch

    @property
    def progress(self) -> float:
        """The share of all steps that is done, 0 to 1; 1 as well for a run that finished early."""
        return 1.0 if self.state == "finished" else self.steps_taken / self.total_steps

    @property
    def seconds_left(self) -> float | None:
        """The remaining time at the pace of the latest steps; None before the first step."""
        if self.ended:
            return 0.0
        return (self.total_steps - self.steps_taken) * self._pace() if self._durations else None

    # ---- results --------------------------------------------------------------------------

    def model_at(self, k: int) -> Model:
        """Return the network of a snapshot as a model without a card.

        Parameters
        ----------
        k : int
            Index of the snapshot; negative ones count from the end.

        Returns
        -------
        Model
            The network with the task's vocabulary and labels.

        Raises
        ------
        IndexError
            If there is no such snapshot.
        """
        snapshot = self.snapshots[k]
        name = f"{self.settings.task}-{self.settings.cell} after {snapshot.step} steps"
        network = self.trainer.network_from(snapshot.parameters)
        return Model(name, network, self.task.vocabulary, self.task.labels)

    def trace_at(self, k: int) -> Trace:
        """Return the trace of the task's probe in the network of a snapshot.

        Parameters
        ----------
        k : int
            Index of the snapshot; negative ones count from the end.

        Returns
        -------
        Trace
            States, gates and outputs at every step.
        """
        return self.model_at(k).trace(self.task.probe.text)

    def best_model(
        self,
        name: str,
        text_file: str | None = None,
        at_break: Callable[[], object] | None = None,
        measure: bool = True,
    ) -> Model:
        """Return the best network so far as a model, with its card.

        Before the first step it is the untrained network. Held-out scores are measured once for each network.

        Parameters
        ----------
        name : str
            Name of the model.
        text_file : str, optional
            Name of the file that the task's text came from.
        at_break : callable, optional
            Called now and then while the scores are measured, which takes long for a large network.
        measure : bool, default True
            Whether to measure scores that were not measured before. Otherwise the card has none.

        Returns
        -------
        Model
            Its card has the task, recipe, seed, held-out scores, chance and best possible score.

        Raises
        ------
        TrainingError
            With code "no_model" if the run diverged before its first step.
        """
        if self.state == "diverged" and not self.snapshots:
            raise TrainingError("The run diverged before its first step, so there is no model.", code="no_model")
        best = self._best()
        if measure and (not self._scored or self._scored[0] != best.step):
            self._scored = best.step, finish(self.task.held_out_scores_in_slices(best.network), at_break)
        metadata: dict[str, Any] = {"steps": self.steps_taken, "kept": best.origin, "state": self.state}
        metadata |= {"stopped": self.explanation} if self.explanation else {}
        scores = self._scored[1] if self._scored and self._scored[0] == best.step else {}
        return trained_model(self.trainer, name, text_file=text_file, network=best.network, scores=scores, **metadata)

    @property
    def best_step(self) -> int:
        """The step of the network in `best_model`; 0 for the untrained network."""
        return self._best().step

    def _best(self) -> BestNetwork:
        """The best network so far.

        Finished epochs come first, because the command line compares those; a run without one has its snapshots.
        """
        trainer = self.trainer
        if trainer.best_epoch:
            step = int(trainer.curve[trainer.best_epoch - 1]["step"])
            origin = f"epoch {trainer.best_epoch}, the best on the validation split"
            return BestNetwork(trainer.best_network(), step, origin)
        if not self.snapshots:
            return BestNetwork(trainer.best_network(), 0, "the untrained network")
        best = max(self.snapshots, key=lambda snapshot: self.task.selection_key(snapshot.validation))
        origin = "the untrained network, the best so far"
        if best.step:
            origin = f"step {best.step}, the best snapshot on the validation split; no epoch was finished"
        return BestNetwork(trainer.network_from(best.parameters), best.step, origin)

    # ---- one step -------------------------------------------------------------------------

    def _advance(self) -> float:
        """Train one slice, and return its seconds: those that the next one will take."""
        before, began = self.steps_taken, time.perf_counter()
        # A run may explode here; it is explained in words instead of warnings.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            next(self._steps, None)
        duration = time.perf_counter() - began
        self.seconds += duration
        self._step_seconds += duration
        if self.steps_taken > before:
            self._durations = [*self._durations[1 - PACE_STEPS :], self._step_seconds]
            self._step_seconds = 0.0
        if self._pauses_at is not None and self.steps_taken >= self._pauses_at and self.state == "running":
            self.pause()
        return duration

    def _pace(self) -> float:
        """Seconds a step."""
        return fmean(self._durations) if self._durations else 0.0

    def _training_steps(self) -> Iterator[None]:
        """The whole run, slice by slice; it does not depend on when the work is done."""
        try:
            yield from self._take_snapshot(1)
        except NotFiniteError:
            self._diverge()
            return
        for report in self.trainer.run_in_slices():
            if report is None:
                yield
                continue
            self.history.loss.append(report.batch_loss)
            self.history.norm.append(report.norm)
            if report.validation is not None:
                self.history.checks.append({"step": self.steps_taken, **report.validation})
            try:
                if self._snapshot_is_due(report):
                    yield from self._take_snapshot(report.epoch, report.validation)
            except NotFiniteError:
                self._diverge()
                return
            if self._loss_is_too_high():
                self._diverge(float(np.log(len(self.task.labels))))
                return
            if report.step < report.steps or self._another_epoch_follows():
                yield
        if self.trainer.diverged:
            self._diverge()
            return
        if self.snapshots[-1].step < self.steps_taken:
            yield from self._take_snapshot(self.trainer.epochs_finished, self._last_check())
        epochs = self.trainer.epochs_finished
        ending = self.trainer.stop_reason or f"Training finished after {epochs} epoch{'s' * (epochs > 1)}."
        self.explosion = find_explosion(self.settings, self.history)
        self._end("finished", f"{ending} {self.explosion.message}" if self.explosion else ending)

    def _diverge(self, guessing_loss: float | None = None) -> None:
        kept = self._best().origin if self.snapshots else None
        self.diagnosis = diagnose(self.settings, self.history, kept, guessing_loss)
        self._end("diverged", self.diagnosis.message)

    def _another_epoch_follows(self) -> bool:
        return self.trainer.stop_reason is None and self.trainer.epochs_finished < self.settings.recipe.epochs

    def _end(self, state: State, explanation: str) -> None:
        self.state, self.explanation = state, explanation
        self._durations = []

    def _loss_is_too_high(self) -> bool:
        """Whether the latest losses are far above that of guessing (and, at first, above the initial loss)."""
        loss, guessing_loss = self.history.loss, float(np.log(len(self.task.labels)))
        bound = DIVERGED_LOSS * (guessing_loss if len(loss) > SETTLING_STEPS else max(loss[0], guessing_loss))
        return len(loss) >= LOSS_WINDOW and fmean(loss[-LOSS_WINDOW:]) > bound

    # ---- snapshots --------------------------------------------------------------------------

    def _snapshot_is_due(self, report: StepReport) -> bool:
        """Whether to take a snapshot now: not too soon after the last one, and not at too high a cost.

        At the end of an epoch it costs little, because the validation split was read anyway.
        """
        if not self.snapshots.due(self.steps_taken):
            return False
        if report.validation is not None:
            return True
        return self._snapshot_tokens + self._check_cost <= SNAPSHOT_SHARE * self._step_cost * self.steps_taken

    def _take_snapshot(self, epoch: int, validation: dict[str, float] | None = None) -> Slices[None]:
        """Take a snapshot. Raises NotFiniteError if the network's outputs are no longer finite."""
        network, probe = self.trainer.network, self.task.probe
        if validation is None:
            validation = yield from self.task.validate_in_slices(network)
            check_finite(validation)
            self._snapshot_tokens += self._check_cost
            self.history.checks.append({"step": self.steps_taken, **validation})
        probe_loss, gradient = state_gradient_norms(network, self._probe_inputs, probe.targets, probe.weights)
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
        """The validation measures of the current step, if there are any."""
        check = dict(self.history.checks[-1])
        return check if check.pop("step") == self.steps_taken else None

    def _read_probe(self) -> Array:
        inputs = self.task.vocabulary.encode(self.task.probe.text).inputs
        return inputs if len(self.task.vocabulary) else inputs.astype(self.trainer.network.dtype)
