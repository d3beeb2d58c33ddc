"""Evidence from sums is that of brute force over all tokens, and says "tracks" only of what tracks."""

from functools import reduce
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz.atlas.document_tokens import DocumentTokens
from rnnviz.atlas.evidence import Evidence, control_correlations, evidence_table
from rnnviz.atlas.own_properties import own_property
from rnnviz.atlas.property_tokens import (
    FOLDS,
    SHIFTS,
    STRETCH,
    PropertyTokens,
    folds,
    property_tokens,
    shifted_properties,
)
from rnnviz.atlas.summary import array_sizes
from rnnviz.atlas.text_properties import fitting_properties, properties_by_name

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(30, 120), st.integers(0, 10**6))


def draw(units, properties, count, seed, missing=0.1):
    """Values of units and tokens with properties, some of which are unknown in places."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(units, count)).astype(np.float32) + rng.normal(size=(units, 1)).astype(np.float32)
    known = rng.normal(size=(properties, count)) + 0.5 * values[rng.integers(units, size=properties)] + 100
    known[rng.random(properties) < 0.5] = known[0]
    known[rng.random(known.shape) < missing * rng.integers(0, 2, (properties, 1))] = np.nan
    shifted = np.stack([np.roll(known, s + 3, axis=1) - 100 for s in range(SHIFTS)]).astype(np.float32)
    shifted[np.broadcast_to(np.isnan(known), shifted.shape)] = np.nan
    shifted = np.where(np.isnan(shifted) & ~np.isnan(known), 0, shifted)
    return values, PropertyTokens(known, shifted, rng.integers(0, FOLDS, count))


def brute_force(x, y, dealt):
    """r, and R² over folds that are each predicted by the line of the others."""
    known = ~np.isnan(y)
    x, y, dealt = x[known].astype(float), y[known], dealt[known]
    predicted = np.zeros(len(y))
    for k in np.unique(dealt):
        slope, constant = np.polyfit(x[dealt != k], y[dealt != k], 1)
        predicted[dealt == k] = constant + slope * x[dealt == k]
    return np.corrcoef(x, y)[0, 1], 1 - ((y - predicted) ** 2).sum() / ((y - y.mean()) ** 2).sum()


@given(SHAPES)
def test_correlation_and_share_are_those_over_all_tokens(shape):
    values, tokens = draw(*shape)
    found = Evidence.measured(values, tokens)
    for u, x in enumerate(values):
        for p, y in enumerate(tokens.values):
            r, share = brute_force(x, y, tokens.folds)
            assert found.correlations[u, p] == pytest.approx(r, abs=1e-9)
            assert found.shares_held_out[u, p] == pytest.approx(share, abs=1e-6)


@given(SHAPES)
def test_shifted_correlations_are_those_of_the_shifted_values(shape):
    values, tokens = draw(*shape)
    found = Evidence.measured(values, tokens).shifted_correlations
    known = ~np.isnan(tokens.values)
    for u, x in enumerate(values.astype(float)):
        for p, mask in enumerate(known):
            scale = mask.sum() * x[mask].std() * tokens.values[p][mask].std()
            expected = tokens.shifted[:, p, mask].astype(float) @ x[mask] / scale
            np.testing.assert_allclose(found[:, u, p], np.clip(expected, -1, 1), atol=1e-4)


@given(SHAPES, st.lists(st.integers(0, 120), min_size=1, max_size=5))
def test_parts_merge_into_the_whole_in_any_order(shape, cuts):
    values, tokens = draw(*shape)
    count = values.shape[1]
    edges = sorted({0, count, *(min(cut, count) for cut in cuts)})
    parts = [Evidence.measured(values[:, a:b], tokens.at(slice(a, b))) for a, b in pairwise(edges)]
    whole = Evidence.measured(values, tokens)
    empty = Evidence.measured(values[:, :0], tokens.at(slice(0, 0)))
    for merged in (reduce(Evidence.merged, parts), reduce(Evidence.merged, [empty, *parts[::-1]])):
        again = Evidence.of(merged.arrays, array_sizes(len(values), 0, len(tokens.values)))
        for name, array in whole.arrays.items():
            np.testing.assert_allclose(again.arrays[name], array, rtol=1e-7, atol=1e-3 if name == "shifted" else 1e-7)


def test_a_large_mean_costs_no_precision():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 1000))
    values = (1 + 1e-4 * x[None]).astype(np.float32)
    tokens = PropertyTokens((1e8 + x + y)[None], np.zeros((SHIFTS, 1, 1000), np.float32), np.arange(1000) % FOLDS)
    halves = [Evidence.measured(values[:, part], tokens.at(part)) for part in (slice(500), slice(500, None))]
    expected = np.corrcoef(values[0].astype(float), x + y)[0, 1]
    assert halves[0].merged(halves[1]).correlations[0, 0] == pytest.approx(expected, abs=1e-6)


def test_what_never_changes_has_no_correlation():
    values = np.stack([np.full(100, 0.1), np.arange(100.0)]).astype(np.float32)
    documents = DocumentTokens.of(["ab" * 5] * 10)
    properties = [
        own_property("one", lambda tokens: [1.0] * len(tokens)),
        *properties_by_name(["position in document"]),
    ]
    table = evidence_table(
        {("hidden", 0, "forward"): Evidence.measured(values, property_tokens(documents, properties))},
        ["one", "position"],
    )
    known = table.set_index(["unit", "property"])["r"].dropna()
    assert [*known.index] == [(1, "position")] and not table.loc[table["r"].isna(), "tracks"].any()


def test_shifts_turn_known_values_around_and_keep_texture():
    text = DocumentTokens.of(["abcdefgh" * 5] * 10)
    numbers = np.cumsum(np.random.default_rng(0).normal(size=400))
    numbers[::7] = np.nan
    tokens = shifted_properties(numbers[None], folds(text), shard=3)
    known = ~np.isnan(numbers)
    centred = (numbers[known] - numbers[known].mean()).astype(np.float32)
    offsets = set()
    for row in tokens.shifted[:, 0]:
        assert np.array_equal(~np.isnan(row), known)
        offset = next(k for k in range(len(centred)) if np.array_equal(np.roll(centred, k), row[known]))
        assert 0.05 * known.sum() - 1 <= offset <= 0.95 * known.sum()
        offsets.add(offset)
    assert len(offsets) > 15
    np.testing.assert_array_equal(shifted_properties(numbers[None], folds(text), 3).shifted, tokens.shifted)
    assert not np.array_equal(shifted_properties(numbers[None], folds(text), 4).shifted, tokens.shifted)


def test_short_documents_and_stretches_of_long_ones_are_whole_in_a_fold():
    dealt = folds(DocumentTokens.of(["a" * 10, "a" * 600]))
    assert set(dealt[:10]) == {0} and set(dealt[10 : 10 + STRETCH]) == {1}
    assert dealt[10 + STRETCH :].tolist() == [2] * STRETCH + [3] * (600 - 2 * STRETCH)


@pytest.mark.parametrize("slow", [False, True], ids=["noise", "slow"])
def test_unrelated_units_track_nothing_however_slow(slow):
    false_claims = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        steps = rng.normal(size=(12, 3000))
        for t in range(1, 3000):
            steps[:, t] += 0.99 * slow * steps[:, t - 1]
        text = DocumentTokens.of(["a" * 300] * 10)
        tokens = shifted_properties(steps[8:], folds(text), shard=seed)
        evidence = Evidence.measured(steps[:8].astype(np.float32), tokens)
        table = evidence_table({("hidden", 0, "forward"): evidence}, ["p0", "p1", "p2", "p3"], least=-1.0)
        false_claims += bool((table["r"].abs() > table["control"]).any())
    assert false_claims <= 4  # about one of twenty is what the control promises


def test_controls_scale_to_each_property_and_to_the_most_extreme_unit():
    values, tokens = draw(4, 3, 100, 5, missing=0)
    shifted = Evidence.measured(values, tokens).shifted_correlations
    size = np.sqrt((shifted**2).mean((0, 1)))
    expected = size * (np.abs(shifted) / size).max()
    np.testing.assert_allclose(control_correlations([Evidence.measured(values, tokens)]), np.minimum(expected, 1))


def test_the_counting_unit_is_found():
    model = rnnviz.load("counting-lstm")
    traces = [model.trace("a" * n + "b" * n) for n in range(1, 13)]
    documents = DocumentTokens.of(trace.tokens for trace in traces)
    properties = fitting_properties(documents)
    values = np.concatenate([trace["cell"] for trace in traces]).T
    evidence = Evidence.measured(values, property_tokens(documents, properties))
    best = evidence_table({("cell", 0, "forward"): evidence}, [one.name for one in properties]).iloc[0]
    assert (best["unit"], best["property"]) == (0, "count of a less count of b")
    assert best["r"] == pytest.approx(1) and best["r2_held_out"] == pytest.approx(1)
    assert best["tracks"] and best["control"] < 0.8
