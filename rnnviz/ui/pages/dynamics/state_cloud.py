"""The states of a model over many texts: their components, and a sample of them in the plane of the first two."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from ....analysis import Components, components, readout_direction
from ....analysis.progress_meter import ProgressMeter, Tick
from ....analysis.selection import likeliest_column
from ....cells.activations import Array
from ....errors import ArgumentError
from ....model import Model
from ....trace import Trace
from ....zoo import BUNDLED
from ...shared.catalogue import TaskModels
from ...shared.long_work import cached
from ...shared.text_box import TOKENS
from ...shared.text_run import TextRun

DOTS = 900  # states that are drawn: each is sent to the browser at every letter
PASSAGE, PASSAGES = 60, 100  # characters of a passage of running text, and passages
UNITS, LEAST = 25_600, 20  # texts times units of a layer, and texts at least


@dataclass(frozen=True)
class StateCloud:
    """What a layer's states are like over many texts.

    found: their components; with two labels, the second is at the positive end of the first. dots (N, 2): some of the
    states. texts: how many texts, and whether they are held out from training. readout (H,): the direction in which
    `label` gains, None where the readout does not read this layer directly or has more than two labels.
    """

    found: Components
    dots: Array
    texts: int
    held_out: bool
    readout: Array | None
    label: str

    @property
    def is_line(self) -> bool:
        """Whether almost all differences lie along one direction."""
        return bool(self.found.shares[0] >= 0.8)

    def readout_of(self, model: Model, trace: Trace, step: int, layer: int, direction: str) -> tuple[Array | None, str]:
        """The direction of the readout that is drawn, and its label: of several, the prediction after a step."""
        if self.readout is not None or trace.probabilities is None or len(model.labels) <= 2:
            return self.readout, self.label
        label = model.labels[likeliest_column(trace, step - 1)]
        try:
            return readout_direction(model, label, None, layer, direction), label
        except ArgumentError:  # what it reads is not this layer alone
            return None, ""


def runs_over_texts(task: TaskModels, model: Model, tick: Tick | None = None) -> tuple[list[Trace], bool]:
    """The model's runs over a task's texts, and whether these are held out from training.

    They are the bundled test texts if there are any, fewer for a large model, else the examples; what the model cannot
    read is left out.
    """
    texts, held_out = _texts(task)
    texts = texts[: max(LEAST, UNITS // model.network.hidden_size)]
    traces = []
    progress = ProgressMeter(tick, len(texts))
    for text in texts:
        progress.add(1)
        try:
            traces.append(model.trace(text, limit=TOKENS))
        except ValueError:  # a table that is not here, or a token that this model does not know
            continue
    return traces, held_out


def _texts(task: TaskModels) -> tuple[list[str], bool]:
    file = BUNDLED / "texts" / f"{task.name}-test.txt"
    if task.own or not file.is_file():
        return task.examples, False
    text = file.read_text(encoding="utf-8")
    if task.name == "shakespeare":  # one running text
        return [text[k * PASSAGE : (k + 1) * PASSAGE] for k in range(PASSAGES)], True
    return text.splitlines(), True


def state_cloud(run: TextRun, model: Model, tick: Tick | None = None) -> StateCloud | None:
    """The cloud of a model of the run's task, computed once; None where states are no finite numbers."""
    layer, direction = run.location
    return cached(
        model.network, ("state cloud", run.location), lambda: _measure(run.task, model, layer, direction, tick)
    )


def _measure(task: TaskModels, model: Model, layer: int, direction: str, tick: Tick | None) -> StateCloud | None:
    traces, held_out = runs_over_texts(task, model, tick)
    states = [trace["hidden", layer, direction] for trace in traces]
    if sum(map(len, states)) < 2 or not all(np.isfinite(each).all() for each in states):
        return None
    found = components(traces, layer, direction)
    if not found.variances.any():
        return None
    readout, label = None, ""
    if len(model.labels) == 2:
        with suppress(ArgumentError):  # what it reads may not be this layer alone
            readout, label = readout_direction(model, model.labels[1], None, layer, direction), model.labels[1]
    if readout is not None and readout.any():
        found = found.pointing_along(readout)
    else:
        readout = None
    hidden = np.concatenate(states)
    some = np.random.default_rng(0).permutation(len(hidden))[:DOTS]
    dots = found.project(hidden[some].astype(np.float64)).astype(np.float32)
    return StateCloud(found, dots, len(traces), held_out, readout, label)
