"""Whole training loops against PyTorch's, with the same task, sizes, recipe, clipping, dropout and Adam.

"Training" is one step with everything that belongs to it: the batch is made and read forward and backward, the
gradient is clipped, and the parameters move. Both peers draw the same batches in the same order.

"Until learned" is a run from its first step until three consecutive checks reached the best possible accuracy, with
the checks. Each peer draws its own initial parameters, so the number of steps differs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch

from benchmarks import Row
from benchmarks._timing import compare, in_processes, print_rows, thread_label
from benchmarks.torch_twins import CELLS, Twin, train, train_step
from rnnviz.training import TASKS, MissingDataError, Settings, Task, Trainer, TrainingRun
from rnnviz.training.batches import Batch

OPTIONS = {"counter": {}, "recall": {"shortest": 1, "longest": 40}, "names": {}}
LEARNED = ("counter", "recall")
STEPS = 10  # timed together, because sequences differ in length
ENDLESS = 10**6  # epochs
MODULES = {"rnn": "nn.RNN", "gru": "nn.GRU", "lstm": "nn.LSTM"}


def run() -> list[Row]:
    return in_processes("benchmarks.training_cost")


def measure() -> list[Row]:
    threads, rows = thread_label(torch.get_num_threads()), []
    for name, options in OPTIONS.items():
        try:
            task = TASKS[name](**options)
        except MissingDataError:
            continue  # the names task needs its data
        for cell in CELLS:
            ours, theirs, ratio = compare(our_steps(task, cell), torch_steps(task, cell))
            recipe = task.recipe(cell)
            size = f"{name}, B={recipe.batch}, D={recipe.embedding}, H={recipe.hidden}, {threads}"
            peer = f"{MODULES[cell]} and torch.optim.Adam"
            rows.append(Row(f"training, {cell}", size, ours / STEPS, peer, theirs / STEPS, "no slower", ratio))
    for name in LEARNED:
        for cell in CELLS:
            task = TASKS[name](**OPTIONS[name])
            began = time.perf_counter()
            training_run = TrainingRun(Settings.for_task(task, cell), task)
            while not training_run.ended:
                training_run.work(1.0)
            ours = 1000 * (time.perf_counter() - began)
            target = "10 s for all three cells" if name == "counter" else "a minute" if cell != "rnn" else "none"
            size = f"{name}, {training_run.steps_taken} steps, recorded, {threads}"
            theirs = torch_milliseconds_until_learned(task, cell)
            rows.append(Row(f"until learned, {cell}", size, ours, MODULES[cell], theirs, target))
    return rows


def our_steps(task: Task, cell: str) -> Callable[[], None]:
    """STEPS steps of a training that never ends. Validation is left out on both sides."""
    unvalidated = without_validation(task)
    steps = Trainer(unvalidated, cell, replace(task.recipe(cell), epochs=ENDLESS, patience=0)).run()

    def take_steps() -> None:
        for _ in range(STEPS):
            next(steps)

    return take_steps


def torch_steps(task: Task, cell: str) -> Callable[[], None]:
    """The same in PyTorch."""
    torch.manual_seed(task.seed)
    recipe, stream = task.recipe(cell), batches(task, task.recipe(cell).batch)
    twin = Twin(cell, recipe, len(task.vocabulary), len(task.labels))
    optimiser = torch.optim.Adam(twin.parameters(), lr=recipe.learning_rate)
    twin.train()

    def take_steps() -> None:
        for batch, _ in zip(stream, range(STEPS), strict=False):
            train_step(twin, optimiser, batch, None, recipe.clip)

    return take_steps


def batches(task: Task, size: int) -> Iterator[Batch]:
    """The batches of one epoch after another, as the Trainer draws them."""
    for epoch in range(1, ENDLESS):
        yield from task.batches(np.random.default_rng([task.seed, epoch]), size)


def without_validation(task: Task) -> Task:
    """The same task with a validation that takes no time and finds every network equally bad."""
    unvalidated = object.__new__(type(task))
    unvalidated.__dict__ = task.__dict__ | {"validate": lambda network: {"validation_loss": 1.0, "accuracy": 0.0}}
    return unvalidated


def torch_milliseconds_until_learned(task: Task, cell: str) -> float:
    """Milliseconds until a PyTorch twin has learned the task by the same measure."""
    task.__dict__["is_learned"] = lambda curve: task.is_solved(curve, 3)
    return 1000 * train(task, cell, quiet=True)[1]


if __name__ == "__main__":
    print_rows(measure())
