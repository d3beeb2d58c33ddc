"""How far back does the network reach? Gradients between all pairs of steps, for the three cells on one scale."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import streamlit as st

from ....analysis import gradient_by_layers, gradient_flow, input_gradient
from ....analysis.gradients.gradient_flow import FACTOR, Flow
from ....analysis.gradients.jacobians import reading_order
from ....analysis.gradients.reach import largest_singular_values
from ....analysis.progress import Tick, stretch
from ....cells import CELLS
from ....cells.activations import Array
from ....figures import gradient_map, layers_flow, reach_curve, routes, singular_values, token_gradient
from ....model import Model
from ....trace import Trace
from ...shared.charts import chart
from ...shared.link_state import plain
from ...shared.long_work import Progress, kept
from ...shared.pickers import pick_label
from ...shared.subject import Case, standing, strip, too_large
from ...shared.text_box import TOKENS


class Reach(NamedTuple):
    """A cell's run of the text, the gradients in it, and the largest singular value of each step's Jacobian."""

    trace: Trace
    flow: Flow
    largest: Array


def answer(case: Case) -> None:
    st.markdown(
        "A nudge to what the cell hands on after one step (a column): how far does it move what is handed on after a "
        "later step (a row)? These are the exact Jacobians between the two, on average over all directions: at **1** a "
        "nudge arrives as large as it set out. Where it **vanishes**, training learns hardly anything from that step; "
        "where it **explodes**, a small change there becomes a large one."
    )
    strip(case)
    step, _ = standing(case.trace, case.layer)
    if too_large([case.trace], case.layer):
        _outputs(case, step)
        return
    reaches = measure(case)
    columns = st.columns(len(reaches), gap="small")
    for column, (cell, found) in zip(columns, reaches.items(), strict=True):
        with column:
            _map(case, cell, found, step)
    left, right = st.columns(2, gap="medium")
    tokens, unknown = case.trace.tokens, case.trace.unknown
    with left:
        curves = {cell: found.flow.curve(step) for cell, found in reaches.items()}
        words = f"Gradient of the states after step {step} by those after each step before, on a logarithmic axis. "
        chart(reach_curve.ready(curves, tokens, unknown, to=step), words + _told(curves), "reach-curve")
    with right:
        largest = {cell: found.largest for cell, found in reaches.items()}
        words = "Largest singular value of each step’s Jacobian: above 1 a gradient can grow there, below 1 it shrinks."
        chart(singular_values.ready(largest, tokens, unknown), words, "singular-values")
    _routes(case, reaches, step)
    _layers(case, step)
    _outputs(case, step)


def measure(case: Case) -> dict[str, Reach]:
    """The gradients of the task's cells over the text, each computed once."""
    progress = Progress("Following the gradient through every pair of steps.")
    rivals = case.rivals()
    share = 1 / len(rivals)
    found = {
        cell: _reach(case, model, stretch(progress, number * share, (number + 1) * share))
        for number, (cell, model) in enumerate(rivals.items())
    }
    progress.end()
    return found


def _reach(case: Case, model: Model, tick: Tick | None) -> Reach:
    def work() -> Reach:
        trace = case.trace if model is case.model else model.trace(case.text, limit=TOKENS)
        flow = gradient_flow(trace, *case.where, tick=stretch(tick, 0.0, 0.5))
        largest = largest_singular_values(flow.one_step, stretch(tick, 0.5, 1.0))
        return Reach(trace, replace(flow, one_step=flow.one_step[:0]), largest)  # the Jacobians are large

    return kept(model.network, ("reach", case.read, case.where), work)


def _map(case: Case, cell: str, found: Reach, step: int) -> None:
    title = CELLS[cell].title
    with st.container(key=f"heatmaps-gradient-{cell}"):
        words = f"{title}: gradient between all pairs of steps, a row for each step that it arrives at."
        chart(
            gradient_map.ready(cell, found.flow.norms, case.trace.tokens, case.trace.unknown),
            f"{words} {_places(case, found, step)}",
            f"gradient-{cell}",
        )
    st.caption(plain(_places(case, found, step)))


