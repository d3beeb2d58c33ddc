"""Bars of a draw at several temperatures: their lengths are the probabilities, in one order and on one scale."""

import numpy as np

import rnnviz
from rnnviz.figures import temperature_bars


def test_the_bars_are_the_probabilities_of_a_draw():
    trace = rnnviz.load("shakespeare-lstm").trace("KING")
    figure = temperature_bars(trace.logits[-1], trace.labels, [0.5, 1, 2])
    logits = trace.logits[-1].astype(float)
    leading = np.argsort(-logits)[: len(figure.data[0].x)]
    assert len(figure.data) == 3 and len(leading) >= 5
    for bars, temperature in zip(figure.data, (0.5, 1, 2), strict=True):
        p = np.exp(logits / temperature) / np.exp(logits / temperature).sum()
        np.testing.assert_allclose(bars.x, p[leading], rtol=1e-6)
    ranges = {tuple(figure.layout[axis].range) for axis in ("xaxis", "xaxis2", "xaxis3")}
    assert len(ranges) == 1
    assert list(figure.layout.yaxis.ticktext) == [trace.labels[k] for k in leading]
