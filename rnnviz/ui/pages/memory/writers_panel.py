"""Who wrote this memory? The gated state as the exact sum of what each step wrote into it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ....analysis import (
    HalfLives,
    contributions_over_time,
    gated_state,
    half_life,
    is_jacobian_of_gate,
    memory_shares,
    output_gating,
    writes_input_alone,
)
from ....cells import Definition, Quantity
from ....cells.activations import LINEAR, Array
from ....cells.applied_activation import Apply
from ....cells.expressions import Sum, Value
from ....cells.weight_nodes import Diagonal
from ....colours import PREDICTION, cell_style, round_up, symmetric_limit
from ....figures import gradient_map, half_life_chart, memory_map
from ....text.tokens import visible
from ...shared.charts import chart
from ...shared.instrument import TokenValues, slot
from ...shared.markdown import plain
from ...shared.pickers import pick_label
from ...shared.text_run import TextRun, choose_unit, current_position, exceeds_memory, transport
from .cell_gradients import measure

HALF_LIVES = "half-lives"  # the chart's key
TARGETS = {"unit": "one unit’s memory", "prediction": "the prediction"}


def show(run: TextRun) -> None:
    """Show the sources of a unit's memory or of the prediction, and the units' half-lives."""
    gated = gated_state(run.trace.definition)
    if gated is None:
        _gradient_instead(run)
        return
    state, gate = (run.trace.definition.by_name[name] for name in (gated.state, gated.gate))
    source = "What a step writes depends on everything read so far, not on its token alone."
    if writes_input_alone(run.trace.definition):
        source = "What a step writes depends on its input alone, because nothing that is written sees the old state."
    if is_jacobian_of_gate(run.trace.definition):
        source += " Nor does the gate: the share that it keeps is the whole Jacobian of a step."
    in_steps = gated.state == "hidden" or output_gating(run.trace.definition, gated.state) is not None
    st.markdown(
        f"The {state.title} is a sum: each step adds something to it, and the {gate.title} of each later step keeps a "
        f"share of that. It can therefore be split exactly by the step that wrote it. {source}"
    )
    if not in_steps:
        st.caption(
            f":material/info: The prediction cannot be split: the {plain(run.trace.definition.title)} shows its "
            f"{state.title} neither directly nor unit by unit through a gate."
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        splits = in_steps and run.trace.probabilities is not None
        targets = [target for target in TARGETS if target == "unit" or splits]
        target = st.segmented_control(
            "Show the sources of",
            targets,
            default="unit",
            required=True,
            format_func=lambda target: TARGETS[target],
            key="of",
        )
        step, unit = current_position(run.trace, *run.location)
        written = memory_shares(run.trace, unit, *run.location)
        if target == "prediction":
            rows = _prediction_rows(run, pick_label(run.trace, step))
        else:
            rows = _unit_rows(run, state, unit, written)
    transport(run, token_values={"credit": rows})
    st.html(slot("credit", values="credit"))
    left, right = st.columns(2, gap="medium")
    with left:
        _map(run, state, unit, written)
    with right:
        _half_lives(run, unit)


def _unit_rows(run: TextRun, state: Quantity, unit: int, written: Array) -> TokenValues:
    values = run.trace[state.name, *run.location][:, unit].astype(np.float64)
    title = f"{state.title} of unit {unit}"
    initial = {"initial state": values - written.sum(1)} if run.trace.initial[state.name, *run.location].any() else {}
    return TokenValues(
        title, written, state.colour, symmetric_limit(written, least=0.0), parts=initial, total=(title, values)
    )


def _prediction_rows(run: TextRun, label: str) -> TokenValues:
    contributions = contributions_over_time(run.trace, label)
    title = f"logit of {visible(label)}"
    gated = gated_state(run.trace.definition)
    through = output_gating(run.trace.definition, gated.state) if gated else None
    squash = through.squash.plain_name if through else "the activation"
    parts = {f"what {squash} takes away": contributions.unexplained} if contributions.unexplained.any() else {}
    if contributions.initial.any():
        parts["initial state"] = contributions.initial
    if contributions.bias:
        parts["bias"] = np.full(len(run.trace), contributions.bias)
    tokens = contributions.by_step
    return TokenValues(
        title, tokens, PREDICTION, symmetric_limit(tokens, least=0.0), parts=parts, total=(title, contributions.logit)
    )


def _map(run: TextRun, state: Quantity, unit: int, written: Array) -> None:
    trace, backward = run.trace, run.direction == "backward"
    figure = memory_map.ready(written, state, unit, trace.tokens, trace.unknown, backward=backward)
    words = f"What each step (column) wrote into the {state.title} of unit {unit}, and what is left of it later (rows)."
    with st.container(key="heatmaps-written"):
        chart(figure, words, "written", traces=[trace])
    st.caption(
        "A column that keeps its colour is remembered; a column that fades is forgotten. Each row adds up to the state "
        "after that step."
    )


def _half_lives(run: TextRun, unit: int) -> None:
    if len(run.trace) == 1:
        st.caption("The half-lives of units need a text of at least two steps.")
        return
    lives = half_life(run.trace, *run.location)
    gate = run.trace.definition.by_name[lives.gate]
    figure = half_life_chart.ready(lives.steps, lives.order, gate, unit=unit)

    def choose() -> None:
        points = st.session_state[f"chart-{HALF_LIVES}"]["selection"]["points"]
        if points and "customdata" in points[0]:
            choose_unit(int(np.ravel(points[0]["customdata"])[0]))

    words = f"Half-lives of all units, ranked. {_half_lives_in_words(lives)}"
    chart(figure, words, HALF_LIVES, on_click=choose, traces=[run.trace])
    st.caption(plain(_half_lives_in_words(lives)) + " Click a point to choose its unit.")


def _half_lives_in_words(lives: HalfLives) -> str:
    slow, fast = (int(lives.order[k]) for k in (0, -1))
    return (
        f"At the rate at which units kept their memory over this text, their half-lives range from "
        f"{_steps(lives.steps[fast])} (unit {fast}) to {_steps(lives.steps[slow])} (unit {slow})."
    )


def _steps(steps: float) -> str:
    return "infinity" if np.isinf(steps) else f"{steps:.3g} steps"


def _why_not_split(definition: Definition) -> str:
    """Why no part of the hidden state belongs to one step, and what keeps it in place of a gate."""
    old, right = Value("hidden").before, definition.equations["hidden"]
    words = f"The hidden state of the {definition.title} cannot be split by the step that wrote it: "
    terms = right.of.terms if isinstance(right, Apply) and isinstance(right.of, Sum) else ()
    carried = [term for term in terms if old in term.walk()]
    if not carried or not isinstance(right, Apply) or right.function is LINEAR:
        return f"{words}it is not a gate’s share of its old value plus what is written."
    words += f"each step adds old and new together and puts the sum through {right.function.plain_name}."
    if all(isinstance(term, Diagonal) for term in carried):
        words += " What keeps the old value is not a gate but a weight of each unit, the same at every step."
    return words


def _gradient_instead(run: TextRun) -> None:
    """For a cell without a gated state: why it cannot be split, and the gradient instead."""
    trace = run.trace
    st.info(
        f"{plain(_why_not_split(trace.definition))} Shown instead is how much a small change at each step still moves "
        "it: the gradient.",
        icon=":material/functions:",
    )
    if exceeds_memory([trace], run.layer):
        return
    norms = measure(run)[trace.cell].flow.norms
    limit = round_up(max(float(norms.max()), 1.0))
    title = "gradient of the hidden state"
    transport(
        run, token_values={"credit": TokenValues(title, norms, cell_style(trace.cell).colour, limit, signed=False)}
    )
    st.html(slot("credit", values="credit"))
    with st.container(key="heatmaps-gradient"):
        words = "Gradient between all pairs of steps, one row for each later step."
        figure = gradient_map.ready(trace.cell, norms, trace.tokens, trace.unknown)
        chart(figure, words, "gradient", traces=[trace])
