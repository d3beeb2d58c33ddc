"""How a network is trained: which steps are scored, one step downhill, and gradients with and without clipping."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from .....cells.activations import Array
from .....figures import RunCurve, loss_by_rate, loss_curves, norm_curves
from .....number_format import with_minus_signs
from .....text.tokens import visible
from .....trace import Trace
from .....training import TASKS, FirstStep, clipping_runs
from .....training.clipping_runs import clipping_task
from .....training.history import History
from .....training.tasks import Level
from ....shared import catalogue
from ....shared.charts import chart
from ..block_registry import ChapterContext, block
from ..wide_table import show_wide_table

RATES = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0]
EVERY_STEP = "at every step"


@block
def scored(context: ChapterContext, **texts: str) -> None:
    """For a text of each task, by the task's name: the steps whose predictions count, and the right answers there."""
    tasks, rows = catalogue.tasks(), []
    for name, text in texts.items():
        model = catalogue.model(tasks[name], next(iter(tasks[name].models)))
        cells = "".join(
            f'<td class="{"asked" if answer else ""}"><b>{escape(visible(token))}</b>{escape(answer or "–")}</td>'
            for token, answer in zip(*_answers(model.trace(text), model.card), strict=True)
        )
        rows.append(f"<tr><th scope='row'>{escape(name)}<small>{escape(model.card['asked'])}</small></th>{cells}</tr>")
    show_wide_table("The steps whose predictions are scored", rows)


def _answers(trace: Trace, card: dict[str, str]) -> tuple[list[str], list[str]]:
    """The tokens of a text, and below each the answer that is asked for, empty where none is."""
    tokens = list(trace.tokens)
    if card["asked"] != EVERY_STEP:
        return tokens, [""] * (len(tokens) - 1) + [card["says"]]
    after = "end" if "end" in trace.labels else "…"
    return tokens, [visible(token) for token in tokens[1:]] + [after]


@block
def update(context: ChapterContext, parameter: str, row: int, column: int, rate: float = 0.3) -> None:
    """One training step of the untrained RNN of `counter` with a learning rate that can be set, for one weight."""
    _update(context.key, parameter, row, column, rate)


@st.fragment
def _update(key: str, parameter: str, row: int, column: int, rate: float) -> None:
    step, rates, losses = _first_step()
    with st.container(border=True):
        chosen = st.select_slider("Learning rate", RATES, rate, format_func="{:g}".format, key=f"rate-{key}")
        weight = float(step.network.parameters[parameter][row, column])
        gradient = float(step.gradients[parameter][row, column])
        new, loss = weight - chosen * gradient, step.loss_after(chosen)
        # Small, to fit a phone.
        st.latex(
            rf"\small\underbrace{{{weight:.4f}}}_{{\text{{weight}}}} - \underbrace{{{chosen:g}}}_{{\text{{rate}}}}"
            rf"\cdot(\underbrace{{{gradient:.4f}}}_{{\text{{gradient}}}}) = {new:.4f}"
        )
        description = f"The loss after one step against the learning rate. At {chosen:g} it is {loss:.3f}."
        chart(loss_by_rate.ready(rates, losses, chosen, loss, step.loss), description, f"rate-{key}")
        change = "falls" if loss < step.loss else "rises"
        st.caption(f"With a learning rate of {chosen:g} the loss {change} from {step.loss:.3f} to {loss:.3f} nats.")


@st.cache_resource(show_spinner=False)
def _first_step() -> tuple[FirstStep, Array, Array]:
    """The first step of the RNN of `counter`, and the losses after it for many learning rates."""
    step, rates = FirstStep(TASKS["counter"](), "rnn"), np.geomspace(RATES[0], RATES[-1], 81)
    return step, rates, np.array([step.loss_after(rate) for rate in rates])


@block
def clipping(context: ChapterContext) -> None:
    """The loss and the norm of the gradient in two trainings, without clipping and with it."""
    with st.spinner("Training two networks for 300 steps each"):
        runs = _clipping_runs()
    curves = [
        RunCurve("clipped" if clip else "not clipped", "rnn", history, faded=not clip, clip=clip)
        for clip, history in runs.items()
    ]
    longest = {clip: max(history.norm) for clip, history in runs.items()}
    median = {clip: float(np.median(history.norm)) for clip, history in runs.items()}
    chart(
        norm_curves.ready(curves),
        "The gradient norm in both training runs, on a logarithmic axis.",
        f"norms-{context.key}",
    )
    chart(
        loss_curves.ready(curves, clipping_task().chance, Level(None, None, "")),
        "The loss in both training runs.",
        f"losses-{context.key}",
    )
    words = "; ".join(
        f"{'clipped' if clip else 'not clipped'}: median {median[clip]:.2g}, longest {longest[clip]:,.0f}"
        for clip in runs
    )
    st.caption(with_minus_signs(f"Norms of the gradient before clipping. {words[0].upper()}{words[1:]}."))


@st.cache_resource(show_spinner=False)
def _clipping_runs() -> dict[float, History]:
    """Both trainings, once for all readers."""
    return clipping_runs()
