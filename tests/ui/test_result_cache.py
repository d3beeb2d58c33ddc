"""Kept results never take more than they may, and the size of a result is about what it takes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz.ui.shared.result_cache import ResultCache, held_bytes


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3000)), max_size=30), st.integers(0, 20_000))
def test_all_results_together_stay_below_the_limit(puts, most):
    cache, owner = ResultCache(most), object()
    for key, size in puts:
        cache.put(owner, key, np.zeros(size, np.uint8))
        assert cache.bytes <= most
        kept = cache.get(owner, key)
        assert kept is None or len(kept[0]) == size
    assert len(cache) <= len({key for key, _ in puts})


def test_what_was_asked_for_least_lately_goes_first():
    cache, owner = ResultCache(25_000), object()
    for key in "ab":
        cache.put(owner, key, np.zeros(10_000, np.uint8))
    cache.get(owner, "a")
    cache.put(owner, "c", np.zeros(10_000, np.uint8))
    assert [cache.get(owner, key) is None for key in "abc"] == [False, True, False]


def test_owners_and_results_of_none_are_told_apart():
    cache, one, other = ResultCache(10_000), object(), object()
    cache.put(one, "key", None)
    assert cache.get(one, "key") == (None,) and cache.get(other, "key") is None


@dataclass
class Pair:
    left: np.ndarray
    right: object


def test_arrays_are_found_wherever_they_are_and_counted_once():
    array = np.zeros(1_000_000, np.uint8)
    for value in (
        array,
        [array, array],
        {"a": (array,)},
        Pair(array, {"b": array}),
        array[::2],
        array.reshape(1000, 1000),
    ):
        assert 1_000_000 <= held_bytes(value) < 1_010_000
    assert held_bytes(pd.DataFrame({"a": np.zeros(125_000)})) >= 1_000_000


def test_networks_belong_to_their_models():
    model = rnnviz.load("names-lstm")
    assert held_bytes([model.network]) < 1000
    circle: list = []
    circle.append(circle)
    assert held_bytes(circle) < 1000
