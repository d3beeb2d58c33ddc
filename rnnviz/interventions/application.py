"""Interventions applied: checked against a network and a text, and turned into what both understand.

Tokens are swapped and removed in what the vocabulary encoded. Everything else becomes edits of the cells (see
`cells.edits`), so that the cell's own step computes whatever comes after.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ..cells import Definition, Edit
from ..errors import InputError, InterventionError
from ..network import Edits, Network
from ..text.tokens import END, Encoding, Vocabulary, split
from ..text.vectors import swapped_label
from .intervention_kinds import Freeze, Hold, Intervention, Remove, Swap, ValueIntervention, Zero

SHOWN = 60  # characters of a swapped token that a sentence shows


def apply_interventions(
    encoding: Encoding, interventions: Iterable[Intervention], vocabulary: Vocabulary, network: Network
) -> tuple[Encoding, Edits]:
    """Check interventions and turn them into another encoding and edits of the cells.

    Parameters
    ----------
    encoding : Encoding
        The text of T tokens as it was typed.
    interventions : iterable of Intervention
        All of them act at once; their order has no meaning, and repeated ones count once.
    vocabulary : Vocabulary
        What encoded the text.
    network : Network
        What will read it.

    Returns
    -------
    encoding : Encoding
        The text with its tokens swapped and removed.
    edits : dict of (int, str) to list of Edit
        By layer and direction; their steps count in the order in which that direction reads.

    Raises
    ------
    InterventionError
        If an intervention does not fit the network or the text, or contradicts another one.
    """
    distinct = tuple(dict.fromkeys(interventions))
    if not distinct:
        return encoding, {}
    steps = len(encoding.tokens)
    rows_read = remaining_steps(distinct, steps)
    changed = _edit_tokens(encoding, distinct, rows_read, vocabulary)
    on_values = [intervention for intervention in distinct if isinstance(intervention, ValueIntervention)]
    definition = network.layers[0][0].definition
    for intervention in on_values:
        _check(intervention, definition, network, steps, rows_read)
    _check_contradictions(on_values, definition, steps, network)
    return changed, cell_edits(distinct, definition, steps)


def cell_edits(
    interventions: Sequence[Intervention], definition: Definition, steps: int
) -> dict[tuple[int, str], list[Edit]]:
    """Turn interventions that fit a network and a text into edits of its cells.

    Parameters
    ----------
    interventions : sequence of Intervention
        All of a run: those on values become edits, at the steps that no other one removes.
    definition : Definition
        The cell's.
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
        rows = np.flatnonzero(np.isin(rows_read, _rows(intervention, steps)))
        first, end = int(rows[0]), int(rows[-1]) + 1
        if intervention.direction == "backward":
            first, end = len(rows_read) - end, len(rows_read) - first
        where = slice(None) if intervention.units is None else np.array(intervention.units)
        in_cell = edits.setdefault((intervention.layer, intervention.direction), [])
        for name in _quantities(intervention, definition):
            in_cell.append(Edit(name, where, _value(intervention), first, end))
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
        The cell's.
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
        if quantity in _quantities(intervention, definition):
            marks = frozen if isinstance(intervention, Freeze) else held
            marks[_grid(intervention, *marks.shape)] = True
    return held[rows_read], frozen[rows_read]


