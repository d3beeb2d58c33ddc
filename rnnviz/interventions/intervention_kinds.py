"""The kinds of interventions, each with a short text of its own, for a link.

forget=1                    the forget gate of every unit, at every step
forget.3,5-7@2-9=0.5        of units 3, 5, 6 and 7, at steps 2 to 9
forget:1b=0                 in the second layer, its backward direction
zero.4  zero/cell.4@3       the states of unit 4; its cell state alone, at step 3
freeze.4@6-9                unit 4 keeps the states that it had before step 6
swap@3=x  remove@3          another token at step 3; none at all

Units and layers count from 0, steps from 1, in the text as it was typed: a step keeps its number when one before it is
removed. The order of interventions therefore has no meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from math import isnan
from typing import ClassVar
from urllib.parse import quote, unquote

from ..errors import InterventionError
from . import problems

Units = tuple[int, ...] | None
Steps = tuple[int, int] | None

_SEPARATOR = ";"
_WORDS = ("zero", "freeze", "swap", "remove")
SHOWN_UNREADABLE = 40  # characters of a text that a sentence shows
MOST_LISTED = 10_000  # units that one text can name, so that no link asks for a billion
_FORM = re.compile(
    r"(?P<head>\w+)(?:/(?P<state>\w+))?(?:\.(?P<units>[0-9,-]+))?(?:@(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?)?"
    r"(?::(?P<layer>[0-9]{1,9})(?P<back>b)?)?(?:=(?P<value>.*))?",
    re.ASCII,
)
_UNITS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?", re.ASCII)


class _ValueIntervention:
    """What acts on values inside a layer. A single unit or step may be given as a number.

    Units are stored as a sorted tuple and steps as (first, last); None stands for all of them.
    """

    units: Units
    steps: Steps
    layer: int
    direction: str

    def __post_init__(self) -> None:
        units = (self.units,) if isinstance(self.units, int) else self.units
        steps = (self.steps, self.steps) if isinstance(self.steps, int) else self.steps
        object.__setattr__(self, "units", None if units is None else tuple(sorted({int(unit) for unit in units})))
        object.__setattr__(self, "steps", None if steps is None else (int(steps[0]), int(steps[1])))

    @property
    def place(self) -> str:
        """The part of the text that names units, steps, layer and direction."""
        units = "" if self.units is None else "." + ",".join(_span(*run) for run in spans(self.units))
        steps = "" if self.steps is None else f"@{_span(*self.steps)}"
        back = "b" if self.direction == "backward" else ""
        return f"{units}{steps}" + (f":{self.layer}{back}" if self.layer or back else "")


@dataclass(frozen=True)
class Hold(_ValueIntervention):
    """Hold a gate, a candidate or a state at a value.

    A state held at one step is a state set there: the steps after it continue from that value.

    Parameters
    ----------
    quantity : str
        The name of the quantity, such as "forget".
    value : float
        A value in the range of the quantity.
    units : int, iterable of int or None, default None
        Units, counted from 0; None for all of the layer.
    steps : int, (int, int) or None, default None
        A step or the first and the last of several, counted from 1 in the text as typed; None for all.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction in which the layer reads.

    Examples
    --------
    >>> str(Hold("forget", 0.5, units=(3, 5, 6, 7), steps=(2, 9)))
    'forget.3,5-7@2-9=0.5'
    """

    quantity: str
    value: float
    units: Units = None
    steps: Steps = None
    layer: int = 0
    direction: str = "forward"

    def __str__(self) -> str:
        return f"{self.quantity}{self.place}={_number(self.value)}"


@dataclass(frozen=True)
class _StateIntervention(_ValueIntervention):
    """What acts on all states of units, or on the one named."""

    word: ClassVar[str]

    units: Units = None
    steps: Steps = None
    layer: int = 0
    direction: str = "forward"
    state: str | None = None

    def __str__(self) -> str:
        return f"{self.word}{f'/{self.state}' if self.state else ''}{self.place}"


class Zero(_StateIntervention):
    """Silence units: their states are zero.

    Parameters
    ----------
    units : int, iterable of int or None, default None
        Units, counted from 0; None for all of the layer.
    steps : int, (int, int) or None, default None
        A step or the first and the last of several, counted from 1 in the text as typed; None for all.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction in which the layer reads.
    state : str or None, default None
        The name of one state; None for all states of the cell, or, where units are named, all with a value a unit.
    """

    word = "zero"


class Freeze(_StateIntervention):
    """Freeze units: they keep the states that they had before the first of the steps.

    Parameters
    ----------
    units : int, iterable of int or None, default None
        Units, counted from 0; None for all of the layer.
    steps : int, (int, int) or None, default None
        A step or the first and the last of several, counted from 1 in the text as typed; None for all.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction in which the layer reads.
    state : str or None, default None
        The name of one state; None for all states of the cell, or, where units are named, all with a value a unit.
    """

    word = "freeze"


@dataclass(frozen=True)
class Swap:
    """Read another token at a step.

    Parameters
    ----------
    step : int
        The step, counted from 1 in the text as typed.
    token : str
        The token; for a network that reads vectors, the numbers of one step, or a text that stands for them.
    """

    step: int
    token: str

    def __post_init__(self) -> None:
        whole = self.token.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # half a pair fits no link
        object.__setattr__(self, "token", whole)

    def __str__(self) -> str:
        return f"swap@{self.step}={quote(self.token, safe='')}"


@dataclass(frozen=True)
class Remove:
    """Leave out a step, as if its token had never been typed.

    Parameters
    ----------
    step : int
        The step, counted from 1 in the text as typed.
    """

    step: int

    def __str__(self) -> str:
        return f"remove@{self.step}"


ValueIntervention = Hold | Zero | Freeze
Intervention = ValueIntervention | Swap | Remove


def parse(text: str) -> Intervention:
    """Read the text of one intervention.

    Whether it fits a model is checked only when it is applied.

    Parameters
    ----------
    text : str
        What `str` of an intervention gives, such as "forget.3@2-9=0.5".

    Returns
    -------
    Intervention
        The intervention.

    Raises
    ------
    InterventionError
        If the text is not an intervention; code "unreadable".

    Examples
    --------
    >>> parse("zero.4")
    Zero(units=(4,), steps=None, layer=0, direction='forward', state=None)
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise _unreadable(text)
    head, state, first, last, value = (match[name] for name in ("head", "state", "first", "last", "value"))
    units = None if match["units"] is None else _parse_units(match["units"], text)
    steps = None if first is None else (int(first), int(last or first))
    place = (units, steps, int(match["layer"] or 0), "backward" if match["back"] else "forward")
    try:
        if head in ("zero", "freeze") and value is None:
            return (Zero if head == "zero" else Freeze)(*place, state)
        if head in ("swap", "remove") and steps and not last and place == (None, steps, 0, "forward") and not state:
            if value is None and head == "remove":
                return Remove(steps[0])
            if value is not None and head == "swap":
                return Swap(steps[0], unquote(value, errors="strict"))
        elif head not in _WORDS and value is not None and not state and not isnan(number := float(value)):
            return Hold(head, number, *place)
    except ValueError:  # a value that is not a number, or a token that is not UTF-8
        raise _unreadable(text) from None
    raise _unreadable(text)


