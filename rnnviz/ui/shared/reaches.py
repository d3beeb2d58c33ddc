"""The reach of each step in several cells: how far the strongest nudge moves the hidden state after a later step."""

from __future__ import annotations

from collections.abc import Mapping

from ...analysis import reach
from ...cells.activations import Array
from ...cells.cell_kind import cell_title
from ...model import Model
from ...number_format import digits
from ...trace import Trace
from .long_work import Progress, cached


def reaches(runs: Mapping[str, tuple[Model, Trace]], location: tuple[int, str], step: int) -> dict[str, Array]:
    """The reach at a step by cell, for the layer and direction at `location`; computed once for each text and step."""
    progress = Progress("Following the gradient back.")
    curves = {}
    for number, (cell, (model, trace)) in enumerate(runs.items()):
        progress(number / len(runs))
        curves[cell] = cached(
            model.network,
            ("strongest", trace.fingerprint, location, step),
            lambda trace=trace: reach(trace, *location, to=step),  # type: ignore[misc]
        )
    progress.end()
    return curves


def at_step_1(curves: Mapping[str, Array]) -> str:
    """What the curves say of the first step, in words."""
    each = [f"{cell_title(cell)} {digits(float(curve[0]), '.2g')}" for cell, curve in curves.items()]
    return f"The reach of step 1: {'; '.join(each)}."
