"""Interventions in words."""

from __future__ import annotations

from ..cells import Definition
from ..number_format import with_minus_signs
from ..text.tokens import visible
from .intervention_kinds import Hold, Intervention, Remove, Swap, Zero, spans

SHOWN = 40  # characters of a token: a vector can have thousands


def describe(intervention: Intervention, *definitions: Definition) -> str:
    """Say in a few words what an intervention does.

    Units count from 0, steps and layers from 1, as everywhere on the pages.

    Parameters
    ----------
    intervention : Intervention
        What to describe.
    *definitions : Definition
        The cell's, for the titles of its quantities; where layers have several cells, that of each layer.

    Returns
    -------
    str
        A phrase such as "forget gate of units 3, 5–7 = 0.5 at steps 2–9".
    """
    if isinstance(intervention, Swap):
        token = visible(intervention.token)
        shown = token if len(token) <= SHOWN else token[: SHOWN - 1] + "…"
        return f"step {intervention.step} reads “{shown}”"
    if isinstance(intervention, Remove):
        return f"step {intervention.step} removed"
    definition = definitions[min(intervention.layer, len(definitions) - 1)]
    units = None if intervention.units is None else _counted("unit", spans(intervention.units))
    steps = "" if intervention.steps is None else f" at {_counted('step', [intervention.steps])}"
    place = f", layer {intervention.layer + 1}" if intervention.layer else ""
    place += ", backward" if intervention.direction == "backward" else ""
    if isinstance(intervention, Hold):
        what = _title(intervention.quantity, definition) + (f" of {units}" if units else "")
        return f"{what} = " + with_minus_signs(f"{intervention.value:g}") + steps + place
    what = units or "all units"
    if intervention.state is not None:
        what = f"{_title(intervention.state, definition)} of {what}"
    return f"{what} {'silenced' if isinstance(intervention, Zero) else 'frozen'}{steps}{place}"


def _title(name: str, definition: Definition) -> str:
    """The title of a quantity; its name if the cell does not have it."""
    return definition.by_name[name].title if name in definition.by_name else name


def _counted(thing: str, runs: list[tuple[int, int]]) -> str:
    """Numbers with what they count: "unit 3", "units 3, 5–7"."""
    listed = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)
    return f"{thing}{'' if listed.isdecimal() else 's'} {listed}"
