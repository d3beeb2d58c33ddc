"""A record: everything that one forward run of a cell computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import UnknownQuantityError
from .activations import Array
from .definition import INPUT_VECTOR

if TYPE_CHECKING:
    from .cell import Cell

NamedArrays = dict[str, Array]


@dataclass
class Record:
    """Everything that one forward run of T steps computed.

    `record["forget"]` is of shape (T, H), or (T, B, H) if the input had a batch axis. States, gates, candidates and the
    input vector all have their names.

    Parameters
    ----------
    cell : Cell
        The cell that ran.
    x : ndarray of shape (T, D, B)
        The input.
    z : ndarray of shape (T, G*H, B)
        The activated gates, in the order of the weights' rows.
    values : dict of str to ndarray
        Other values, of shape (T, H, B); states of shape (T+1, H, B), the initial one first.
    batched : bool
        Whether the input had a batch axis.
    edited : bool, default False
        Whether edits replaced values of the cell.
    """

    cell: Cell
    x: Array
    z: Array
    values: NamedArrays
    batched: bool
    edited: bool = False

    def __len__(self) -> int:
        return len(self.z)

    def __getitem__(self, name: str) -> Array:
        return self.time_major(self.feature_first(name))

    def feature_first(self, name: str) -> Array:
        """Look up a quantity in the layout of the steps.

        Parameters
        ----------
        name : str
            The name of the quantity.

        Returns
        -------
        ndarray of shape (T, H, B)
            Its values; (T, D, B) for the input vector.

        Raises
        ------
        UnknownQuantityError
            If the cell does not compute such a quantity.
        """
        if name == INPUT_VECTOR.name:
            return self.x
        if name in self.values:  # first: a state that is also a row may have been edited
            return self.values[name][1:] if name in self.cell.states else self.values[name]
        if name in self.cell.rows:
            return self.z[:, self.cell.row(name)]
        names = tuple(self.cell.definition.by_name)
        raise UnknownQuantityError(
            f"A {self.cell.title} records {', '.join(names)}; it has no {name!r}.",
            code="quantity", kind="quantity", name=name, allowed=names,
        )  # fmt: skip

    def before(self, state: str) -> Array:
        """Look up a state as each step received it.

        Parameters
        ----------
        state : str
            The name of the state.

        Returns
        -------
        ndarray of shape (T, H, B)
            The state before each step.
        """
        return self.values[state][:-1]

    @property
    def initial(self) -> NamedArrays:
        """The states before the first step, of shape (H,) or (B, H) each."""
        return {s: self.time_major(self.values[s][0]) for s in self.cell.states}

    @property
    def final(self) -> NamedArrays:
        """The states after the last step, of shape (H,) or (B, H) each: the `initial` of a run that continues."""
        return {s: self.time_major(self.values[s][-1]) for s in self.cell.states}

    def time_major(self, array: Array) -> Array:
        """Bring values from the layout of the steps to that of the input.

        Parameters
        ----------
        array : ndarray of shape (..., H, B)
            Values in the layout of the steps.

        Returns
        -------
        ndarray of shape (..., B, H) or (..., H)
            The values, without a batch axis if the input had none.
        """
        return array.swapaxes(-1, -2) if self.batched else array[..., 0]


def flat(v: Array) -> Array:
    """Join steps and batch, so that sums over both are one matrix product.

    Parameters
    ----------
    v : ndarray of shape (T, N, B)
        Values in the layout of the steps.

    Returns
    -------
    ndarray of shape (N, T*B)
        The same values.
    """
    return v.swapaxes(0, 1).reshape(v.shape[1], -1)
