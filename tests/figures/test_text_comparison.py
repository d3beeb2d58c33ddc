"""Figures that compare cells on one text, and two texts in one network, column by column."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import difference
from rnnviz.errors import ArgumentError
from rnnviz.figures import (
    disagreeing_steps,
    heatmaps,
    prediction_curves,
    predictions_by_cell,
    predictions_by_text,
    text_heatmaps,
)
from rnnviz.figures.text_comparison import GAP, align_texts, both_labels
from rnnviz.figures.token_labels import markup_label

from ..raising import raises
from .agreement import agree, no_markup_but_our_own

THREE = ("rnn", "gru", "lstm")
WHICH = ("first", "second", "difference")
PAIRS = [("Kowalski", "Kowalska"), ("Rossi", "Rossini"), ("Schmidhuber", "a"), ("a", "<b>Müller")]


@pytest.fixture(scope="module")
def model():
    return rnnviz.load("names-lstm")


def traces(task, text):
    return {cell: rnnviz.load(f"{task}-{cell}").trace(text) for cell in THREE}


@pytest.mark.parametrize("text", ["Schmidhuber", "O'Connor", "a", "<b>x</b>"])
def test_cells_that_disagree_are_shaded_and_marked(text):
    read = traces("names", text)
    best = [[trace.labels[k] for k in trace.probabilities.argmax(1)] for trace in read.values()]
    differ = [step for step, labels in enumerate(zip(*best, strict=True), 1) if len(set(labels)) > 1]
    expected = [step for step in differ if step == len(best[0])]  # asked at the end mark
    assert disagreeing_steps(read) == expected
    figure = predictions_by_cell(read, "Russian", step=2)
    assert agree(predictions_by_cell, read, "Russian", step=2) and no_markup_but_our_own(figure)
    shaded = {
        step
        for shape in figure.layout.shapes
        if shape.type == "rect"
        for step in range(round(shape.x0 + 1.5), round(shape.x1 + 0.5) + 1)
    }
    assert shaded == set(expected)
    assert bool(expected) == any(note.text == "≠" for note in figure.layout.annotations)
    plain = prediction_curves(read, "Russian")
    for line, same in zip(figure.data, plain.data, strict=True):
        np.testing.assert_array_equal(line.y, same.y)
        assert [opacity == 1 for opacity in line.marker.opacity] == [step == len(best[0]) for step in line.x]
    (place,) = [shape for shape in figure.layout.shapes if shape.type == "line"]
    assert place.x0 == place.x1 == 1


def test_runs_of_different_texts_are_refused(model):
    with raises(ArgumentError, code="different_texts"):
        disagreeing_steps({"gru": rnnviz.load("names-gru").trace("ab"), "lstm": model.trace("a")})


def test_where_a_model_is_asked_at_every_step_all_points_count():
    read = traces("counter", "aabbab")
    best = np.array([trace.probabilities.argmax(1) for trace in read.values()])
    assert disagreeing_steps(read) == (np.flatnonzero((best != best[0]).any(0)) + 1).tolist()
    assert all(line.marker.opacity is None for line in predictions_by_cell(read, read["rnn"].labels[0]).data)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_two_texts_are_aligned_so_that_equal_tokens_meet(model, one, other):
    first, second = model.trace(one), model.trace(other)
    change = difference(first, second)
    steps = len(change.tokens_before)
    three = {which: text_heatmaps(first, second, which, ["prediction", "hidden", "cell", "forget"]) for which in WHICH}
    for name in ("hidden", "cell", "forget"):
        drawn = {which: next(h for h in figure.data if h.name == name) for which, figure in three.items()}
        for which, trace, columns in (
            ("first", first, change.columns_before),
            ("second", second, change.columns_after),
        ):
            z = np.asarray(drawn[which].z)
            assert z.shape == (64, steps)
            np.testing.assert_array_equal(z[:, columns], trace[name].T)
            assert np.isnan(np.delete(z, columns, axis=1)).all()
        np.testing.assert_allclose(drawn["difference"].z, change.values(name).T, atol=1e-6)
        assert drawn["difference"].zmin == -drawn["difference"].zmax
        assert (drawn["first"].zmin, drawn["first"].zmax) == (drawn["second"].zmin, drawn["second"].zmax)
    for figure in three.values():
        assert figure.layout.height == three["first"].layout.height
        assert figure.layout.margin == three["first"].layout.margin
        assert figure.layout.xaxis.range == (-0.5, steps - 0.5)
        assert no_markup_but_our_own(figure)


def test_columns_are_named_by_both_tokens(model):
    labels = both_labels(align_texts(model.trace("Rossi"), model.trace("Ro<")))
    assert [labels[str(column)] for column in range(1, 7)] == [
        "R", "o", f"s<br>{markup_label('<', True)}", f"s<br>{GAP}", f"i<br>{GAP}", "∎",
    ]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_predictions_of_both_texts_and_their_distance(model, one, other):
    first, second = model.trace(one), model.trace(other)
    change = difference(first, second)
    figure = predictions_by_text(first, second)
    assert no_markup_but_our_own(figure)
    *lines, bars = figure.data
    np.testing.assert_allclose(bars.y, change.change, atol=1e-7)
    for line in lines:
        assert [opacity == 1 for opacity in line.marker.opacity][-1]  # both end in the last column
    ends = dict.fromkeys(int(trace.probabilities[-1].argmax()) for trace in (first, second))
    for k in ends:
        old, new = [line for line in lines[::-1] if line.name == markup_label(first.labels[k])]
        np.testing.assert_allclose(np.asarray(old.y)[change.columns_before], first.probabilities[:, k], atol=1e-7)
        np.testing.assert_allclose(np.asarray(new.y)[change.columns_after], second.probabilities[:, k], atol=1e-7)
        assert (old.line.dash, new.line.dash) == ("dot", "solid")


@pytest.mark.parametrize("name", ["names-rnn", "names-gru", "counter-lstm"])
def test_every_cell_with_and_without_checks(name):
    model = rnnviz.load(name)
    first, second = model.trace("aab"), model.trace("abbab")
    assert all(agree(text_heatmaps, first, second, which) for which in WHICH)
    assert agree(predictions_by_text, first, second)
    same = text_heatmaps(first, first, "first", ["hidden"]).data[0]
    np.testing.assert_array_equal(same.z, heatmaps(first, ["hidden"]).data[0].z)


@settings(max_examples=15)
@given(*2 * [st.text(min_size=1, max_size=20).filter(str.strip)])  # spaces alone are nothing to read
def test_no_text_becomes_markup(one, other):
    model = rnnviz.load("shakespeare-gru")
    first, second = model.trace(one), model.trace(other)
    for which in WHICH:
        assert no_markup_but_our_own(text_heatmaps(first, second, which))
    assert no_markup_but_our_own(predictions_by_text(first, second))


def test_two_kinds_of_network_have_no_difference(model):
    with raises(ArgumentError, code="different_networks", name="second"):
        text_heatmaps(model.trace("ab"), rnnviz.load("names-gru").trace("ab"), "first")
