"""Interventions on values as edits of the cells (see `cells.edits`), whose own step computes whatever comes after.

Tokens are swapped and removed in what the vocabulary encoded: see checked_interventions.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ..cells import Definition, Edit
from .intervention_kinds import Freeze, Hold, Intervention, Remove, ValueIntervention, Zero


def cell_edits(
    interventions: Sequence[Intervention], definitions: Sequence[Definition], steps: int
) -> dict[tuple[int, str], list[Edit]]:
    """Turn interventions that fit a network and a text into edits of its cells.

    Parameters
    ----------
    interventions : sequence of Intervention
        All of a run: those on values become edits, at the steps that no other one removes.
    definitions : sequence of Definition
        That of each layer.
    steps : int
        T, the number of steps as typed.

    Returns
    -------
    dict of (int, str) to list of Edit
        By layer and direction; their steps count in the order in which that direction reads.
    """
    rows_read = remaining_steps(interventions, steps)
    edits: dict[tuple[int, str], list[Edit]] = {}
    for intervention in interventions:
        if not isinstance(intervention, ValueIntervention):
            continue
        rows = np.flatnonzero(np.isin(rows_read, rows_of(intervention, steps)))
        first, end = int(rows[0]), int(rows[-1]) + 1
        if intervention.direction == "backward":
            first, end = len(rows_read) - end, len(rows_read) - first
        where = slice(None) if intervention.units is None else np.array(intervention.units)
        in_cell = edits.setdefault((intervention.layer, intervention.direction), [])
        for name in quantities_of(intervention, definitions[intervention.layer]):
            in_cell.append(Edit(name, where, value_of(intervention), first, end))
    return edits


def remaining_steps(interventions: Iterable[Intervention], steps: int) -> np.ndarray:
    """Find the steps that no intervention removes.

    Parameters
    ----------
    interventions : iterable of Intervention
        Those of a run; only `Remove` matters.
    steps : int
        T, the number of steps as typed.

    Returns
    -------
    ndarray of int, of shape (at most T,)
        Rows of the typed text, from 0, in order.
    """
    removed = {intervention.step - 1 for intervention in interventions if isinstance(intervention, Remove)}
    return np.array([row for row in range(steps) if row not in removed], dtype=int)


def held_and_frozen(
    interventions: Sequence[Intervention], definition: Definition, quantity: str, shape: tuple[int, int],
    layer: int = 0, direction: str = "forward",
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Mark the values of a quantity that interventions put in place.

    Parameters
    ----------
    interventions : sequence of Intervention
        Those of a trace.
    definition : Definition
        That of the layer's cell.
    quantity : str
        The name of the quantity, such as "forget".
    shape : tuple of int
        (T, H) of the trace, whose rows are the steps that were read.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction in which it reads.

    Returns
    -------
    held : ndarray of bool, of shape (T, H)
        Where a value was set.
    frozen : ndarray of bool, of shape (T, H)
        Where a state stayed as it was.
    """
    removed = len({intervention for intervention in interventions if isinstance(intervention, Remove)})
    rows_read = remaining_steps(interventions, shape[0] + removed)
    held, frozen = np.zeros((2, shape[0] + removed, shape[1]), dtype=bool)
    for intervention in interventions:
        if not isinstance(intervention, ValueIntervention):
            continue
        if (intervention.layer, intervention.direction) != (layer, direction):
            continue
        if quantity in quantities_of(intervention, definition):
            marks = frozen if isinstance(intervention, Freeze) else held
            marks[_grid(intervention, *marks.shape)] = True
    return held[rows_read], frozen[rows_read]


def quantities_of(intervention: ValueIntervention, definition: Definition) -> tuple[str, ...]:
    """The names of the quantities that an intervention sets."""
    if isinstance(intervention, Hold):
        return (intervention.quantity,)
    if intervention.state is not None:
        return (intervention.state,)
    return definition.states if intervention.units is None else definition.unit_states


def value_of(intervention: ValueIntervention) -> float | None:
    """The value that an intervention puts in place; None if it keeps the one before."""
    if isinstance(intervention, Hold):
        return intervention.value
    return 0.0 if isinstance(intervention, Zero) else None


def rows_of(intervention: ValueIntervention, steps: int) -> range:
    """The steps of an intervention as rows of the typed text, from 0."""
    return range(steps) if intervention.steps is None else range(intervention.steps[0] - 1, intervention.steps[1])


def _grid(intervention: ValueIntervention, steps: int, units: int) -> tuple[np.ndarray, ...]:
    """The steps and units of an intervention as an index into an array (steps, units)."""
    rows, columns = rows_of(intervention, steps), range(units) if intervention.units is None else intervention.units
    return np.ix_(np.fromiter(rows, int), np.fromiter(columns, int))
