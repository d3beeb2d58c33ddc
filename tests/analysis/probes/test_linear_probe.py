"""Linear probes: the fit is NumPy's least squares and the closed form, and a control knows nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.analysis import linear_probe
from rnnviz.errors import ArgumentError, ArrayError

from ...raising import raises


def samples(seed, count=80, units=5, noise=0.5):
    rng = np.random.default_rng(seed)
    states = rng.normal(size=(count, units)) * rng.uniform(0.5, 2, units) + rng.normal(size=units)
    targets = states @ rng.normal(size=units) + 3 + noise * rng.normal(size=count)
    return states, targets, np.arange(count) >= count // 2


@given(st.integers(0, 10**6))
def test_without_a_penalty_it_is_least_squares(seed):
    states, targets, held_out = samples(seed)
    probe = linear_probe(states, targets, held_out, ridge=0.0)
    design = np.column_stack([states, np.ones(len(states))])
    expected = np.linalg.lstsq(design[~held_out], targets[~held_out], rcond=None)[0]
    np.testing.assert_allclose([*probe.weights, probe.bias], expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(probe.predictions, design @ expected, rtol=1e-6, atol=1e-8)


@given(st.integers(0, 10**6), st.sampled_from([1e-3, 0.1, 10.0]))
def test_with_a_penalty_it_is_the_minimum_of_what_it_says(seed, ridge):
    states, targets, held_out = samples(seed)
    probe = linear_probe(states, targets, held_out, ridge=ridge)
    rows = (~held_out).sum()  # a row of sqrt(ridge * rows) for each weight adds the penalty; the bias has none
    penalty = np.column_stack([np.sqrt(ridge * rows) * np.eye(states.shape[1]), np.zeros(states.shape[1])])
    design = np.vstack([np.column_stack([states, np.ones(len(states))])[~held_out], penalty])
    wanted = np.concatenate([targets[~held_out], np.zeros(states.shape[1])])
    expected = np.linalg.lstsq(design, wanted, rcond=None)[0]
    np.testing.assert_allclose([*probe.weights, probe.bias], expected, rtol=1e-6, atol=1e-8)


def test_share_and_error_are_those_of_the_samples_held_out():
    states, targets, held_out = samples(1)
    probe = linear_probe(states, targets, held_out)
    wrong = (targets - probe.predictions)[held_out]
    assert probe.share == pytest.approx(
        1 - wrong.var() / targets[held_out].var() - wrong.mean() ** 2 / targets[held_out].var()
    )
    assert probe.error == pytest.approx(np.sqrt(np.mean(wrong**2)))
    changed = np.where(held_out, 100.0, targets) + np.arange(len(targets)) * held_out
    np.testing.assert_array_equal(linear_probe(states, changed, held_out).weights, probe.weights)


def test_what_the_states_hold_is_found_and_what_is_shuffled_is_not():
    states, targets, held_out = samples(2, count=4000, noise=0.1)
    probe = linear_probe(states, targets, held_out)
    assert probe.share > 0.99 and abs(probe.control) < 0.02
    unknown = np.random.default_rng(3).normal(size=len(states))
    assert abs(linear_probe(states, unknown, held_out).share) < 0.02


def test_units_that_are_copies_do_no_harm():
    states, targets, held_out = samples(4)
    doubled = np.column_stack([states, states])
    found = linear_probe(doubled, targets, held_out, ridge=0.0)
    np.testing.assert_allclose(found.predictions, linear_probe(states, targets, held_out, ridge=0.0).predictions)


def test_what_does_not_fit_is_refused():
    states, targets, held_out = samples(5)
    for arguments in (
        (states[:, 0], targets, held_out),
        (np.where(states > 2, np.nan, states), targets, held_out),
        (states, targets[1:], held_out),
        (states, targets, held_out[1:]),
    ):
        with raises(ArrayError):
            linear_probe(*arguments)
    for arguments in ((states, targets, ~np.isnan(targets)), (states, np.ones(len(targets)), held_out)):
        with raises(ArgumentError):
            linear_probe(*arguments)
    with raises(ArgumentError):
        linear_probe(states, targets, held_out, ridge=-1.0)
