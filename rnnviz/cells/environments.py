"""What an expression is written with, evaluated on, and differentiated into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

if TYPE_CHECKING:
    from .activations import Activation

Array = NDArray[Any]


class Notation(Protocol):
    """How the quantities of a cell are written."""

    def quantity(self, name: str) -> str:
        """A quantity in an equation, perhaps in its colour."""

    def subscript(self, name: str) -> str:
        """A quantity in the subscript of the weights that compute it."""

    def function(self, chosen: Activation) -> str:
        """An activation; empty if it is not written."""


class UnitAxis(Protocol):
    """How units lie in vectors: along the last axis, -1, as in (T, B, H), or along the first, 0, as in (H, B)."""

    unit_axis: int


class Environment(UnitAxis, Protocol):
    """What an expression is evaluated on: arrays by name."""

    def value(self, name: str, before: bool) -> Array:
        """A quantity at this step, or a state as this step found it."""

    def parameter(self, name: str, block: str) -> Array:
        """The rows of a parameter that compute the quantity `block`."""

    def times(self, matrix: Array, vectors: Array) -> Array:
        """A matrix (N, M) applied to vectors of M units."""

    def outer(self, left: Array, right: Array) -> Array:
        """The sum over all vectors of left (N units) times right (M units): (N, M)."""

    def spread(self, vector: Array) -> Array:
        """A vector (N,) in the place of every one of the vectors."""

    def total(self, vectors: Array) -> Array:
        """The sum of all vectors of N units: (N,)."""


class Gradients(Protocol):
    """What receives gradients in reverse mode; several for one place add up."""

    def add_value(self, name: str, before: bool, gradient: Array) -> None:
        """The gradient by a quantity at this step, or by a state as this step found it."""

    def add_parameter(self, name: str, block: str, gradient: Array) -> None:
        """The gradient by the rows of a parameter that compute the quantity `block`."""
