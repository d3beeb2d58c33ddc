"""Is a model read from a file the one that wrote it? An input and the framework's own output tell.

What differs is traced back, see `where`, and the usual mistakes are tried one by one, see `suspects`: each fact taken
otherwise, gates in every other order, matrices transposed, biases left out. One that makes the difference vanish is
named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..conversion import build
from ..stack import Stack
from .comparison import closest
from .example_pair import Pair
from .location import where
from .mistakes import Suspect, suspects

TOLERANCE = 1e-5


@dataclass(frozen=True)
class Verified:
    """How far a model's numbers are from a framework's.

    what: which of the model's numbers were compared, "hidden states of layer 1". worst: largest difference, at steps
    with numbers above 1 in size relative to the largest. step, unit: where it is, the step counted from 1. first: the
    first step in order of reading that differs by more than the tolerance, None if none does or it is not known.
    where: in words which arrays that points to. suspects: mistakes that were tried and make the difference smaller,
    the best first.
    """

    what: str
    worst: float
    tolerance: float
    step: int
    unit: int
    first: int | None
    where: str
    suspects: tuple[Suspect, ...]

    @property
    def agrees(self) -> bool:
        return self.worst <= self.tolerance


def verify(stack: Stack, pair: Pair, taken: Mapping[str, str] | None = None, tolerance: float = TOLERANCE) -> Verified:
    """Compare a stack's outputs with a framework's. taken: as of `layouts.build`.

    Raises ValueError, in one sentence, if the pair's shapes are not those of this stack's inputs and outputs.
    """
    facts = dict(taken or {})
    network = build(stack, facts).network
    compared = closest(network, pair)
    step, _, unit = (int(k) for k in np.unravel_index(compared.differs.argmax(), compared.differs.shape))
    step += len(compared.inputs) - len(compared.differs)
    what, worst = compared.quantity.words, compared.worst
    if worst <= tolerance:
        return Verified(what, worst, tolerance, step + 1, unit, None, "", ())
    first, told = where(stack, network, compared, tolerance)
    return Verified(what, worst, tolerance, step + 1, unit, first, told, suspects(stack, compared, facts))
