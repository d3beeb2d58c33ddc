"""The difference of two runs, step by step: what an intervention changed, or how two texts differ."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...cells.activations import Array
from ...cells.definition import INPUT_VECTOR
from ...errors import ArgumentError
from ...interventions import Remove, remaining_steps
from ...network import likeliest
from ...text.alignment import align
from ...trace import Trace


@dataclass(frozen=True)
class Difference:
    """What changes from one run to another, over the N columns in which their steps stand.

    Parameters
    ----------
    before, after : Trace
        The two runs.
    columns_before, columns_after : ndarray of int
        The column, counted from 0, of every step of each run.
    tokens_before, tokens_after : list of str or None
        The N tokens as each run read them; None where a run has a gap.
    change : ndarray of shape (N,) or None
        The total variation distance of the two predictions: half the sum of the absolute differences of all
        probabilities, from 0 to 1; NaN in columns that only one run has, and where outputs overflow. None for runs
        without predictions of the same labels.
    first : int or None
        The first column, counted from 1, in which the most likely labels differ.
    """

    before: Trace = field(repr=False)
    after: Trace = field(repr=False)
    columns_before: np.ndarray = field(repr=False)
    columns_after: np.ndarray = field(repr=False)
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
            After less before, in float64; NaN in columns that only one run has.

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
        kinds = zip(before.cell_kinds, after.cell_kinds, strict=False)
        if any(one.name != other.name for one, other in kinds) or (
            sizes[0] != sizes[1] and before.directions_by_layer == after.directions_by_layer
        ):
            pair = " and ".join(
                f"{trace.title} with {' and '.join(map(str, units))} units"
                for trace, units in zip((before, after), sizes, strict=True)
            )
            raise _different(f"The values of different networks cannot be compared unit by unit: {pair}.", "networks")
        meanings = [
            trace.definitions[layer].by_name.get(name) for trace in (before, after) if layer in range(trace.layers)
        ]
        if len(meanings) == 2 and meanings[0] != meanings[1]:
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
        return _spread(after[key], self.columns_after, steps) - _spread(before[key], self.columns_before, steps)

    def rows(self) -> list[tuple[int | None, int | None]]:
        """Find the steps that stand in each column.

        Returns
        -------
        list of tuple of (int or None, int or None)
            For each column, the step of the run before and of the run after, counted from 0; None for a gap.
        """
        sides = [
            {int(c): row for row, c in enumerate(columns)} for columns in (self.columns_before, self.columns_after)
        ]
        return [(sides[0].get(column), sides[1].get(column)) for column in range(len(self.tokens_before))]


def difference(before: Trace, after: Trace) -> Difference:
    """Compare two runs step by step.

    Parameters
    ----------
    before, after : Trace
        One text without and with interventions, where each step has its place in the text as typed; or two texts
        without any, which are aligned so that as many equal tokens as possible meet.

    Returns
    -------
    Difference
        The aligned tokens, and how much the predictions differ.
    """
    steps, (old_columns, new_columns) = _columns(before, after)
    tokens = []
    for trace, columns in ((before, old_columns), (after, new_columns)):
        by_column = dict(zip(columns.tolist(), trace.tokens, strict=True))
        tokens.append([by_column.get(column) for column in range(steps)])
    change, first = None, None
    if before.probabilities is not None and after.probabilities is not None and before.labels == after.labels:
        old, new = _spread(before.probabilities, old_columns, steps), _spread(after.probabilities, new_columns, steps)
        change = np.abs(new - old).sum(1) / 2
        both = np.intersect1d(old_columns, new_columns)
        disagreeing = both[likeliest(old[both]) != likeliest(new[both])]
        first = int(disagreeing[0]) + 1 if len(disagreeing) else None
    return Difference(before, after, old_columns, new_columns, tokens[0], tokens[1], change, first)


def _columns(before: Trace, after: Trace) -> tuple[int, tuple[np.ndarray, np.ndarray]]:
    """How many columns there are, and those of the steps of each run."""
    if before.interventions or after.interventions:
        return max(steps_typed(before), steps_typed(after)), (_typed_rows(before), _typed_rows(after))
    aligned = align(_items(before), _items(after))
    old, new = (np.array([k for k, rows in enumerate(aligned) if rows[side] is not None], int) for side in (0, 1))
    return len(aligned), (old, new)


def _items(trace: Trace) -> list[tuple[str, bytes]]:
    """What must be equal for steps to meet: the token, and its vector, which can differ where numbers look alike."""
    vectors = trace[INPUT_VECTOR.name, 0, trace.directions[0]]
    return [(token, vector.tobytes()) for token, vector in zip(trace.tokens, vectors, strict=True)]


def _different(message: str, code: str) -> ArgumentError:
    return ArgumentError(message, code=f"different_{code}", name="after")


def steps_typed(trace: Trace) -> int:
    """Count the steps of the text, including those that were removed."""
    return len(trace) + len({each.step for each in trace.interventions if isinstance(each, Remove)})


def _typed_rows(trace: Trace) -> np.ndarray:
    """The steps of the text that were read, as rows from 0."""
    return remaining_steps(trace.interventions, steps_typed(trace))


def _spread(values: Array, columns: np.ndarray, steps: int) -> Array:
    """Place values (T, N) of the steps of a run in its columns: (steps, N) in float64, NaN in between."""
    placed = np.full((steps, *values.shape[1:]), np.nan)
    placed[columns] = values
    return placed
