"""Do small differences grow? Lyapunov exponents along the typed text, for the task's cells."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ....analysis import Lyapunov, lyapunov
from ....analysis.progress_meter import partial_tick
from ....cells import CELLS
from ....figures import lyapunov_exponents
from ....figures.dynamics_charts import MOST
from ....number_format import digits, short_number
from ....wording import counted
from ...shared.charts import chart
from ...shared.long_work import Progress, cached
from ...shared.markdown import plain, series
from ...shared.text_box import TOKENS
from ...shared.text_run import TextRun, exceeds_memory
from ...shared.work_limits import allows_gradients


def show(run: TextRun) -> None:
    """Show the exponents of the task's cells along the text."""
    if exceeds_memory(run):
        return
    by_cell = _exponents(run)
    st.markdown(_summary(run, by_cell))
    words = "Largest Lyapunov exponents along the text, for every cell. " + " ".join(
        f"{CELLS[cell].title}: {digits(float(found.exponents[0]), '.2g')} a step." for cell, found in by_cell.items()
    )
    chart(lyapunov_exponents.ready(by_cell), words, "lyapunov", traces=[run.trace])
    st.caption(
        ":material/info: Exponents of this text, which is finite: the logarithms of the singular values of the product "
        "of all steps’ Jacobians, divided by the number of steps. The largest belongs to the small difference at the "
        "beginning of which most is left at the end. They come from the exact Jacobians, and so hold for infinitesimal "
        "differences."
    )


def _exponents(run: TextRun) -> dict[str, Lyapunov]:
    models = {
        cell: model
        for cell, model in run.models_by_cell().items()
        if allows_gradients(model.network, *run.location, len(run.trace))
    }
    progress = Progress("Following small differences.", ("lyapunov", run.input_key, run.location))
    found, share = {}, 1 / len(models)
    for number, (cell, model) in enumerate(models.items()):
        tick = partial_tick(progress, number * share, (number + 1) * share)

        def work(model=model, tick=tick) -> Lyapunov:  # type: ignore[no-untyped-def]
            trace = run.trace if model is run.model else model.trace(run.text, limit=TOKENS)
            own = model.network.cell(*run.location)
            count = min(sum(own.units(state) for state in own.states), MOST)
            return lyapunov(trace, *run.location, count=count, tick=tick)

        found[cell] = cached(model.network, ("lyapunov", run.input_key, run.location), work)
    progress.end()
    return {cell: each for cell, each in found.items() if not np.isnan(each.logarithms).any()}


def _summary(run: TextRun, by_cell: dict[str, Lyapunov]) -> str:
    """By how much the difference that grows most is multiplied, in a sentence."""
    own = run.trace.cell
    if own not in by_cell:
        return "Along this text, the Jacobians are not finite."
    parts = [f"**{_factor(by_cell[own])}** in the {plain(CELLS[own].title)}"]
    parts += [f"{_factor(found)} in the {plain(CELLS[cell].title)}" for cell, found in by_cell.items() if cell != own]
    return (
        f"Over this text of {counted(len(run.trace), 'step')}, the small difference that lasts longest is multiplied "
        f"by {series(parts)}. Below 1 it fades, above 1 it grows."
    )


def _factor(found: Lyapunov) -> str:
    """The factor over all steps."""
    with np.errstate(over="ignore"):
        return short_number(float(np.exp(found.exponents[0] * len(found.logarithms))))
