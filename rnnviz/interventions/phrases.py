"""Interventions in words, for people."""

from __future__ import annotations

from ..cells import Definition
from ..text.tokens import visible
from .kinds import Hold, Intervention, Remove, Swap, Zero, spans

SHOWN = 40  # characters of a token: a vector can have thousands


def describe(one: Intervention, definition: Definition) -> str:
    """What an intervention does, in a few words: "forget gate of units 3, 5–7 = 0.5 at steps 2–9".

    Units count from 0, steps and layers from 1, as everywhere on the screen.
    """
    if isinstance(one, Swap):
        token = visible(one.token)
        return f"step {one.step} reads “{token if len(token) <= SHOWN else token[: SHOWN - 1] + '…'}”"
    if isinstance(one, Remove):
        return f"step {one.step} removed"
    units = None if one.units is None else _counted("unit", spans(one.units))
    steps = "" if one.steps is None else f" at {_counted('step', [one.steps])}"
    where = f", layer {one.layer + 1}" if one.layer else ""
    where += ", backward" if one.direction == "backward" else ""
    if isinstance(one, Hold):
        what = _title(one.quantity, definition) + (f" of {units}" if units else "")
        return f"{what} = {one.value:g}".replace("-", "−") + steps + where
    what = units or "all units"
    if one.state is not None:
        what = f"{_title(one.state, definition)} of {what}"
    return f"{what} {'silenced' if isinstance(one, Zero) else 'frozen'}{steps}{where}"


def _title(name: str, definition: Definition) -> str:
    return definition.by_name[name].title if name in definition.by_name else name


def _counted(thing: str, runs: list[tuple[int, int]]) -> str:
    """unit 3; units 3, 5–7."""
    listed = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)
    return f"{thing}{'' if listed.isdecimal() else 's'} {listed}"
