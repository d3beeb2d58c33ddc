"""How far back does the network reach? Gradients between all pairs of steps, for the task's cells on one scale."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

import streamlit as st

from ....analysis import GradientFlow, gradient_by_layers, is_jacobian_of_gate
from ....analysis.gradients.flow import EXTREME_FACTOR
from ....analysis.selection import reading_order
from ....cells.cell_kind import cell_title
from ....figures import (
    gradient_map,
    gradient_routes,
    layer_gradient_map,
    reach_curve,
    singular_value_curves,
)
from ....number_format import digits
from ...shared.charts import chart
from ...shared.columns import columns_in_rows
from ...shared.markdown import plain, series
from ...shared.reaches import at_step_1, reaches
from ...shared.text_run import TextRun, chosen_position, exceeds_memory, transport
from .cell_gradients import CellGradients, measure


def show(run: TextRun) -> None:
    """Show the gradients between all pairs of steps, for the task's cells."""
    transport(run)
    step, _ = chosen_position(run.trace, run.layer)
    st.markdown(
        f"The **reach** of a step: how far the strongest nudge to what is passed on after it moves the hidden state "
        f"after {plain(run.step_label(step))}. At **1** a nudge arrives at its full size."
    )
    if exceeds_memory(run):
        return
    by_cell = measure(run)
    if left_out := [cell_title(cell) for cell in run.models_by_cell() if cell not in by_cell]:
        st.caption(f":material/info: Too large to be followed over this {run.words.text}: {plain(series(left_out))}.")
    tokens, unknown = run.trace.tokens, run.trace.unknown
    traces = [gradients.trace for gradients in by_cell.values()]
    curves = reaches({cell: (run.models_by_cell()[cell], by_cell[cell].trace) for cell in by_cell}, run.location, step)
    words = f"Reach of each step at step {step}, on a logarithmic axis. {at_step_1(curves)}"
    chart(reach_curve.ready(curves, tokens, unknown, to=step), words, "reach-curve", traces=traces)
    st.header("All pairs of steps", anchor=False)
    st.markdown(
        "The same for a **typical nudge** in place of the strongest: the root mean square over all directions, from "
        "everything passed on after one step (a column) to everything passed on after a later step (a row; that of the "
        "current step is boxed). Where it "
        "**vanishes**, the gradient of a later loss hardly reaches back, in this trained network."
    )
    columns = columns_in_rows(len(by_cell))
    for column, (cell, gradients) in zip(columns, by_cell.items(), strict=True):
        with column:
            _map(run, cell, gradients, step)
    largest = {cell: gradients.largest for cell, gradients in by_cell.items()}
    words = "Largest singular value of each step’s Jacobian. Above 1 a gradient can grow there; below 1 it shrinks."
    chart(singular_value_curves.ready(largest, tokens, unknown), words, "singular-values", traces=traces)
    _routes(run, by_cell, step)
    _layers(run, step)


def _map(run: TextRun, cell: str, gradients: CellGradients, step: int) -> None:
    title = cell_title(cell)
    words = f"{title}: gradient between all pairs of steps, one row for each later step."
    summary = _vanishing_and_exploding(run, gradients.flow, step)
    figure = gradient_map.ready(cell, gradients.flow.norms, run.trace.tokens, run.trace.unknown, step=step)
    chart(figure, f"{words} {summary}", f"gradient-{cell}", traces=[gradients.trace])
    st.caption(plain(summary))


