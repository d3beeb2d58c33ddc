"""Exact tests against binomial values by hand, every choice of signs, and the normal limit."""

from itertools import product
from math import erfc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.training.paired_tests import holm, mcnemar, sign_flip, signed_rank


def split(first_alone, second_alone, both=7):
    """Two models' results with so many items that only one of them got right."""
    first = [True] * first_alone + [False] * second_alone + [True] * both
    second = [False] * first_alone + [True] * second_alone + [True] * both
    return np.array(first, bool), np.array(second, bool)


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 2 / 32), (1, 4, 2 * (1 + 5) / 32), (3, 3, 1.0), (2, 6, 2 * (1 + 8 + 28) / 256)],
)
def test_mcnemar_by_hand(first, second, p):
    found = mcnemar(*split(first, second))
    assert (found.first_alone, found.second_alone) == (first, second)
    assert found.p == pytest.approx(p)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 5))
def test_mcnemar_ignores_the_order_and_what_both_get_right(first, second, both):
    one, other = split(first, second, both)
    found, reverse = mcnemar(one, other), mcnemar(other, one)
    assert found.p == reverse.p == mcnemar(*split(first, second, both + 1)).p
    assert (found.first_alone, found.second_alone) == (reverse.second_alone, reverse.first_alone)


@given(st.lists(st.integers(1, 50), min_size=2, max_size=9, unique=True), st.data())
def test_signed_rank_counts_all_choices_of_signs(sizes, data):
    signs = data.draw(st.lists(st.sampled_from([-1, 1]), min_size=len(sizes), max_size=len(sizes)))
    differences = np.array(sizes, float) * signs
    ranks = np.array([sorted(sizes).index(size) + 1 for size in sizes])
    sums = np.array([ranks[np.array(choice) > 0].sum() for choice in product([-1, 1], repeat=len(sizes))])
    distance = np.abs(sums - ranks.sum() / 2)
    expected = (distance >= abs(ranks[differences > 0].sum() - ranks.sum() / 2)).mean()
    found = signed_rank(differences, np.zeros(len(sizes)))
    assert found.p == pytest.approx(expected)
    assert found.mean == pytest.approx(differences.mean())


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=10))
def test_sign_flip_counts_all_choices_of_signs(pairs):
    first, second = np.array(pairs).T
    sums = np.array([np.abs(first - second) @ choice for choice in product([-1, 1], repeat=len(pairs))])
    found = sign_flip(first, second)
    assert found.p == pytest.approx((np.abs(sums) >= abs((first - second).sum())).mean())
    assert found.mean == pytest.approx((first - second).mean())
    assert sign_flip(second, first).p == pytest.approx(found.p)


@given(st.integers(0, 60), st.integers(0, 60))
def test_sign_flip_with_one_seed_is_mcnemars(first, second):
    one, other = split(first, second)
    assert sign_flip(one.astype(int), other.astype(int)).p == pytest.approx(mcnemar(one, other).p)


def test_signed_rank_of_many_items_is_close_to_the_normal_distribution():
    """With 64 items the rank sum is nearly normal, with mean n(n + 1)/4 and variance n(n + 1)(2n + 1)/24."""
    rng, n = np.random.default_rng(0), 64
    mean, deviation = n * (n + 1) / 4, (n * (n + 1) * (2 * n + 1) / 24) ** 0.5
    for shift in (0.0, 0.2, 0.4):
        differences = rng.normal(shift, 1, n)
        ranks = np.abs(differences).argsort().argsort() + 1
        distance = abs(ranks[differences > 0].sum() - mean)
        expected = erfc((distance - 0.5) / deviation / 2**0.5)
        assert signed_rank(differences, np.zeros(n)).p == pytest.approx(expected, rel=0.1, abs=2e-3)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.4]) == pytest.approx([0.8, 0.8])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_bonferronis_for_the_smallest_and_keeps_the_order(p_values):
    corrected = np.array(holm(p_values))
    assert corrected.min() == min(1, len(p_values) * min(p_values))
    assert (corrected >= p_values).all() and (corrected <= 1).all()
    assert (np.diff(corrected[np.argsort(p_values, kind="stable")]) >= 0).all()
