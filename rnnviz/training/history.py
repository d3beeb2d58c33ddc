"""What a training run records: curves, and snapshots of the network spread evenly over the training."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..cells.activations import Array

MOST_SNAPSHOTS = 60
FEWEST_SNAPSHOTS = 12  # for a network of any size
SNAPSHOT_BYTES = 24e6  # for the parameters in all snapshots of one run


@dataclass
class History:
    """The curves of a training run.

    Parameters
    ----------
    loss : list of float
        Loss of each step's batch, in nats.
    norm : list of float
        Norm of each step's gradient, before clipping.
    checks : list of dict of str to float
        Measures of the validation split at some steps: "step", "validation_loss" in nats, and "accuracy" (0 to 1)
        where the task has one.
    """

    loss: list[float] = field(default_factory=list)
    norm: list[float] = field(default_factory=list)
    checks: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Snapshot:
    """A network after some steps of training.

    Parameters
    ----------
    step : int
        How many steps had been taken; 0 is the untrained network.
    epoch : int
        The epoch that the step belongs to, from 1.
    loss : float or None
        Loss of that step's batch in nats; None before the first step.
    validation : dict of str to float
        Measures of the validation split.
    probe_loss : float
        Loss on the task's probe, in nats.
    gradient : dict of str to ndarray of shape (layers, T)
        Norms of the probe's gradient by state, see `state_gradient_norms`.
    parameters : dict of str to ndarray of float32
        Copies of all parameters, by name.
    """

    step: int
    epoch: int
    loss: float | None
    validation: dict[str, float]
    probe_loss: float
    gradient: dict[str, Array]
    parameters: dict[str, Array]


class Snapshots(list[Snapshot]):
    """A list of snapshots with a limited capacity, always spread evenly over the training so far.

    When the list is full, `stride` doubles and the snapshots that are now too close together are removed.

    Parameters
    ----------
    bytes_each : int
        Size of the parameters of one snapshot.

    Attributes
    ----------
    capacity : int
        The most snapshots that are stored, 12 to 60.
    stride : int
        The fewest steps between two snapshots.
    """

    def __init__(self, bytes_each: int) -> None:
        super().__init__()
        self.capacity = max(FEWEST_SNAPSHOTS, min(MOST_SNAPSHOTS, int(SNAPSHOT_BYTES // max(1, bytes_each))))
        self.stride = 1

    def due(self, step: int) -> bool:
        """Return whether enough steps have been taken since the last snapshot.

        Parameters
        ----------
        step : int
            The current step.

        Returns
        -------
        bool
            True as well if there is no snapshot yet.
        """
        return not self or step - self[-1].step >= self.stride

    def add(self, snapshot: Snapshot) -> None:
        """Append the latest snapshot. It replaces one of the same step.

        Parameters
        ----------
        snapshot : Snapshot
            A snapshot no older than the last one.
        """
        if self and self[-1].step == snapshot.step:
            self.pop()
        self.append(snapshot)
        while len(self) > self.capacity:
            self.stride *= 2
            spread: list[Snapshot] = []
            for candidate in self:
                if not spread or candidate.step - spread[-1].step >= self.stride:
                    spread.append(candidate)
            self[:] = spread
