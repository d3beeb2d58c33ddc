"""All cells by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UnknownNameError

if TYPE_CHECKING:
    from .cell import Cell

CELLS: dict[str, type[Cell]] = {}


def cell_class(name: str) -> type[Cell]:
    """Look up a cell.

    Parameters
    ----------
    name : str
        A key of `CELLS`, such as "lstm".

    Returns
    -------
    type
        The subclass of `Cell`.

    Raises
    ------
    UnknownNameError
        If there is no such cell.

    Examples
    --------
    >>> cell_class("gru").title
    'GRU'
    """
    if name not in CELLS:
        allowed = tuple(CELLS)
        message = f"There is no cell {name!r}; there are {', '.join(allowed)}."
        raise UnknownNameError(message, code="unknown", kind="cell", name=name, allowed=allowed)
    return CELLS[name]
