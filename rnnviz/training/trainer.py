"""The training loop, as a generator: the caller decides about pace, pauses and the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..cells import cell_class
from ..cells.activations import Array
from ..errors import NotFiniteError, TrainingError
from ..network import Masks, Network, States
from .batches import Batch
from .loss import gradients_in_slices
from .optimiser import Adam, clip_gradients
from .recipe import Recipe
from .saved_progress import load_progress, save_progress
from .slices import Slices
from .tasks import Task

REUSED_BLOCK = 16 << 20  # bytes


@dataclass(frozen=True)
class StepReport:
    """What one training step measured.

    Parameters
    ----------
    epoch : int
        The current epoch, from 1.
    epochs : int
        Epochs of the recipe.
    step : int
        The step within the epoch, from 1.
    steps : int
        Steps of an epoch.
    loss : float
        Mean loss of the epoch so far, in nats.
    validation : dict of str to float, optional
        Measures of the validation split, after an epoch's last step only.
    batch_loss : float
        Loss of this step's batch, in nats.
    norm : float
        Norm of this step's gradient, before clipping.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    validation: dict[str, float] | None = None
    batch_loss: float = float("nan")
    norm: float = float("nan")


class Trainer:
    """Trains one network for one task and keeps the parameters of the epoch that did best on validation.

    `run` yields after every step, and `best_network` can be called at any time. Each epoch draws its random numbers
    from (seed, epoch), so a run that continues from a checkpoint file ends with the same numbers as one that was
    never interrupted.

    Parameters
    ----------
    task : Task
        What to train for.
    cell : str
        Name of the cell: "rnn", "gru", "lstm" or another in `rnnviz.cells.CELLS`.
    recipe : Recipe, optional
        The task's recipe for this cell by default.
    seed : int, optional
        Seed of all random numbers; the task's own by default.
    options : dict of str to str, optional
        Options of the cell.
    checkpoint_file : Path, optional
        Where progress is saved after every epoch. If the file exists, training continues from it.

    Attributes
    ----------
    network : Network
        The network in training.
    optimiser : Adam
        Its optimiser.
    curve : list of dict of str to float
        One entry per finished epoch: "epoch", "step", "loss" and the measures of the validation split.
    best_epoch : int
        The epoch that did best on validation; 0 before the end of the first.
    best_parameters : dict of str to ndarray
        The parameters after that epoch.
    seconds : float
        Time spent on training and validation.
    stop_reason : str or None
        Why training stopped early, in a sentence.
    stop_code : {"learned", "no_improvement", "diverged"} or None
        The same as a key.

    Raises
    ------
    UnknownNameError
        If there is no such cell.
    TrainingError
        If the checkpoint file belongs to another run; `setting` is the first setting that differs.
    DamagedFileError
        If the checkpoint file is something else.

    Examples
    --------
    >>> from rnnviz.training import TASKS, Recipe, Trainer
    >>> trainer = Trainer(TASKS["parity"](length=3), "rnn", Recipe(hidden=4, epochs=1, batch=8))
    >>> reports = list(trainer.run())
    >>> len(reports), trainer.best_epoch
    (100, 1)
    """

    def __init__(
        self,
        task: Task,
        cell: str,
        recipe: Recipe | None = None,
        *,
        seed: int | None = None,
        options: dict[str, str] | None = None,
        checkpoint_file: Path | None = None,
    ) -> None:
        _keep_freed_memory()
        self.task, self.cell = task, cell
        self.seed = task.seed if seed is None else seed
        self.recipe = recipe or task.recipe(cell)
        self.given_options = dict(options or {})
        self.cell_options = cell_class(cell).resolve_options(self.given_options)
        self.network = self.recipe.initial_network(
            cell,
            len(task.vocabulary),
            len(task.labels),
            np.random.default_rng(self.seed),
            self.cell_options,
            task.vocabulary.vector_size,
        )
        self.optimiser = Adam(self.network.parameters)
        self.curve: list[dict[str, float]] = []
        self.best_parameters = {name: array.copy() for name, array in self.network.parameters.items()}
        self.best_epoch = 0
        self.seconds = 0.0
        self.stop_reason: str | None = None
        self.stop_code: str | None = None
        self.checkpoint_file = checkpoint_file
        if checkpoint_file is not None and checkpoint_file.exists():
            self._resume(checkpoint_file)

    @property
    def epochs_finished(self) -> int:
        """How many epochs are finished."""
        return len(self.curve)

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one epoch."""
        return self.task.steps_per_epoch(self.recipe.batch)

    @property
    def diverged(self) -> bool:
        """Whether training stopped because the loss was no longer finite."""
        return self.stop_code == "diverged"

    def run(self) -> Iterator[StepReport]:
        """Train until the epochs are over, the task is learned, or the loss is no longer finite.

        Not asking for the next step is a pause; closing the generator ends the training.

        Yields
        ------
        StepReport
            After every step.
        """
        return (report for report in self.run_in_slices() if report is not None)

    def run_in_slices(self) -> Iterator[StepReport | None]:
        """Train as `run` does, with a break within each step or validation that is too large for one slice.

        Yields
        ------
        StepReport or None
            After every step, and None where a step or a validation goes on.
        """
        while self.epochs_finished < self.recipe.epochs and self.stop_reason is None:
            yield from self._epoch()

    def best_network(self) -> Network:
        """Return a network with the best parameters so far.

        Before the end of the first epoch these are the initial parameters. Rows of the embedding that training never
        read (`<unk>`, where every token is known) are meaningless; they become the mean of the rows that it did read.

        Returns
        -------
        Network
            A copy, which further training does not change.
        """
        return self.network_from(self.best_parameters)

    def network_from(self, parameters: Mapping[str, Array]) -> Network:
        """Return a network with some parameters of this run, treated as `best_network` treats them.

        Parameters
        ----------
        parameters : mapping of str to ndarray
            Parameters by name, for example those of a snapshot. They are copied.

        Returns
        -------
        Network
            With the cell and the options of this run.
        """
        copies = {name: array.copy() for name, array in parameters.items()}
        table = copies.get("embedding.weight")
        if table is not None:
            # A row that was never read never had a gradient, so its mean square is exactly zero.
            was_read = self.optimiser.square["embedding.weight"].any(axis=1)
            if was_read.any():
                table[~was_read] = table[was_read].mean(axis=0)
        return Network.from_parameters(copies, self.cell, self.cell_options)

    # ---- one epoch ----------------------------------------------------------------------

    def _epoch(self) -> Iterator[StepReport | None]:
        epoch, recipe, began = self.epochs_finished + 1, self.recipe, time.perf_counter()
        rng = np.random.default_rng([self.seed, epoch])
        steps, states, total = self.steps_per_epoch, None, 0.0
        for step, batch in enumerate(self.task.batches(rng, recipe.batch), 1):
            try:
                loss, norm, states = yield from self._step(batch, states if batch.continues else None, rng)
            except NotFiniteError:
                self._diverge(epoch, step)
                return
            total += loss
            if step < steps:
                self.seconds += time.perf_counter() - began
                yield StepReport(epoch, recipe.epochs, step, steps, total / step, None, loss, norm)
                began = time.perf_counter()
        try:
            validation = yield from self.task.validate_in_slices(self.network)
            check_finite(validation)
        except NotFiniteError:
            self._diverge(epoch, steps)
            return
        self.seconds += time.perf_counter() - began
        self._finish_epoch(total / steps, validation)
        yield StepReport(epoch, recipe.epochs, steps, steps, total / steps, validation, loss, norm)

    def _step(
        self, batch: Batch, states: States | None, rng: np.random.Generator
    ) -> Slices[tuple[float, float, States]]:
        """One step of Adam: the loss, the norm of its gradient before clipping, and the final states.

        Raises NotFiniteError, before any parameter has changed, if one of them is no longer finite.
        """
        recipe = self.recipe
        masks = self._dropout_masks(batch.targets.shape, rng)
        loss, gradients, states = yield from gradients_in_slices(self.network, batch, states, masks, recipe.truncate)
        norm = clip_gradients(gradients, recipe.clip)
        if not np.isfinite([loss, norm]).all():
            raise NotFiniteError(f"The loss is {loss}, and the norm of its gradient {norm}.")
        total_steps = recipe.epochs * self.steps_per_epoch
        self.optimiser.step(gradients, recipe.learning_rate_at(self.optimiser.steps_taken, total_steps))
        return loss, norm, states

    def _diverge(self, epoch: int, step: int) -> None:
        self.stop_code = "diverged"
        self.stop_reason = (
            f"Training stopped in epoch {epoch}, step {step}, because the loss was no longer a finite number; "
            f"the parameters of epoch {self.best_epoch} are kept. A lower learning rate may help."
        )

    def _dropout_masks(self, shape: tuple[int, ...], rng: np.random.Generator) -> Masks | None:
        """Dropout (Srivastava et al. 2014): zero a share of the values, and scale up the rest to make up for it."""
        recipe = self.recipe
        if not recipe.dropout_inputs and not recipe.dropout_top:
            return None

        def mask(size: int, share: float) -> Array:
            survives = rng.random((*shape, size), np.float32) >= share
            return survives * np.float32(1 / (1 - share))

        return Masks(
            mask(self.network.input_size, recipe.dropout_inputs), mask(self.network.output_size(-1), recipe.dropout_top)
        )

    def _finish_epoch(self, loss: float, validation: dict[str, float]) -> None:
        earlier = [self.task.selection_key(entry) for entry in self.curve]
        epoch = self.epochs_finished + 1
        self.curve.append({"epoch": epoch, "step": self.optimiser.steps_taken, "loss": loss, **validation})
        if not earlier or self.task.selection_key(validation) > max(earlier):
            self.best_epoch = epoch
            for name, array in self.network.parameters.items():
                self.best_parameters[name][...] = array
        if self.task.is_learned(self.curve) or self.task.is_solved(self.curve, self.recipe.solved):
            self.stop_code = "learned"
            self.stop_reason = f"Training stopped after epoch {epoch} because the task is learned."
        elif self.recipe.patience and epoch - self.best_epoch >= self.recipe.patience:
            self.stop_code = "no_improvement"
            self.stop_reason = (
                f"Training stopped after epoch {epoch}: the validation score has not improved since epoch "
                f"{self.best_epoch}."
            )
        if self.checkpoint_file is not None:
            self._save(self.checkpoint_file)

    # ---- interruption and resuming --------------------------------------------------------

    def _settings(self) -> dict[str, Any]:
        """Everything that must be the same in a run that continues from a checkpoint file."""
        return {
            "task": self.task.name,
            "task_options": self.task.options,
            "cell": self.cell,
            "options": self.cell_options,
            "recipe": asdict(self.recipe),
            "seed": self.seed,
        }

    def _array_groups(self) -> dict[str, dict[str, Array]]:
        """All arrays of the run's state, as they are saved and restored."""
        return {
            "now": self.network.parameters,
            "best": self.best_parameters,
            "mean": self.optimiser.mean,
            "square": self.optimiser.square,
        }

    def _save(self, file: Path) -> None:
        groups = self._array_groups().items()
        metadata = {
            "settings": self._settings(),
            "curve": self.curve,
            "taken": self.optimiser.steps_taken,
            "best_epoch": self.best_epoch,
            "seconds": self.seconds,
            "stopped": self.stop_reason,
            "stop_code": self.stop_code,
        }
        save_progress(file, {f"{group}/{name}": a for group, arrays in groups for name, a in arrays.items()}, metadata)

    def _resume(self, file: Path) -> None:
        saved, metadata = load_progress(file)
        for name, value in self._settings().items():
            if metadata["settings"][name] != value:
                raise TrainingError(
                    f"{file} belongs to another run ({name} is {metadata['settings'][name]} there, {value} here); "
                    "delete it, or start over with --fresh.",
                    code="other_run",
                    setting=name,
                    value=value,
                )
        for group, arrays in self._array_groups().items():
            for name, array in arrays.items():
                array[...] = saved[f"{group}/{name}"]
        self.curve = metadata["curve"]
        self.optimiser.steps_taken = metadata["taken"]
        self.best_epoch = metadata["best_epoch"]
        self.seconds = metadata["seconds"]
        self.stop_reason = metadata["stopped"]
        self.stop_code = metadata.get("stop_code")


def check_finite(validation: Mapping[str, float]) -> None:
    """Raise NotFiniteError if the validation loss is not finite."""
    if not np.isfinite(validation["validation_loss"]):
        raise NotFiniteError("The loss on the validation split is not a finite number.")


def _keep_freed_memory() -> None:
    """Let the process reuse freed arrays of up to REUSED_BLOCK bytes, and twice that in total.

    A training step allocates and frees a few megabytes. The GNU C library returns blocks of such a size to the
    system at once, and the system has to fetch and clear every page again, which took 40 % of a step with 64
    sequences of 40 steps. The library keeps blocks up to the size of the largest one that it has seen freed, so one is
    allocated and freed here, without touching a page of it. On other systems this has no effect.
    """
    np.empty(REUSED_BLOCK, np.uint8)
