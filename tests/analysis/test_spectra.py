"""Spectra: of matrices whose spectra are known, as NumPy has them, and what they say of a simple network's course."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import at_origin, cell_of, spectra
from rnnviz.cells import GRU, LSTM, RNN
from rnnviz.cells.definition import HIDDEN

from ..coupled_lstm import CoupledLSTM
from ..strategies import VARIANT_IDS, VARIANTS, cases, draw_cell, seeds


def turned(rng, size):
    """A random rotation."""
    return np.linalg.qr(rng.standard_normal((size, size)))[0]


def simple(matrix, activation="tanh"):
    return RNN(np.zeros((len(matrix), 1)), np.asarray(matrix, np.float64), activation=activation)


@pytest.mark.parametrize(("kind", "options"), [*VARIANTS, (CoupledLSTM, {})], ids=[*VARIANT_IDS, "coupled"])
@given(case=cases)
def test_spectra_are_numpys_of_each_block(kind, options, case):
    cell = draw_cell(kind, options, case)
    found = spectra(cell)
    assert [one.gate.name for one in found] == list(cell.rows)
    blocks = zip(np.split(cell.weight_ih, len(cell.rows)), np.split(cell.weight_hh, len(cell.rows)), strict=True)
    for one, (weight_ih, weight_hh) in zip(found, blocks, strict=True):
        np.testing.assert_allclose(one.input, np.linalg.svd(weight_ih)[1], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(one.recurrent, np.linalg.svd(weight_hh)[1], rtol=1e-10, atol=1e-12)
        assert (np.diff(np.abs(one.eigenvalues)) <= 0).all() and one.radius == np.abs(one.eigenvalues).max()
        np.testing.assert_allclose(one.eigenvalues.sum(), np.trace(weight_hh), atol=1e-9)
        np.testing.assert_allclose(one.eigenvalues.prod(), np.linalg.det(weight_hh), atol=1e-9)
        assert one.radius <= one.recurrent[0] * (1 + 1e-12)


@given(seed=seeds, size=st.integers(1, 6), factor=st.floats(0.01, 100))
def test_units_in_another_order_have_the_same_spectrum_and_larger_weights_a_larger_one(seed, size, factor):
    rng = np.random.default_rng(seed)
    matrix, order = rng.standard_normal((size, size)), rng.permutation(size)
    (before,), (after,) = spectra(simple(matrix)), spectra(simple(factor * matrix[np.ix_(order, order)]))
    np.testing.assert_allclose(after.recurrent, factor * before.recurrent, rtol=1e-6, atol=1e-9 * factor)
    assert after.radius == pytest.approx(factor * before.radius, rel=1e-6)


def test_a_rotation_keeps_every_length_and_a_known_product_has_the_values_it_was_made_of():
    rng = np.random.default_rng(0)
    (one,) = spectra(simple(turned(rng, 6)))
    np.testing.assert_allclose(np.abs(one.eigenvalues), 1)
    np.testing.assert_allclose(one.recurrent, 1)
    (one,) = spectra(simple(turned(rng, 3) @ np.diag([1e-12, 5, 2]) @ turned(rng, 3)))
    np.testing.assert_allclose(one.recurrent, [5, 2, 1e-12], rtol=1e-3)
    (one,) = spectra(simple([[0, -2], [2, 0]]))
    np.testing.assert_allclose(one.eigenvalues, [2j, -2j])


# ---- what that says of a simple network -----------------------------------------------------------


@given(seed=seeds, size=st.integers(1, 5), radius=st.floats(0.3, 1.6))
def test_a_small_nudge_from_the_origin_takes_the_course_that_is_foretold(seed, size, radius):
    """Of a normal matrix, whose powers grow or fade from the start on."""
    assume(abs(radius - 1) > 0.05)
    cell = simple(radius * turned(np.random.default_rng(seed), size))
    said = at_origin(cell)
    start = np.full(size, 1e-9)
    run = cell.forward(np.zeros((20, 1)), {"hidden": start})["hidden"]
    grew = np.linalg.norm(run[-1]) > np.linalg.norm(start)
    assert grew == (radius > 1) == (said.radius > 1) == ("can grow" in said.says)
    assert ("dies out" in said.says) == (not grew) == ("No step stretches" in said.says)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@given(seed=seeds, size=st.integers(1, 5))
def test_no_step_stretches_a_nudge_more_than_the_largest_singular_value(activation, seed, size):
    rng = np.random.default_rng(seed)
    cell = simple(rng.standard_normal((size, size)), activation)
    one, other = rng.standard_normal((2, size))
    first, second = (cell.forward(np.zeros((1, 1)), {"hidden": h})["hidden"][0] for h in (one, other))
    limit = at_origin(cell).largest * np.linalg.norm(one - other)
    assert np.linalg.norm(first - second) <= limit * (1 + 1e-9)


def test_what_is_said_names_the_side_of_1_on_which_it_is():
    assert "0.9999, is below 1" in at_origin(simple([[0.9999]])).says
    assert "1.0001, is above 1" in at_origin(simple([[1.0001]])).says
    assert "is exactly 1" in at_origin(simple([[1.0]])).says and "neither" in at_origin(simple([[1.0]])).says
    assert "above 0" in at_origin(simple([[0.5]], "relu")).says


def test_gated_cells_have_gates_between_their_products_and_nothing_is_said():
    for kind in (GRU, LSTM, CoupledLSTM):
        assert at_origin(kind.random(2, 3, np.random.default_rng(0))) is None


def test_a_spectrum_that_is_known_is_not_computed_again():
    cell = cell_of(rnnviz.load("recall-rnn").network)
    (known,) = spectra(cell)
    assert at_origin(cell, known) == at_origin(cell)
    other = spectra(simple([[7.0]]))[0]
    assert at_origin(cell, other).radius == 7
    assert known.gate.name == HIDDEN.name
