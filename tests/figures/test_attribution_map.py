"""The map of an attribution: the values of the analysis, number by number."""

import numpy as np

from rnnviz.errors import ArgumentError, ArrayError
from rnnviz.figures import attribution_map

from ..raising import raises
from .agreement import agree, no_markup_but_our_own


def test_a_row_for_each_number():
    inputs = np.array([[1.0, -2.0], [0.0, 0.5], [3.0, -4.0]])
    figure = attribution_map(inputs, ["1 2", "<b>x</b>", "3 4"], step=2)
    (heatmap,) = figure.data
    np.testing.assert_array_equal(heatmap.z, inputs.T)
    assert heatmap.zmax == -heatmap.zmin >= 4
    low, high = figure.layout.yaxis.range
    assert low > high, "the first number is on top"
    assert [shape.x0 for shape in figure.layout.shapes] == [1]
    assert no_markup_but_our_own(figure) and agree(attribution_map, inputs, ["a", "b", "c"], step=3)


def test_zeros_and_many_numbers():
    assert attribution_map(np.zeros((1, 1)), ["a"], step=1).data[0].zmax > 0
    assert attribution_map(np.ones((2, 500)), ["a", "b"], step=2).layout.height < 400


def test_values_of_other_steps_are_refused():
    with raises(ArrayError, code="different_lengths"):
        attribution_map(np.zeros((3, 2)), ["a", "b"], step=1)
    with raises(ArgumentError, code="unknown_step"):
        attribution_map(np.zeros((2, 2)), ["a", "b"], step=3)
