"""What if? A run beside the same run with a value held, a unit silenced, or a token swapped or removed."""

from __future__ import annotations

import dataclasses

import streamlit as st

from ....analysis import difference, experiments, run_outcome
from ....figures import prediction_change
from ....interventions import Hold
from ...shared import lesson_link, text_box, what_if
from ...shared.charts import chart
from ...shared.instrument import DIFFERENCE, OTHER, side_by_side_heatmaps, slot
from ...shared.markdown import plain
from ...shared.pickers import pick_quantities
from ...shared.text_run import TextRun, transport

TITLES = ("the unchanged run", "the changed run")
BEFORE, AFTER, DIFFERENT = "Before", "After", "After − before"  # the headings


def show(run: TextRun) -> None:
    """Show the controls that change the run, and the run before and after the changes."""
    before, editable = run.trace, lesson_link.shows("whatif")
    with st.container():
        if editable:
            what_if.experiment_buttons(before.definition, before.tokens)
            what_if.chips(*before.definitions)
        changed = run.prepare_changed(what_if.changes())
        text_box.report_rejected(changed)
    if not changed.interventions:
        transport(run, editable=editable)
        _unchanged(run)
        return
    after = dataclasses.replace(run.model.run(changed), run_unchanged=lambda: before)
    # The run that can be changed further, unless a token was removed: then a step of it would be missing.
    is_after = len(after) == len(before)
    transport(
        run,
        after if is_after else before,
        runs={OTHER: (before if is_after else after, run.model)},
        comparison={"columns": difference(before, after).rows(), "titles": TITLES, "main": 1 if is_after else 0},
        editable=editable,
        value_word="now" if is_after else "before",
    )
    summary = str(run_outcome(after)) or "The changed run is shown beside the unchanged one."
    st.markdown(plain(summary))
    if before.outputs is not None:
        said = "outputs" if before.probabilities is None else "prediction"
        words = f"The {said} before and after. {summary}"
        chart(prediction_change.ready(before, after), words, "prediction-change", traces=[before, after])
    held = [change.quantity for change in after.interventions if isinstance(change, Hold)]
    quantities = pick_quantities(before, run.layer, held)
    if is_after:
        side_by_side_heatmaps({OTHER: BEFORE, "": AFTER, DIFFERENCE: DIFFERENT}, quantities)
    else:
        side_by_side_heatmaps({"": BEFORE, OTHER: AFTER, DIFFERENCE: DIFFERENT}, quantities)


def _unchanged(run: TextRun) -> None:
    """The effect of each experiment on the last prediction, and the heatmaps, whose cells can be picked."""
    before = run.trace
    if before.outputs is not None and experiments(before.definition):
        said = "output" if before.probabilities is None else "prediction"
        st.markdown(f"Nothing is changed yet. The effect of each experiment on the last {said}:")
        what_if.experiment_table(run.model, run.prepared.typed, before)
    else:
        st.markdown("Nothing is changed yet. Click a cell of a heatmap to set its value, or forget at a step.")
    st.html(slot("heatmaps"))
