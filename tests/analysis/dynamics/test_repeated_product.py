"""A vector multiplied repeatedly, against powers of the factor and tanh step by step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.analysis import multiply_repeatedly
from rnnviz.errors import ArgumentError, ArrayError

from ...raising import raises

vectors = st.lists(st.floats(-10, 10), min_size=1, max_size=5)


@given(vectors, st.floats(-5, 5), st.integers(0, 20))
def test_free_it_is_a_power_and_squashed_it_stays_within_one(vector, factor, steps):
    free, squashed = multiply_repeatedly(np.array(vector), factor, steps)
    assert free.shape == squashed.shape == (steps + 1, len(vector))
    np.testing.assert_array_equal(free[0], vector)
    np.testing.assert_array_equal(squashed[0], vector)
    np.testing.assert_allclose(free[-1], np.array(vector) * factor**steps, rtol=1e-12, atol=1e-300)
    assert (np.abs(squashed[1:]) <= 1).all()
    for k in range(steps):
        np.testing.assert_array_equal(squashed[k + 1], np.tanh(factor * squashed[k]))


@pytest.mark.parametrize("vector", [[], [[1.0]], [np.nan]])
def test_a_vector_has_one_axis_and_finite_values(vector):
    with raises(ArrayError, name="vector", shape=np.shape(vector)):
        multiply_repeatedly(np.array(vector), 3, 2)


@pytest.mark.parametrize(
    ("factor", "steps", "name", "code"),
    [(np.inf, 2, "factor", ""), (3, -1, "steps", ""), (10, 400, "steps", "overflow")],
)
def test_invalid_factors_and_steps_are_refused(factor, steps, name, code):
    with raises(ArgumentError, name=name, code=code):
        multiply_repeatedly(np.array([1.0]), factor, steps)
