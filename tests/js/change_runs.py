"""Changes of runs as Python reads, writes and checks them, for the tests of the browser's own."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

import rnnviz
from rnnviz.errors import InterventionError
from rnnviz.interventions import describe, parse
from rnnviz.model import Model

TEXT = "Ada"
CHANGES = """
forget=1 forget.3,5-7,4@2-9=0.50 cell.4@3=-2 zero.4 zero/cell.4@3 freeze@6-9 remove@3 freeze/hidden.0-2:1b hidden:0=1e-7
cell=1e15 cell=-1e16 cell=123456.5 cell=1_0 forget=inf forget=-0
swap@3=x swap@3=%3B swap@3=%F0%9F%91%A9 swap@1=%EF%BB%BFx swap@2=%zz swap@3=%20
"""
UNREADABLE = """
forget zero=1 hidden=1e hidden=nan swap@1 hidden.5-3=1 remove@1-2 swap@1=%ff forget.0-99999=1 swap.3@1=x ' "'
"""
CHECKED = """
forget=1 forget=1.0 forget.3=0 forget.3@2=1
remove@1 remove@1 remove@2 swap@1=x remove@3 remove@4 swap@9=x swap@2=xy swap@3=xy
zero.64 zero/nothing nothing=1 input_vector=1 forget=2 hidden=-1.5 forget:1=1 forget:0b=1
cell=inf forget@3-2=1 forget@5=1 forget@2-9=1 forget@1=1 remove@1 swap@2= swap@2=%20%20
remove@1 forget@1=1 freeze.2@1-2 remove@2 zero.2
freeze.3 zero.3@2 hidden.3@1=0 cell.1=99999999999999999999999999999999999999999999999999999999999999999999
"""
STRANGE = ["", "forget", "é" * 60, "zero=1", "hidden=1e", "swap@1", "hidden.5-3=1", "remove@1-2"]
VALUES = ["0", "1", "0.25", "-0", "1e-7", "-0.5", "7", "1_0", "nan", "inf", "1e16", "1e15", "0.00001", "123456.5"]
TOKENS = ["a", "é", "%C3%A9", "%ff", "0", "0.5 -1", "1%202", "%F0%9F%91%A9x", "don’t", "", "%zz"]


def all_changes() -> dict[str, Any]:
    """The fixture."""
    model = rnnviz.load("names-lstm")
    read = [(text, parse(text)) for text in [*CHANGES.split(), "swap@2=" + "y" * 50]]
    return {
        "cases": [
            {"text": text, "again": str(change), "words": describe(change, model.definition)} for text, change in read
        ],
        "unreadable": [
            {"text": text, "error": unreadable_error(text)} for text in [*UNREADABLE.split(), "", "é" * 50, "'\n"]
        ],
        "typed": TEXT,
        "checked": [checked(model, line.split()) for line in CHECKED.strip().splitlines()],
    }


def checked(model: Model, changes: list[str]) -> dict[str, Any]:
    """Which of several changes fit together, and why the others do not."""
    prepared = model.prepare(TEXT, map(parse, changes), skip_invalid=True)
    return {
        "changes": changes,
        "accepted": [str(each) for each in dict.fromkeys(prepared.interventions)],
        "rejected": [str(error) for error in prepared.rejected],
    }


def unreadable_error(text: str) -> str:
    """What is said of a text that is no change."""
    try:
        parse(text)
    except InterventionError as error:
        return str(error)
    raise AssertionError(text)


@st.composite
def change_texts(draw: Any, model: Model, steps: int) -> str:
    """The text of a change, which mostly fits the model and a text of so many steps."""
    network = model.network
    fits = draw(st.sampled_from([True, True, True, False]))
    kind = draw(st.sampled_from(["hold", "hold", "zero", "freeze", "swap", "remove", *([] if fits else ["strange"])]))
    step = st.integers(1, steps) if fits else st.integers(0, steps + 2)
    if kind == "strange":
        return str(draw(st.sampled_from(STRANGE)))
    if kind in ("swap", "remove"):
        return f"{kind}@{draw(step)}" + (f"={draw(st.sampled_from(TOKENS))}" if kind == "swap" else "")
    layer = draw(st.integers(0, len(network.layers) - 1))
    definition = model.definitions[layer]
    direction = draw(st.sampled_from(network.directions_by_layer[layer] if fits else ("forward", "backward")))
    quantity = draw(st.sampled_from(definition.quantities if kind == "hold" else [definition.by_name["hidden"]]))
    cells = network.layers[layer]
    least = min(cell.units(name) for cell in cells for name in (quantity.name, *definition.states))
    place = ""
    if draw(st.booleans()):
        units = draw(st.lists(st.integers(0, least - 1 if fits else 4), min_size=1, max_size=3))
        place = "." + ",".join(map(str, units)) + ("" if fits else draw(st.sampled_from(["", "-3"])))
    if draw(st.booleans()):
        first = draw(step)
        place += f"@{first}" + draw(st.sampled_from(["", f"-{steps}"]))
    if layer or direction == "backward" or not fits:
        place += f":{layer + (0 if fits else draw(st.integers(0, 1)))}{'b' if direction == 'backward' else ''}"
    if kind == "hold":
        allowed = [value for value in VALUES if not fits or quantity.low <= float(value) <= quantity.high]
        name = quantity.name if fits else draw(st.sampled_from([quantity.name, "input_vector", "nothing"]))
        return f"{name}{place}={draw(st.sampled_from(allowed))}"
    states = [f"/{state}" for state in definition.states] + ([] if fits else ["/nothing"])
    return str(kind + draw(st.sampled_from(["", *states])) + place)
