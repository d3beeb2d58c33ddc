"""Two runs set side by side, step by step: what an intervention changed, or how two texts differ."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...cells.activations import Array
from ...interventions import Remove, remaining_steps
from ...trace import Trace


@dataclass(frozen=True)
class Difference:
    """What changes from one run to another over N steps: those of the longer text, as it was typed.

    tokens_before, tokens_after: (N,), as the runs read them, None where a run has no such step: its text is shorter,
    or the step was removed. change: (N,), the total variation distance of the predictions, half the sum of their
    absolute differences, from 0 to 1; NaN where one is missing; None for runs without predictions of the same labels.
    first: the first step, counted from 1, at which the likeliest labels differ; None if there is none.
    """

    before: Trace = field(repr=False)
    after: Trace = field(repr=False)
    tokens_before: list[str | None]
    tokens_after: list[str | None]
    change: Array | None
    first: int | None

    def values(self, name: str, layer: int = 0, direction: str = "forward") -> Array:
        """(N, H): a quantity after less before, in float64; NaN where one of the two is missing.

        Raises ValueError for runs of different cells or sizes, KeyError for a quantity, layer or direction that
        both runs lack.
        """
        one, other = self.before, self.after
        sizes = [[trace.units(k) for k in range(trace.layers)] for trace in (one, other)]
        if one.cell != other.cell or (sizes[0] != sizes[1] and one.directions_by_layer == other.directions_by_layer):
            pair = " and ".join(
                f"{t.definition.title} with {' and '.join(map(str, of))} units"
                for t, of in zip((one, other), sizes, strict=True)
            )
            raise ValueError(f"the values of different networks have no difference unit by unit: {pair}")
        if one.definition.by_name.get(name) != other.definition.by_name.get(name):
            raise ValueError(f"{name!r} means one thing in the one run and another in the other, as their options say")
        if {key[1:] for key in one.values} != {key[1:] for key in other.values}:
            raise ValueError("the networks of the two runs differ in their layers or directions")
        key, steps = (name, layer, direction), len(self.tokens_before)
        if one[key].shape[1] != other[key].shape[1]:
            raise ValueError(f"the {name!r} of the two runs have {one[key].shape[1]} and {other[key].shape[1]} numbers")
        return _spread(other, other[key], steps) - _spread(one, one[key], steps)


def difference(before: Trace, after: Trace) -> Difference:
    """Two runs step by step: of one text without and with interventions, or of two texts from their start on.

    A step keeps the number that it has in the text as typed, whatever was removed before it.
    """
    steps = max(_typed(before), _typed(after))
    tokens = []
    for trace in (before, after):
        there = dict(zip(_rows(trace), trace.tokens, strict=True))
        tokens.append([there.get(row) for row in range(steps)])
    change, first = None, None
    if before.probabilities is not None and after.probabilities is not None and before.labels == after.labels:
        was, now = (_spread(trace, trace.probabilities, steps) for trace in (before, after))  # type: ignore[arg-type]
        change = np.abs(now - was).sum(1) / 2
        both = np.flatnonzero(~np.isnan(change))
        moved = both[was[both].argmax(1) != now[both].argmax(1)]
        first = int(moved[0]) + 1 if len(moved) else None
    return Difference(before, after, tokens[0], tokens[1], change, first)


def _typed(trace: Trace) -> int:
    """How many steps the text has, those counted that were removed."""
    return len(trace) + len({one.step for one in trace.interventions if isinstance(one, Remove)})


def _rows(trace: Trace) -> np.ndarray:
    """The steps of the text that were read, as rows from 0."""
    return remaining_steps(trace.interventions, _typed(trace))


def _spread(trace: Trace, values: Array, steps: int) -> Array:
    """Values (T, N) of the steps that were read on those of the text, (steps, N) in float64, NaN in between."""
    found = np.full((steps, values.shape[1]), np.nan)
    found[_rows(trace)] = values
    return found
