"""Where does it go? The path of the typed text through the states of many texts, for the task's cells."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ....analysis.progress_meter import partial_tick
from ....cells import CELLS
from ....colours import cell_style
from ....figures import state_path
from ....model import Model
from ....number_format import digits
from ....text.tokens import visible
from ....trace import Trace
from ...shared.charts import chart
from ...shared.columns import columns_in_rows
from ...shared.long_work import Progress
from ...shared.markdown import percent, plain, series
from ...shared.text_box import TOKENS
from ...shared.text_run import TextRun, chosen_position, transport
from .referenced_run import ReferencedRun
from .state_cloud import StateCloud, state_cloud


def show(run: ReferencedRun) -> None:
    """Show the states of all texts along two components, and the path of this one."""
    clouds = _clouds(run)
    own = clouds.get(run.trace.cell)
    if own is None:
        transport(run)
        st.info(
            f"Over {plain(run.reference.title)} the states of this layer never differ, or are not finite, so there is "
            "no path to show."
        )
        return
    step, _ = chosen_position(run.trace, run.layer)
    st.markdown(_summary(run, own))
    transport(run)
    for column, (cell, cloud) in zip(columns_in_rows(len(clouds)), clouds.items(), strict=True):
        with column:
            _path(run, cell, cloud, step)
    st.caption(_caption(run, own, own.readout_of(run.model, run.trace, step, *run.location)[1]))


def _clouds(run: ReferencedRun) -> dict[str, StateCloud]:
    """The clouds of the task's cells, as far as they have one."""
    models, found = run.referenced_models(), {}
    key = ("clouds", run.task.name, run.location, run.reference.key)
    progress = Progress("Running the models over the texts.", key)
    for number, (cell, model) in enumerate(models.items()):
        tick = partial_tick(progress, number / len(models), (number + 1) / len(models))
        if (cloud := state_cloud(run, model, tick)) is not None:
            found[cell] = cloud
    progress.end()
    return found


def path_of(run: TextRun, model: Model) -> tuple[Trace, np.ndarray]:
    """A model's run over the text, and its hidden states with the initial one first, in reading order."""
    trace = run.trace if model is run.model else model.trace(run.text, limit=TOKENS)
    hidden = trace["hidden", *run.location]
    if run.direction == "backward":
        hidden = hidden[::-1]
    return trace, np.vstack([trace.initial["hidden", *run.location], hidden]).astype(np.float64)


def _path(run: TextRun, cell: str, cloud: StateCloud, step: int) -> None:
    trace, path = path_of(run, run.models_by_cell()[cell])
    if not np.isfinite(path).all():
        return
    style, title = cell_style(cell), CELLS[cell].title
    st.markdown(f"**{style.glyph} {plain(title)}**" + (" :small[(chosen)]" if cell == run.trace.cell else ""))
    tokens = trace.tokens[::-1] if run.direction == "backward" else trace.tokens
    at = len(tokens) + 1 - step if run.direction == "backward" else step
    readout, label = cloud.readout_of(run.models_by_cell()[cell], trace, step, *run.location)
    figure = state_path.ready(cloud.found, cloud.dots, path, tokens, step=at, readout=readout, label=label)
    x, y = cloud.found.project(path[at])
    words = (
        f"{title}: path of the text along the first two components of its hidden states. {_shares(cloud)} After "
        f"{run.step_label(step)} it is at {digits(float(x), '.2g')} along the first and {digits(float(y), '.2g')} "
        "along the second."
    )
    chart(figure, words, f"path-{cell}", traces=[trace])


def _shares(cloud: StateCloud) -> str:
    first, second = [*cloud.found.shares, 0.0][:2]
    return f"They hold {percent(float(first), 0)} and {percent(float(second), 0)} of the variance."


def _summary(run: ReferencedRun, cloud: StateCloud) -> str:
    """What one sees, in a sentence, and what the typed text adds."""
    found, title = cloud.found, CELLS[run.trace.cell].title
    share = percent(float(found.shares[0]), 0)
    if cloud.is_line:
        along = 0.0 if cloud.readout is None else abs(float(found.turn(cloud.readout)[0]))
        ends = "; the answer is read along it" if along > 0.8 else ""
        words = f"The {plain(title)} moves **almost along one line**, which holds **{share}** of the variance{ends}. "
    else:
        words = (
            f"The {plain(title)} moves in **about {found.participation_ratio:.1f}** of {len(found.mean)} directions; "
            f"the first holds **{share}** of the variance. "
        )
    _, path = path_of(run, run.model)
    if not np.isfinite(path).all():
        return words
    moves = np.diff(found.project(path, 1)[:, 0])
    at = int(np.abs(moves).argmax())
    step = len(moves) - at if run.direction == "backward" else at + 1
    size = digits(abs(float(moves[at])), ".2g")
    side = f"to the {'right' if moves[at] > 0 else 'left'}"
    if cloud.readout is not None and cloud.is_line:
        side = f"towards **{plain(visible(run.model.labels[int(moves[at] > 0)]))}**"
    return f"{words}Along it, {plain(run.step_label(step))} moves furthest: by {size} {side}."


def _caption(run: ReferencedRun, cloud: StateCloud, label: str) -> str:
    words = f"{plain(cloud.account)} What lies outside this plane is not drawn."
    if missing := [CELLS[cell].title for cell in run.models_by_cell() if cell not in run.referenced_models()]:
        words += f" There is no atlas over this corpus for the {plain(series(missing))}."
    if label:
        others = "the other" if cloud.readout is not None else "the mean of all others"
        words += (
            f" The arrow is the direction in which the logit of {plain(visible(label))} gains on {others}; the more "
            "of it lies outside this plane, the shorter it is."
        )
    return f":material/info: {words}"
