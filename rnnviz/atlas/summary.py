"""What a summary of the values of units is: made from blocks, merged with another one, saved as arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

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


@dataclass
class Summary:
    """Arrays that say something about the values of all units, of one quantity, layer and direction.

    A subclass declares its arrays as fields and begins empty. Sums are of float64 and are merged in one fixed tree, so
    that results are the same whoever computed which part.
    """

    name: ClassVar[str]

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
    def of(cls, arrays: dict[str, Any]) -> Self:
        """Make a summary of its arrays."""
        return cls(**arrays)
