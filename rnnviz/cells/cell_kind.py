"""A kind of cell: what a layer computes, whatever its sizes and weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any

from ..errors import ArgumentError
from .cell_registry import CELLS, cell_class
from .definition import Definition


@dataclass(frozen=True)
class CellKind:
    """A cell under its options.

    Parameters
    ----------
    name : str
        The name of the cell, a key of `CELLS`.
    options : dict of str to str, optional
        Its options; those that are left out have their defaults.

    Examples
    --------
    >>> CellKind("gru", {"reset": "before"}).definition.title
    'GRU'
    """

    name: str
    options: dict[str, str] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        """The quantities, equations and phases of the cell. Raises UnknownNameError if the cell is not known."""
        kind: Any = cell_class(self.name)  # classes are hashable, whatever their instances are
        return _definition(kind, tuple(self.options.items()))


class CellKinds(tuple[CellKind, ...]):
    """The kinds of cells of layers, from below."""

    __slots__ = ()

    @classmethod
    def of(cls, cell: str | Sequence[CellKind], options: Mapping[str, str] | None, layers: int) -> CellKinds:
        """Find the kinds of layers: of one cell for all of them, or as they are given.

        Parameters
        ----------
        cell : str or sequence of CellKind
            The name of the one cell, or the kind of each layer.
        options : mapping of str to str or None
            Options of the one cell.
        layers : int
            The number of layers.

        Returns
        -------
        CellKinds
            The kinds.

        Raises
        ------
        ArgumentError
            If there are not as many kinds as layers.
        """
        if isinstance(cell, str):
            return cls([CellKind(cell, dict(options or {}))] * layers)
        if len(cell) != layers:
            raise ArgumentError(
                f"There are {layers} layers, but {len(cell)} cells.",
                code="layers", name="cell", value=len(cell), allowed=layers,
            )  # fmt: skip
        return cls(cell)

    @property
    def different(self) -> tuple[CellKind, ...]:
        """Each kind once."""
        return tuple(kind for k, kind in enumerate(self) if kind not in self[:k])

    @property
    def name(self) -> str:
        """The name of the one cell, or the names of several as they follow each other: "lstm-gru"."""
        return "-".join(name for name, _ in groupby(kind.name for kind in self))

    @property
    def title(self) -> str:
        """The cells in words: "LSTM", or "LSTM–GRU" for a GRU above an LSTM. Unknown cells keep their names."""
        return joint_title(kind.name for kind in self)

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The definition of each layer's cell."""
        return tuple(kind.definition for kind in self)

    def to_json(self) -> dict[str, Any]:
        """Write the kinds as plain JSON data.

        Returns
        -------
        dict
            The "cell" and "options" of all layers, or the "cells" of each, with the same two entries.
        """
        listed = [{"cell": kind.name, "options": kind.options} for kind in self]
        return {"cells": listed} if len(self.different) > 1 else listed[0]

    @classmethod
    def from_json(cls, about: Mapping[str, Any], layers: int | None = None) -> CellKinds:
        """Read what `to_json` wrote.

        Parameters
        ----------
        about : mapping
            Data with these entries.
        layers : int or None, default None
            The number of layers; None for one where the data do not say.

        Returns
        -------
        CellKinds
            The kinds.

        Raises
        ------
        ArgumentError
            If there are not as many kinds as layers.
        """
        if "cells" not in about:
            return cls.of(about["cell"], about["options"], layers or 1)
        listed = [CellKind(each["cell"], dict(each["options"])) for each in about["cells"]]
        return cls.of(listed, None, len(listed) if layers is None else layers)


def joint_title(names: Iterable[str]) -> str:
    """The cells of layers in words: "LSTM", or "LSTM–GRU" for a GRU above an LSTM. Unknown cells keep their names."""
    return "–".join(CELLS[name].title if name in CELLS else name for name, _ in groupby(names))


def cell_title(name: str) -> str:
    """Title a cell, or layers of several cells.

    Parameters
    ----------
    name : str
        The name of a cell, or of several, see `CellKinds.name`.

    Returns
    -------
    str
        Its title; an unknown cell keeps its name.

    Examples
    --------
    >>> cell_title("lstm"), cell_title("lstm-gru")
    ('LSTM', 'LSTM–GRU')
    """
    return CELLS[name].title if name in CELLS else joint_title(name.split("-"))


@lru_cache(maxsize=32)  # a run needs it several times, and checking the equations takes a millisecond
def _definition(kind: Any, options: tuple[tuple[str, str], ...]) -> Definition:
    definition: Definition = kind.define(**dict(options))
    return definition
