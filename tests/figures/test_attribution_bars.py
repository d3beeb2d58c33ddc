"""The bars of an attribution: the values of the analysis, in colours that tell for from against."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis import attribution
from rnnviz.colours import PREDICTION, negative_colour
from rnnviz.errors import ArgumentError, ArrayError
from rnnviz.figures import attribution_bars

from ..raising import raises
from .agreement import agree, no_markup_but_our_own


def test_a_bar_for_each_token_that_can_matter():
    trace = rnnviz.load("names-lstm").trace("Schmidhuber")
    result = attribution(trace, "German", against="Dutch", step=6)
    asked = {"label": "German", "against": "Dutch", "step": 6, "without": list("abcdefghijkl")}
    figure = attribution_bars(result.values, trace.tokens, trace.unknown, **asked)
    (bars,) = figure.data
    np.testing.assert_array_equal(bars.y[:6], result.values[:6])
    assert np.isnan(bars.y[6:]).all()
    colours = np.where(result.values[:6] < 0, negative_colour(PREDICTION), PREDICTION)
    assert list(bars.marker.color[:6]) == list(colours) and len(set(colours)) == 2
    low, high = figure.layout.yaxis.range
    most = np.abs(result.values).max()
    assert low < result.values.min() and result.values.max() < high and max(-low, high) <= 3 * most
    named = figure.layout.annotations[-1]
    assert named.x == result.strongest - 1 and named.y == result.values[result.strongest - 1]
    assert "German" in figure.layout.annotations[0].text and "Dutch" in figure.layout.annotations[0].text
    assert "without it: c" in bars.customdata[2]
    assert agree(attribution_bars, result.values, trace.tokens, trace.unknown, **asked)


def test_later_tokens_have_bars_where_they_matter():
    both = attribution_bars(np.array([1.0, 2.0, 3.0]), list("abc"), label="x", step=2)
    assert list(both.data[0].y) == [1, 2, 3] and both.layout.yaxis.range[0] < 0


@pytest.mark.parametrize("steps", [1, 256])
def test_short_and_long_texts_and_values_of_nothing(steps):
    tokens = ["<b>x</b>"] * steps
    for values in (np.zeros(steps), np.full(steps, -1e-9)):
        assert agree(attribution_bars, values, tokens, label="", step=steps)
        figure = attribution_bars(values, tokens, label="<i>y</i>", step=steps, without=["<u>z</u>"] * steps)
        assert no_markup_but_our_own(figure) and figure.layout.height <= 340
        assert "<u>" not in figure.data[0].customdata[0]


def test_values_of_another_text_are_refused():
    with raises(ArrayError, code="different_lengths"):
        attribution_bars(np.zeros(3), list("ab"), label="x", step=1)
    with raises(ArgumentError, code="unknown_step"):
        attribution_bars(np.zeros(2), list("ab"), label="x", step=3)
