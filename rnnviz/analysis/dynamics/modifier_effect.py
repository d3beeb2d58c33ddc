"""What a word changes about the words after it: the input Jacobian after a modifier, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError
from ...model import Model
from ...text.tokens import END, UNKNOWN
from ...trace import Trace
from ...whole_numbers import check_whole
from .held_input_map import HeldInputMap
from .layer_runs import example_runs, held_vector, stacked_states
from .state_components import readout_direction


@dataclass(frozen=True)
class ModifierEffect:
    """How far W words would move the readout, after a modifier and without it.

    Parameters
    ----------
    words : tuple of str
        The words.
    plain : ndarray of shape (K + 1, W)
        Row k: what each word would add to the logit's lead after k + 1 neutral steps, to first order.
    modified : ndarray of shape (K + 1, W)
        The same where the first of these steps reads the modifier.
    exact_plain, exact_modified : ndarray of shape (K + 1, W)
        What the word adds in truth, not to first order.
    """

    words: tuple[str, ...]
    plain: Array
    modified: Array
    exact_plain: Array
    exact_modified: Array

    @property
    def gain(self) -> Array:
        """The slope of the words' effects after the modifier against those without it, of shape (K + 1,).

        1 where the modifier changes nothing, 0 where the words no longer count, below 0 where they are reversed.
        """
        return _slope(self.plain, self.modified)

    @property
    def exact_gain(self) -> Array:
        """The same slope of the effects that are not to first order, of shape (K + 1,)."""
        return _slope(self.exact_plain, self.exact_modified)


def modifier_effect(
    model: Model,
    modifier: str,
    words: Sequence[str],
    label: str,
    other: str | None = None,
    *,
    lags: int = 6,
    runs: Sequence[Trace] | None = None,
) -> ModifierEffect:
    """Measure how a word changes what the words after it do to an answer.

    A text of neutral steps, each of which reads the mean vector of the runs, is compared with one whose first step
    reads the modifier instead. After each of its steps, the derivative of the next hidden state by the next input
    vector, along the readout's direction, says what each word would do there.

    Parameters
    ----------
    model : Model
        A model of one forward layer whose readout reads its hidden states directly.
    modifier : str
        The word, such as "not".
    words : sequence of str
        Words that move the readout, at least one.
    label : str
        The label whose logit is measured.
    other : str or None, default None
        The label against which it is measured; None for the mean of all others.
    lags : int, default 6
        K, the neutral steps between modifier and word at most.
    runs : sequence of Trace, optional
        The runs whose mean input is neutral; by default those over the examples of the model's card.

    Returns
    -------
    ModifierEffect
        The effects.

    Raises
    ------
    ArgumentError
        If there are no words, `lags` is negative, or the model has another form.
    InputError
        If a word is not one token, or the vocabulary has neither it nor a token for unknown ones.
    UnknownNameError
        If there is no such label.

    References
    ----------
    .. [1] N. Maheswaranathan and D. Sussillo, "How recurrent networks implement contextual processing in sentiment
       analysis", ICML 2020.

    Examples
    --------
    >>> import rnnviz
    >>> effect = modifier_effect(rnnviz.load("reviews-gru"), "not", ["good", "bad"], "positive")
    >>> bool(effect.gain[0] < 0.8)
    True
    """
    network = model.network
    if network.directions_by_layer != (("forward",),):
        raise ArgumentError(
            f"The effect of a modifier is measured in networks of one forward layer; this one has "
            f"{network.layer_summary}.",
            code="layers", name="model", value=network.layer_summary,
        )  # fmt: skip
    check_whole("lags", lags)
    if not words or isinstance(words, str):
        raise ArgumentError("A list of at least one word is needed.", name="words", value=words)
    along = readout_direction(model, label, other)
    traces = example_runs(model) if runs is None else runs
    neutral = held_vector(model, None, traces)
    vectors = np.stack([held_vector(model, word, ()) for word in words])
    cell = network.layers[0][0]
    quiet = HeldInputMap(cell, neutral)
    start = stacked_states(traces[0], with_initial=True)[:1]
    after = [HeldInputMap(quiet.cell, vector) for vector in vectors]  # of the cell in float64
    size = len(along)
    effects = []
    for first in (quiet, HeldInputMap(cell, held_vector(model, modifier, ()))):
        states = [first.step(start)]
        for _ in range(lags):
            states.append(quiet.step(states[-1]))
        stacked = np.concatenate(states)
        slopes = quiet.input_gradients(stacked, along) @ (vectors - neutral).T
        unmoved = quiet.step(stacked)[:, :size]
        exact = np.stack([(moves.step(stacked)[:, :size] - unmoved) @ along for moves in after], axis=1)
        effects.append((slopes, exact))
    (plain, exact_plain), (modified, exact_modified) = effects
    return ModifierEffect(tuple(words), plain, modified, exact_plain, exact_modified)


def strongest_words(model: Model, label: str, count: int, runs: Sequence[Trace]) -> list[str]:
    """Find the words that move the readout most, half of them up and half down, when one is read after a neutral step.

    Parameters
    ----------
    model : Model
        A model of one forward layer whose readout reads its hidden states directly.
    label : str
        The label whose logit is measured against the mean of all others.
    count : int
        How many words; fewer if the vocabulary has fewer.
    runs : sequence of Trace
        The runs whose mean input is neutral.

    Returns
    -------
    list of str
        The words, the strongest first.

    Raises
    ------
    ArgumentError
        If the model has another form.
    """
    along = readout_direction(model, label)
    if model.network.embedding is None:
        raise ArgumentError("This model reads numbers and has no words.", code="no_tokens", name="model")
    quiet = HeldInputMap(model.network.layers[0][0], held_vector(model, None, runs))
    state = quiet.step(stacked_states(runs[0], with_initial=True)[:1])
    gradient = quiet.input_gradients(state, along)[0]
    effects = model.network.embedding @ gradient - quiet.vector @ gradient
    known = [k for k, token in enumerate(model.vocabulary.tokens) if token not in (UNKNOWN, END)]
    ranked = sorted(known, key=lambda k: -effects[k])
    half = min(count, len(known)) // 2
    ends = [*ranked[:half], *(ranked[-half:] if half else ranked)]
    return [model.vocabulary.tokens[k] for k in sorted(ends, key=lambda k: -abs(effects[k]))]


def _slope(x: Array, y: Array) -> Array:
    """The slope of y against x in each row, through zero; NaN where x is zero."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return (x * y).sum(axis=1) / (x * x).sum(axis=1)
