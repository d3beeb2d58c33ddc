"""Runs of the bundled models, and of cells without a trained one, for the test of what is said about a step."""

from __future__ import annotations

import random
from typing import Any

import rnnviz
from rnnviz import zoo
from rnnviz.cells import Definition
from rnnviz.instrument import payload
from rnnviz.interventions import Freeze, Hold, Intervention, Remove, Swap, Zero
from rnnviz.model import Model
from rnnviz.text.tokens import visible
from tests.strategies import PUBLISHED

STEPS = 4  # of each run
WORDS = ("the", "film", "is", "not", "good", "was", "truly", "terrible", "plot", "but", "acting", "excellent", "loved")


def narration_runs() -> list[dict[str, Any]]:
    """Payloads with four steps each: more than 240 steps of the bundled models, and some of other cells."""
    draw = random.Random(16)
    models = [(rnnviz.load(name), name.partition("-")[0], 4) for name in zoo.models()]
    models += [(zoo.untrained_model(rnnviz.load("counter-gru"), cell), "counter", 1) for cell in PUBLISHED]
    return [_run(draw, model, task, k) for model, task, count in models for k in range(count)]


def _run(draw: random.Random, model: Model, task: str, number: int) -> dict[str, Any]:
    """A run of a random text, every other one with an intervention."""
    text = TEXTS[task](draw)
    interventions = [_intervention(draw, model, model.trace(text).tokens)] if number % 2 else []
    trace = model.trace(text, interventions=interventions)
    sent = payload(trace, model)
    sent["definition"]["weights"] = None  # narrations do without, and the file is a tenth
    last = len(trace) - 1
    shown = sorted({last, *draw.sample(range(last), min(STEPS - 1, last))})
    unchanged = trace.unchanged or trace
    ends = [visible(run.labels[int(run.probabilities[-1].argmax())]) for run in (trace, unchanged)]  # type: ignore[index]
    return {"name": model.name, "changes": list(map(str, interventions)), "payload": sent, "steps": shown, "ends": ends}


def _intervention(draw: random.Random, model: Model, tokens: list[str]) -> Intervention:
    """A random change of a run."""
    steps = len(tokens)
    hidden = model.network.layers[0][0].hidden_size
    units = sorted(draw.sample(range(hidden), min(3, hidden)))
    step = draw.randint(1, steps)
    choices: list[Intervention] = [
        *(Hold(gate, value) for gate in _gates(model.definition) for value in (0.0, 1.0)),
        Hold(model.definition.states[-1], -0.75, units, (step, step)),
        Zero(units),
        Freeze(units, (step, steps)),
        Remove(draw.randint(1, steps - 1)),
        Swap(step, draw.choice(tokens[:-1])),
    ]
    return draw.choice(choices)


def _gates(definition: Definition) -> list[str]:
    return [q.name for q in definition.quantities if q.role == "gate" and q.low == 0 and q.high == 1]


def _name(draw: random.Random) -> str:
    names = ["Mariana", "Schmidhuber", "Nakamura", "O'Neill", "Dostoevsky", "Li", "Kowalczyk", "Bach", "Papadopoulos"]
    return draw.choice([*names, "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 20)))])


def _lines(draw: random.Random) -> str:
    return draw.choice(["ROMEO: But soft, what light", "To be, or not to be", "\n\nKING HENRY:\nWhat, ho!"])


def _counted(draw: random.Random) -> str:
    count = draw.randint(2, 14)
    return "a" * count + "b" * count


def _to_recall(draw: random.Random) -> str:
    filler = "".join(draw.choices("abcdefgh", k=draw.randint(3, 30)))
    return draw.choice("ABCDEFGH") + filler + draw.choice(["?", "?", ""])


TEXTS = {
    "names": _name,
    "reviews": lambda draw: " ".join(draw.choices(WORDS, k=draw.randint(3, 30))),
    "shakespeare": _lines,
    "recall": _to_recall,
    "counter": _counted,
    "counting": _counted,
}