def _places(case: Case, found: Reach, step: int) -> str:
    """Where the gradient of the present step has vanished or exploded, in a sentence."""
    along = reading_order(case.direction)
    steps = range(1, len(case.trace) + 1)[along]
    before = steps.index(step)
    if before == 0:
        return "There is no step before this one."
    curve = dict(zip(steps, found.flow.curve(step)[along], strict=True))
    places = found.flow.places(step)
    if not places:
        least = min(curve[one] for one in steps[:before])
        return f"Nothing vanishes or explodes on the way to {case.named(step)}: at least {least:.2g} arrives."
    said = []
    for place in places:
        stretch = f"step {place.first}" if place.first == place.last else f"steps {place.first} to {place.last}"
        limit = f"less than 1/{FACTOR:g}" if place.what == "vanishing" else f"more than {FACTOR:g} times"
        moved = "loss" if place.what == "vanishing" else "growth"
        factor = curve[steps[steps.index(place.steepest) - 1]] / curve[place.steepest]
        said.append(
            f"{place.what.capitalize()}: of {stretch}, {limit} arrives at {case.named(step)}; the steepest single "
            f"{moved} is at {case.named(place.steepest)}, ×{factor:.2g}."
        )
    return " ".join(said)


def _routes(case: Case, reaches: dict[str, Reach], step: int) -> None:
    """For cells with a highway: what travels on it, and what through the gates."""
    gated = {cell: found for cell, found in reaches.items() if found.flow.carried is not None}
    if not gated:
        return
    st.header("The highway, and the ways through the gates", anchor=False)
    names = [f"the {CELLS[cell].title}’s" for cell in gated]
    st.markdown(
        f"A gated state is carried on unit by unit. This highway, {' and '.join(names)} product of what the gate "
        "keeps, needs no weights. All other ways pass through a gate or the candidate, and so through the recurrent "
        "weights, at one step or more. Both add up to the whole gradient; their sizes need not, because they may "
        "point apart."
    )
    for column, (cell, found) in zip(st.columns(len(gated), gap="medium"), gated.items(), strict=True):
        flow, definition = found.flow, found.trace.definition
        assert flow.carried is not None and flow.gate is not None
        assert flow.gates is not None and flow.highway_norms is not None
        whole = flow.between(flow.carried, flow.carried)
        row = step - 1
        state, gate = definition.by_name[flow.carried].title, definition.by_name[flow.gate].title
        figure = routes.ready(
            cell, whole[row], flow.highway_norms[row], flow.gates[row], case.trace.tokens, case.trace.unknown,
            state=state, gate=gate, to=step,
        )  # fmt: skip
        with column:
            words = f"{CELLS[cell].title}: gradient of the {state} after step {step}, whole, along the highway of the "
            chart(figure, f"{words}{gate}, and through the gates.", f"routes-{cell}")


def _layers(case: Case, step: int) -> None:
    """For several layers or directions: how the gradient goes down through them."""
    trace = case.trace
    if [len(directions) for directions in trace.directions_by_layer] == [1]:
        return
    st.header("Down through the layers", anchor=False)
    found = gradient_by_layers(trace, step, *case.where)
    norms = {place: found.norm(*place) for place in found.states}
    figure = layers_flow.ready(norms, found.input_norm, trace.tokens, trace.unknown, to=step)
    words = f"Gradient of the hidden state after step {step} by the states of each layer and by the input vectors."
    chart(figure, words, "layers-flow")


def _outputs(case: Case, step: int) -> None:
    """Which token moves an output."""
    trace = case.trace
    if trace.probabilities is None:
        return
    st.header("Which token moves this output?", anchor=False)
    label = pick_label(trace, step)
    _, lengths = input_gradient(trace, label, step)
    figure = token_gradient.ready(lengths, trace.tokens, trace.unknown, label=label, step=step)
    strongest = int(np.argmax(lengths)) + 1
    words = f"Length of the gradient of the logit of {label} after step {step} by each token’s vector, "
    chart(figure, f"{words}largest at {case.named(strongest)}: {lengths.max():.3g}.", "token-gradient")


def _told(curves: dict[str, Array]) -> str:
    return "; ".join(f"{CELLS[cell].title} at step 1: {curve[0]:.2g}" for cell, curve in curves.items())
