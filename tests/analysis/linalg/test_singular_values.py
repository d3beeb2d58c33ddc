"""The largest singular value of many matrices, against NumPy and against matrices made of known ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import rnnviz
from rnnviz.analysis import gradient_flow, largest_singular_values

# Numbers so small that scaling alone would take digits off them are left out.
sizeable = st.floats(-1e3, 1e3).map(lambda x: 0.0 if abs(x) < 1e-6 else x)


@given(arrays(np.float64, (3, 2, 4), elements=sizeable), st.sampled_from([1.0, 1e-200, 1e200]))
def test_the_largest_singular_value_at_any_scale(matrices, scale):
    expected = np.linalg.norm(matrices, 2, axis=(1, 2)) * scale
    np.testing.assert_allclose(largest_singular_values(matrices * scale), expected, rtol=1e-8, atol=0)


@pytest.mark.parametrize("columns", [70, 140])
@pytest.mark.parametrize("close", [0.0, 1e-12, 1e-9, 1e-6, 1e-3, 0.5])
def test_of_large_matrices_whose_largest_ones_may_be_close(columns, close):
    """Singular values known beforehand: 1, then 1 - close, then a few more or a crowd."""
    rng = np.random.default_rng(7)
    matrices, expected = [], [1.0, 1e-180, 3.0, 1.0]
    for crowd in expected:
        left, right = (np.linalg.qr(rng.standard_normal((n, n)))[0] for n in (70, columns))
        values = np.sort(rng.uniform(0, 0.3 if crowd == 3.0 else 1 - close, 70))[::-1]
        values[:2] = 1, 1 - close
        matrices.append(crowd * (left * values) @ right[:70])
    np.testing.assert_allclose(largest_singular_values(np.array(matrices)), expected, rtol=1e-8)


def test_of_large_matrices_that_are_zero_or_of_low_rank():
    matrices = np.zeros((4, 80, 100))
    matrices[1] = 2 * np.eye(80, 100)
    matrices[2, 3, 5] = -7.0
    matrices[3] = np.outer(np.ones(80), np.ones(100))
    np.testing.assert_allclose(largest_singular_values(matrices), [0, 2, 7, np.sqrt(8000)], rtol=1e-12)
    assert largest_singular_values(np.zeros((0, 80, 100))).shape == (0,)


@pytest.mark.parametrize("name", ["names-lstm", "shakespeare-gru", "reviews-lstm"])
def test_of_the_steps_of_bundled_models(name):
    model = rnnviz.load(name)
    flow = gradient_flow(model.trace(model.card["examples"][0], limit=24))
    expected = np.linalg.norm(flow.one_step.astype(np.float64), 2, axis=(1, 2))
    assert flow.one_step.shape[1] > 64
    np.testing.assert_allclose(flow.largest_singular_values, expected, rtol=1e-8)