def parse_all(text: str) -> tuple[Intervention, ...]:
    """Read the text of several interventions.

    Parameters
    ----------
    text : str
        What `format_all` gives: interventions separated by semicolons.

    Returns
    -------
    tuple of Intervention
        None at all for an empty text.

    Raises
    ------
    InterventionError
        If a part of the text is not an intervention; code "unreadable".
    """
    return tuple(parse(part.strip()) for part in text.split(_SEPARATOR) if part.strip())


def format_all(interventions: Iterable[Intervention]) -> str:
    """Write interventions as one text.

    Parameters
    ----------
    interventions : iterable of Intervention
        What to write.

    Returns
    -------
    str
        A text for a link or a file that `parse_all` reads.
    """
    return _SEPARATOR.join(map(str, interventions))  # tokens are quoted as in a link, so none holds a semicolon


def _unreadable(text: str) -> InterventionError:
    """The error for a text that is not an intervention."""
    shown = text if len(text) <= SHOWN_UNREADABLE else text[:SHOWN_UNREADABLE] + "…"
    return InterventionError(problems.UNREADABLE.format(text=shown), code="unreadable", intervention=text)


def _parse_units(text: str, whole: str) -> Units:
    """The units that a part of a text lists."""
    units: list[int] = []
    for part in text.split(","):
        match = _UNITS.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, -1)
        if last < first or len(units) + last - first >= MOST_LISTED:
            raise _unreadable(whole)
        units += range(first, last + 1)
    return tuple(units)


def spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as runs: 3, 5, 6, 7 as (3, 3) and (5, 7)."""
    runs = [list(run) for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    return [(run[0][1], run[-1][1]) for run in runs]


def _span(first: int, last: int) -> str:
    """A run as text: "3" or "5-7"."""
    return str(first) if first == last else f"{first}-{last}"


def _number(value: float) -> str:
    """The shortest text of a value that reads back to the same number."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
