"""Who wrote this memory? The carried state as the exact sum of what every step wrote into it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ....analysis import half_life, shares, written_at
from ....analysis.memory.carry import carry, shown_through
from ....analysis.memory.decomposition import HalfLives
from ....cells import Quantity
from ....cells.activations import Array
from ....colours import SAYS, cell_style, round_up, widest
from ....figures import gradient_map, half_lives, written_map
from ....text.tokens import visible
from ...shared.charts import chart
from ...shared.instrument import Rows, slot
from ...shared.link_state import plain
from ...shared.pickers import pick_label
from ...shared.subject import Case, choose_unit, standing, strip, too_large
from .reach_panel import measure

OF = {"unit": "one unit’s memory", "prediction": "the prediction"}


def answer(case: Case) -> None:
    carried = carry(case.trace.definition)
    if carried is None:
        _no_sum(case)
        return
    state, gate = (case.trace.definition.by_name[name] for name in (carried.state, carried.gate))
    st.markdown(
        f"The {state.title} is a sum: every step adds something to it, and the {gate.title} of each later step lets a "
        "share of it through. So it can be taken apart, exactly, by who wrote what is left. What a step writes depends "
        "on all that was known there, not on its token alone."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        offered = [of for of in OF if of == "unit" or case.trace.probabilities is not None]
        of = st.segmented_control(
            "Taken apart", offered, default="unit", required=True, format_func=lambda of: OF[of], key="of"
        )
        step, unit = standing(case.trace, case.layer)
        written = written_at(case.trace, unit, *case.where)
        if of == "prediction":
            rows = _of_prediction(case, pick_label(case.trace, step))
        else:
            rows = _of_unit(case, state, unit, written)
    strip(case, rows={"credit": rows})
    st.html(slot("credit", rows="credit"))
    left, right = st.columns(2, gap="medium")
    with left:
        _map(case, state, unit, written)
    with right:
        _half_lives(case, unit)


def _of_unit(case: Case, state: Quantity, unit: int, written: Array) -> Rows:
    values = case.trace[state.name, *case.where][:, unit].astype(np.float64)
    title = f"{state.title} of unit {unit}"
    initial = {"initial state": values - written.sum(1)} if case.trace.initial[state.name, *case.where].any() else {}
    return Rows(title, written, state.colour, widest(written, least=0.0), parts=initial, total=(title, values))


def _of_prediction(case: Case, label: str) -> Rows:
    found = shares(case.trace, label)
    title = f"logit of {visible(label)}"
    carried = carry(case.trace.definition)
    through = shown_through(case.trace.definition, carried.state) if carried else None
    squash = through.squash.plain_name if through else "the activation"
    parts = {f"what {squash} takes away": found.unexplained} if found.unexplained.any() else {}
    if found.initial.any():
        parts["initial state"] = found.initial
    if found.bias:
        parts["bias"] = np.full(len(case.trace), found.bias)
    return Rows(title, found.tokens, SAYS, widest(found.tokens, least=0.0), parts=parts, total=(title, found.logit))


def _map(case: Case, state: Quantity, unit: int, written: Array) -> None:
    trace, backward = case.trace, case.direction == "backward"
    figure = written_map.ready(written, state, unit, trace.tokens, trace.unknown, backward=backward)
    words = f"What each step (column) wrote into the {state.title} of unit {unit}, as left after each step (row)."
    with st.container(key="heatmaps-written"):
        chart(figure, words, "written")
    st.caption(
        "A column that keeps its colour is a memory that is kept, one that fades is forgotten. Each row adds up to the "
        "state after that step."
    )


def _half_lives(case: Case, unit: int) -> None:
    if len(case.trace) == 1:
        st.caption("How long a unit remembers shows only from the second step on.")
        return
    found = half_life(case.trace, *case.where)
    gate = case.trace.definition.by_name[found.gate]
    figure = half_lives.ready(found.steps, found.order, gate, unit=unit)

    def picked() -> None:
        points = st.session_state["chart-half-lives"]["selection"]["points"]
        if points and "customdata" in points[0]:
            choose_unit(int(np.ravel(points[0]["customdata"])[0]))

    chart(figure, f"Half-lives of all units, ranked. {_slowest(found)}", "half-lives", picked=picked)
    st.caption(plain(_slowest(found)) + " A click on a point chooses the unit.")


def _slowest(found: HalfLives) -> str:
    slow, fast = (int(found.order[k]) for k in (0, -1))
    return (
        f"At the rate at which it kept its memory over this text, half of it would be left in unit {slow} "
        f"{_steps(found.steps[slow])}, in unit {fast} {_steps(found.steps[fast])}."
    )


def _steps(steps: float) -> str:
    return "for ever" if np.isinf(steps) else f"after {steps:.3g} steps"


def _no_sum(case: Case) -> None:
    """The simple RNN: why there is nothing to take apart, and what can be said instead."""
    trace = case.trace
    st.info(
        f"For this cell, the {plain(trace.definition.title)}, no such sum exists: at every step old and new are added "
        "up and squashed together, so that nobody can say which part of the hidden state came from where. What can be "
        "said is how much a nudge at each step still moves it: the gradient.",
        icon=":material/functions:",
    )
    if too_large([trace], case.layer):
        return
    norms = measure(case)[trace.cell].flow.norms
    limit = round_up(max(float(norms.max()), 1.0))
    title = "gradient of the hidden state"
    strip(case, rows={"credit": Rows(title, norms, cell_style(trace.cell).colour, limit, signed=False)})
    st.html(slot("credit", rows="credit"))
    with st.container(key="heatmaps-gradient"):
        words = "Gradient between all pairs of steps, a row for each step that it arrives at."
        chart(gradient_map.ready(trace.cell, norms, trace.tokens, trace.unknown), words, "gradient")
