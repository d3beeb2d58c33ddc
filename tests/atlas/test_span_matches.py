"""Matches against brute force: every span, every unit."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz.atlas
from rnnviz.atlas import bit_planes
from rnnviz.atlas.bit_planes import LEVELS, ahead, bits_at, in_order, one_before, packed, quantile_thresholds, unpacked
from rnnviz.atlas.span_contexts import span_contexts
from rnnviz.atlas.unit_planes import unit_planes
from rnnviz.errors import ArgumentError, ArrayError, LimitError, UnknownQuantityError
from tests.atlas.brute_force import all_values, build, draw_model, readings
from tests.raising import raises

MODEL = draw_model(hidden=5)


@given(st.lists(st.booleans(), min_size=1, max_size=300), st.integers(0, 200))
def test_bits_are_shifted_as_arrays_are(bits, by):
    bits = np.array(bits)
    words, count = packed(bits), len(bits)
    np.testing.assert_array_equal(unpacked(words, count), bits)
    np.testing.assert_array_equal(unpacked(ahead(words, by), count), np.append(bits, np.zeros(by, bool))[by:][:count])
    np.testing.assert_array_equal(unpacked(one_before(words), count), np.append(False, bits)[:count])
    np.testing.assert_array_equal(bits_at(words, np.arange(count)), bits)


def test_whole_numbers_are_in_the_order_of_values():
    values = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    values = np.sort(values[~np.isnan(values)])
    numbers = in_order(values).astype(int)
    np.testing.assert_array_equal(np.diff(numbers) > 0, values[1:] > values[:-1])
    assert (np.diff(numbers) >= 0).all()


def brute_force(on, borders, units, length, n, around):
    """On (U, N): the best spans, as (position, common, others, units)."""
    spans = []
    for start, stop in pairwise(borders):
        for first in range(start, stop - length + 1):
            last = first + length
            within = on[:, first:last].all(1)
            if around and first > start:
                within &= ~on[:, first - 1]
            if around and last < stop:
                within &= ~on[:, last]
            which = tuple(unit for unit in units if within[unit])
            if which:
                spans.append((-len(which), int(within.sum()) - len(which), first, which))
    chosen = []
    for span in sorted(spans):
        if len(chosen) < n and all(abs(span[2] - other[2]) >= length for other in chosen):
            chosen.append(span)
    return [(first, -common, others, which) for common, others, first, which in chosen]


def check_share(values, on, level):
    """As many values are on as the level says, or all that are the highest one; none of a unit that never changes."""
    for row, bits in zip(values, on, strict=True):
        highest = row == row.max()
        if highest.all():
            assert not bits.any()
        elif highest.mean() > 1 - level + 1e-9:
            np.testing.assert_array_equal(bits, highest)
        else:
            assert 0 < bits.mean() <= 1 - level + 1e-9
            next_lower = row[~bits].max()
            assert (row >= next_lower).mean() > 1 - level - 1e-9, "with it, they would be too many"


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 0.9995, 1.0]) | st.floats(-1, 1, width=16), min_size=1))
def test_as_many_values_are_above_a_threshold_as_its_level_says(values):
    row = np.array(values, np.float16)
    for level, limit in zip(LEVELS, quantile_thresholds(row), strict=True):
        check_share(row[None], (row > limit)[None], level)


@settings(max_examples=15, deadline=None)
@given(
    readings(),
    st.lists(st.integers(0, 4), min_size=1, max_size=4, unique=True),
    st.integers(1, 6),
    st.integers(1, 5),
    st.booleans(),
    st.sampled_from([*LEVELS, None]),
)
def test_matches_are_those_of_brute_force(reading, units, length, n, around, level):
    plan, atlas = build(MODEL, reading.texts, properties=[], **reading.settings)
    chosen = {"threshold": 0.05} if level is None else {"level": level}
    for quantity in ("hidden", "cell"):
        values = all_values(plan)[0][quantity, 0, "forward"].astype(np.float16)
        limits = atlas.thresholds(quantity, **chosen)
        on = values > limits[:, None]
        if level is not None:
            check_share(values, on, level)
        expected = brute_force(on, plan.corpus.borders, units, length, n, around)
        frame = atlas.match(units, length, n, quantity, around=around, **chosen)
        found = [*zip(frame["position"], frame["common"], frame["others"], frame["units"], strict=True)]
        assert found == expected


def test_a_span_finds_itself():
    texts = ["the film was good.", "a good film", "was it bad!"]
    atlas = rnnviz.atlas.build(MODEL, texts)
    states = MODEL.trace(texts[1])["hidden"]
    for first, last in ((2, 4), (0, 0), (9, 10)):
        units = atlas.units_on(states, first, last, level=0.5, around=False)
        frame = atlas.match(units, last - first + 1, 3, level=0.5, around=False, before=2, after=1)
        assert frame["common"][0] == len(units)
        row = frame[(frame["document"] == 1) & (frame["step"] == first)].iloc[0]
        text = texts[1]
        assert (row["before"], row["span"]) == (text[max(first - 2, 0) : first], text[first : last + 1])
        assert row["after"] == text[last + 1 : last + 2]


def test_what_cannot_be_matched_is_named():
    atlas = rnnviz.atlas.build(MODEL, ["good"], states=["cell"])
    with raises(ArgumentError, code="no_states", allowed=("cell-0-forward",)):
        atlas.match([0], 2)
    for arguments, name in ((([], 2), "units"), (([0], 0), "length"), (([0], 2, 0), "n"), (([9], 2), "unit")):
        with raises(ArgumentError, code="out_of_range", name=name):
            atlas.match(*arguments, quantity="cell")
    with raises(ArgumentError, code="out_of_range", name="level"):
        atlas.match([0], 2, quantity="cell", level=0.3)
    with raises(ArgumentError, code="out_of_range", name="first"):
        atlas.units_on(np.zeros((4, 5)), 2, 4, "cell")
    with raises(ArrayError, code="shape"):
        atlas.units_on(np.zeros((4, 3)), 2, 3, "cell")
    with raises(UnknownQuantityError, code="quantity", name="update"):
        rnnviz.atlas.plan(MODEL, ["good"], states=["update"])


@pytest.mark.parametrize("states,stored", [(None, ("hidden", "cell")), ([], ()), (["forget"], ("forget",))])
def test_what_is_stored_can_be_chosen(states, stored):
    plan, atlas = build(MODEL, ["good film"], states=states)
    assert tuple(key[0] for key in plan.stored) == stored
    for key in plan.stored:
        kept = np.load(atlas.folder / "states" / f"{key[0]}-0-forward.npy")
        np.testing.assert_array_equal(kept, all_values(plan)[0][key].astype(np.float16))
        assert np.load(bit_planes.planes_file(atlas.folder, key)).shape == (len(LEVELS), 5, 1)


@settings(max_examples=10, deadline=None)
@given(readings())
def test_bits_that_are_computed_again_are_those_that_were_stored(reading):
    for quantity in ("hidden", "cell"):
        _, stored = build(MODEL, reading.texts, properties=[], **reading.settings)
        _, bare = build(MODEL, reading.texts, properties=[], **reading.settings, states=[])
        shares = []
        again = unit_planes(bare, MODEL.network, quantity, progress=shares.append)
        wanted = unit_planes(stored, MODEL.network, quantity)
        np.testing.assert_array_equal(again.thresholds, wanted.thresholds)
        np.testing.assert_array_equal(again.words, wanted.words)
        assert shares[-1] == 1 and shares == sorted(shares)
        expected = stored.match([0, 3], 2, 5, quantity, level=0.5)
        pd.testing.assert_frame_equal(bare.match([0, 3], 2, 5, quantity, level=0.5, planes=again), expected)


@settings(max_examples=10, deadline=None)
@given(readings(), st.integers(1, 4), st.integers(0, 5), st.integers(0, 5), st.sampled_from(LEVELS))
def test_contexts_count_the_units_that_are_on(reading, length, before, after, level):
    plan, atlas = build(MODEL, reading.texts, properties=[], **reading.settings)
    planes, units = unit_planes(atlas, MODEL.network), [1, 4]
    frame = atlas.match(units, length, 4, level=level, around=False)
    values = all_values(plan)[0]["hidden", 0, "forward"].astype(np.float16)
    on = (values > atlas.thresholds(level=level)[:, None])[units].sum(0)
    found = span_contexts(atlas, planes, frame["position"], length, units, level, before=before, after=after)
    for position, context in zip(frame["position"], found, strict=True):
        start, stop = (atlas.corpus.borders[atlas.corpus.document_of(position) + k] for k in (0, 1))
        low, high = max(start, position - before), min(stop, position + length + after)
        assert context.tokens == atlas.corpus.texts(low, high)
        np.testing.assert_array_equal(context.counts, on[low:high])
        assert (low + context.first, context.last - context.first + 1) == (position, length)


def test_a_corpus_that_is_too_large_to_be_read_again_is_refused(monkeypatch):
    monkeypatch.setattr("rnnviz.atlas.unit_planes.MOST_VALUES", 10)
    atlas = rnnviz.atlas.build(MODEL, ["a good film"], states=[])
    with raises(LimitError, code="too_large", limit=10):
        unit_planes(atlas, MODEL.network)
