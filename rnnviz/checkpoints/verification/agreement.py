"""How far a model's output is from that of the framework that wrote its file, for the same input.

A difference is traced to the arrays that explain it, see `location`, and the usual mistakes are tried one by one, see
`mistakes`: each setting overridden, among them directions, layers and initial states, gates in every other order,
matrices transposed, biases left out. A correction that makes the difference vanish is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..conversion import Conversion, convert_stack
from ..stack import Stack
from .comparison import closest
from .example_pair import ExamplePair
from .location import Location, locate
from .mistakes import Correction, corrections

TOLERANCE = 1e-5


@dataclass(frozen=True)
class Agreement:
    """How far a model's output is from a framework's.

    Parameters
    ----------
    quantity : str
        Which of the model's quantities was compared, such as "hidden states of the top layer".
    largest : float
        The largest difference; at steps with values above 1 in size, relative to the largest value of the step.
    tolerance : float
        The difference up to which they agree.
    step : int
        The step of the largest difference, counted from 1.
    unit : int
        The unit of the largest difference.
    location : Location or None
        Where the difference comes from; None if they agree.
    corrections : tuple of Correction
        Corrections of usual mistakes that make the difference smaller, the best first.
    """

    quantity: str
    largest: float
    tolerance: float
    step: int
    unit: int
    location: Location | None
    corrections: tuple[Correction, ...]

    @property
    def agrees(self) -> bool:
        """Whether the largest difference is within the tolerance."""
        return self.largest <= self.tolerance


def verify(
    stack: Stack,
    pair: ExamplePair,
    overrides: Mapping[str, str] | None = None,
    tolerance: float = TOLERANCE,
    *,
    conversion: Conversion | None = None,
) -> Agreement:
    """Compare a stack's output with a framework's.

    Parameters
    ----------
    stack : Stack
        The stack.
    pair : ExamplePair
        An input, and the framework's output for it.
    overrides : mapping of str to str, optional
        Values by setting that replace the inferred ones, as for `convert_stack`.
    tolerance : float, default 1e-5
        The difference up to which they agree.
    conversion : Conversion, optional
        The stack, converted with these overrides; converted here if left out.

    Returns
    -------
    Agreement
        How far the outputs differ, and what may explain it.

    Raises
    ------
    ArrayError
        If the pair's shapes are not those of this stack's inputs and outputs.
    """
    chosen = dict(overrides or {})
    network, stack = (conversion or convert_stack(stack, chosen)).network, stack.chosen(chosen)
    comparison = closest(network, pair)
    differences = comparison.differences
    step, _, unit = (int(k) for k in np.unravel_index(differences.argmax(), differences.shape))
    step += len(comparison.inputs) - len(differences)
    quantity, largest = comparison.quantity.words, comparison.largest
    if largest <= tolerance:
        return Agreement(quantity, largest, tolerance, step + 1, unit, None, ())
    suggested = corrections(stack, network, comparison, chosen)
    location = locate(stack, network, comparison, tolerance)
    explained = next((found for found in suggested if found.kind == "setting" and found.largest <= tolerance), None)
    if explained is not None:
        words = f"No array is wrong: with another setting all agrees, {explained.words}."
        location = Location(location.first, "setting", words)
    return Agreement(quantity, largest, tolerance, step + 1, unit, location, suggested)
