"""The gradients of a task's cells over one text, computed once for all sessions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

from ....analysis import GradientFlow, gradient_flow, largest_singular_values
from ....analysis.progress_meter import Tick, partial_tick
from ....cells.activations import Array
from ....model import Model
from ....trace import Trace
from ...shared.long_work import Progress, cached
from ...shared.text_box import TOKENS
from ...shared.text_run import TextRun
from ...shared.work_limits import allows_gradients


class CellGradients(NamedTuple):
    """A cell's trace, its gradients, and the largest singular value of each step's Jacobian."""

    trace: Trace
    flow: GradientFlow
    largest: Array


def measure(run: TextRun, cells: Collection[str] | None = None) -> dict[str, CellGradients]:
    """The gradients of the task's cells over the text, or of some, computed once; what is too large is left out.

    All must pass the same limit, since one that somebody else brought can be far larger than the one that is shown.
    """
    progress = Progress("Computing the gradient between all pairs of steps.", ("reach", run.input_key, run.location))
    models = {
        cell: model
        for cell, model in run.models_by_cell().items()
        if (cells is None or cell in cells) and allows_gradients(model.network, *run.location, len(run.trace))
    }
    share = 1 / len(models)
    by_cell = {
        cell: _gradients(run, model, partial_tick(progress, number * share, (number + 1) * share))
        for number, (cell, model) in enumerate(models.items())
    }
    progress.end()
    return by_cell


def _gradients(run: TextRun, model: Model, tick: Tick | None) -> CellGradients:
    def work() -> CellGradients:
        trace = run.trace if model is run.model else model.trace(run.text, limit=TOKENS)
        flow = gradient_flow(trace, *run.location, tick=partial_tick(tick, 0.0, 0.5))
        largest = largest_singular_values(flow.one_step, partial_tick(tick, 0.5, 1.0))
        return CellGradients(trace, replace(flow, one_step=flow.one_step[:0]), largest)  # the Jacobians are large

    return cached(model.network, ("reach", run.input_key, run.location), work)
