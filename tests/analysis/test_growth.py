"""A vector multiplied over and over: what powers say, and what tanh keeps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.analysis import growth

vectors = st.lists(st.floats(-10, 10), min_size=1, max_size=5)


@given(vectors, st.floats(-5, 5), st.integers(0, 20))
def test_free_it_is_a_power_and_squashed_it_stays_within_one(vector, factor, steps):
    free, squashed = growth(np.array(vector), factor, steps)
    assert free.shape == squashed.shape == (steps + 1, len(vector))
    np.testing.assert_array_equal(free[0], vector)
    np.testing.assert_array_equal(squashed[0], vector)
    np.testing.assert_allclose(free[-1], np.array(vector) * factor**steps, rtol=1e-12, atol=1e-300)
    assert (np.abs(squashed[1:]) <= 1).all()
    for k in range(steps):
        np.testing.assert_array_equal(squashed[k + 1], np.tanh(factor * squashed[k]))


@pytest.mark.parametrize(
    ("vector", "factor", "steps", "words"),
    [
        ([], 3, 2, "shape"),
        ([[1.0]], 3, 2, "shape"),
        ([np.nan], 3, 2, "finite"),
        ([1.0], np.inf, 2, "factor"),
        ([1.0], 3, -1, "steps"),
        ([1.0], 10, 400, "more than"),
    ],
)
def test_what_it_refuses(vector, factor, steps, words):
    with pytest.raises(ValueError, match=words):
        growth(np.array(vector), factor, steps)
