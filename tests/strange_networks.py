"""Networks whose numbers leave what floating point can hold: states that overflow, infinite and missing values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import UNKNOWN, Vocabulary

LETTERS = Vocabulary("characters", (UNKNOWN, *"abc"))
NUMBERS = Vocabulary("numbers", (), vector_size=1)
LABELS = ["one", "two", "three"]
LONG = "abc" * 40


def _network(cell: str, vocabulary: Vocabulary, fill=None, classes: int | None = 3, **options) -> Network:
    """A network whose parameters `fill` replaces."""
    random = Network.random(
        cell, hidden=5, vocabulary=len(vocabulary) or None, embedding=vocabulary.vector_size or 3,
        classes=classes, rng=np.random.default_rng(3), **options,
    )  # fmt: skip
    if fill is None:
        return random
    parameters = {name: fill(name, array.copy()) for name, array in random.parameters.items()}
    return Network.from_parameters(parameters, cell, random.layers[0][0].options)


def _growing(name, array):
    """Recurrent weights under which a relu network grows until it overflows, as one can train on the page."""
    return np.full_like(array, 0.9) if "weight_hh" in name else np.abs(array)


def _mixed(name, array):
    """The same with signs, so that infinities cancel to what is not a number."""
    return 4 * np.sign(array) if "weight_hh" in name else array


def _huge(name, array):
    return np.sign(array).astype(array.dtype) * np.float32(3e38)


def _huge_recurrent(name, array):
    return np.sign(array) * np.float32(3e38) if "weight_hh" in name else array


@dataclass(frozen=True)
class StrangeTask:
    """Models of one task by cell, and a text on which the numbers of the first leave the range of float32."""

    name: str
    models: dict[str, Model]
    text: str

    @property
    def vector_size(self) -> int | None:
        """How many numbers make a step; None for text."""
        vocabulary = next(iter(self.models.values())).vocabulary
        return vocabulary.vector_size if vocabulary.kind == "numbers" else None


def _task(name: str, text: str, vocabulary: Vocabulary, labels: list[str], **networks: Network) -> StrangeTask:
    models = {cell: Model(f"{name}-{cell}", network, vocabulary, labels) for cell, network in networks.items()}
    return StrangeTask(name, models, text)


def strange_tasks() -> dict[str, StrangeTask]:
    """Strange networks, and usual ones beside them, by the name of their task."""
    relu = {"activation": "relu"}
    cells = ("rnn", "gru", "lstm")
    letters, numbers = partial(_network, vocabulary=LETTERS), partial(_network, vocabulary=NUMBERS)
    tasks = [
        _task("grows", LONG, LETTERS, LABELS, rnn=letters("rnn", fill=_growing, options=relu), lstm=letters("lstm")),
        _task("cancels", LONG, LETTERS, LABELS, rnn=letters("rnn", fill=_mixed, options=relu), gru=letters("gru")),
        _task("huge", "abcab", LETTERS, LABELS, **{cell: letters(cell, fill=_huge) for cell in cells}),
        _task("recurrent", "abcab", LETTERS, LABELS, **{cell: letters(cell, fill=_huge_recurrent) for cell in cells}),
        _task(
            "far",
            "1 1e38 -1e38 1e38 1e38 1",
            NUMBERS,
            LABELS,
            rnn=numbers("rnn", fill=_growing, options=relu),
            lstm=numbers("lstm"),
        ),
        _task("value", "1e38 1e38 1", NUMBERS, ["0"], rnn=numbers("rnn", fill=_growing, classes=1, options=relu)),
        _task("bare", LONG, LETTERS, [], rnn=letters("rnn", fill=_growing, classes=None, options=relu)),
    ]
    return {task.name: task for task in tasks}
