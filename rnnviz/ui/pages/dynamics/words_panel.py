"""What does a token change? How much of their effect other tokens keep after it, for the task's cells."""

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
from .referenced_run import ReferencedRun

PROBES, LAGS = 24, 6  # words whose effect is measured, and neutral steps at most
FIRST = "not"


def show(run: ReferencedRun) -> None:
    """Show the gain of other tokens after a token of the text."""
    tokens = list(dict.fromkeys(run.trace.tokens))
    choice = link_parameters.modifier(tokens, FIRST if FIRST in tokens else tokens[0])
    key = choice.restore()
    if choice.value not in tokens:  # the text before had it
        choice.set(choice.default)
    st.selectbox(f"A {_noun(run)} of the text", tokens, format_func=visible, key=key, width=260)
    modifier = choice.save()
    try:
        effects = _effects(run, modifier)
    except ArgumentError as error:
        st.info(plain(error.message), icon=":material/info:")
        return
    st.markdown(_summary(run, effects, modifier))
    by_cell = {cell: effect.gain for cell, effect in effects.items()}
    figure = modifier_gains.ready(by_cell, markup_label(modifier), _noun(run))
    gains = series([f"{CELLS[cell].title} {digits(float(effect.gain[0]), '.2g')}" for cell, effect in effects.items()])
    words = (
        f"Effect of a {_noun(run)} after “{visible(modifier)}” as a multiple of its usual effect, by the steps "
        f"between. At once: {gains}."
    )
    chart(figure, words, "gains")
    own = effects.get(run.trace.cell)
    if own is not None:
        noun = _noun(run)
        listed = series([f"“{plain(visible(word))}”" for word in own.words[:6]])
        st.caption(
            f":material/info: Measured on the {len(own.words)} {noun}s that move the readout most, such as {listed}: "
            "the derivative of the next hidden state by the next input vector, along the readout, after this "
            f"{noun} and then neutral steps, against neutral steps alone. A neutral step reads the mean input of "
            f"{plain(run.reference.sampled)}. The multiple is the slope over all these {noun}s. It holds to first "
            "order, that is, for small changes of the input."
        )


def _effects(run: ReferencedRun, modifier: str) -> dict[str, ModifierEffect]:
    progress = Progress("Measuring the effect of a word.", ("words", run.task.name, run.reference.key, modifier))
    models, effects, label = run.referenced_models(), {}, _label(run)
    for number, (cell, model) in enumerate(models.items()):
        progress(number / len(models))
        try:
            effects[cell] = _effect(run, model, modifier, label)
        except ArgumentError:
            if model is run.model:
                raise
    progress.end()
    return effects


def _label(run: ReferencedRun) -> str:
    """The label whose logit is followed: the second of two, else the prediction; "" without a readout."""
    if len(run.model.labels) == 2:
        return run.model.labels[1]
    return "" if run.trace.logits is None else run.model.labels[likeliest_column(run.trace)]


def _noun(run: ReferencedRun) -> str:
    return {"characters": "character", "words": "word"}.get(run.model.vocabulary.kind, "token")


def _effect(run: ReferencedRun, model: Model, modifier: str, label: str) -> ModifierEffect:
    def work() -> ModifierEffect:
        runs = run.reference.readings(model).traces
        if not runs:
            raise ArgumentError(f"The model cannot read {run.reference.title}.", code="no_runs", name="runs")
        words = strongest_words(model, label, PROBES, runs)
        return modifier_effect(model, modifier, words, label, lags=LAGS, runs=runs)

    key = ("modifier", modifier, label, run.reference.key)
    return cached(model.network, key, work, is_private=run.reference.is_private)


def _summary(run: ReferencedRun, effects: Mapping[str, ModifierEffect], modifier: str) -> str:
    """What the token does to the next one in each cell, in a sentence."""
    parts = []
    for cell, effect in effects.items():
        gain = float(effect.gain[0])
        if not np.isfinite(gain):
            continue
        parts.append(f"**{digits(gain, '.2f')}** in the {plain(CELLS[cell].title)}")
    noun, after = _noun(run), plain(visible(modifier))
    if not parts:
        return f"After “{after}” there is no effect of other {noun}s to compare."
    label = _label(run)
    what = f"the logit of **{plain(visible(label))}**" if label else "the answer"
    return (
        f"Right after “{after}”, the effect of the next {noun} on {what} is multiplied by {series(parts)}. "
        f"1 means no change, 0 that the next {noun} no longer counts, and below 0 its effect is reversed."
    )
