"""Where a model was trained to answer."""

from dataclasses import replace

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis import asked_steps
from rnnviz.interventions import Remove


@pytest.mark.parametrize(
    ("name", "text", "steps"),
    [
        ("names-lstm", "Ada", [3]),
        ("recall-gru", "Cab?ab?", [3, 6]),
        ("recall-gru", "Cab", []),
        ("reviews-rnn", "not good", [1]),
        ("counter-rnn", "aab", [0, 1, 2]),
    ],
)
def test_a_card_says_where_a_model_is_asked(name, text, steps):
    assert np.flatnonzero(asked_steps(rnnviz.load(name).trace(text))).tolist() == steps


def test_a_what_if_can_take_the_question_away():
    assert not asked_steps(rnnviz.load("recall-lstm").trace("Cab?", interventions=[Remove(4)])).any()


def test_a_model_without_a_card_is_asked_at_every_step():
    trace = rnnviz.load("names-lstm").trace("Ada")
    assert asked_steps(replace(trace, card={})).all()
