"""Two trainings by the plain rule that differ in one thing: whether gradients are clipped."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np

from .history import History
from .loss import loss_and_gradients
from .optimiser import clip_gradients
from .recipe import Recipe
from .tasks import TASKS, Task
from .trainer import Trainer

# A ReLU network whose recurrent matrix starts as the identity: nothing bounds its states, and gradients explode easily.
RECIPE = Recipe(embedding=8, hidden=32, batch=32, recurrent="identity")
DELAYS: dict[str, Any] = {"shortest": 5, "longest": 20}
RATE = 0.05
CLIP = 1.0
CHECK_EVERY = 50  # steps


def clipping_task() -> Task:
    """The task of both trainings, recall with delays of 5 to 20."""
    return TASKS["recall"](**DELAYS)


def clipping_runs(steps: int = 300, seed: int = 0) -> dict[float, History]:
    """Train a simple RNN with ReLU, without clipping and with it.

    Every weight moves by the learning rate times its gradient, without Adam, which hides the length of a gradient.

    Parameters
    ----------
    steps : int, default 300
        Training steps of each run, above 0.
    seed : int, default 0
        Seed of all random numbers.

    Returns
    -------
    dict of float to History
        By the largest norm of a gradient, 0.0 for none: the losses, the norms before clipping, and checks on the
        validation split.
    """
    return {clip: _history(clip, steps, seed) for clip in (0.0, CLIP)}


def _history(clip: float, steps: int, seed: int) -> History:
    task, history, rng = clipping_task(), History(), np.random.default_rng([seed, 1])
    network = Trainer(task, "rnn", RECIPE, seed=seed, options={"activation": "relu"}).network
    epochs = iter(lambda: task.batches(rng, RECIPE.batch), None)
    for k, batch in enumerate(islice((batch for epoch in epochs for batch in epoch), steps), 1):
        loss, gradients, _ = loss_and_gradients(network, batch)
        history.loss.append(loss)
        history.norm.append(clip_gradients(gradients, clip))
        for name, parameter in network.parameters.items():
            parameter -= np.float32(RATE) * gradients[name]
        if k % CHECK_EVERY == 0:
            history.checks.append({"step": k, **task.validate(network)})
    return history