def _edit_tokens(
    encoding: Encoding, interventions: Sequence[Intervention], rows_read: np.ndarray, vocabulary: Vocabulary
) -> Encoding:
    """The encoding with tokens swapped and removed."""
    steps, changed = len(encoding.tokens), set()
    tokens, inputs, unknown = list(encoding.tokens), encoding.inputs.copy(), encoding.unknown.copy()
    for intervention in interventions:
        if not isinstance(intervention, Swap | Remove):
            continue
        step = intervention.step
        if not 1 <= step <= steps:
            problem = f"there is no step {step}; the text has {_counted_steps(steps)}"
            raise _impossible(intervention, "unknown_step", problem, step=step)
        if step in changed:
            problem = f"another intervention already swaps or removes step {step}"
            raise _impossible(intervention, "repeated_step", problem, step=step)
        if vocabulary.end and encoding.tokens[step - 1] == END:
            problem = f"step {step} is the end mark, which every text has"
            raise _impossible(intervention, "end_mark", problem, step=step)
        changed.add(step)
        if isinstance(intervention, Swap):
            new, row = _encode_swap(intervention, vocabulary), step - 1
            inputs[row], unknown[row] = new.inputs[0], new.unknown[0]
            if vocabulary.kind == "numbers":
                tokens[row] = swapped_label(tokens[row], new.tokens[0], vocabulary.vector_size)
            else:
                tokens[row] = new.tokens[0]
    if len(rows_read) <= vocabulary.end:
        raise InterventionError(
            "Keep at least one token: with all of them removed, there is nothing left to read.", code="nothing_left"
        )
    return replace(encoding, tokens=[tokens[row] for row in rows_read], inputs=inputs[rows_read],
                   unknown=unknown[rows_read])  # fmt: skip


def _encode_swap(swap: Swap, vocabulary: Vocabulary) -> Encoding:
    """The token of a swap as the vocabulary encodes it; of numbers, one step: typed, random or a table's name."""
    numeric = vocabulary.kind == "numbers"
    try:
        new = vocabulary.encode(swap.token, 2) if numeric else vocabulary.encode([*split(vocabulary.kind, swap.token)])
    except InputError as error:
        raise InterventionError(
            f"Cannot apply “{_shorten(str(swap))}”: {error}", code="invalid_token", intervention=swap, step=swap.step
        ) from None
    if len(new.tokens) - vocabulary.end != 1:
        what = "step" if numeric else "token"
        raise _impossible(swap, "not_one_token", f"{_shorten(swap.token)!r} is not one {what}", step=swap.step)
    return new


def _check(
    intervention: ValueIntervention, definition: Definition, network: Network, steps: int, rows_read: np.ndarray
) -> None:
    """Raise InterventionError if an intervention does not fit the network or the text."""
    _check_quantity(intervention, definition)
    _check_place(intervention, network)
    if intervention.steps is None:
        return
    first, last = intervention.steps
    if first > last:
        raise _impossible(intervention, "reversed_steps", f"step {first} does not come before step {last}", step=first)
    if not 1 <= first <= last <= steps:
        missing = last if 1 <= first <= steps else first
        problem = f"there is no step {missing}; the text has {_counted_steps(steps)}"
        raise _impossible(intervention, "unknown_step", problem, step=missing)
    if not np.isin(rows_read, _rows(intervention, steps)).any():
        raise _impossible(intervention, "removed_steps", "another intervention removes all of its steps", step=first)


def _check_quantity(intervention: ValueIntervention, definition: Definition) -> None:
    """Raise InterventionError unless the cell has what is held, silenced or frozen, and the value is in its range."""
    if not isinstance(intervention, Hold):
        if intervention.state is not None and intervention.state not in definition.states:
            states = ", ".join(definition.states)
            problem = f"the {definition.title} has no state {intervention.state!r}; it has {states}"
            raise _impossible(intervention, "unknown_state", problem)
        return
    if intervention.quantity == "input_vector":
        raise _impossible(intervention, "input", "the input can only be swapped or removed")
    quantity = next((q for q in definition.quantities if q.name == intervention.quantity), None)
    if quantity is None:
        names = ", ".join(q.name for q in definition.quantities)
        problem = f"the {definition.title} has no {intervention.quantity!r}; it has {names}"
        raise _impossible(intervention, "unknown_quantity", problem)
    if not (np.isfinite(intervention.value) and quantity.low <= intervention.value <= quantity.high):
        problem = f"the {quantity.title} {_range(quantity.low, quantity.high)}, not {intervention.value:g}"
        raise _impossible(intervention, "out_of_range", problem)


