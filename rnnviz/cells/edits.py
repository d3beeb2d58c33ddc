"""Edits: values put in place of a cell's own while it runs.

A cell's `step` is written like its formula and knows nothing about edits. It looks up what it has computed in `now`, by
name. Under edits, `now` is a dictionary that puts the edited values in place whenever a quantity is looked up, and so
before any other quantity is computed from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .activations import Array
from .record import NamedArrays


@dataclass(frozen=True)
class Edit:
    """A quantity set to a value, or kept as it was before, in some units at some steps.

    Parameters
    ----------
    quantity : str
        The name of the quantity.
    where : index
        An index into the values of one step, (H, B).
    value : float, ndarray or None
        The value; None keeps the state as the step before left it.
    first, end : int
        The steps range(first, end), in the order in which the cell reads.
    """

    quantity: str
    where: Any
    value: float | Array | None
    first: int
    end: int


class EditedValues(dict[str, Array]):
    """The values of one step, in which edited quantities have the values of the edits.

    Parameters
    ----------
    now : dict of str to ndarray of shape (H, B)
        The values of the step.
    before : dict of str to ndarray of shape (H, B)
        The states before the step.
    edits : iterable of Edit
        The edits of the step.
    """

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
        """Apply every edit once more, since a step may write a value and never look it up.

        Returns
        -------
        dict of str to ndarray of shape (H, B)
            The values of the step after the edits.
        """
        return {name: self[name] for name in self}


def edit_steps(by_step: Iterable[NamedArrays], before: NamedArrays, edits: Sequence[Edit]) -> Iterator[NamedArrays]:
    """Put edits to work in the values of every step.

    Parameters
    ----------
    by_step : iterable of dict of str to ndarray of shape (H, B)
        The values of each step.
    before : dict of str to ndarray of shape (H, B)
        The states before the first step.
    edits : sequence of Edit
        The edits of the run.

    Yields
    ------
    dict of str to ndarray of shape (H, B)
        The values of one step under its edits.
    """
    for t, now in enumerate(by_step):
        edited = EditedValues(now, before, (edit for edit in edits if edit.first <= t < edit.end))
        yield edited
        before = edited.apply_all()  # once the next step is requested, or there is none
