"""What if? A run beside the same run with something held, silenced, swapped or removed."""

from __future__ import annotations

import streamlit as st

from ....analysis import difference, experiments
from ....figures import prediction_change, whatif_heatmaps
from ....figures.before_and_after import Which
from ....figures.plain_figure import Ready
from ....interventions import Hold
from ....text.tokens import visible
from ....trace import Trace
from ...shared import charts, lesson_link, text_box, what_if
from ...shared.charts import chart
from ...shared.link_state import plain
from ...shared.pickers import pick_quantities
from ...shared.subject import Case, strip

WHICH: dict[Which, str] = {
    "before": "Before",
    "after": "After",
    "difference": "After − before",
}


def answer(case: Case) -> None:
    before = case.trace
    with st.container():
        if lesson_link.shows("whatif"):
            what_if.choices(before.definition, before.tokens)
            what_if.chips(before.definition)
        changes = what_if.applied(case.model, case.text)
    after = case.model.trace(case.text, limit=text_box.TOKENS, interventions=changes) if changes else before
    aligned = len(after) == len(before)  # a step counts as typed: without one that was removed, they are the same
    strip(case, after if aligned else before, editable=lesson_link.shows("whatif"), now="now" if aligned else "before")
    if not changes:
        _nothing_changed(case)
        return
    outcome = _outcome(before, after)
    st.markdown(outcome)
    if before.probabilities is not None:
        words = f"The prediction before and after. {outcome}"
        chart(prediction_change.ready(before, after), words, "prediction-change")
    held = [one.quantity for one in after.interventions if isinstance(one, Hold)]
    quantities = pick_quantities(before, held)

    def figure(which: Which) -> Ready:
        return whatif_heatmaps.ready(before, after, which, quantities, layer=case.layer, direction=case.direction)

    charts.side_by_side(before, WHICH, figure, quantities, "whatif")


def _nothing_changed(case: Case) -> None:
    """What each experiment would do to the last prediction, and the run itself, whose cells can be picked."""
    before = case.trace
    tried = experiments(before.definition)
    if tried and before.probabilities is not None:
        runs = [case.model.trace(case.text, limit=text_box.TOKENS, interventions=[one.intervention]) for one in tried]
        st.markdown("Nothing is changed yet. What each of these experiments does to the last prediction:")
        st.table(
            {
                "experiment": ["as it is", *(one.title for one in tried)],
                "the model ends on": [f"**{label}** ({sure:.1%})" for label, sure in map(_last, (before, *runs))],
                "probability that moved": ["", *(f"{_moved(before, run):.1%}" for run in runs)],
            }
        )
    else:
        st.markdown("Nothing is changed yet: pick a cell of a heatmap and set it, or forget at a token.")
    charts.heatmaps(before, layer=case.layer, direction=case.direction)


def _outcome(before: Trace, after: Trace) -> str:
    """What became of the prediction, in a sentence."""
    if before.probabilities is None:
        return "The changed run stands beside the one before it."
    first = difference(before, after).first
    (was, sure), (now, surer) = (_last(trace) for trace in (before, after))
    if now != was:
        told = f"It ends on **{now}** ({surer:.1%}) instead of **{was}** ({sure:.1%})."
    elif f"{surer:.1%}" == f"{sure:.1%}":
        told = f"It still ends on **{now}** with {sure:.1%}."
    else:
        told = f"It still ends on **{now}**, with {surer:.1%} instead of {sure:.1%}."
    return told + (f" The first other answer comes at step {first}." if first else " It gives the same at every step.")


def _last(trace: Trace) -> tuple[str, float]:
    """What the model says in the end, and how surely."""
    assert trace.probabilities is not None
    last = trace.probabilities[-1]
    return plain(visible(trace.labels[int(last.argmax())])), float(last.max())


def _moved(before: Trace, after: Trace) -> float:
    """How much of the last prediction's probability moved elsewhere."""
    change = difference(before, after).change
    assert change is not None
    return float(change[-1])
