"""Norms of all products of matrices, against the products formed one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnnviz.analysis.linalg.product_norms import block_norms, norms_off_diagonal
from rnnviz.analysis.linalg.step_matrices import StepMatrices


def written_out(one_step):
    """Every product (T, T, S, S), [t, k] from k + 1 to t, one after the other."""
    steps, size, _ = one_step.shape
    products = np.zeros((steps, steps, size, size))
    for k in range(steps):
        products[k, k] = np.eye(size)
        for t in range(k + 1, steps):
            products[t, k] = one_step[t] @ products[t - 1, k]
    return products


@given(data=st.data(), size=st.integers(1, 3), count=st.integers(1, 2), steps=st.integers(1, 18))
def test_norms_of_all_blocks_of_all_products(data, size, count, steps):
    numbers = st.floats(-2, 2, width=32).map(lambda x: 0.0 if abs(x) < 1e-3 else x)
    one_step = data.draw(arrays(np.float64, (steps, size * count, size * count), elements=numbers))
    products = written_out(one_step).reshape(steps, steps, count, size, count, size)
    expected = np.sqrt((products**2).sum((3, 5))).transpose(2, 3, 0, 1)
    whole = np.sqrt((products**2).sum((2, 3, 4, 5)))
    # Sums that cancel exactly leave rounding behind in the products themselves, whichever way they are formed.
    reach = np.array([[np.prod([np.linalg.norm(one_step[j]) for j in range(k + 1, t + 1)]) for k in range(steps)]
                      for t in range(steps)])  # fmt: skip
    norms = block_norms(one_step, size)
    assert (norms[..., ~np.tri(steps, dtype=bool)] == 0).all()
    assert (np.abs(norms - expected) <= 1e-8 * expected + 1e-13 * reach).all()
    assert (np.abs(np.sqrt((norms**2).sum((0, 1))) - whole) <= 1e-8 * whole + 1e-13 * reach).all()


@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1e3, 1e30])
def test_norms_far_from_one_are_as_exact(scale):
    one_step = np.random.default_rng(0).standard_normal((9, 4, 4))
    expected = block_norms(one_step, 2)
    powers = np.subtract.outer(np.arange(9), np.arange(9)).astype(float)
    norms = block_norms(scale * one_step, 2)
    lower = np.tri(9, dtype=bool)
    np.testing.assert_allclose(norms[..., lower], (expected * scale ** np.maximum(powers, 0))[..., lower], rtol=1e-10)


@pytest.mark.parametrize(("dtype", "small"), [(np.float64, 2.0**-40), (np.float32, 2.0**-20)])
def test_products_that_cancel_are_formed_after_all(dtype, small):
    """The rows of one matrix are nearly at right angles to the columns of the next: large terms leave a small sum."""
    first, second = np.array([[1, 0], [small - 1, 0]]), np.array([[1, 1], [0, 0]])
    norms = block_norms(np.array([np.eye(2), first, second], dtype), 2)
    np.testing.assert_allclose(norms[0, 0, 2, 0], small, rtol=1e-6)
    np.testing.assert_allclose(block_norms(np.array([np.eye(2), first, second], dtype), 1)[0, 0, 2, 0], small, 1e-6)


def test_no_norm_is_lost_over_many_steps():
    one_step = np.broadcast_to(np.diag([1e-3, 1e-4]), (60, 2, 2)).astype(np.float64)
    np.testing.assert_allclose(block_norms(one_step, 2)[0, 0, 59, 0], 1e-3**59, rtol=1e-10)
    forgets = np.ones((60, 2))
    rest = norms_off_diagonal(one_step, 2, forgets, 0)[1]
    np.testing.assert_allclose(rest[59, 0], np.sqrt(2), rtol=1e-10)


@given(data=st.data(), size=st.integers(1, 3), count=st.integers(1, 3), steps=st.integers(2, 40), sparse=st.booleans())
def test_a_block_less_its_diagonal(data, size, count, steps, sparse):
    """Near and across splits, with matrices that are full and with ones whose last state enters unit by unit."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    one_step = rng.uniform(-1, 1, (steps, count, size, count, size)) * data.draw(st.sampled_from([0.01, 0.5, 5.0]))
    if sparse:
        one_step[:, :, :, -1] *= np.eye(size)
    one_step = one_step.reshape(steps, size * count, size * count)
    block, diagonal = data.draw(st.integers(0, count - 1)), rng.uniform(0, 1, (steps, size))
    norms, off_diagonal = norms_off_diagonal(one_step, size, diagonal, block)
    products = written_out(one_step).reshape(steps, steps, count, size, count, size)
    np.testing.assert_allclose(norms, np.sqrt((products**2).sum((3, 5))).transpose(2, 3, 0, 1), rtol=1e-8, atol=1e-300)
    for t in range(steps):
        for k in range(t):
            whole = products[t, k, block, :, block]
            expected = np.linalg.norm(whole - np.diag(np.prod(diagonal[k + 1 : t + 1], axis=0)))
            assert off_diagonal[t, k] == np.float64(expected) or abs(off_diagonal[t, k] - expected) <= 1e-8 * expected
        assert (off_diagonal[t, t:] == 0).all()


