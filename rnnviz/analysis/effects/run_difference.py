"""The difference of two runs, step by step: what an intervention changed, or how two texts differ."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError
from ...interventions import Remove, remaining_steps
from ...trace import Trace


@dataclass(frozen=True)
class Difference:
    """What changes from one run to another over N steps, those of the longer text as it was typed.

    Parameters
    ----------
    before, after : Trace
        The two runs.
    tokens_before, tokens_after : list of str or None
        The N tokens as each run read them; None where a run has no such step, because its text is shorter or the step
        was removed.
    change : ndarray of shape (N,) or None
        The total variation distance of the two predictions: half the sum of the absolute differences of all
        probabilities, from 0 to 1; NaN at steps that only one run has. None for runs without predictions of the same
        labels.
    first : int or None
        The first step, counted from 1, after which the most likely labels differ.
    """

    before: Trace = field(repr=False)
    after: Trace = field(repr=False)
    tokens_before: list[str | None]
    tokens_after: list[str | None]
    change: Array | None
    first: int | None

    def values(self, name: str, layer: int = 0, direction: str = "forward") -> Array:
        """Subtract a quantity of the run before from that of the run after.

        Parameters
        ----------
        name : str
            The name of the quantity, for example "hidden".
        layer : int, default 0
            The layer, counted from 0.
        direction : {"forward", "backward"}, default "forward"
            The direction of the layer.

        Returns
        -------
        ndarray of shape (N, H)
            After less before, in float64; NaN at steps that only one run has.

        Raises
        ------
        ArgumentError
            If the runs are of different cells, sizes, layers or directions, or the quantity has another meaning in
            each.
        UnknownQuantityError
            If the runs have no such quantity, layer or direction.
        """
        before, after = self.before, self.after
        sizes = [[trace.units(k) for k in range(trace.layers)] for trace in (before, after)]
        if before.cell != after.cell or (
            sizes[0] != sizes[1] and before.directions_by_layer == after.directions_by_layer
        ):
            pair = " and ".join(
                f"{trace.definition.title} with {' and '.join(map(str, units))} units"
                for trace, units in zip((before, after), sizes, strict=True)
            )
            raise _different(f"The values of different networks cannot be compared unit by unit: {pair}.", "networks")
        if before.definition.by_name.get(name) != after.definition.by_name.get(name):
            raise _different(
                f"{name!r} has another meaning in each run, because the options of their cells differ.", "meanings"
            )
        if {key[1:] for key in before.values} != {key[1:] for key in after.values}:
            raise _different("The networks of the two runs differ in their layers or directions.", "layers")
        key, steps = (name, layer, direction), len(self.tokens_before)
        if before[key].shape[1] != after[key].shape[1]:
            raise _different(
                f"{name!r} has {before[key].shape[1]} elements in one run and {after[key].shape[1]} in the other.",
                "sizes",
            )
        return _spread(after, after[key], steps) - _spread(before, before[key], steps)


def difference(before: Trace, after: Trace) -> Difference:
    """Compare two runs step by step.

    Parameters
    ----------
    before, after : Trace
        One text without and with interventions, or two texts, which are aligned at their starts. A step keeps the
        number that it has in the text as typed, whatever was removed before it.

    Returns
    -------
    Difference
        The aligned tokens, and how much the predictions differ.
    """
    steps = max(steps_typed(before), steps_typed(after))
    tokens = []
    for trace in (before, after):
        by_row = dict(zip(_rows(trace), trace.tokens, strict=True))
        tokens.append([by_row.get(row) for row in range(steps)])
    change, first = None, None
    if before.probabilities is not None and after.probabilities is not None and before.labels == after.labels:
        old, new = (_spread(trace, trace.probabilities, steps) for trace in (before, after))  # type: ignore[arg-type]
        change = np.abs(new - old).sum(1) / 2
        both = np.flatnonzero(~np.isnan(change))
        disagreeing = both[old[both].argmax(1) != new[both].argmax(1)]
        first = int(disagreeing[0]) + 1 if len(disagreeing) else None
    return Difference(before, after, tokens[0], tokens[1], change, first)


def _different(message: str, code: str) -> ArgumentError:
    return ArgumentError(message, code=f"different_{code}", name="after")


def steps_typed(trace: Trace) -> int:
    """Count the steps of the text, including those that were removed."""
    return len(trace) + len({each.step for each in trace.interventions if isinstance(each, Remove)})


def _rows(trace: Trace) -> np.ndarray:
    """The steps of the text that were read, as rows from 0."""
    return remaining_steps(trace.interventions, steps_typed(trace))


def _spread(trace: Trace, values: Array, steps: int) -> Array:
    """Place values (T, N) of the steps that were read on those of the text, (steps, N) in float64, NaN in between."""
    spread = np.full((steps, values.shape[1]), np.nan)
    spread[_rows(trace)] = values
    return spread
