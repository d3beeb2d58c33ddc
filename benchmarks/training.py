"""Whole training loops against PyTorch's: the same task, sizes, recipe, clipping, dropout and Adam.

"Training" is one step with all that belongs to it: its batch is made, read forwards and backwards, the gradient
clipped, the parameters moved. Both peers draw the very same batches in the same order.

"Until learned" is a run from its first step until the best possible accuracy was reached three checks in a row,
checks included. First weights are drawn by each peer in its own way, so that the number of steps differs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from benchmarks import Row
from benchmarks._timing import compare, in_processes, print_rows
from benchmarks.twin import CELLS, Twin, train
from rnnviz.training import TASKS, MissingDataError, Settings, Task, Trainer, TrainingRun
from rnnviz.training.batches import Batch

OPTIONS = {"counter": {}, "recall": {"shortest": 1, "longest": 40}, "names": {}}
LEARNED = ("counter", "recall")
STEPS = 10  # timed together, because sequences differ in length
ENDLESS = 10**6  # epochs
MODULES = {"rnn": "nn.RNN", "gru": "nn.GRU", "lstm": "nn.LSTM"}


def run() -> list[Row]:
    return in_processes("benchmarks.training")


def measure() -> list[Row]:
    threads, rows = torch.get_num_threads(), []
    count = f"{threads} thread{'s' * (threads > 1)}"
    for name, options in OPTIONS.items():
        try:
            task = TASKS[name](**options)
        except MissingDataError:
            continue  # names need their data
        for cell in CELLS:
            mine, peer, ratio = (value / STEPS for value in compare(our_steps(task, cell), torchs_steps(task, cell)))
            recipe = task.recipe(cell)
            size = f"{name}, B={recipe.batch}, D={recipe.embedding}, H={recipe.hidden}, {count}"
            there = f"{MODULES[cell]} and torch.optim.Adam"
            rows.append(Row(f"training, {cell}", size, mine, there, peer, "no slower", ratio * STEPS))
    for name in LEARNED:
        for cell in CELLS:
            task = TASKS[name](**OPTIONS[name])
            began = time.perf_counter()
            watched = TrainingRun(Settings.for_task(task, cell), task)
            while not watched.ended:
                watched.work(1.0)
            mine = 1000 * (time.perf_counter() - began)
            aim = "10 s for all three cells" if name == "counter" else "a minute" if cell != "rnn" else "none"
            size = f"{name}, {watched.steps_taken} steps, watched, {count}"
            rows.append(Row(f"until learned, {cell}", size, mine, MODULES[cell], torch_learns(task, cell), aim))
    return rows


def our_steps(task: Task, cell: str) -> Callable[[], None]:
    """STEPS steps of a training that never ends. Validation is left out on both sides."""
    blind = replace_validation(task)
    steps = Trainer(blind, cell, replace(task.recipe(cell), epochs=ENDLESS, patience=0)).run()

    def some() -> None:
        for _ in range(STEPS):
            next(steps)

    return some


def torchs_steps(task: Task, cell: str) -> Callable[[], None]:
    """The same in PyTorch."""
    torch.manual_seed(task.seed)
    recipe, stream = task.recipe(cell), batches(task, task.recipe(cell).batch)
    twin = Twin(cell, recipe, len(task.vocabulary), len(task.labels))
    optimiser = torch.optim.Adam(twin.parameters(), lr=recipe.learning_rate)
    twin.train()

    def some() -> None:
        for batch, _ in zip(stream, range(STEPS), strict=False):
            logits, _ = twin(torch.from_numpy(batch.inputs))
            targets = torch.from_numpy(np.ascontiguousarray(batch.targets)).flatten()
            surprises = nn.functional.cross_entropy(logits.flatten(0, 1), targets, reduction="none")
            optimiser.zero_grad()
            (surprises * torch.from_numpy(batch.weights).flatten()).sum().backward()
            nn.utils.clip_grad_norm_(twin.parameters(), recipe.clip)
            optimiser.step()

    return some


def batches(task: Task, size: int) -> Iterator[Batch]:
    """The batches of one epoch after another, as the Trainer draws them."""
    for epoch in range(1, ENDLESS):
        yield from task.batches(np.random.default_rng([task.seed, epoch]), size)


def replace_validation(task: Task) -> Task:
    """The same task, which says of every network that it is as bad as the last, in no time."""
    blind = object.__new__(type(task))
    blind.__dict__ = task.__dict__ | {"validate": lambda network: {"validation_loss": 1.0, "accuracy": 0.0}}
    return blind


def torch_learns(task: Task, cell: str) -> float:
    """Milliseconds until a PyTorch twin has learned the task by the same measure."""
    task.__dict__["learned"] = lambda curve: task.is_solved(curve, 3)
    return 1000 * train(task, cell, quiet=True)[1]


if __name__ == "__main__":
    print_rows(measure())
