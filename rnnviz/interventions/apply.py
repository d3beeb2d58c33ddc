"""Interventions put to work: checked against a network and a text, and turned into what both understand.

Tokens are swapped and removed in what the vocabulary read. All else becomes edits of the cells (see
`cells.edits`), so that everything after is computed by the cell's own step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ..cells import Definition, Edit
from ..network import Edits, Network
from ..text.tokens import END, Encoding, Vocabulary, split
from ..text.vectors import swapped_label
from .kinds import Freeze, Hold, Intervention, Remove, Swap, ValueIntervention, Zero

SHOWN = 60  # characters of a swapped token that a sentence shows


def apply_interventions(
    encoding: Encoding, interventions: Iterable[Intervention], vocabulary: Vocabulary, network: Network
) -> tuple[Encoding, Edits]:
    """What is read instead, and the edits of every layer and direction, their steps in its order of reading.

    Raises ValueError, in one sentence for a person, for an intervention that makes no sense here (a value beyond
    the quantity's range, a unit or a step that does not exist) and for two that contradict each other.
    """
    listed = tuple(dict.fromkeys(interventions))
    if not listed:
        return encoding, {}
    steps = len(encoding.tokens)
    kept = remaining_steps(listed, steps)
    changed = _retold(encoding, listed, kept, vocabulary)
    inside = [one for one in listed if isinstance(one, ValueIntervention)]
    definition = network.layers[0][0].definition
    for one in inside:
        _check(one, definition, network, steps, kept)
    _contradictions(inside, definition, steps, network)
    edits: dict[tuple[int, str], list[Edit]] = {}
    for one in inside:
        rows = np.flatnonzero(np.isin(kept, _rows(one, steps)))
        first, end = int(rows[0]), int(rows[-1]) + 1
        if one.direction == "backward":
            first, end = len(kept) - end, len(kept) - first
        where = slice(None) if one.units is None else np.array(one.units)
        for name in _quantities(one, definition):
            edits.setdefault((one.layer, one.direction), []).append(Edit(name, where, _value(one), first, end))
    return changed, edits


def remaining_steps(interventions: Iterable[Intervention], steps: int) -> np.ndarray:
    """Which of the steps as typed, as rows from 0, are read: those that no intervention removes."""
    removed = {one.step - 1 for one in interventions if isinstance(one, Remove)}
    return np.array([row for row in range(steps) if row not in removed], dtype=int)


def held_and_frozen(
    interventions: Sequence[Intervention], definition: Definition, quantity: str, shape: tuple[int, int],
    layer: int = 0, direction: str = "forward",
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Where a trace's interventions put a value in place of a quantity, and where they froze it: bool, (T, H) each.

    shape: (T, H) of the trace, whose rows are the steps that were read.
    """
    removed = len({one for one in interventions if isinstance(one, Remove)})
    kept = remaining_steps(interventions, shape[0] + removed)
    put, frozen = np.zeros((2, shape[0] + removed, shape[1]), dtype=bool)
    for one in interventions:
        if not isinstance(one, ValueIntervention) or (one.layer, one.direction) != (layer, direction):
            continue
        if quantity in _quantities(one, definition):
            marks = frozen if isinstance(one, Freeze) else put
            marks[_grid(one, *marks.shape)] = True
    return put[kept], frozen[kept]


def _retold(
    encoding: Encoding, interventions: Sequence[Intervention], kept: np.ndarray, vocabulary: Vocabulary
) -> Encoding:
    """What was read, with tokens swapped and removed."""
    steps, touched = len(encoding.tokens), set()
    tokens, inputs, unknown = list(encoding.tokens), encoding.inputs.copy(), encoding.unknown.copy()
    for one in interventions:
        if not isinstance(one, Swap | Remove):
            continue
        if not 1 <= one.step <= steps:
            raise ValueError(f"“{one}” is not possible: there is no step {one.step}; the text has {_steps(steps)}.")
        if one.step in touched:
            raise ValueError(f"“{one}” is not possible: another intervention swaps or removes step {one.step} already.")
        if vocabulary.end and encoding.tokens[one.step - 1] == END:
            raise ValueError(f"“{one}” is not possible: step {one.step} is the end mark, which every text has.")
        touched.add(one.step)
        if isinstance(one, Swap):
            new, row = _single(one, vocabulary), one.step - 1
            inputs[row], unknown[row] = new.inputs[0], new.unknown[0]
            numeric = vocabulary.kind == "numbers"
            tokens[row] = (
                swapped_label(tokens[row], new.tokens[0], vocabulary.vector_size) if numeric else new.tokens[0]
            )
    if len(kept) <= vocabulary.end:
        raise ValueError("With every token removed there is nothing left to read.")
    return replace(encoding, tokens=[tokens[row] for row in kept], inputs=inputs[kept], unknown=unknown[kept])


def _single(swap: Swap, vocabulary: Vocabulary) -> Encoding:
    """The token of a swap as the vocabulary reads it: of numbers one step, typed, drawn or a table's name.

    Raises ValueError unless it is one token.
    """
    try:
        if vocabulary.kind == "numbers":
            new = vocabulary.encode(swap.token, 2)
        else:
            new = vocabulary.encode(list(split(vocabulary.kind, swap.token)))
    except ValueError as error:
        raise ValueError(f"“{_short(str(swap))}” is not possible: {error}") from None
    if len(new.tokens) - vocabulary.end != 1:
        what = "step" if vocabulary.kind == "numbers" else "token"
        raise ValueError(f"“{_short(str(swap))}” is not possible: {_short(swap.token)!r} is not one {what}.")
    return new


def _short(text: str) -> str:
    """A long vector's beginning, for a sentence."""
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _check(one: ValueIntervention, definition: Definition, network: Network, steps: int, kept: np.ndarray) -> None:
    """Raises ValueError, in one sentence, if an intervention does not fit the network or the text."""
    states, layers = definition.states, len(network.layers)
    problem = None
    if isinstance(one, Hold):
        quantity = next((q for q in definition.quantities if q.name == one.quantity), None)
        if one.quantity == "input_vector":
            problem = "what is read can only be swapped or removed"
        elif quantity is None:
            names = ", ".join(q.name for q in definition.quantities)
            problem = f"the {definition.title} has no {one.quantity!r}; it has {names}"
        elif not (np.isfinite(one.value) and quantity.low <= one.value <= quantity.high):
            problem = f"the {quantity.title} {_range(quantity.low, quantity.high)}, and {one.value:g} does not"
    elif one.state is not None and one.state not in states:
        problem = f"the {definition.title} has no state {one.state!r}; it has {', '.join(states)}"
    if problem is None and not 0 <= one.layer < layers:
        problem = f"there is no layer {one.layer}; the network has {layers}, counted from 0"
    elif problem is None and not network.has_layer(one.layer, one.direction):
        whole = "the network" if one.direction not in network.directions else f"layer {one.layer}"
        problem = f"{whole} does not read {one.direction}"
    elif problem is None and one.units is not None:
        units = network.cell(one.layer, one.direction).hidden_size
        wrong = [unit for unit in one.units if not 0 <= unit < units]
        if wrong:
            problem = f"there is no unit {wrong[0]}; the layer has units 0 to {units - 1}"
        elif not one.units:
            problem = "it names no unit"
    if problem is None and one.steps is not None:
        first, last = one.steps
        if first > last:
            problem = f"step {first} does not come before step {last}"
        elif not 1 <= first <= last <= steps:
            problem = f"there is no step {last if 1 <= first <= steps else first}; the text has {_steps(steps)}"
        elif not np.isin(kept, _rows(one, steps)).any():
            problem = "nothing is left of its steps, because another intervention removes them"
    if problem is not None:
        raise ValueError(f"“{one}” is not possible: {problem}.")


def _contradictions(
    interventions: Sequence[ValueIntervention], definition: Definition, steps: int, network: Network
) -> None:
    """Raises ValueError if two interventions put different values into one quantity of one unit at one step."""
    taken: dict[tuple[str, int, str], np.ndarray] = {}
    for number, one in enumerate(interventions):
        units = network.cell(one.layer, one.direction).hidden_size
        for name in _quantities(one, definition):
            owner = taken.setdefault((name, one.layer, one.direction), np.full((steps, units), -1))
            place = _grid(one, steps, units)
            for before in np.unique(owner[place]):
                other = interventions[before]
                if before >= 0 and _value(other) != _value(one):
                    here = np.zeros_like(owner, dtype=bool)
                    here[place] = True
                    step, unit = np.argwhere(here & (owner == before))[0]
                    what = f"the {definition.by_name[name].title} of unit {unit} at step {step + 1}"
                    raise ValueError(f"“{other}” and “{one}” contradict each other about {what}.")
            owner[place] = number


def _quantities(one: ValueIntervention, definition: Definition) -> tuple[str, ...]:
    """The names of what an intervention acts on."""
    if isinstance(one, Hold):
        return (one.quantity,)
    return definition.states if one.state is None else (one.state,)


def _value(one: ValueIntervention) -> float | None:
    """What an intervention puts in place; None for what was there before."""
    if isinstance(one, Hold):
        return one.value
    return 0.0 if isinstance(one, Zero) else None


def _rows(one: ValueIntervention, steps: int) -> range:
    """The steps as typed at which an intervention acts, as rows from 0."""
    return range(steps) if one.steps is None else range(one.steps[0] - 1, one.steps[1])


def _grid(one: ValueIntervention, steps: int, units: int) -> tuple[np.ndarray, ...]:
    """Where it acts, as an index into (steps, units)."""
    rows, columns = _rows(one, steps), range(units) if one.units is None else one.units
    return np.ix_(np.fromiter(rows, int), np.fromiter(columns, int))


def _range(low: float, high: float) -> str:
    if low > -np.inf and high < np.inf:
        return f"lies between {low:g} and {high:g}"
    return "is a finite number" if low == -np.inf else f"is a finite number of at least {low:g}"


def _steps(steps: int) -> str:
    return "one step" if steps == 1 else f"steps 1 to {steps}"
