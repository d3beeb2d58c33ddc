"""Norms of all products of matrices, against the products formed one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnnviz.analysis.products import block_norms, norms_beside


def written_out(one_step):
    """Every product (T, T, S, S), [t, k] from k + 1 to t, one after the other."""
    steps, size, _ = one_step.shape
    found = np.zeros((steps, steps, size, size))
    for k in range(steps):
        found[k, k] = np.eye(size)
        for t in range(k + 1, steps):
            found[t, k] = one_step[t] @ found[t - 1, k]
    return found


@given(data=st.data(), size=st.integers(1, 3), count=st.integers(1, 2), steps=st.integers(1, 18))
def test_norms_of_all_blocks_of_all_products(data, size, count, steps):
    numbers = st.floats(-2, 2, width=32).map(lambda x: 0.0 if abs(x) < 1e-3 else x)
    one_step = data.draw(arrays(np.float64, (steps, size * count, size * count), elements=numbers))
    products = written_out(one_step).reshape(steps, steps, count, size, count, size)
    expected = np.sqrt((products**2).sum((3, 5))).transpose(2, 3, 0, 1)
    whole = np.sqrt((products**2).sum((2, 3, 4, 5)))
    # Sums that cancel exactly leave rounding behind in the products themselves, in either way of forming them.
    reach = np.array([[np.prod([np.linalg.norm(one_step[j]) for j in range(k + 1, t + 1)]) for k in range(steps)]
                      for t in range(steps)])  # fmt: skip
    found = block_norms(one_step, size)
    assert (found[..., ~np.tri(steps, dtype=bool)] == 0).all()
    assert (np.abs(found - expected) <= 1e-8 * expected + 1e-13 * reach).all()
    assert (np.abs(np.sqrt((found**2).sum((0, 1))) - whole) <= 1e-8 * whole + 1e-13 * reach).all()


@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1e3, 1e30])
def test_norms_far_from_one_are_as_exact(scale):
    one_step = np.random.default_rng(0).standard_normal((9, 4, 4))
    expected = block_norms(one_step, 2)
    powers = np.subtract.outer(np.arange(9), np.arange(9)).astype(float)
    found = block_norms(scale * one_step, 2)
    lower = np.tri(9, dtype=bool)
    np.testing.assert_allclose(found[..., lower], (expected * scale ** np.maximum(powers, 0))[..., lower], rtol=1e-10)


@pytest.mark.parametrize(("dtype", "small"), [(np.float64, 2.0**-40), (np.float32, 2.0**-20)])
def test_products_that_cancel_are_formed_after_all(dtype, small):
    """The rows of one matrix are nearly at right angles to the columns of the next: large terms leave a small sum."""
    first, second = np.array([[1, 0], [small - 1, 0]]), np.array([[1, 1], [0, 0]])
    found = block_norms(np.array([np.eye(2), first, second], dtype), 2)
    np.testing.assert_allclose(found[0, 0, 2, 0], small, rtol=1e-6)
    np.testing.assert_allclose(block_norms(np.array([np.eye(2), first, second], dtype), 1)[0, 0, 2, 0], small, 1e-6)


def test_no_norm_is_lost_over_a_long_way():
    one_step = np.broadcast_to(np.diag([1e-3, 1e-4]), (60, 2, 2)).astype(np.float64)
    np.testing.assert_allclose(block_norms(one_step, 2)[0, 0, 59, 0], 1e-3**59, rtol=1e-10)
    forgets = np.ones((60, 2))
    rest = norms_beside(one_step, 2, forgets, 0)[1]
    np.testing.assert_allclose(rest[59, 0], np.sqrt(2), rtol=1e-10)