def _vanishing_and_exploding(run: TextRun, flow: GradientFlow, step: int) -> str:
    """Where the gradient of the current step vanishes or explodes, in a sentence."""
    along = reading_order(run.direction)
    steps = range(1, len(run.trace) + 1)[along]
    before = steps.index(step)
    if before == 0:
        return "There is no step before this one."
    curve = dict(zip(steps, flow.curve(step)[along], strict=True))
    if unknown := sum(isnan(curve[earlier]) for earlier in steps[:before]):
        return (
            f"From {unknown} of {before} earlier steps, the gradient to {run.step_label(step)} is not a number: states "
            "or gradients on the way are too large."
        )
    places = flow.extremes(step)
    if not places:
        least = digits(min(curve[earlier] for earlier in steps[:before]), ".2g")
        return f"The gradient neither vanishes nor explodes before {run.step_label(step)}: it is at least {least}."
    sentences = []
    for place in places:
        span = f"step {place.first}" if place.first == place.last else f"steps {place.first}–{place.last}"
        limit = f"below 1/{EXTREME_FACTOR:g}" if place.kind == "vanishing" else f"above {EXTREME_FACTOR:g}"
        change = "decrease" if place.kind == "vanishing" else "increase"
        factor = curve[steps[steps.index(place.steepest) - 1]] / curve[place.steepest]
        sentences.append(
            f"{place.kind.capitalize()}: the gradient from {span} to {run.step_label(step)} is {limit}; the steepest "
            f"{change} is at {run.step_label(place.steepest)}, ×{digits(factor, '.2g')}."
        )
    return " ".join(sentences)


def _routes(run: TextRun, by_cell: dict[str, CellGradients], step: int) -> None:
    """For gated cells: the gradient along the highway, and through the gates."""
    gated = {cell: gradients for cell, gradients in by_cell.items() if gradients.flow.gated_state is not None}
    if not gated:
        return
    st.header("The highway, and the paths through the gates", anchor=False)
    whole_in_gate = [cell for cell in gated if is_jacobian_of_gate(gated[cell].trace.definitions[run.layer])]
    words = (
        f"In the {_titles(gated)}, each unit passes its state on to the next step, multiplied by what its gate keeps. "
        "This direct path, the highway, involves no weights."
    )
    if len(whole_in_gate) < len(gated):
        words += (
            " All other paths pass through a gate or the candidate, and so through weights, at one step or more. The "
            "two parts add up to the whole gradient; their sizes need not, because they may partly cancel."
        )
    if whole_in_gate:
        words += (
            f" The {_titles(whole_in_gate)} {'has' if len(whole_in_gate) == 1 else 'have'} no other paths, because "
            "neither gate nor candidate sees the hidden state: what the gate keeps is the whole Jacobian."
        )
    st.markdown(words)
    for column, (cell, gradients) in zip(columns_in_rows(len(gated), "medium"), gated.items(), strict=True):
        flow, definition = gradients.flow, gradients.trace.definitions[run.layer]
        assert flow.gated_state is not None and flow.gate is not None
        assert flow.gate_path_norms is not None and flow.highway_norms is not None
        whole = flow.between(flow.gated_state, flow.gated_state)
        row = step - 1
        state, gate = definition.by_name[flow.gated_state].title, definition.by_name[flow.gate].title
        figure = gradient_routes.ready(
            cell, whole[row], flow.highway_norms[row], flow.gate_path_norms[row], run.trace.tokens, run.trace.unknown,
            state=state, gate=gate, to=step,
        )  # fmt: skip
        with column:
            words = f"{cell_title(cell)}: gradient of the {state} after step {step}, whole, along the highway of the "
            chart(figure, f"{words}{gate}, and through the gates.", f"routes-{cell}", traces=[gradients.trace])


def _titles(cells: Iterable[str]) -> str:
    return plain(series([cell_title(cell) for cell in cells]))


def _layers(run: TextRun, step: int) -> None:
    """For several layers or directions: the gradient down through them."""
    trace = run.trace
    if [len(directions) for directions in trace.directions_by_layer] == [1]:
        return
    st.header("Down through the layers", anchor=False)
    gradient = gradient_by_layers(trace, step, *run.location)
    norms = {place: gradient.norm(*place) for place in gradient.states}
    figure = layer_gradient_map.ready(norms, gradient.input_norm, trace.tokens, trace.unknown, to=step)
    words = (
        f"Gradient of the hidden state after step {step} with respect to the states of each layer and the input "
        "vectors."
    )
    chart(figure, words, "layers-flow", traces=[trace])
