"""The first step of a training run by the plain rule: every weight minus the learning rate times its gradient."""

from __future__ import annotations

import numpy as np

from ..network import Network
from .loss import loss_and_gradients
from .tasks import Task
from .trainer import Trainer


class FirstStep:
    """An untrained network, the batch that its `Trainer` reads first, and what one step downhill would change.

    Parameters
    ----------
    task : Task
        What to train for.
    cell : str
        Name of the cell.
    seed : int, default 0
        Seed of all random numbers, as of the `Trainer`.

    Attributes
    ----------
    network : Network
        The untrained network.
    batch : Batch
        The sequences of the first step.
    loss : float
        Loss of the batch, in nats.
    gradients : dict of str to ndarray
        By parameter name.

    Examples
    --------
    >>> from rnnviz.training import TASKS, FirstStep
    >>> step = FirstStep(TASKS["counter"](), "rnn")
    >>> step.loss_after(0.0) == step.loss > step.loss_after(0.1)
    True
    """

    def __init__(self, task: Task, cell: str, seed: int = 0) -> None:
        trainer = Trainer(task, cell, seed=seed)
        self.network = trainer.network
        self.batch = next(iter(task.batches(np.random.default_rng([seed, 1]), trainer.recipe.batch)))
        self.loss, self.gradients, _ = loss_and_gradients(self.network, self.batch)

    def loss_after(self, rate: float) -> float:
        """Compute the loss of the same batch after the step.

        Parameters
        ----------
        rate : float
            The learning rate.

        Returns
        -------
        float
            In nats.
        """
        network = self.network
        moved = {name: array - np.float32(rate) * self.gradients[name] for name, array in network.parameters.items()}
        return loss_and_gradients(Network.from_parameters(moved, network.cell_kinds), self.batch)[0]
