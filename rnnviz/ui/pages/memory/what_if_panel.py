"""What if? A run beside the same run with a value held, a unit silenced, or a token swapped or removed."""

from __future__ import annotations

import streamlit as st

from ....analysis import difference, experiments
from ....figures import PlainFigure, prediction_change, what_if_heatmaps
from ....figures.aligned_runs import ShownRun
from ....interventions import Hold
from ....trace import Trace
from ...shared import charts, lesson_link, text_box, what_if
from ...shared.charts import chart
from ...shared.markdown import percent, prediction
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
    summary = _summary(before, after)
    st.markdown(summary)
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
    tried = experiments(before.definition)
    if tried and before.probabilities is not None:
        traces = [run.model.run(run.prepare_changed([experiment.intervention])) for experiment in tried]
        st.markdown("Nothing is changed yet. The effect of each experiment on the last prediction:")
        st.table(
            {
                "experiment": ["no change", *(experiment.title for experiment in tried)],
                "last prediction": [prediction(*_last_prediction(trace)) for trace in (before, *traces)],
                "probability moved": ["", *(percent(_moved(before, trace)) for trace in traces)],
            }
        )
    else:
        st.markdown("Nothing is changed yet. Click a cell of a heatmap to set its value, or forget at a token.")
    charts.heatmaps(before, layer=run.layer, direction=run.direction)


def _summary(before: Trace, after: Trace) -> str:
    """The effect on the prediction, in Markdown."""
    if before.probabilities is None:
        return "The changed run is shown beside the unchanged one."
    first = difference(before, after).first
    label, probability = _last_prediction(before)
    label_after, probability_after = _last_prediction(after)
    words = f"Last prediction: {prediction(label_after, probability_after)}"
    if label_after != label:
        words += f" (before: {prediction(label, probability)})."
    elif percent(probability_after) == percent(probability):
        words += ", as before."
    else:
        words += f" (before: {percent(probability)})."
    return words + (f" The predictions first differ at step {first}." if first else " They agree at every step.")


def _last_prediction(trace: Trace) -> tuple[str, float]:
    """The label and the probability of the prediction at the end."""
    assert trace.probabilities is not None
    last = trace.probabilities[-1]
    return trace.labels[int(last.argmax())], float(last.max())


def _moved(before: Trace, after: Trace) -> float:
    """The share of the last prediction's probability that moved to other labels."""
    change = difference(before, after).change
    assert change is not None
    return float(change[-1])
