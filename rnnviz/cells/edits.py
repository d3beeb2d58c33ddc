"""Edits: values put in place of a cell's own while it runs.

A cell's `step` is written as its formula and knows nothing of edits. It finds what it has computed
in `now`, by name. Under edits, `now` is a dictionary that puts the edited values in
place whenever a quantity is looked up, and so before any other quantity is computed from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .activations import Array
from .record import NamedArrays


@dataclass(frozen=True)
class Edit:
    """A quantity set to a value, or frozen as it was before, in some units at some steps.

    where: an index into the quantity's values of one step, (H, B). value: what is put there; None leaves the state
    as the step before left it. first, end: the steps range(first, end), in the order in which the cell reads.
    """

    quantity: str
    where: Any
    value: float | Array | None
    first: int
    end: int


class Edited(dict[str, Array]):
    """The values of one step, in which edited quantities read as the edits have them."""

    def __init__(self, now: NamedArrays, before: NamedArrays, edits: Iterable[Edit]) -> None:
        super().__init__(now)
        self.before, self.edits = before, tuple(edits)

    def __getitem__(self, name: str) -> Array:
        array = super().__getitem__(name)
        for edit in self.edits:
            if edit.quantity == name:
                array[edit.where] = self.before[name][edit.where] if edit.value is None else edit.value
        return array

    def apply_all(self) -> NamedArrays:
        """Put every edit in place once more, since a step may write a value and never look at it."""
        return {name: self[name] for name in self}


def edited(by_step: Iterable[NamedArrays], before: NamedArrays, edits: Sequence[Edit]) -> Iterator[NamedArrays]:
    """The values of every step under edits; before: the states that the first step finds."""
    for t, now in enumerate(by_step):
        at_work = Edited(now, before, (edit for edit in edits if edit.first <= t < edit.end))
        yield at_work
        before = at_work.apply_all()  # when the next step is asked for, or found to be none
