"""The margin after each step is the log odds of the probabilities, also where these are rounded."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis import margin_curve
from rnnviz.errors import ArgumentError, UnknownNameError
from rnnviz.interventions import Hold

from ...raising import raises


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("against", [None, "Dutch"])
def test_it_is_the_log_odds_after_each_step(cell, against):
    trace = rnnviz.load(f"names-{cell}").trace("Schmidt", interventions=[Hold("hidden", 0.5, 3, 2)])
    p = trace.probabilities.astype(float)
    own = p[:, trace.labels.index("German")]
    other = 1 - own if against is None else p[:, trace.labels.index(against)]
    np.testing.assert_allclose(margin_curve(trace, "German", against), np.log(own / other), atol=1e-4)


def test_the_last_prediction_is_the_default_and_two_answers_are_opposites():
    trace = rnnviz.load("reviews-gru").trace("a complete waste of time")
    down, up = margin_curve(trace, "negative", "positive"), margin_curve(trace, "positive", "negative")
    np.testing.assert_allclose(down, -up)
    np.testing.assert_allclose(margin_curve(trace), down)  # with two labels, the other one is all others


def test_where_a_probability_is_rounded_to_0_the_margin_is_finite():
    model = rnnviz.load("counting-lstm")
    model.network.readout_bias[2] -= 200
    trace = model.trace("aab")
    assert trace.probabilities[0, 2] == 0
    assert np.isfinite(margin_curve(trace, "end", "a")).all()


def test_what_does_not_exist_is_refused():
    trace = rnnviz.load("reviews-rnn").trace("good")
    with raises(UnknownNameError):
        margin_curve(trace, "neutral")
    with raises(ArgumentError, code="same_label"):
        margin_curve(trace, "positive", "positive")
