"""Interventions checked against a network and a text: what fits, what does not, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..cells import Definition
from ..errors import InputError, InterventionError
from ..network import Edits, Network
from ..text.tokens import END, Encoding, Vocabulary, split
from ..text.vectors import swapped_label
from . import problems
from .application import cell_edits, quantities_of, rows_of, value_of
from .intervention_kinds import Hold, Intervention, Remove, Swap, ValueIntervention

SHOWN = 60  # characters of a swapped token that a sentence shows


class CheckedInterventions:
    """Interventions on a text, checked one after another, each against all before it.

    The time that one takes does not grow with the number of those before it.

    Parameters
    ----------
    encoding : Encoding
        The text of T tokens as it was typed.
    vocabulary : Vocabulary
        What encoded the text.
    network : Network
        What will read it.
    """

    def __init__(self, encoding: Encoding, vocabulary: Vocabulary, network: Network) -> None:
        self.accepted: dict[Intervention, None] = {}
        self._encoding, self._vocabulary, self._network = encoding, vocabulary, network
        self._swaps: dict[int, Encoding] = {}  # by step
        self._is_read = np.ones(len(encoding.tokens), dtype=bool)
        self._steps_left: dict[ValueIntervention, int] = {}  # of those that name steps: how many are read
        self._set: dict[tuple[str, int, str], _SetValues] = {}  # by quantity, layer and direction

    def add(self, intervention: Intervention) -> None:
        """Accept an intervention.

        Parameters
        ----------
        intervention : Intervention
            One that may be among those before; it then counts once.

        Raises
        ------
        InterventionError
            If it does not fit the network or the text, or contradicts one before it; it is not accepted then.
        """
        if intervention in self.accepted:
            return
        if isinstance(intervention, ValueIntervention):
            self._add_value(intervention)
        else:
            self._add_token(intervention)
        self.accepted[intervention] = None

    def apply(self) -> tuple[Encoding, Edits]:
        """Turn the accepted interventions into another encoding and edits of the cells.

        Returns
        -------
        encoding : Encoding
            The text with its tokens swapped and removed.
        edits : dict of (int, str) to list of Edit
            By layer and direction; their steps count in the order in which that direction reads.
        """
        accepted, encoding = tuple(self.accepted), self._encoding
        if not accepted:
            return encoding, {}
        tokens, inputs, unknown = list(encoding.tokens), encoding.inputs.copy(), encoding.unknown.copy()
        for step, new in self._swaps.items():
            row = step - 1
            inputs[row], unknown[row], tokens[row] = new.inputs[0], new.unknown[0], new.tokens[0]
            if self._vocabulary.kind == "numbers":
                tokens[row] = swapped_label(encoding.tokens[row], new.tokens[0], self._vocabulary.vector_size)
        rows = np.flatnonzero(self._is_read)
        changed = replace(encoding, tokens=[tokens[row] for row in rows], inputs=inputs[rows], unknown=unknown[rows])
        return changed, cell_edits(accepted, self._network.definitions, len(encoding.tokens))

    def _add_token(self, intervention: Swap | Remove) -> None:
        step, steps = intervention.step, len(self._encoding.tokens)
        if not 1 <= step <= steps:
            raise _impossible(intervention, "unknown_step", step=step, steps=_counted_steps(steps))
        if step in self._swaps or not self._is_read[step - 1]:
            raise _impossible(intervention, "repeated_step", step=step)
        if self._vocabulary.end and self._encoding.tokens[step - 1] == END:
            raise _impossible(intervention, "end_mark", step=step)
        if isinstance(intervention, Swap):
            self._swaps[step] = _encode_swap(intervention, self._vocabulary)
            return
        if self._is_read.sum() - 1 <= self._vocabulary.end:
            raise InterventionError(problems.NOTHING_LEFT, code="nothing_left")
        concerned = [other for other in self._steps_left if step - 1 in rows_of(other, steps)]
        for other in concerned:
            if self._steps_left[other] == 1:
                raise _impossible(other, "removed_steps", step=step)
        for other in concerned:
            self._steps_left[other] -= 1
        self._is_read[step - 1] = False

    def _add_value(self, intervention: ValueIntervention) -> None:
        steps = len(self._encoding.tokens)
        _check(intervention, self._network, steps)
        definition = self._network.definitions[intervention.layer]
        left = int(self._is_read[_slice(intervention)].sum())
        if not left:
            raise _impossible(intervention, "removed_steps", step=rows_of(intervention, steps)[0] + 1)
        places = []
        for name in quantities_of(intervention, definition):
            key = (name, intervention.layer, intervention.direction)
            if key not in self._set:
                cell = self._network.cell(intervention.layer, intervention.direction)
                self._set[key] = _SetValues(steps, cell.units(name))
            self._set[key].check(intervention, definition.by_name[name].title)
            places.append(self._set[key])
        for place in places:
            place.put(intervention)
        if intervention.steps is not None:
            self._steps_left[intervention] = left


class _SetValues:
    """What interventions put into one quantity of a layer, and which of them did."""

    KEPT = np.inf  # stands for the value before, which a frozen state keeps: no held value is infinite

    def __init__(self, steps: int, units: int) -> None:
        self.values = np.full((steps, units), np.nan)
        self.owners = np.zeros((steps, units), dtype=int)
        self.interventions: list[ValueIntervention] = []

    def check(self, intervention: ValueIntervention, title: str) -> None:
        """Raise InterventionError if another one puts a different value into one unit at one step."""
        before = self.values[_slice(intervention)]
        differs = ~np.isnan(before) & (before != self._number(intervention))
        if intervention.units is not None:
            chosen = np.zeros(differs.shape[1], dtype=bool)
            chosen[list(intervention.units)] = True
            differs &= chosen
        if not differs.any():
            return
        owners = self.owners[_slice(intervention)]
        earliest = owners[differs].min()
        first, unit = (int(index) for index in np.argwhere(differs & (owners == earliest))[0])
        row = rows_of(intervention, len(self.values))[first]
        other = self.interventions[earliest]
        raise InterventionError(
            problems.CONTRADICTION.format(other=other, text=intervention, title=title, unit=unit, step=row + 1),
            code="contradiction", intervention=intervention, other=other, step=row + 1, unit=unit,
        )  # fmt: skip

    def put(self, intervention: ValueIntervention) -> None:
        """Note what an intervention puts in place."""
        where = _slice(intervention), slice(None) if intervention.units is None else list(intervention.units)
        self.values[where], self.owners[where] = self._number(intervention), len(self.interventions)
        self.interventions.append(intervention)

    def _number(self, intervention: ValueIntervention) -> float:
        value = value_of(intervention)
        return self.KEPT if value is None else value


def _encode_swap(swap: Swap, vocabulary: Vocabulary) -> Encoding:
    """The token of a swap as the vocabulary encodes it; of numbers, one step: typed, random or a table's name."""
    numeric = vocabulary.kind == "numbers"
    try:
        new = vocabulary.encode(swap.token, 2) if numeric else vocabulary.encode([*split(vocabulary.kind, swap.token)])
    except InputError as error:
        sentence = problems.INVALID_TOKEN.format(text=_shorten(str(swap)), reason=error)
        raise InterventionError(sentence, code="invalid_token", intervention=swap, step=swap.step) from None
    if len(new.tokens) - vocabulary.end != 1:
        what = "step" if numeric else "token"
        raise _impossible(swap, "not_one_token", token=_shorten(swap.token), what=what, step=swap.step)
    return new


