"""Who wrote this memory? The gated state as the exact sum of what each step wrote into it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ....analysis import (
    agreement,
    attribution,
    contributions_over_time,
    gated_state,
    is_jacobian_of_gate,
    kept_by_gate,
    memory_shares,
    output_gating,
    writes_input_alone,
)
from ....cells import Definition, Quantity
from ....cells.activations import LINEAR, Array
from ....cells.applied_activation import Apply
from ....cells.expressions import Sum, Value
from ....cells.weight_nodes import Diagonal
from ....colours import PREDICTION, cell_style, largest_size, round_up, symmetric_limit
from ....errors import ArgumentError, NotFiniteError
from ....figures import gradient_map, kept_chart, memory_map
from ....network.head import LINEAR as NO_ACTIVATION
from ....network.head import READINGS
from ....number_format import NOT_A_NUMBER, with_minus_signs
from ....text.tokens import visible
from ....trace import Trace
from ...shared.charts import chart
from ...shared.instrument import TokenValues, slot
from ...shared.long_work import Progress, cached, stoppable
from ...shared.markdown import plain
from ...shared.pickers import pick_label
from ...shared.text_run import TextRun, choose_unit, current_position, exceeds_memory, transport
from .cell_gradients import measure

KEPT = "kept-by-gate"  # the chart's key
TARGETS = {"prediction": "the prediction", "unit": "one unit’s memory"}
OUTPUT = "the output"  # of a model that gives values


def show(run: TextRun) -> None:
    """Show the sources of the prediction or of a unit's memory, and what the gate alone keeps."""
    gated = gated_state(run.definition)
    if gated is None:
        _gradient_instead(run)
        return
    state, gate = (run.definition.by_name[name] for name in (gated.state, gated.gate))
    source = ""
    if writes_input_alone(run.definition):
        source = " Here what a step writes depends on its input alone."
    if is_jacobian_of_gate(run.definition):
        source += " Nor does the gate see the old state: the share that it keeps is the whole Jacobian of a step."
    values = run.trace.probabilities is None
    top = run.trace.definitions[-1]  # the prediction reads the top layer, whichever is shown
    shown = gated_state(top)
    in_steps = shown is not None and (shown.state == "hidden" or output_gating(top, shown.state) is not None)
    st.markdown(
        f"The {state.title} is an exact sum of what each step wrote, times what the {gate.title} kept of it since. "
        "**This is bookkeeping: it says where the memory was written, not what caused the answer.**" + source
    )
    why_not = _why_no_prediction(run.trace)
    if not in_steps:
        why_not = f"the {plain(top.title)} shows what it remembers neither directly nor unit by unit through a gate"
    if why_not:
        st.caption(f":material/info: The {'output' if values else 'prediction'} cannot be split: {why_not}.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        splits = not why_not and run.trace.outputs is not None
        targets = [target for target in TARGETS if target == "unit" or splits]
        label = ""
        target = st.segmented_control(
            "Show the sources of",
            targets,
            default=targets[0],
            required=True,
            format_func=lambda target: OUTPUT if values and target == "prediction" else TARGETS[target],
            key="of",
        )
        step, unit = current_position(run.trace, *run.location)
        written = memory_shares(run.trace, unit, *run.location)
        if target == "prediction":
            label = pick_label(run.trace, step)
            rows = _prediction_rows(run, label)
        else:
            rows = _unit_rows(run, state, unit, written)
    transport(run, token_values={"credit": rows})
    st.html(slot("credit", values="credit"))
    if label:
        with stoppable():
            _compare_with_swaps(run, label, step)
    left, right = st.columns(2, gap="medium")
    with left:
        _map(run, state, step, unit, written)
    with right:
        _kept(run, unit)


def _unit_rows(run: TextRun, state: Quantity, unit: int, written: Array) -> TokenValues:
    values = run.trace[state.name, *run.location][:, unit].astype(np.float64)
    title = f"{state.title} of unit {unit}"
    initial = {"initial state": values - written.sum(1)} if run.trace.initial[state.name, *run.location].any() else {}
    return TokenValues(
        title, written, state.colour, symmetric_limit(written, least=0.0), parts=initial, total=(title, values)
    )


def _prediction_rows(run: TextRun, label: str) -> TokenValues:
    contributions = contributions_over_time(run.trace, label)
    title = _sum_of(run.trace, label)
    top = run.trace.definitions[-1]
    gated = gated_state(top)
    through = output_gating(top, gated.state) if gated else None
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


def _sum_of(trace: Trace, label: str) -> str:
    """What is split: a label's logit, or an output before its activation."""
    if trace.probabilities is not None:
        return f"logit of {visible(label)}"
    name = f"output {visible(label)}" if len(trace.labels) > 1 else "output"
    return name if trace.head.activation == NO_ACTIVATION else f"{name} before its {trace.head.activation}"


def _why_no_prediction(trace: Trace) -> str:
    """Why the outputs are no sum over the memory at one step, as the end of a sentence; "" if they are."""
    network = trace.network
    if network is None or network.readout_weight is None:
        return ""
    if not network.reads_directly:
        head = network.head
        return "the head has several layers" if head.layers else f"the readout reads {READINGS[head.reading]}"
    if len(trace.directions_by_layer[-1]) == 2 and network.merge == "mul":
        return "the two directions of the top layer are multiplied"
    return ""


def _map(run: TextRun, state: Quantity, step: int, unit: int, written: Array) -> None:
    trace, backward = run.trace, run.direction == "backward"
    figure = memory_map.ready(written, state, unit, trace.tokens, trace.unknown, backward=backward, step=step)
    words = f"What each step (column) wrote into the {state.title} of unit {unit}, and what is left of it later (rows)."
    chart(figure, words, "written", traces=[trace])
    st.caption(
        "A column that keeps its colour stays in the memory; one that fades is forgotten. A row adds up to the state "
        "after that step."
    )


def _compare_with_swaps(run: TextRun, label: str, step: int) -> None:
    """How far the sums agree, on this text, with what happens when a token is changed."""
    token, text = run.words
    key = ("sums-and-swaps", run.trace.fingerprint, label, step)
    progress = Progress(f"Changing each {run.words.token} to test the sums.", key)

    def work() -> str:
        try:
            swap = attribution(run.trace, label, step=step, by_number=False, tick=progress)
            agreed = agreement(attribution(run.trace, label, "contributions", step=step), swap)
        except (ArgumentError, NotFiniteError):  # nothing is left without the only token, or outputs overflow
            return ""
        if np.isnan(agreed.correlation):
            return ""
        found = f"Tested on this {text}: the sums and a swap of each {token} correlate at {agreed.correlation:.2f}, "
        if agreed.same_strongest:
            return f"{with_minus_signs(found)}and the strongest {token} is the same, {run.step_label(swap.strongest)}."
        return (
            f"{with_minus_signs(found)}and the {token} that a swap finds strongest, {run.step_label(swap.strongest)}, "
            "is not the one with the largest share. See “What made it say this?”."
        )

    words = cached(run.model.network, key, work)
    progress.end()
    if words:
        st.markdown(plain(words))


def _kept(run: TextRun, unit: int) -> None:
    if len(run.trace) == 1:
        st.caption(f"What the gate keeps needs a {run.words.text} of at least two steps.")
        return
    kept = kept_by_gate(run.trace, *run.location)
    gate = run.definition.by_name[kept.gate]
    figure = kept_chart.ready(kept.shares, kept.order, gate, unit=unit)

    def choose() -> None:
        points = st.session_state[f"chart-{KEPT}"]["selection"]["points"]
        if points and "customdata" in points[0]:
            choose_unit(int(np.ravel(points[0]["customdata"])[0]))

    most, least = (int(kept.order[k]) for k in (0, -1))
    words = (
        f"Kept by the {gate.title} alone in one step, as the geometric mean over this {run.words.text}: from "
        f"{_share(kept.shares[least])} (unit {least}) to {_share(kept.shares[most])} (unit {most})."
    )
    chart(figure, words, KEPT, on_click=choose, traces=[run.trace])
    st.caption(
        plain(words) + " What the network writes again through its weights does not count: it can remember for much "
        "longer. Click a point to choose its unit."
    )


def _share(share: float) -> str:
    return NOT_A_NUMBER if np.isnan(share) else f"{100 * share:.3g}\N{NO-BREAK SPACE}%"


def _why_not_split(definition: Definition) -> str:
    """Why no part of the hidden state belongs to one step, and what keeps it in place of a gate."""
    old, right = Value("hidden").before, definition.equations["hidden"]
    words = f"The hidden state of the {definition.title} cannot be split by the step that wrote it: "
    terms = right.of.terms if isinstance(right, Apply) and isinstance(right.of, Sum) else ()
    carried = [term for term in terms if old in term.walk()]
    if not carried or not isinstance(right, Apply) or right.function == LINEAR:
        return f"{words}it is not a gate’s share of its old value plus what is written."
    words += f"each step adds old and new together and puts the sum through {right.function.plain_name}."
    if all(isinstance(term, Diagonal) for term in carried):
        words += " What keeps the old value is not a gate but a weight of each unit, the same at every step."
    return words


def _gradient_instead(run: TextRun) -> None:
    """For a cell without a gated state: why it cannot be split, and the gradient instead."""
    trace = run.trace
    st.info(
        f"{plain(_why_not_split(run.definition))} Shown instead is how far a typical nudge (root mean square) at "
        "each step still moves it.",
        icon=":material/functions:",
    )
    if exceeds_memory(run):
        return
    norms = measure(run, [trace.cell])[trace.cell].flow.norms
    cell = run.definition.name
    limit = round_up(max(largest_size(norms), 1.0))
    title = "gradient of the hidden state"
    transport(run, token_values={"credit": TokenValues(title, norms, cell_style(cell).colour, limit, signed=False)})
    st.html(slot("credit", values="credit"))
    step, _ = current_position(trace, *run.location)
    words = "Gradient between all pairs of steps, one row for each later step."
    figure = gradient_map.ready(cell, norms, trace.tokens, trace.unknown, step=step)
    chart(figure, words, "gradient", traces=[trace])
