"""The claims of the guide: what its sentences say about the bundled models, as checks with names.

Each chapter `pages/<chapter>.md` has its checks in the module here of the same name. A check is a function without
parameters that asserts what a sentence says; its docstring is the claim in one line. Beside the sentence, the chapter
names it in a comment, with hyphens in place of underscores:

    <!-- claim: hidden-state-has-64-numbers -->

Steps count from 1 and units from 0 here, as they do in the chapters.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import rnnviz
from rnnviz import zoo
from rnnviz.analysis import reach as reach_of
from rnnviz.trace import Trace
from rnnviz.ui.shared.catalogue import CELL_ORDER

CELLS = CELL_ORDER


def checks(chapter: str) -> dict[str, Callable[[], None]]:
    """The checks of a chapter by the names that the chapter writes; none if it has no module here."""
    if not Path(__file__).with_name(f"{chapter}.py").exists():
        return {}
    module = import_module(f"{__name__}.{chapter}")
    functions = [function for _, function in inspect.getmembers(module, inspect.isfunction)]
    return {function.__name__.replace("_", "-"): function for function in functions if is_check(function, module)}


def is_check(function: Callable[..., object], module: object) -> bool:
    """Whether a function is one of a module's checks: public, and defined there."""
    return not function.__name__.startswith("_") and function.__module__ == getattr(module, "__name__", None)


@cache
def trace(model: str, text: str, **options: str) -> Trace:
    """A bundled model's run over a text; options switch its cell's conventions first."""
    loaded = rnnviz.load(model)
    return (loaded.with_options(**options) if options else loaded).trace(text)


def at(run: Trace, quantity: str, step: int, unit: int) -> float:
    """One value of a trace."""
    return float(run[quantity][step - 1, unit])


def prediction(run: Trace, step: int | None = None) -> str:
    """The most probable label after a step; after the last one if none is given."""
    return run.labels[int(_probabilities(run, step).argmax())]


def probability(run: Trace, label: str, step: int | None = None) -> float:
    """The probability of a label after a step; after the last one if none is given."""
    return float(_probabilities(run, step)[run.labels.index(label)])


def _probabilities(run: Trace, step: int | None) -> np.ndarray:
    assert run.probabilities is not None, "the model has a readout"
    return run.probabilities[(step or len(run)) - 1]


def rounded(value: float, digits: int = 0) -> float:
    """A value as the guide quotes it: rounded to some digits after the point."""
    return round(float(value), digits)


def percent(share: float, digits: int = 0) -> float:
    """A share in percent, rounded to some digits after the point."""
    return rounded(100 * float(share), digits)


def card(model: str) -> dict[str, Any]:
    """The card of a bundled model."""
    return zoo.card(model)


def trained_models() -> list[str]:
    """The names of the bundled models that were trained; the weights of the others are set by hand."""
    return [name for name in zoo.models() if "training" in zoo.card(name)]


def scores(model: str) -> dict[str, Any]:
    """The scores on a bundled model's card."""
    found: dict[str, Any] = zoo.card(model)["scores"]
    return found


def learning_curve(name: str) -> list[dict[str, Any]]:
    """The learning curve of a model that was trained for the guide and is not bundled."""
    file = zoo.BUNDLED / "curves" / f"{name}.json"
    entries: list[dict[str, Any]] = json.loads(file.read_text())["curve"]
    return entries


@cache
def reach(model: str, text: str) -> np.ndarray:
    """How far the last hidden state moves at most for a nudge to the state after each step, (T,)."""
    return reach_of(trace(model, text))