def _check(intervention: ValueIntervention, network: Network, steps: int) -> None:
    """Raise InterventionError if an intervention does not fit the network or the text."""
    layer = intervention.layer if intervention.layer in range(len(network.layers)) else 0
    _check_quantity(intervention, network.definitions, layer)
    _check_place(intervention, network)
    if intervention.steps is None:
        return
    first, last = intervention.steps
    if first > last:
        raise _impossible(intervention, "reversed_steps", step=first, last=last)
    if not 1 <= first <= last <= steps:
        missing = last if 1 <= first <= steps else first
        raise _impossible(intervention, "unknown_step", step=missing, steps=_counted_steps(steps))


def _check_quantity(intervention: ValueIntervention, definitions: Sequence[Definition], layer: int) -> None:
    """Raise InterventionError unless the cell has what is held, silenced or frozen, and the value is in its range."""
    definition = definitions[layer]
    of_layer = f" of layer {layer}" if len({each.name for each in definitions}) > 1 else ""
    cell = f"{definition.title}{of_layer}"
    if not isinstance(intervention, Hold):
        if intervention.state is not None and intervention.state not in definition.states:
            states = ", ".join(definition.states)
            known = {"cell": cell, "state": intervention.state, "states": states}
            raise _impossible(intervention, "unknown_state", **known)
        return
    if intervention.quantity == "input_vector":
        raise _impossible(intervention, "input")
    quantity = next((q for q in definition.quantities if q.name == intervention.quantity), None)
    if quantity is None:
        names = ", ".join(q.name for q in definition.quantities)
        known = {"cell": cell, "quantity": intervention.quantity, "quantities": names}
        raise _impossible(intervention, "unknown_quantity", **known)
    if not (np.isfinite(intervention.value) and quantity.low <= intervention.value <= quantity.high):
        bounds = {"title": quantity.title, "range": _range(quantity.low, quantity.high)}
        raise _impossible(intervention, "out_of_range", **bounds, value=f"{intervention.value:g}")


def _check_place(intervention: ValueIntervention, network: Network) -> None:
    """Raise InterventionError unless the network has the layer, the direction and the units."""
    layer, direction, layers = intervention.layer, intervention.direction, len(network.layers)
    if not 0 <= layer < layers:
        raise _impossible(intervention, "unknown_layer", layer=layer, layers=layers)
    if not network.has_layer(layer, direction):
        whole = "the network" if direction not in network.directions else f"layer {layer}"
        raise _impossible(intervention, "unknown_direction", whole=whole, direction=direction)
    if intervention.units is None:
        return
    cell = network.cell(layer, direction)
    units = min(map(cell.units, quantities_of(intervention, cell.definition)))
    wrong = [unit for unit in intervention.units if not 0 <= unit < units]
    if wrong:
        raise _impossible(intervention, "unknown_unit", unit=wrong[0], last=units - 1)
    if not intervention.units:
        raise _impossible(intervention, "no_unit")


def _slice(intervention: ValueIntervention) -> slice:
    """The steps of an intervention as a part of the rows of the typed text."""
    return slice(None) if intervention.steps is None else slice(intervention.steps[0] - 1, intervention.steps[1])


def no_step(intervention: Intervention) -> InterventionError:
    """The error for an intervention that names a step, where there is no text."""
    step = intervention.step if isinstance(intervention, Swap | Remove) else (intervention.steps or (1,))[0]
    return _impossible(intervention, "unknown_step", step=step, steps=_counted_steps(0))


def _impossible(intervention: Intervention, code: str, **values: Any) -> InterventionError:
    """The error for an intervention that does not fit."""
    problem = problems.PROBLEMS[code].format(**values)
    sentence = problems.IMPOSSIBLE.format(text=_shorten(str(intervention)), problem=problem)
    fields = {name: values[name] for name in ("step", "unit") if name in values}
    return InterventionError(sentence, code=code, intervention=intervention, **fields)


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
    return f"steps 1 to {steps}" if steps > 1 else "one step" if steps else "none"
