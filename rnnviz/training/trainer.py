"""The training loop, as a generator: whoever pulls it decides about pace, pause and end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..cells import CELLS
from ..cells.activations import Array
from ..cells.array_checks import NotFiniteError
from ..network import Masks, Network, States
from . import saved_progress
from .allocator import _keep_freed_memory
from .backpropagation import loss_and_gradients
from .batches import Batch
from .optimiser import Adam, clip_gradients
from .recipe import Recipe
from .tasks import Task


@dataclass(frozen=True)
class StepReport:
    """Where a training run stands after one step.

    epoch counts from 1, step from 1 within the epoch. loss: nats, the mean over the epoch so
    far. validation: the measures of the validation split after an epoch's last step, else None.
    batch_loss: nats, of this step alone. norm: of the gradient, as it was before clipping.
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
    """Trains one network for one task and keeps the weights of the epoch that did best on validation.

    `run()` yields after every step: not pulling it is a pause, closing it is the end, and
    `best_network()` answers at any time. With a checkpoint file, a later Trainer with the
    same settings goes on after the last finished epoch and ends with the same numbers as a
    run that was never interrupted: each epoch draws its random numbers from (seed, epoch).

    stopped: why training ended before its time, in a sentence, or None. diverged: whether that
    was because the loss was no longer a finite number.
    Raises ValueError for an unknown cell and for the checkpoint of another run.
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
        if cell not in CELLS:
            raise ValueError(f"there is no cell {cell!r}; known are {', '.join(CELLS)}")
        _keep_freed_memory()
        self.task, self.cell = task, cell
        self.seed = task.seed if seed is None else seed
        self.recipe = recipe or task.recipe(cell)
        self.given_options = dict(options or {})
        self.cell_options = CELLS[cell].resolve_options(self.given_options)
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
        self.diverged = False
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

    def run(self) -> Iterator[StepReport]:
        """Train until the epochs are over, the task is learned, or the loss is no longer a number."""
        while self.epochs_finished < self.recipe.epochs and self.stop_reason is None:
            yield from self._one_epoch()

    def best_network(self) -> Network:
        """A network with the best weights so far; before the first epoch's end, with those it began with.

        Rows of the embedding that training never read (`<unk>`, where every token is known) say
        nothing: they are set to the mean of the rows that it did read, an average token.
        """
        return self.network_from(self.best_parameters)

    def network_from(self, parameters: Mapping[str, Array]) -> Network:
        """A network with copies of these parameters of this run, as `best_network` makes it."""
        weights = {name: array.copy() for name, array in parameters.items()}
        table = weights.get("embedding.weight")
        if table is not None:
            # A row that was never read never had a gradient, so its mean square is exactly zero.
            read = self.optimiser.square["embedding.weight"].any(axis=1)
            if read.any():
                table[~read] = table[read].mean(axis=0)
        return Network.from_parameters(weights, self.cell, self.cell_options)

    # ---- one epoch ----------------------------------------------------------------------

    def _one_epoch(self) -> Iterator[StepReport]:
        epoch, recipe, began = self.epochs_finished + 1, self.recipe, time.perf_counter()
        rng = np.random.default_rng([self.seed, epoch])
        states: States | None = None
        total = 0.0
        for step, batch in enumerate(self.task.batches(rng, recipe.batch), 1):
            try:
                loss, norm, states = self._one_step(batch, states if batch.continues else None, rng)
            except NotFiniteError:
                self._diverged(epoch, step)
                return
            total += loss
            if step < self.steps_per_epoch:
                self.seconds += time.perf_counter() - began
                yield StepReport(epoch, recipe.epochs, step, self.steps_per_epoch, total / step, None, loss, norm)
                began = time.perf_counter()
        try:
            validation = self.task.validate(self.network)
            if not np.isfinite(validation["validation_loss"]):
                raise NotFiniteError("the loss on the validation split is not a finite number")
        except NotFiniteError:
            self._diverged(epoch, self.steps_per_epoch)
            return
        self.seconds += time.perf_counter() - began
        self._finish_epoch(total / self.steps_per_epoch, validation)
        yield StepReport(
            epoch,
            recipe.epochs,
            self.steps_per_epoch,
            self.steps_per_epoch,
            total / self.steps_per_epoch,
            validation,
            loss,
            norm,
        )

    def _one_step(self, batch: Batch, states: States | None, rng: np.random.Generator) -> tuple[float, float, States]:
        """One step of Adam: the loss, the norm of its gradient before clipping, and the states at the end.

        Raises NotFiniteError, before any parameter has changed, if one of them is no longer a finite number.
        """
        recipe = self.recipe
        masks = self._masks(batch.targets.shape, rng)
        loss, gradients, states = loss_and_gradients(self.network, batch, states, masks, recipe.truncate)
        norm = clip_gradients(gradients, recipe.clip)
        if not np.isfinite([loss, norm]).all():
            raise NotFiniteError(f"the loss is {loss}, and its gradient's norm {norm}")
        self.optimiser.step(
            gradients, recipe.learning_rate_at(self.optimiser.steps_taken, recipe.epochs * self.steps_per_epoch)
        )
        return loss, norm, states

    def _diverged(self, epoch: int, step: int) -> None:
        self.diverged = True
        self.stop_reason = (
            f"Training stopped in epoch {epoch}, step {step}, because the loss was no longer a finite number; "
            f"the weights of epoch {self.best_epoch} are kept, and a lower learning rate may help."
        )

    def _masks(self, shape: tuple[int, ...], rng: np.random.Generator) -> Masks | None:
        """Dropout (Srivastava et al. 2014): zero a share of the numbers, and scale up the rest to make up for it."""
        recipe = self.recipe
        if not recipe.dropout_inputs and not recipe.dropout_top:
            return None

        def factors(size: int, share: float) -> Array:
            kept = rng.random((*shape, size), np.float32) >= share
            return kept * np.float32(1 / (1 - share))

        return Masks(
            factors(self.network.input_size, recipe.dropout_inputs), factors(recipe.hidden, recipe.dropout_top)
        )

    def _finish_epoch(self, loss: float, validation: dict[str, float]) -> None:
        before = [self.task.selection_key(entry) for entry in self.curve]
        self.curve.append(
            {"epoch": self.epochs_finished + 1, "step": self.optimiser.steps_taken, "loss": loss, **validation}
        )
        if not before or self.task.selection_key(validation) > max(before):
            self.best_epoch = self.epochs_finished
            for name, array in self.network.parameters.items():
                self.best_parameters[name][...] = array
        if self.task.is_learned(self.curve) or self.task.is_solved(self.curve, self.recipe.solved):
            self.stop_reason = f"Training stopped after epoch {self.epochs_finished}, because the task is learned."
        elif self.recipe.patience and self.epochs_finished - self.best_epoch >= self.recipe.patience:
            self.stop_reason = (
                f"Training stopped after epoch {self.epochs_finished}: no better validation since {self.best_epoch}."
            )
        if self.checkpoint_file is not None:
            self._save(self.checkpoint_file)

    # ---- interruption and resuming --------------------------------------------------------

    def _settings(self) -> dict[str, Any]:
        """What must be the same in the run that goes on with a checkpoint."""
        return {
            "task": self.task.name,
            "task_options": self.task.options,
            "cell": self.cell,
            "options": self.cell_options,
            "recipe": asdict(self.recipe),
            "seed": self.seed,
        }

    def _groups(self) -> dict[str, dict[str, Array]]:
        """Every array that a run needs to go on; `_save` and `_resume` both go by it."""
        return {
            "now": self.network.parameters,
            "best": self.best_parameters,
            "mean": self.optimiser.mean,
            "square": self.optimiser.square,
        }

    def _save(self, file: Path) -> None:
        arrays = {f"{group}/{name}": a for group, named in self._groups().items() for name, a in named.items()}
        about = {
            "settings": self._settings(),
            "curve": self.curve,
            "taken": self.optimiser.steps_taken,
            "best_epoch": self.best_epoch,
            "seconds": self.seconds,
            "stopped": self.stop_reason,
        }
        saved_progress.write(file, arrays, about)

    def _resume(self, file: Path) -> None:
        arrays, about = saved_progress.read(file)
        for name, value in self._settings().items():
            if about["settings"][name] != value:
                raise ValueError(
                    f"{file} belongs to another run ({name} is {about['settings'][name]} there, {value} here); "
                    "delete it, or start over with --fresh"
                )
        for group, named in self._groups().items():
            for name, array in named.items():
                array[...] = arrays[f"{group}/{name}"]
        self.curve = about["curve"]
        self.optimiser.steps_taken = about["taken"]
        self.best_epoch = about["best_epoch"]
        self.seconds = about["seconds"]
        self.stop_reason = about["stopped"]
