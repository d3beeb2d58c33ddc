"""Two trainings that differ in one thing: whether gradients are clipped."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

from .history import History
from .recipe import Recipe
from .tasks import TASKS
from .trainer import Trainer

# A ReLU network whose recurrent matrix starts as the identity: nothing bounds its states, and gradients explode easily.
RECIPE = Recipe(embedding=8, hidden=16, batch=32, learning_rate=0.01, final_rate=1.0, recurrent="identity")
DELAYS: dict[str, Any] = {"shortest": 5, "longest": 20}
SEED = 2
CLIP = 1.0


def clipping_runs(steps: int = 300) -> dict[float, History]:
    """Train a simple RNN with ReLU on recall, without clipping and with it.

    Parameters
    ----------
    steps : int, default 300
        Training steps of each run, above 0.

    Returns
    -------
    dict of float to History
        By the largest norm of a gradient, 0.0 for none: the losses and the norms before clipping. A run ends early if
        its loss is no longer finite.
    """
    return {clip: _history(clip, steps) for clip in (0.0, CLIP)}


def _history(clip: float, steps: int) -> History:
    task, history = TASKS["recall"](**DELAYS), History()
    recipe = replace(RECIPE, clip=clip)
    trainer = Trainer(task, "rnn", recipe, seed=SEED, options={"activation": "relu"})
    for report in islice(trainer.run(), steps):
        history.loss.append(report.batch_loss)
        history.norm.append(report.norm)
    return history
