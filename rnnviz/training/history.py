"""What a training run measured on its way."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class History:
    """What every step measured. loss: nats, of the step's batch; norm: of its gradient, before clipping.

    checks: the measures of the validation split whenever they were taken, each with its "step".
    """

    loss: list[float] = field(default_factory=list)
    norm: list[float] = field(default_factory=list)
    checks: list[dict[str, float]] = field(default_factory=list)
