"""Two runs side by side: every number is one run's less the other's, at the step as typed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import difference
from rnnviz.errors import ArgumentError, UnknownQuantityError
from rnnviz.interventions import Hold, Remove, Swap, Zero
from rnnviz.text.tokens import visible

from ...raising import raises
from ...strategies import CHARACTERS
from ..random_runs import EVERY, EVERY_ID, runs

MODEL = rnnviz.load("names-lstm")


def total_variation(p, q):
    return sum(max(0.0, float(a) - float(b)) for a, b in zip(p, q, strict=True))


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=8)
@given(data=st.data())
def test_a_run_with_interventions_beside_the_one_without(kind, options, data):
    run = data.draw(runs(kind, options, longest=9))
    model = rnnviz.Model("random", run.network, CHARACTERS, list("abcd"))
    before = model.trace("".join(run.trace.tokens))
    steps = len(before)
    removed = data.draw(st.sets(st.integers(1, steps), max_size=steps - 1))
    swapped = data.draw(st.sets(st.integers(1, steps)).map(lambda s: s - removed))
    listed = [*(Remove(step) for step in removed), *(Swap(step, "h") for step in swapped)]
    if data.draw(st.booleans()):
        listed.append(Zero(0, None, run.layer, run.direction))
    after = model.trace("".join(run.trace.tokens), interventions=listed)
    result = difference(before, after)
    remaining = [row for row in range(steps) if row + 1 not in removed]
    assert result.tokens_before == before.tokens
    expected = ["h" if row + 1 in swapped else token for row, token in enumerate(before.tokens)]
    assert result.tokens_after == [None if row + 1 in removed else expected[row] for row in range(steps)]
    for name in before.definition.by_name:
        values = result.values(name, run.layer, run.direction)
        assert values.shape == (steps, before[name, run.layer, run.direction].shape[1])
        for row in range(steps):
            if row not in remaining:
                assert np.isnan(values[row]).all()
                continue
            new, old = (
                after[name, run.layer, run.direction][remaining.index(row)],
                before[name, run.layer, run.direction],
            )
            np.testing.assert_array_equal(values[row], new - old[row])
    first = None
    for row in range(steps):
        if row not in remaining:
            assert np.isnan(result.change[row])
            continue
        was, now = before.probabilities[row], after.probabilities[remaining.index(row)]
        assert result.change[row] == pytest.approx(total_variation(was, now), abs=1e-12)
        first = row + 1 if first is None and was.argmax() != now.argmax() else first
    assert result.first == first


@pytest.mark.parametrize(
    ("one", "other", "columns"),
    [
        ("Ada", "Bob", "A/B d/o a/b ∎/∎"),
        ("Ada", "Adamowicz", "A/A d/d a/a -/m -/o -/w -/i -/c -/z ∎/∎"),
        ("Romanov", "Roman", "R/R o/o m/m a/a n/n o/- v/- ∎/∎"),
        ("Ada", "Ada", "A/A d/d a/a ∎/∎"),
    ],
)
def test_two_texts_are_aligned_so_that_equal_tokens_meet(one, other, columns):
    before, after = MODEL.trace(one), MODEL.trace(other)
    result = difference(before, after)
    expected = [tuple(None if token == "-" else token for token in column.split("/")) for column in columns.split()]
    shown = [
        tuple(token and visible(token) for token in pair)
        for pair in zip(result.tokens_before, result.tokens_after, strict=True)
    ]
    assert shown == expected
    values = result.values("cell")
    assert values.shape == (len(expected), 64)
    for row, (i, j) in enumerate(result.rows()):
        if i is None or j is None:
            assert np.isnan(values[row]).all() and np.isnan(result.change[row])
        else:
            new, old = after["cell"][j].astype(np.float64), before["cell"][i].astype(np.float64)
            np.testing.assert_array_equal(values[row], new - old)
            moved = total_variation(before.probabilities[i], after.probabilities[j])
            assert result.change[row] == pytest.approx(moved, abs=1e-6)
    if one == other:
        assert result.first is None and (result.change == 0).all() and (values == 0).all()


def test_a_change_shows_from_where_it_was_made():
    before = MODEL.trace("Schmidhuber")
    result = difference(before, MODEL.trace("Schmidhuber", interventions=[Hold("forget", 0, None, (6, 6))]))
    assert (result.change[:5] == 0).all() and (result.change[5:] > 0).all() and (result.change <= 1).all()
    assert (result.values("forget")[5] == -before["forget"][5].astype(np.float64)).all()
    assert result.first is None or result.first >= 6


def test_what_has_no_difference_unit_by_unit():
    lstm, gru = MODEL.trace("Ada"), rnnviz.load("names-gru").trace("Ada")
    result = difference(lstm, gru)
    assert result.change is not None and lstm.labels == gru.labels
    with raises(ArgumentError, code="different_networks"):
        result.values("hidden")
    small = difference(lstm, rnnviz.load("recall-lstm").trace("Ca?"))
    assert (small.change, small.first) == (None, None)
    with raises(ArgumentError, code="different_networks"):
        small.values("hidden")
    with raises(UnknownQuantityError, code="quantity", name="update"):
        difference(lstm, lstm).values("update")
    with raises(UnknownQuantityError, code="layer", name="cell"):
        difference(lstm, lstm).values("cell", 3)
    model = rnnviz.load("names-gru")
    rewritten = difference(gru, model.with_options(update="writes").trace("Ada"))
    np.testing.assert_allclose(rewritten.values("hidden"), 0, atol=1e-5)
    with raises(ArgumentError, code="different_meanings"):
        rewritten.values("update")
