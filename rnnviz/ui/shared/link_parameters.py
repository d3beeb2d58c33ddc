"""Every parameter that a link can have. Pages pass in what only they know, such as the existing tasks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeVar

from ...errors import ArgumentError
from ...interventions import Intervention, format_all, parse_all
from ...interventions.problems import MOST_CHANGES, MOST_UNITS, TOO_MANY
from ...text.sentences import MOST_TOKENS
from ...trace import Trace
from . import notices, session_keys
from .catalogue import TaskModels
from .link_state import BOUND_ALIAS, Parameter, number, number_text, one_of

T = TypeVar("T")

Interventions = tuple[Intervention, ...]


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def few_enough(changes: Iterable[Intervention]) -> Interventions:
    """The different changes of a run, as many as a page has room for; a message says how many are left out."""
    distinct, kept, units = tuple(dict.fromkeys(changes)), [], 0
    for change in distinct[:MOST_CHANGES]:
        units += len(getattr(change, "units", None) or ())
        if units > MOST_UNITS:
            break
        kept.append(change)
    if left := len(distinct) - len(kept):
        room = {"most": MOST_CHANGES, "units": f"{MOST_UNITS:,}", "left": f"{left:,}", "count": f"{len(distinct):,}"}
        notices.add("changes", TOO_MANY.format(**room))
    return tuple(kept)


def _changes(text: str) -> Interventions:
    return few_enough(parse_all(text))


# On all pages.
PRESENT = "present"  # 1 for the size of a projector; the browser alone reads and writes it (presenter.js)
HIDE: Parameter[list[str]] = Parameter("hide", [], _words, format=",".join)
CHANGES: Parameter[Interventions] = Parameter("if", (), _changes, format=format_all)


TASK = "task"


# On Explore: a text that is read before, and what a run begins with, such as "zeros" or the name of another model.
AFTER: Parameter[str] = Parameter("after", "", str, scope="explore")


def begin(default: str) -> Parameter[str]:
    """What the run on Explore begins with."""
    return Parameter("begin", default, str, scope="explore")


def task(names: Iterable[str], default: str) -> Parameter[str]:
    """The task whose models are shown; missing_model.py looks at one that is not here first."""
    return Parameter(TASK, default, one_of(names))


def cell(names: Sequence[str], default: str = "lstm", chapter: str = "") -> Parameter[str]:
    """The cell; a chapter of the guide has a choice of its own."""
    return Parameter("cell", default, one_of(names), scope=chapter)


def convention(chapter: str, option: str, values: Sequence[str]) -> Parameter[str]:
    """One of a cell's conventions in a chapter of the guide, such as `reset=before`."""
    return Parameter(option, values[0], one_of(values), scope=chapter)


def layer(count: int) -> Parameter[int]:
    """The layer, counted from 0; pages count from 1."""
    return Parameter("layer", 0, number(0, count - 1))


def direction(names: Sequence[str]) -> Parameter[str]:
    """The direction of a layer."""
    return Parameter("direction", names[0], one_of(names))


def text(task: TaskModels) -> Parameter[str]:
    """The typed text, which each task remembers. A link inside the app carries it as `read`.

    Streamlit binds `text` to the text box of the page that is open, and drops it from a link to another page.
    """
    return Parameter("text", task.examples[0], str, task.name, widget_key=session_keys.TEXT, alias=BOUND_ALIAS)


def step(steps: int, default: int) -> Parameter[int]:
    """One of so many steps, counted from 1. The browser writes it."""
    return Parameter("step", default, number(1, steps))


def unit(trace: Trace, layer: int) -> Parameter[int | None]:
    """The unit of a layer, counted from 0, None if none was chosen. The browser writes it."""
    return Parameter("unit", None, number(0, trace.units(layer) - 1))


def label(trace: Trace) -> Parameter[str]:
    """The label that is asked about; "" for the most likely one."""
    return Parameter("label", "", one_of(trace.labels), trace.model, str, f"label-{trace.model}")


def other_label(trace: Trace) -> Parameter[str]:
    """The label that it is compared with; "" for all others."""
    return Parameter("rather-than", "", one_of(trace.labels), trace.model, str, f"other-label-{trace.model}")


# On one page each.
ROOM: Parameter[str] = Parameter("room", "", str, scope="room")


def question(names: Sequence[str]) -> Parameter[str]:
    """The question that the Memory page answers."""
    return Parameter("question", names[0], one_of(names), scope="memory")


def attribution_method(names: Sequence[str]) -> Parameter[str]:
    """How the Memory page measures what made the model give its answer."""
    return Parameter("method", names[0], one_of(names), scope="memory")


def dynamics_part(names: Sequence[str]) -> Parameter[str]:
    """The part of the Dynamics page."""
    return Parameter("view", names[0], one_of(names), scope="dynamics")


