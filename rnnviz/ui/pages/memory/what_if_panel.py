"""What if? A run beside the same run with a value held, a unit silenced, or a token swapped or removed."""

from __future__ import annotations

import streamlit as st

from ....analysis import experiments, run_outcome
from ....figures import PlainFigure, prediction_change, what_if_heatmaps
from ....figures.aligned_runs import ShownRun
from ....interventions import Hold
from ...shared import charts, lesson_link, text_box, what_if
from ...shared.charts import chart
from ...shared.markdown import plain
from ...shared.pickers import pick_quantities
from ...shared.text_run import TextRun, transport

WHICH: dict[ShownRun, str] = {
    "before": "Before",
    "after": "After",
    "difference": "After − before",
}


def show(run: TextRun) -> None:
    """Show the controls that change the run, and the run before and after the changes."""
    before, editable = run.trace, lesson_link.shows("whatif")
    with st.container():
        if editable:
            what_if.experiment_buttons(before.definition, before.tokens)
            what_if.chips(before.definition)
        changed = run.prepare_changed(what_if.changes())
        text_box.report_rejected(changed)
    after = run.model.run(changed) if changed.interventions else before
    aligned = len(after) == len(before)  # false if a token was removed
    transport(run, after if aligned else before, editable=editable, value_word="now" if aligned else "before")
    if not changed.interventions:
        _unchanged(run)
        return
    summary = str(run_outcome(after)) or "The changed run is shown beside the unchanged one."
    st.markdown(plain(summary))
    if before.probabilities is not None:
        words = f"The prediction before and after. {summary}"
        chart(prediction_change.ready(before, after), words, "prediction-change", traces=[before, after])
    held = [change.quantity for change in after.interventions if isinstance(change, Hold)]
    quantities = pick_quantities(before, held)

    def figure(which: ShownRun) -> PlainFigure:
        return what_if_heatmaps.ready(before, after, which, quantities, layer=run.layer, direction=run.direction)

    charts.side_by_side([before, after], WHICH, figure, quantities, "whatif")


def _unchanged(run: TextRun) -> None:
    """The effect of each experiment on the last prediction, and the heatmaps, whose cells can be picked."""
    before = run.trace
    if before.probabilities is not None and experiments(before.definition):
        st.markdown("Nothing is changed yet. The effect of each experiment on the last prediction:")
        what_if.experiment_table(run.model, run.prepared.typed)
    else:
        st.markdown("Nothing is changed yet. Click a cell of a heatmap to set its value, or forget at a token.")
    charts.heatmaps(before, layer=run.layer, direction=run.direction)