@pytest.mark.parametrize(("dtype", "exact"), [(np.float64, 1e-8), (np.float32, 1e-3)])
def test_what_is_small_compared_with_a_highway_is_as_exact(dtype, exact):
    """The diagonal carries nearly everything; what takes other paths is a ten-thousandth."""
    rng = np.random.default_rng(1)
    size, steps = 6, 50
    forget = rng.uniform(0.9, 1, (steps, size)).astype(dtype)
    one_step = np.zeros((steps, 2 * size, 2 * size), dtype)
    one_step[:, :size, :size] = rng.uniform(-0.3, 0.3, (steps, size, size))
    one_step[:, size:, :size] = rng.uniform(-1e-2, 1e-2, (steps, size, size))
    for unit in range(size):
        one_step[:, unit, size + unit] = rng.uniform(0, 1e-2, steps)
        one_step[:, size + unit, size + unit] = forget[:, unit]
    off_diagonal = norms_off_diagonal(one_step, size, forget.astype(np.float64), 1)[1]
    # With the state h, v, u, where the cell is v + u and u the highway alone, v by u is what takes other paths.
    a, b, c, f = (one_step[:, r, k].astype(np.float64) for r in (slice(size), slice(size, None))
                  for k in (slice(size), slice(size, None)))  # fmt: skip
    expected = np.zeros((steps, steps))
    for k in range(steps):
        h, v, u = np.zeros((size, size)), np.zeros((size, size)), np.eye(size)
        for t in range(k + 1, steps):
            h, v, u = a[t] @ h + b[t] @ (v + u), c[t] @ h + f[t] @ v, f[t] @ u
            expected[t, k] = np.linalg.norm(v)
    far = np.subtract.outer(np.arange(steps), np.arange(steps)) > 2
    assert (expected[far] < 1e-2).all()
    np.testing.assert_allclose(off_diagonal[far], expected[far], rtol=exact)


@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 4), count=st.integers(1, 3), diagonal=st.integers(0, 3))
def test_matrices_with_diagonal_blocks_multiply_as_they_are(seed, size, count, diagonal):
    rng = np.random.default_rng(seed)
    blocks = rng.standard_normal((3, count, size, count, size))
    for b in range(max(0, count - diagonal), count):
        blocks[:, :, :, b] *= np.eye(size)[None, None]
    matrices = blocks.reshape(3, size * count, size * count)
    right, steps = rng.standard_normal(matrices.shape), StepMatrices.from_array(matrices, size)
    if size > 1:
        assert len(steps.diagonals) == min(diagonal, count)
    out = np.empty_like(right)
    for here in (1, slice(0, 2), slice(None)):
        steps.multiply(here, right[here], out[here])
        np.testing.assert_allclose(out[here], matrices[here] @ right[here], rtol=1e-12, atol=1e-12)
        steps.multiply_transposed(here, right[here], out[here])
        np.testing.assert_allclose(out[here], matrices[here].swapaxes(-1, -2) @ right[here], rtol=1e-12, atol=1e-12)
