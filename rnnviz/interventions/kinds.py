"""The kinds of interventions, each with a short text of its own, for a link.

forget=1                    the forget gate of every unit, at every step
forget.3,5-7@2-9=0.5        of units 3, 5, 6 and 7, at steps 2 to 9
forget:1b=0                 in the second layer, its backward direction
zero.4  zero/cell.4@3       the states of unit 4; its cell state alone, at step 3
freeze.4@6-9                unit 4 keeps the states that it had before step 6
swap@3=x  remove@3          another token at step 3; none at all

Units and layers count from 0, steps from 1, in the text as it was typed: a step keeps its number when
one before it is removed. An order among interventions has therefore no meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar
from urllib.parse import quote, unquote

Units = tuple[int, ...] | None
Steps = tuple[int, int] | None

_SEPARATOR = ";"
_WORDS = ("zero", "freeze", "swap", "remove")
_MOST = 10_000  # units that one text can name, so that no link asks for a billion
_FORM = re.compile(
    r"(?P<head>\w+)(?:/(?P<state>\w+))?(?:\.(?P<units>[0-9,-]+))?(?:@(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?)?"
    r"(?::(?P<layer>[0-9]{1,9})(?P<back>b)?)?(?:=(?P<value>.*))?",
    re.ASCII,
)
_UNITS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?", re.ASCII)


class _ValueIntervention:
    """What acts inside a layer: on which units at which steps; None stands for all of them.

    A single unit or step may be given as a number; units are kept as a sorted tuple, steps as (first, last).
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
        """The part of the text that says where."""
        units = "" if self.units is None else "." + ",".join(_span(*run) for run in spans(self.units))
        steps = "" if self.steps is None else f"@{_span(*self.steps)}"
        back = "b" if self.direction == "backward" else ""
        return f"{units}{steps}" + (f":{self.layer}{back}" if self.layer or back else "")


@dataclass(frozen=True)
class Hold(_ValueIntervention):
    """A gate, a candidate or a state at a value that its range admits: Hold("forget", 1).

    A state held at one step is a state set there: the steps after go on from it.
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
class _OnStates(_ValueIntervention):
    """What acts on all states of units, or on the one named."""

    word: ClassVar[str]

    units: Units = None
    steps: Steps = None
    layer: int = 0
    direction: str = "forward"
    state: str | None = None

    def __str__(self) -> str:
        return f"{self.word}{f'/{self.state}' if self.state else ''}{self.place}"


class Zero(_OnStates):
    """Units silenced: all of their states, or the one named, are zero."""

    word = "zero"


class Freeze(_OnStates):
    """Units that keep all of their states, or the one named, as they were before the first of the steps."""

    word = "freeze"


@dataclass(frozen=True)
class Swap:
    """Another token in place of the one at a step."""

    step: int
    token: str

    def __post_init__(self) -> None:
        whole = self.token.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # half a pair fits no link
        object.__setattr__(self, "token", whole)

    def __str__(self) -> str:
        return f"swap@{self.step}={quote(self.token, safe='')}"


@dataclass(frozen=True)
class Remove:
    """A step left out, as if its token had never been typed."""

    step: int

    def __str__(self) -> str:
        return f"remove@{self.step}"


ValueIntervention = Hold | Zero | Freeze
Intervention = ValueIntervention | Swap | Remove


def parse(text: str) -> Intervention:
    """Read what `str` of an intervention gives. Whether it makes sense for a model is only seen when it runs.

    Raises ValueError, in one sentence for a person, for a text that is none.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise _unreadable(text)
    head, state, first, last, value = (found[name] for name in ("head", "state", "first", "last", "value"))
    units = None if found["units"] is None else _units(found["units"], text)
    steps = None if first is None else (int(first), int(last or first))
    place = (units, steps, int(found["layer"] or 0), "backward" if found["back"] else "forward")
    try:
        if head in ("zero", "freeze") and value is None:
            return (Zero if head == "zero" else Freeze)(*place, state)
        if head in ("swap", "remove") and steps and not last and place == (None, steps, 0, "forward") and not state:
            if value is None and head == "remove":
                return Remove(steps[0])
            if value is not None and head == "swap":
                return Swap(steps[0], unquote(value, errors="strict"))
        elif head not in _WORDS and value is not None and not state:
            return Hold(head, float(value), *place)
    except ValueError:  # a value that is no number, or a token that is not UTF-8
        raise _unreadable(text) from None
    raise _unreadable(text)


def parse_all(text: str) -> tuple[Intervention, ...]:
    """Read what `format_all` gives: interventions with semicolons between them; none for an empty text."""
    return tuple(parse(part.strip()) for part in text.split(_SEPARATOR) if part.strip())


def format_all(interventions: Iterable[Intervention]) -> str:
    """Interventions in one text. No semicolon stands in any of them: a token is written as in a link."""
    return _SEPARATOR.join(map(str, interventions))


def _unreadable(text: str) -> ValueError:
    shown = text if len(text) <= 40 else text[:40] + "…"
    return ValueError(
        f"{shown!r} is no intervention: write, for example, forget=1, forget.3,5-7@2-9=0.5, zero.4, freeze.4@6-9, "
        "swap@3=x or remove@3."
    )


def _units(text: str, whole: str) -> Units:
    found: list[int] = []
    for part in text.split(","):
        match = _UNITS.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, -1)
        if last < first or len(found) + last - first >= _MOST:
            raise _unreadable(whole)
        found += range(first, last + 1)
    return tuple(found)


def spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as runs: 3, 5, 6, 7 as (3, 3) and (5, 7)."""
    runs = [list(run) for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    return [(run[0][1], run[-1][1]) for run in runs]


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
