"""How far back does the network reach? Gradients between all pairs of steps, for the task's cells on one scale."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import streamlit as st

from ....analysis import GradientFlow, gradient_by_layers, input_gradient, is_jacobian_of_gate
from ....analysis.gradients.flow import EXTREME_FACTOR
from ....analysis.selection import reading_order
from ....cells import CELLS
from ....cells.activations import Array
from ....figures import (
    gradient_map,
    gradient_routes,
    layer_gradient_map,
    reach_curve,
    singular_value_curves,
    token_gradient_bars,
)
from ...shared.charts import chart
from ...shared.columns import columns_in_rows
from ...shared.markdown import plain, series
from ...shared.pickers import pick_label
from ...shared.text_run import TextRun, chosen_position, exceeds_memory, transport
from .cell_gradients import CellGradients, measure


def show(run: TextRun) -> None:
    """Show the gradients between all pairs of steps, for the task's cells."""
    st.markdown(
        "How far does a small change of the states after one step (a column) move the states after a later step (a "
        "row)? The maps show the exact Jacobians between the two, as the root mean square over all directions. At "
        "**1**, a change keeps its size. Where the gradient **vanishes**, the gradient of a later loss hardly reaches "
        "the earlier step; where it **explodes**, a small change becomes a large one."
    )
    transport(run)
    step, _ = chosen_position(run.trace, run.layer)
    if exceeds_memory([run.trace], run.layer):
        _token_gradient(run, step)
        return
    by_cell = measure(run)
    columns = columns_in_rows(len(by_cell))
    for column, (cell, gradients) in zip(columns, by_cell.items(), strict=True):
        with column:
            _map(run, cell, gradients, step)
    left, right = st.columns(2, gap="medium")
    tokens, unknown = run.trace.tokens, run.trace.unknown
    traces = [gradients.trace for gradients in by_cell.values()]
    with left:
        curves = {cell: gradients.flow.curve(step) for cell, gradients in by_cell.items()}
        words = f"Gradient of the states after step {step} with respect to earlier states, on a logarithmic axis. "
        words += _at_step_1(curves)
        chart(reach_curve.ready(curves, tokens, unknown, to=step), words, "reach-curve", traces=traces)
    with right:
        largest = {cell: gradients.largest for cell, gradients in by_cell.items()}
        words = "Largest singular value of each step’s Jacobian. Above 1 a gradient can grow there; below 1 it shrinks."
        chart(singular_value_curves.ready(largest, tokens, unknown), words, "singular-values", traces=traces)
    _routes(run, by_cell, step)
    _layers(run, step)
    _token_gradient(run, step)


def _map(run: TextRun, cell: str, gradients: CellGradients, step: int) -> None:
    title = CELLS[cell].title
    with st.container(key=f"heatmaps-gradient-{cell}"):
        words = f"{title}: gradient between all pairs of steps, one row for each later step."
        summary = _vanishing_and_exploding(run, gradients.flow, step)
        chart(
            gradient_map.ready(cell, gradients.flow.norms, run.trace.tokens, run.trace.unknown),
            f"{words} {summary}",
            f"gradient-{cell}",
            traces=[gradients.trace],
        )
    st.caption(plain(summary))


def _vanishing_and_exploding(run: TextRun, flow: GradientFlow, step: int) -> str:
    """Where the gradient of the current step vanishes or explodes, in a sentence."""
    along = reading_order(run.direction)
    steps = range(1, len(run.trace) + 1)[along]
    before = steps.index(step)
    if before == 0:
        return "There is no step before this one."
    curve = dict(zip(steps, flow.curve(step)[along], strict=True))
    places = flow.extremes(step)
    if not places:
        least = min(curve[earlier] for earlier in steps[:before])
        return f"The gradient neither vanishes nor explodes before {run.step_label(step)}: it is at least {least:.2g}."
    sentences = []
    for place in places:
        span = f"step {place.first}" if place.first == place.last else f"steps {place.first}–{place.last}"
        limit = f"below 1/{EXTREME_FACTOR:g}" if place.kind == "vanishing" else f"above {EXTREME_FACTOR:g}"
        change = "decrease" if place.kind == "vanishing" else "increase"
        factor = curve[steps[steps.index(place.steepest) - 1]] / curve[place.steepest]
        sentences.append(
            f"{place.kind.capitalize()}: the gradient from {span} to {run.step_label(step)} is {limit}; the steepest "
            f"{change} is at {run.step_label(place.steepest)}, ×{factor:.2g}."
        )
    return " ".join(sentences)


def _routes(run: TextRun, by_cell: dict[str, CellGradients], step: int) -> None:
    """For gated cells: the gradient along the highway, and through the gates."""
    gated = {cell: gradients for cell, gradients in by_cell.items() if gradients.flow.gated_state is not None}
    if not gated:
        return
    st.header("The highway, and the paths through the gates", anchor=False)
    whole_in_gate = [cell for cell in gated if is_jacobian_of_gate(gated[cell].trace.definition)]
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
        flow, definition = gradients.flow, gradients.trace.definition
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
            words = f"{CELLS[cell].title}: gradient of the {state} after step {step}, whole, along the highway of the "
            chart(figure, f"{words}{gate}, and through the gates.", f"routes-{cell}", traces=[gradients.trace])


def _titles(cells: Iterable[str]) -> str:
    return plain(series([CELLS[cell].title for cell in cells]))


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


def _token_gradient(run: TextRun, step: int) -> None:
    """The gradient of an output with respect to each token."""
    trace = run.trace
    if trace.probabilities is None:
        return
    st.header("Which token moves this output?", anchor=False)
    label = pick_label(trace, step)
    _, lengths = input_gradient(trace, label, step)
    figure = token_gradient_bars.ready(lengths, trace.tokens, trace.unknown, label=label, step=step)
    strongest = int(np.argmax(lengths)) + 1
    words = f"Length of the gradient of the logit of {label} after step {step} with respect to each token’s vector. "
    words += f"Largest at {run.step_label(strongest)}: {lengths.max():.3g}."
    chart(figure, words, "token-gradient", traces=[trace])


def _at_step_1(curves: dict[str, Array]) -> str:
    return "; ".join(f"{CELLS[cell].title} at step 1: {curve[0]:.2g}" for cell, curve in curves.items())