def _check_place(intervention: ValueIntervention, network: Network) -> None:
    """Raise InterventionError unless the network has the layer, the direction and the units."""
    layer, direction, layers = intervention.layer, intervention.direction, len(network.layers)
    if not 0 <= layer < layers:
        problem = f"there is no layer {layer}; the network has {layers}, counted from 0"
        raise _impossible(intervention, "unknown_layer", problem)
    if not network.has_layer(layer, direction):
        whole = "the network" if direction not in network.directions else f"layer {layer}"
        raise _impossible(intervention, "unknown_direction", f"{whole} does not read {direction}")
    if intervention.units is None:
        return
    cell = network.cell(layer, direction)
    units = min(map(cell.units, _quantities(intervention, cell.definition)))
    wrong = [unit for unit in intervention.units if not 0 <= unit < units]
    if wrong:
        problem = f"there is no unit {wrong[0]}; the layer has units 0 to {units - 1}"
        raise _impossible(intervention, "unknown_unit", problem, unit=wrong[0])
    if not intervention.units:
        raise _impossible(intervention, "no_unit", "it names no unit")


def _check_contradictions(
    interventions: Sequence[ValueIntervention], definition: Definition, steps: int, network: Network
) -> None:
    """Raise InterventionError if two interventions put different values into one quantity of one unit at one step."""
    owners: dict[tuple[str, int, str], np.ndarray] = {}
    for number, intervention in enumerate(interventions):
        for name in _quantities(intervention, definition):
            units = network.cell(intervention.layer, intervention.direction).units(name)
            place = (name, intervention.layer, intervention.direction)
            owner = owners.setdefault(place, np.full((steps, units), -1))
            grid = _grid(intervention, steps, units)
            for earlier in np.unique(owner[grid]):
                other = interventions[earlier]
                if earlier >= 0 and _value(other) != _value(intervention):
                    here = np.zeros_like(owner, dtype=bool)
                    here[grid] = True
                    row, unit = (int(index) for index in np.argwhere(here & (owner == earlier))[0])
                    what = f"the {definition.by_name[name].title} of unit {unit} at step {row + 1}"
                    raise InterventionError(
                        f"“{other}” and “{intervention}” contradict each other: both set {what}.",
                        code="contradiction", intervention=intervention, other=other, step=row + 1, unit=unit,
                    )  # fmt: skip
            owner[grid] = number


def _quantities(intervention: ValueIntervention, definition: Definition) -> tuple[str, ...]:
    """The names of the quantities that an intervention sets."""
    if isinstance(intervention, Hold):
        return (intervention.quantity,)
    if intervention.state is not None:
        return (intervention.state,)
    return definition.states if intervention.units is None else definition.unit_states


def _value(intervention: ValueIntervention) -> float | None:
    """The value that an intervention puts in place; None if it keeps the one before."""
    if isinstance(intervention, Hold):
        return intervention.value
    return 0.0 if isinstance(intervention, Zero) else None


def _rows(intervention: ValueIntervention, steps: int) -> range:
    """The steps of an intervention as rows of the typed text, from 0."""
    return range(steps) if intervention.steps is None else range(intervention.steps[0] - 1, intervention.steps[1])


def _grid(intervention: ValueIntervention, steps: int, units: int) -> tuple[np.ndarray, ...]:
    """The steps and units of an intervention as an index into an array (steps, units)."""
    rows, columns = _rows(intervention, steps), range(units) if intervention.units is None else intervention.units
    return np.ix_(np.fromiter(rows, int), np.fromiter(columns, int))


def _impossible(intervention: Intervention, code: str, problem: str, **fields: int) -> InterventionError:
    """The error for an intervention that does not fit."""
    text = _shorten(str(intervention))
    return InterventionError(f"Cannot apply “{text}”: {problem}.", code=code, intervention=intervention, **fields)


def _shorten(text: str) -> str:
    """The beginning of a long text, for a sentence."""
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _range(low: float, high: float) -> str:
    """The range of a quantity in words."""
    if low > -np.inf and high < np.inf:
        return f"must be between {low:g} and {high:g}"
    return "must be a finite number" if low == -np.inf else f"must be a finite number of at least {low:g}"


def _counted_steps(steps: int) -> str:
    """The steps of a text in words."""
    return "one step" if steps == 1 else f"steps 1 to {steps}"
