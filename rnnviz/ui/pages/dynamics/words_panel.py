"""What does a word change? How much of their effect other words keep after it, for the task's cells."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from ....analysis import ModifierEffect, modifier_effect
from ....analysis.dynamics.modifier_effect import strongest_words
from ....analysis.selection import likeliest_column
from ....cells import CELLS
from ....errors import ArgumentError
from ....figures import modifier_gains
from ....figures.token_labels import markup_label
from ....model import Model
from ....number_format import digits
from ....text.tokens import visible
from ...shared import link_parameters
from ...shared.charts import chart
from ...shared.long_work import Progress, cached
from ...shared.markdown import plain, series
from ...shared.text_run import transport
from .referenced_run import ReferencedRun

PROBES, LAGS = 24, 6  # words whose effect is measured, and neutral steps at most
FIRST = "not"


def show(run: ReferencedRun) -> None:
    """Show the gain of other words after a word of the text."""
    transport(run)
    if run.task.vector_size is not None:
        st.info("This model reads numbers, so there are no words whose effect on others could be measured.")
        return
    tokens = list(dict.fromkeys(run.trace.tokens))
    choice = link_parameters.modifier(tokens, FIRST if FIRST in tokens else tokens[0])
    key = choice.restore()
    if choice.value not in tokens:  # the text before had it
        choice.set(choice.default)
    st.selectbox("A word of the text", tokens, format_func=visible, key=key, width=260)
    modifier = choice.save()
    try:
        effects = _effects(run, modifier)
    except ArgumentError as error:
        st.info(plain(error.message), icon=":material/info:")
        return
    st.markdown(_summary(effects, modifier))
    figure = modifier_gains.ready({cell: effect.gain for cell, effect in effects.items()}, markup_label(modifier))
    gains = series([f"{CELLS[cell].title} {digits(float(effect.gain[0]), '.2g')}" for cell, effect in effects.items()])
    words = (
        f"Share of their effect that words keep after “{visible(modifier)}”, by the steps between. At once: {gains}."
    )
    chart(figure, words, "gains")
    own = effects.get(run.trace.cell)
    if own is not None:
        listed = series([f"“{plain(visible(word))}”" for word in own.words[:6]])
        st.caption(
            f":material/info: Measured on {len(own.words)} words that move the readout most, such as {listed}: the "
            "derivative of the next hidden state by the next input vector, along the readout, after this word and "
            "then neutral steps, against neutral steps alone. A neutral step reads the mean input of "
            f"{plain(run.reference.sampled)}. "
            "The share is the slope over all these words; to first order, that is, for small changes of the input."
        )


def _effects(run: ReferencedRun, modifier: str) -> dict[str, ModifierEffect]:
    progress = Progress("Measuring the effect of a word.", ("words", run.task.name, run.reference.key, modifier))
    models, effects = run.referenced_models(), {}
    label = run.model.labels[1] if len(run.model.labels) == 2 else ""
    if not label and run.trace.logits is not None:
        label = run.model.labels[likeliest_column(run.trace)]
    for number, (cell, model) in enumerate(models.items()):
        progress(number / len(models))
        try:
            effects[cell] = _effect(run, model, modifier, label)
        except ArgumentError:
            if model is run.model:
                raise
    progress.end()
    return effects


def _effect(run: ReferencedRun, model: Model, modifier: str, label: str) -> ModifierEffect:
    def work() -> ModifierEffect:
        runs = run.reference.readings(model).traces
        if not runs:
            raise ArgumentError(f"The model cannot read {run.reference.title}.", code="no_runs", name="runs")
        words = strongest_words(model, label, PROBES, runs)
        return modifier_effect(model, modifier, words, label, lags=LAGS, runs=runs)

    key = ("modifier", modifier, label, run.reference.key)
    return cached(model.network, key, work, is_private=run.reference.is_private)


def _summary(effects: Mapping[str, ModifierEffect], modifier: str) -> str:
    """What the word does to the next one in each cell, in a sentence."""
    parts = []
    for cell, effect in effects.items():
        gain = float(effect.gain[0])
        if not np.isfinite(gain):
            continue
        parts.append(f"**{digits(gain, '.2f')}** in the {plain(CELLS[cell].title)}")
    if not parts:
        return f"After “{plain(visible(modifier))}” there is no effect of other words to compare."
    return (
        f"Right after “{plain(visible(modifier))}”, a word moves the answer by this share of what it does otherwise: "
        f"{series(parts)}. At 1 the word changes nothing about the next one, at 0 the next one no longer counts, and "
        "below 0 it is reversed."
    )
