"""A record: everything that one forward run of a cell computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .activations import Array
from .definition import INPUT_VECTOR

if TYPE_CHECKING:
    from .cell import Cell

NamedArrays = dict[str, Array]


@dataclass
class Record:
    """Everything that one forward run computed.

    `record["forget"]` is (T, H), or (T, B, H) if the input had a batch axis; states,
    gates and candidates all answer to their names.
    """

    cell: Cell
    x: Array  # (T, D, B)
    z: Array  # (T, G*H, B): the activated gates, stacked like the weights' rows
    values: NamedArrays  # (T, H, B), and (T+1, H, B) for states, whose first entry is the initial one
    batched: bool
    edited: bool = False  # whether values were put in place of the cell's own

    def __len__(self) -> int:
        return len(self.z)

    def __getitem__(self, name: str) -> Array:
        return self.time_major(self.feature_first(name))

    def feature_first(self, name: str) -> Array:
        """The values of one quantity, feature-first: (T, H, B)."""
        if name == INPUT_VECTOR.name:
            return self.x
        if name in self.values:  # first: a state that is also a row may have been edited
            return self.values[name][1:] if name in self.cell.states else self.values[name]
        if name in self.cell.rows:
            return self.z[:, self.cell.row(name)]
        raise KeyError(f"a {self.cell.title} records {', '.join(self.cell.definition.by_name)}; it has no {name!r}")

    def before(self, state: str) -> Array:
        """A state as each step found it, feature-first: (T, H, B)."""
        return self.values[state][:-1]

    @property
    def initial(self) -> NamedArrays:
        """The states before the first step, (H,) or (B, H) each."""
        return {s: self.time_major(self.values[s][0]) for s in self.cell.states}

    @property
    def final(self) -> NamedArrays:
        """The states after the last step, (H,) or (B, H) each: the next run's `initial`."""
        return {s: self.time_major(self.values[s][-1]) for s in self.cell.states}

    def time_major(self, array: Array) -> Array:
        return array.swapaxes(-1, -2) if self.batched else array[..., 0]


def flat(v: Array) -> Array:
    """Steps and batch in one axis: (T, N, B) as (N, T*B), so that sums over both are one matrix product."""
    return v.swapaxes(0, 1).reshape(v.shape[1], -1)
