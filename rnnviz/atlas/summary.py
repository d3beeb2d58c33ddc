"""What a summary of the values of units is: made from blocks, merged with another one, saved as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, Self

import numpy as np

from ..cells.definition import Quantity
from .reading import Block
from .reading_settings import ReadingSettings

Array = np.ndarray


@dataclass(frozen=True)
class UnitFacts:
    """What a summary must know of the units that it is about.

    Parameters
    ----------
    units : int
        U, how many there are.
    quantity : Quantity
        What they hold, with its bounds.
    listed : int
        How many tokens have means of their own.
    settings : ReadingSettings
        How the corpus is read.
    properties : int, default 0
        How many properties of the text are compared with them.
    """

    units: int
    quantity: Quantity
    listed: int
    settings: ReadingSettings
    properties: int = 0

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes of arrays by letter, see `Summary`."""
        return array_sizes(self.units, self.listed, self.properties)


def array_sizes(units: int, listed: int, properties: int) -> dict[str, int]:
    """Name sizes by the letters of `Summary`."""
    return {"U": units, "L": listed + 1, "P": properties}


@dataclass
class Summary:
    """Arrays that say something about the values of all units, of one quantity, layer and direction.

    A subclass declares its arrays as fields and begins empty. Sums are of float64 and are merged in one fixed tree, so
    that results are the same whoever computed which part.

    `axes` has the sizes of each array by letters or numbers: U units, P properties, L listed tokens and one more for
    all others; any other letter is a size of the summary's own.
    """

    name: ClassVar[str]
    axes: ClassVar[dict[str, tuple[str | int, ...]]]

    @classmethod
    def begin(cls, facts: UnitFacts) -> Self:
        """Make the summary of no value."""
        raise NotImplementedError

    @classmethod
    def applies(cls, facts: UnitFacts) -> bool:
        """Tell whether a quantity has such a summary."""
        return True

    def add(self, block: Block) -> None:
        """Take the values of a block in."""
        raise NotImplementedError

    def merged(self, other: Self) -> Self:
        """Make the summary of both parts."""
        raise NotImplementedError

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def of(cls, arrays: Mapping[str, Array], sizes: Mapping[str, int]) -> Self:
        """Make a summary of its arrays; ValueError if they are others, or not of these sizes."""
        known: dict[str, int] = dict(sizes)
        if set(arrays) != set(cls.axes):
            raise ValueError(f"the arrays of {cls.name}")
        for name, axes in cls.axes.items():
            shape = arrays[name].shape
            expected = [
                axis if isinstance(axis, int) else known.setdefault(axis, size)
                for axis, size in zip(axes, shape, strict=False)
            ]
            if len(axes) != len(shape) or tuple(expected) != shape:
                raise ValueError(f"{name} of {cls.name}")
        return cls(**arrays)
