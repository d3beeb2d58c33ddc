"""Spectra, against NumPy and matrices of known spectra, and what they say about a simple network."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import origin_stability, spectra
from rnnviz.cells import CELLS, GRU, LSTM, RNN
from rnnviz.cells.definition import HIDDEN

from ...strategies import VARIANT_IDS, VARIANTS, cases, draw_cell, seeds
from ...tied_lstm import TiedLSTM


def rotation(rng, size):
    """A random rotation."""
    return np.linalg.qr(rng.standard_normal((size, size)))[0]


def simple(matrix, activation="tanh"):
    return RNN(np.zeros((len(matrix), 1)), np.asarray(matrix, np.float64), activation=activation)


@pytest.mark.parametrize(("kind", "options"), [*VARIANTS, (TiedLSTM, {})], ids=[*VARIANT_IDS, "tied"])
@given(case=cases)
def test_spectra_are_numpys_of_each_block(kind, options, case):
    cell = draw_cell(kind, options, case)
    listed = spectra(cell)
    assert [spectrum.gate.name for spectrum in listed] == list(cell.rows)
    blocks = zip(np.split(cell.weight_ih, len(cell.rows)), np.split(cell.weight_hh, len(cell.rows)), strict=True)
    for spectrum, (weight_ih, weight_hh) in zip(listed, blocks, strict=True):
        np.testing.assert_allclose(spectrum.input, np.linalg.svd(weight_ih)[1], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(spectrum.recurrent, np.linalg.svd(weight_hh)[1], rtol=1e-10, atol=1e-12)
        assert (np.diff(np.abs(spectrum.eigenvalues)) <= 0).all() and spectrum.radius == np.abs(
            spectrum.eigenvalues
        ).max()
        np.testing.assert_allclose(spectrum.eigenvalues.sum(), np.trace(weight_hh), atol=1e-9)
        np.testing.assert_allclose(spectrum.eigenvalues.prod(), np.linalg.det(weight_hh), atol=1e-9)
        assert spectrum.radius <= spectrum.recurrent[0] * (1 + 1e-12)


@given(case=cases)
def test_what_a_projection_feeds_back_goes_through_both_matrices(case):
    cell = draw_cell(CELLS["lstmp"], {}, case)
    for spectrum, block in zip(spectra(cell), np.split(cell.weight_hh, 4), strict=True):
        both = block @ cell.parameters["weight_hr"]
        values = np.linalg.svd(both)[1]
        np.testing.assert_allclose(spectrum.recurrent, values, rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(spectrum.eigenvalues.sum(), np.trace(both), atol=1e-8)


@given(seed=seeds, size=st.integers(1, 6), factor=st.floats(0.01, 100))
def test_units_in_another_order_have_the_same_spectrum_and_larger_weights_a_larger_one(seed, size, factor):
    rng = np.random.default_rng(seed)
    matrix, order = rng.standard_normal((size, size)), rng.permutation(size)
    (before,), (after,) = spectra(simple(matrix)), spectra(simple(factor * matrix[np.ix_(order, order)]))
    np.testing.assert_allclose(after.recurrent, factor * before.recurrent, rtol=1e-6, atol=1e-9 * factor)
    assert after.radius == pytest.approx(factor * before.radius, rel=1e-6)


def test_a_rotation_keeps_every_length_and_a_known_product_has_the_values_it_was_made_of():
    rng = np.random.default_rng(0)
    (spectrum,) = spectra(simple(rotation(rng, 6)))
    np.testing.assert_allclose(np.abs(spectrum.eigenvalues), 1)
    np.testing.assert_allclose(spectrum.recurrent, 1)
    (spectrum,) = spectra(simple(rotation(rng, 3) @ np.diag([1e-12, 5, 2]) @ rotation(rng, 3)))
    np.testing.assert_allclose(spectrum.recurrent, [5, 2, 1e-12], rtol=1e-3)
    (spectrum,) = spectra(simple([[0, -2], [2, 0]]))
    np.testing.assert_allclose(spectrum.eigenvalues, [2j, -2j])


# ---- stability of a simple network --------------------------------------------------------------


@given(seed=seeds, size=st.integers(1, 5), radius=st.floats(0.3, 1.6))
def test_a_small_nudge_from_the_origin_grows_or_fades_as_described(seed, size, radius):
    """Of a normal matrix, whose powers grow or fade from the start on."""
    assume(abs(radius - 1) > 0.05)
    cell = simple(radius * rotation(np.random.default_rng(seed), size))
    stability = origin_stability(cell)
    start = np.full(size, 1e-9)
    run = cell.forward(np.zeros((20, 1)), {"hidden": start})["hidden"]
    grew = np.linalg.norm(run[-1]) > np.linalg.norm(start)
    assert grew == (radius > 1) == (stability.spectral_radius > 1) == ("can grow" in stability.description)
    assert ("dies out" in stability.description) == (not grew) == ("No step stretches" in stability.description)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@given(seed=seeds, size=st.integers(1, 5))
def test_no_step_stretches_a_nudge_more_than_the_largest_singular_value(activation, seed, size):
    rng = np.random.default_rng(seed)
    cell = simple(rng.standard_normal((size, size)), activation)
    one, other = rng.standard_normal((2, size))
    first, second = (cell.forward(np.zeros((1, 1)), {"hidden": h})["hidden"][0] for h in (one, other))
    limit = origin_stability(cell).largest_singular_value * np.linalg.norm(one - other)
    assert np.linalg.norm(first - second) <= limit * (1 + 1e-9)


def test_the_description_names_the_side_of_1():
    assert "0.9999, is below 1" in origin_stability(simple([[0.9999]])).description
    assert "1.0001, is above 1" in origin_stability(simple([[1.0001]])).description
    assert (
        "is exactly 1" in origin_stability(simple([[1.0]])).description
        and "neither" in origin_stability(simple([[1.0]])).description
    )
    assert "above 0" in origin_stability(simple([[0.5]], "relu")).description


def test_gated_cells_have_no_such_description():
    for kind in (GRU, LSTM, TiedLSTM):
        assert origin_stability(kind.random(2, 3, np.random.default_rng(0))) is None


def test_a_spectrum_that_is_known_is_not_computed_again():
    cell = rnnviz.load("recall-rnn").network.layers[0][0]
    (known,) = spectra(cell)
    assert origin_stability(cell, known) == origin_stability(cell)
    other = spectra(simple([[7.0]]))[0]
    assert origin_stability(cell, other).spectral_radius == 7
    assert known.gate.name == HIDDEN.name
