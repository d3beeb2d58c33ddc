"""Where does it settle? Fixed and slow points while every step reads the same input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from ....analysis import FixedPoints, fixed_points
from ....analysis.dynamics.held_input_map import HeldInputMap
from ....analysis.dynamics.layer_runs import stacked_states
from ....cells import CELLS
from ....errors import ArgumentError, LimitError
from ....figures import point_eigenvalues, state_path
from ....figures.state_paths import point_kinds
from ....network.readout import logits_of
from ....number_format import digits, short_number
from ....text.tokens import quoted_label, visible
from ...shared import link_parameters
from ...shared.charts import chart
from ...shared.long_work import Progress, cached
from ...shared.markdown import percent, plain, series
from ...shared.text_run import chosen_position, transport
from ...shared.work_limits import check_fixed_points
from .paths_panel import path_of
from .referenced_run import ReferencedRun
from .state_cloud import StateCloud, state_cloud

LISTED = 5  # points in the table
MEANINGS = {
    "stable": "States near a stable point move towards it.",
    "unstable": "States near an unstable point move away from it.",
    "slow": "At a slow point, a step moves the state very little.",
}
_FAR = 10.0  # for each unit's part of a distance
PATIENCE = 1000  # steps after which a state that does not settle is looked at


def show(run: ReferencedRun) -> None:
    """Show the points of the chosen cell for a chosen input."""
    transport(run)
    token = _pick_input(run)
    try:
        check_fixed_points(run.model.network, *run.location)
        points = _points(run, token)
    except (LimitError, ArgumentError) as error:
        st.info(plain(str(error)), icon=":material/straighten:")
        return
    if points is None:
        st.info(
            f"Over {plain(run.reference.title)} this layer has no states, or some that are not finite, so no points "
            "are looked for."
        )
        return
    st.markdown(_summary(run, token, points))
    cloud = state_cloud(run, run.model)
    left, right = st.columns([1.6, 1], gap="medium")
    if cloud is not None:
        with left:
            _plane(run, token, points, cloud)
    if len(points):
        with right:
            number = _pick_point(points)
            chart(
                point_eigenvalues.ready(points, number),
                f"Eigenvalues of the Jacobian at point {number}, around the unit circle. The largest has the modulus "
                f"{abs(points.eigenvalues[number - 1, 0]):.3f}.",
                "eigenvalues",
            )
        _table(run, points)
    searched, resting = _searched_and_resting(run, points)
    st.caption(
        f":material/info: {points.seeds} searches from states over {plain(run.reference.sampled)}, by damped Newton on "
        f"the exact Jacobian of one step, over the {searched}{resting}. Points nearer than {points.radius:g} count as "
        "one; a step moves a slow point by at most 0.01, and a fixed point by nothing but rounding. In the time "
        "constant, a deviation changes by a factor of e. "
        f"There may be points that no search found. {'' if cloud is None else plain(cloud.account)}"
    )


def _searched_and_resting(run: ReferencedRun, points: FixedPoints) -> tuple[str, str]:
    """The states that are searched for, and how the others follow."""
    titles = {state: plain(run.trace.definition.by_name[state].title) for state in run.trace.definition.states}
    others = [title for state, title in titles.items() if state not in points.unknowns]
    resting = f", with the {series(others)} where it comes to rest" if others else ""
    return series([titles[state] for state in points.unknowns]), resting


def _pick_input(run: ReferencedRun) -> str:
    """A picker for what every step reads: "" is the mean input."""
    if run.task.vector_size is not None:
        return ""
    tokens = list(dict.fromkeys(run.trace.tokens))
    choice = link_parameters.held_token(tokens)
    key = choice.restore()
    if choice.value not in ["", *tokens]:  # the text before had it
        choice.set("")
    st.selectbox(
        "Input at every step",
        ["", *tokens],
        format_func=lambda token: visible(token) if token else "the mean input",
        key=key,
        width=260,
        help=f"The mean input is the mean of the vectors that the layer reads over {plain(run.reference.sampled)}.",
    )
    return choice.save()


def _points(run: ReferencedRun, token: str) -> FixedPoints | None:
    """The points, computed once for a model and an input; None where states are not finite."""

    def work() -> FixedPoints | None:
        traces = run.reference.readings(run.model).traces
        traces = [trace for trace in traces if np.isfinite(trace["hidden", *run.location]).all()]
        if not traces:
            return None
        key = ("points", run.model.name, run.location, run.reference.key, token)
        progress = Progress("Searching for fixed points.", key)
        layer, direction = run.location
        points = fixed_points(run.model, token or None, traces, layer=layer, direction=direction, tick=progress)
        progress.end()
        return points

    key = ("fixed points", run.location, run.reference.key, token)
    return cached(run.model.network, key, work, is_private=run.reference.is_private)


def _summary(run: ReferencedRun, token: str, points: FixedPoints) -> str:
    """How many points of which kind there are, and how fast a deviation dies away."""
    what = f"“{plain(visible(token))}”" if token else "the mean input"
    title, kinds = plain(CELLS[run.trace.cell].title), point_kinds(points)
    if not kinds:
        return (
            f"With {what} at every step, **no point was found** at which the {title} stays: no search ended where a "
            f"step moves it by 0.01 or less. After {PATIENCE:,} steps from its initial state, a step still moves it by "
            f"{short_number(_drift(run, token, points))}."
        )
    counts = {kind: kinds.count(kind) for kind in MEANINGS if kind in kinds}
    several = series([f"{count} {kind}" for kind, count in counts.items()])
    found = (
        f"one {kinds[0]} point of the {title}" if len(kinds) == 1 else f"{len(kinds)} points of the {title}: {several}"
    )
    meanings = " ".join(MEANINGS[kind] for kind in counts)
    words = f"With {what} at every step, the search found **{found}**. {meanings} {_near_the_first(points)}"
    if points.distance[0] > _FAR * points.hidden_size**0.5:  # two hidden states cannot be so far apart
        words += f" Point 1 is far from every state of the texts: {_long_number(float(points.distance[0]))} away."
    return words


def _near_the_first(points: FixedPoints) -> str:
    """What becomes of a small deviation from the first point."""
    times, growing = points.time_constants[0], points.unstable_directions[0]
    words = f"Near point 1, a small deviation {'shrinks to 1/e' if not growing else 'grows by a factor of e'} in "
    words += f"**{_long_number(times[0])} steps**"
    if len(times) == 1:
        return f"{words}."
    if growing > 1:
        return f"{words} in the fastest direction."
    others = f"in {_long_number(times[1:].max())} or fewer in all others."
    return (
        f"{words} in one direction, and shrinks to 1/e {others}"
        if growing
        else f"{words} in the slowest direction, and {others}"
    )


def _drift(run: ReferencedRun, token: str, points: FixedPoints) -> float:
    """How far one step moves the state after reading the input many times, from the initial state on."""

    def work() -> float:
        layer, direction = run.location
        moves = HeldInputMap(run.model.network.cell(layer, direction), points.vector)
        state = stacked_states(run.trace, layer, direction, with_initial=True)[:1]
        for _ in range(PATIENCE):
            state = moves.step(state)
        return float(np.linalg.norm(moves.step(state) - state))

    key = ("drift", run.location, run.reference.key, token)
    return cached(run.model.network, key, work, is_private=run.reference.is_private)


def _plane(run: ReferencedRun, token: str, points: FixedPoints, cloud: StateCloud) -> None:
    step, _ = chosen_position(run.trace, run.layer)
    trace, path = path_of(run, run.model)
    if not np.isfinite(path).all():
        return
    backward = run.direction == "backward"
    tokens = trace.tokens[::-1] if backward else trace.tokens
    readout, label = cloud.readout_of(run.model, trace, step, *run.location)
    at = len(tokens) + 1 - step if backward else step
    figure = state_path.ready(
        cloud.found, cloud.dots, path, tokens, step=at, readout=readout, label=label, points=points
    )
    kinds = point_kinds(points)
    places = cloud.found.project(points.hidden, 1)[:, 0]
    where = [f"{kind} at {digits(float(x), '.2g')}" for kind, x in zip(kinds, places, strict=True)][:LISTED]
    words = "Fixed and slow points along the first two components, with the path of the text. "
    words += f"Along the first: {series(where)}." if where else "No point was found."
    chart(figure, words, "points", traces=[trace])


def _pick_point(points: FixedPoints) -> int:
    """A picker for one of the points, counted from 1."""
    if len(points) == 1:
        return 1
    kinds = point_kinds(points)
    numbers = range(1, min(len(points), LISTED) + 1)
    return st.segmented_control(
        "Point",
        numbers,
        default=1,
        required=True,
        format_func=lambda number: f"{number}: {kinds[number - 1]}",
        label_visibility="collapsed",
        key=f"point-{len(points)}",
    )


def _long_number(number: float) -> str:
    """A number of steps or a distance, which may be very large where states hardly move."""
    return f"{number:,.0f}" if 100 <= number < 1e9 else digits(float(number), ".2g")


def _predictions(run: ReferencedRun, points: FixedPoints) -> list[str]:
    """What the readout says at each point; nothing where it reads something else, or gives no probabilities."""
    network = run.model.network
    reads_points = run.layer == len(network.layers) - 1 and network.directions_by_layer[-1] == ("forward",)
    if network.readout_weight is None or not reads_points or not network.head.reads_directly(("forward",)):
        return []
    if not network.head.is_distribution:
        return []
    shares = network.head.outputs(logits_of(network, points.hidden.astype(np.float32)))
    labels = [quoted_label(run.model.labels[k]) for k in shares.argmax(axis=1)]
    return [f"{label}, {percent(float(share.max()), 0)}" for label, share in zip(labels, shares, strict=True)]


def _table(run: ReferencedRun, points: FixedPoints) -> None:
    """A column for each point: there are few, and what stands in the rows needs words."""
    count = min(len(points), LISTED)
    rows = {
        "kind": point_kinds(points),
        "prediction there": _predictions(run, points),
        "growing directions": [str(n) for n in points.unstable_directions],
        "largest eigenvalue, modulus": [digits(float(abs(values[0])), ".3f") for values in points.eigenvalues],
        "its time constant in steps": [_long_number(times[0]) for times in points.time_constants],
        "a step moves it by": [digits(float(speed), ".0e") for speed in points.residual],
        "distance from the nearest state of the texts": [_long_number(float(each)) for each in points.distance],
        f"searches that ended there, of {points.seeds}": [str(n) for n in points.reached],
    }
    rows = {title: values for title, values in rows.items() if values}
    table = pd.DataFrame(
        {"point": list(rows)} | {str(n + 1): [plain(column[n]) for column in rows.values()] for n in range(count)}
    )
    st.table(table, border="horizontal", hide_index=True, width="content", alt="The fixed and slow points.")
    if len(points) > count:
        st.caption(f"The {count} points that most searches found, of {len(points)}.")
