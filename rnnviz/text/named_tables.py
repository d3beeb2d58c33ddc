"""Tables that stand for their numbers in a text: named, checked and read-only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ..errors import ArgumentError
from .vectors import LARGEST, NAME, NOISE_CALL, WORD, is_number


class Tables(Mapping[str, np.ndarray]):
    """Read-only tables by name, float64 arrays of shape (T, D) each. Equal if they hold the same numbers.

    Parameters
    ----------
    tables : mapping of str to array of shape (T, D), optional
        Finite numbers of one size D; they are copied.

    Raises
    ------
    ArgumentError
        If a name is empty, too long or a text of numbers itself, or a table does not hold finite numbers of one size.
    """

    def __init__(self, tables: Mapping[str, np.ndarray] | None = None) -> None:
        self._tables = {name: _table(name, values) for name, values in (tables or {}).items()}
        if len({values.shape[1] for values in self._tables.values()}) > 1:
            raise ArgumentError(
                f"The tables {', '.join(map(repr, self))} do not have the same number of columns.",
                code="table_size", name="tables", value={name: values.shape[1] for name, values in self.items()},
            )  # fmt: skip

    def __getitem__(self, name: str) -> np.ndarray:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tables):
            return NotImplemented
        return self.keys() == other.keys() and all(np.array_equal(values, other[name]) for name, values in self.items())

    def __hash__(self) -> int:
        return hash(frozenset((name, values.shape) for name, values in self.items()))

    def __repr__(self) -> str:
        return f"Tables({', '.join(f'{name!r}: {values.shape}' for name, values in self.items())})"


def _table(name: str, values: np.ndarray) -> np.ndarray:
    """A read-only copy of a table."""
    if not (0 < len(name) <= NAME and name == name.strip()):
        raise _invalid_table(
            name, f"A table’s name has 1 to {NAME} letters and no spaces at its ends, unlike {name[:NAME]!r}.", "name"
        )
    if NOISE_CALL.fullmatch(name) or all(map(is_number, WORD.findall(name))):
        raise _invalid_table(name, f"{name!r} cannot be the name of a table, because it reads as numbers.", "name")
    table = np.array(values, dtype=np.float64)
    if table.ndim != 2 or table.size == 0:
        raise _invalid_table(
            name, f"The table {name!r} has shape {table.shape}; expected (steps, numbers a step).", "shape"
        )
    if not (np.abs(table) <= LARGEST).all():
        raise _invalid_table(
            name, f"The numbers of the table {name!r} must be finite and at most {LARGEST:g} in size.", "not_finite"
        )
    table.setflags(write=False)
    return table


def _invalid_table(name: str, message: str, code: str) -> ArgumentError:
    """The error for a table that cannot be used."""
    return ArgumentError(message, code=code, name="tables", value=name)