def held_token(tokens: Sequence[str]) -> Parameter[str]:
    """The token that is read for ever on the Dynamics page; "" for the mean input."""
    return Parameter("held", "", one_of(["", *tokens]), scope="dynamics")


def modifier(tokens: Sequence[str], default: str) -> Parameter[str]:
    """The token whose effect on others is measured on the Dynamics page."""
    return Parameter("word", default, one_of(tokens), scope="dynamics")


def reference_texts(names: Sequence[str]) -> Parameter[str]:
    """The texts among whose states the Dynamics page shows those of the typed one. Pasted ones are not in the link."""
    return Parameter("among", names[0], one_of(names), scope="dynamics")


def atlas_quantity(names: Sequence[str]) -> Parameter[str]:
    """The quantity that the Units page looks at."""
    return Parameter("quantity", names[0], one_of(names), scope="units")


def atlas_unit(model: str, count: int, default: int) -> Parameter[int]:
    """The unit of a model whose card the Units page shows."""
    return Parameter("unit", default, number(0, count - 1), scope=f"units-{model}", widget_key="atlas-unit")


def units_part(names: Sequence[str]) -> Parameter[str]:
    """The part of the Units page."""
    return Parameter("view", names[0], one_of(names), scope="units")


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    whole = number(1, MOST_TOKENS)
    span = whole(first), whole(last)
    if span[0] > span[1]:
        raise ArgumentError("Name its first and its last step, such as 3-5.", code="not_allowed", value=text)
    return span


def _numbers(text: str) -> tuple[int, ...]:
    whole = number(0, MOST_UNITS)
    return tuple(sorted({whole(word) for word in _words(text)}))


def pattern_span(task: TaskModels, default: tuple[int, int]) -> Parameter[tuple[int, int]]:
    """The first and the last step of the span whose pattern is looked for, counted from 1."""
    return Parameter("span", default, _span, f"units-{task.name}", lambda span: f"{span[0]}-{span[1]}", "pattern-span")


def pattern_level(levels: Sequence[float]) -> Parameter[float]:
    """The quantile of a unit's values above which it is on."""
    return Parameter("level", 0.75, lambda text: float(one_of(map(str, levels))(text)), scope="units")


PATTERN_AROUND: Parameter[bool] = Parameter(
    "around", False, lambda text: one_of(("0", "1"))(text) == "1", scope="units", format=lambda on: str(int(on))
)


def pattern_without(task: TaskModels) -> Parameter[tuple[int, ...]]:
    """Units that are on in the span and not looked for."""
    return Parameter(
        "without", (), _numbers, f"units-{task.name}", lambda units: ",".join(map(str, units)), "pattern-without"
    )


def comparison(names: Sequence[str]) -> Parameter[str]:
    """What the Compare page compares."""
    return Parameter("mode", names[0], one_of(names), scope="compare")


def second_text(task: TaskModels, default: str) -> Parameter[str]:
    """The text to compare with on the Compare page, which each task remembers."""
    return Parameter("other", default, str, f"compare-{task.name}", widget_key=f"other-{task.name}")


def models_part(names: Sequence[str]) -> Parameter[str]:
    """The part of the Models page."""
    return Parameter("part", names[0], one_of(names), scope="models")


def model(name: str, names: Collection[str], default: str) -> Parameter[str]:
    """A model on the Models page: `model`, or `one` and `against` for two."""
    return Parameter(name, default, one_of(names), scope="models")


FILES_OPENED: Parameter[int] = Parameter("opened", 0, number(0, 10**9), scope="models")
TRAININGS_STARTED: Parameter[int] = Parameter("started", 0, number(0, 10**9), scope="train")


def train_setting(name: str, default: T, parse: Callable[[str], T], format: Callable[[T], str] = str) -> Parameter[T]:
    """A setting of the next training run."""
    return Parameter(name, default, parse, scope="train", format=format)


def train_number(name: str, low: float, high: float, whole: bool = True) -> Parameter[float | int | None]:
    """A number for the next training run; None is the default."""
    return train_setting(name, None, number(low, high, whole, optional=True), number_text)


def task_option(task: str, name: str, default: int, most: int) -> Parameter[int]:
    """An option of a task on the Train page, such as `longest=60`; several tasks have options of one name."""
    return Parameter(name, default, number(1, most), scope=f"train-{task}")


def link_to(task: str, cell: str, text: str = "", step: int = 0, unit: int | None = None) -> dict[str, str]:
    """The parameters of a link inside the app to a model and, where they are given, a text, a step and a unit."""
    parameters = {
        "task": task,
        "cell": cell,
        "read": text,
        "step": str(step or ""),
        "unit": "" if unit is None else str(unit),
    }
    return {name: value for name, value in parameters.items() if value}
