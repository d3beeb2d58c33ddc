"""What a training run records: curves, and snapshots of the network spread evenly over the training."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..cells.activations import Array

MOST = 60
FEWEST = 12  # are kept of a network however large
ROOM = 24e6  # bytes for the weights of one run


@dataclass
class History:
    """What every step measured. loss: nats, of the step's batch; norm: of its gradient, before clipping.

    checks: the measures of the validation split whenever they were taken, each with its "step".
    """

    loss: list[float] = field(default_factory=list)
    norm: list[float] = field(default_factory=list)
    checks: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Snapshot:
    """A network as it was after some steps of training.

    step: how many steps were taken; 0 is the untrained network. epoch: the one that it is in, from 1.
    loss: of that step's batch in nats, None before the first. validation: the measures of the validation split.
    probe_loss, gradient: on the task's probe, see `state_gradient_norms`. parameters: the weights, float32, by name.
    """

    step: int
    epoch: int
    loss: float | None
    validation: dict[str, float]
    probe_loss: float
    gradient: dict[str, Array]
    parameters: dict[str, Array]


class Snapshots(list[Snapshot]):
    """At most so many snapshots as there is room for.

    stride: the fewest steps between two of them. When the room is full it doubles, and those that now stand
    too close together go, so that at any time the ones kept are spread evenly over what was trained.
    """

    def __init__(self, bytes_each: int) -> None:
        super().__init__()
        self.most = max(FEWEST, min(MOST, int(ROOM // max(1, bytes_each))))
        self.stride = 1

    def due(self, step: int) -> bool:
        """Whether enough steps have been taken since the last one."""
        return not self or step - self[-1].step >= self.stride

    def add(self, snapshot: Snapshot) -> None:
        """Keep one more, the latest. One of the same step is replaced."""
        if self and self[-1].step == snapshot.step:
            self.pop()
        self.append(snapshot)
        while len(self) > self.most:
            self.stride *= 2
            kept: list[Snapshot] = []
            for one in self:
                if not kept or one.step - kept[-1].step >= self.stride:
                    kept.append(one)
            self[:] = kept
