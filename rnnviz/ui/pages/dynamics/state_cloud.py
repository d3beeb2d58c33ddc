"""The states of a model over many texts: their components, and a sample of them in the plane of the first two."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from ....analysis import Components, readout_direction
from ....analysis.progress_meter import Tick
from ....analysis.selection import likeliest_column
from ....cells.activations import Array
from ....errors import ArgumentError
from ....model import Model
from ....trace import Trace
from ...shared.long_work import cached
from .reference_texts import ReferenceTexts
from .referenced_run import ReferencedRun

DOTS = 900  # states that are drawn: each is sent to the browser at every letter


@dataclass(frozen=True)
class StateCloud:
    """What a layer's states are like over many texts.

    found: their components; with two labels, the second is at the positive end of the first. dots (N, 2): some of the
    states. account: how many states of how many texts these are, in sentences. readout (H,): the direction in which
    `label` gains, None where the readout does not read this layer directly or has more than two labels.
    """

    found: Components
    dots: Array
    account: str
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


def state_cloud(run: ReferencedRun, model: Model, tick: Tick | None = None) -> StateCloud | None:
    """The cloud of a model of the run's task, computed once; None where no states differ, or not all are finite."""
    layer, direction = run.location
    reference = run.reference
    return cached(
        model.network,
        ("state cloud", run.location, reference.key),
        lambda: _measure(reference, model, layer, direction, tick),
        is_private=reference.is_private,
    )


def _measure(
    reference: ReferenceTexts, model: Model, layer: int, direction: str, tick: Tick | None
) -> StateCloud | None:
    readings = reference.readings(model, tick)
    states = [reading.hidden(layer, direction) for reading in readings.runs]
    if sum(map(len, states)) < 2 or not all(np.isfinite(each).all() for each in states):
        return None
    found = reference.components(model, readings, layer, direction)
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
    return StateCloud(found, dots, reference.account(found, readings, len(dots)), readout, label)
