"""Attributions against brute force: changed texts run one by one, finite differences, and sums that must come out."""

import io
import sys
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz import Model, Trace
from rnnviz.analysis import attribution, attribution_over_time
from rnnviz.analysis.effects import integrated_gradients
from rnnviz.analysis.effects.answer_margin import AnswerMargin
from rnnviz.analysis.effects.integrated_gradients import MOST, TOLERANCE
from rnnviz.analysis.effects.token_attribution import METHODS
from rnnviz.errors import ArgumentError, InterventionError, UnknownNameError
from rnnviz.interventions import Freeze, Hold, Remove, Swap
from rnnviz.text.tokens import UNKNOWN, Vocabulary

from ...raising import raises
from ...strategies import CHARACTERS, VARIANT_IDS, VARIANTS, draw_network
from ..random_runs import EVERY, EVERY_ID, runs

LABELS = ["a", "b", "c", "d"]
RECALL = "Cbhaegfdcabhgedfacbhedgafcbhgeadfcbhe?"
NUMBERS = Vocabulary("numbers", vector_size=2)


def only(fits):
    """Run a test for some of the variants of cells."""
    chosen = [(each, name) for each, name in zip(VARIANTS, VARIANT_IDS, strict=True) if fits(name)]
    return pytest.mark.parametrize(("kind", "options"), [each for each, _ in chosen], ids=[name for _, name in chosen])


SMOOTH = only(lambda name: name != "rnn-relu")  # where a slope jumps, no sum over points is exact
GATED = only(lambda name: not name.startswith("rnn"))


def margin_of(trace, label, against, row=-1):
    """The log odds of a label, from the probabilities of a run."""
    p = trace.probabilities[row].astype(np.float64)
    k = trace.labels.index(label)
    other = np.delete(p, k).sum() if against is None else p[trace.labels.index(against)]  # 1 - p[k] loses digits
    return np.log(p[k]) - np.log(other)


def starts(trace):
    """The initial states of a run, as `Model.trace` takes them."""
    return [
        [{s: trace.initial[s, k, d] for s in trace.definition.states} for d in directions]
        for k, directions in enumerate(trace.directions_by_layer)
    ]


def draw_question(data, trace):
    """A label, a label against it or None, and a step or None."""
    label = data.draw(st.sampled_from(trace.labels))
    against = data.draw(st.none() | st.sampled_from([each for each in trace.labels if each != label]))
    return label, against, data.draw(st.none() | st.integers(1, len(trace)))


def margin_of_vectors(trace, label, against, row):
    """The margin as a function of input vectors (T, B, D)."""
    network = replace(trace.network, embedding=None)
    k, other = trace.labels.index(label), None if against is None else trace.labels.index(against)

    def margin(vectors):
        initial = [
            [{s: np.tile(a, (vectors.shape[1], 1)) for s, a in states.items()} for states in layer]
            for layer in starts(trace)
        ]
        logits = network.forward(vectors, initial).logits[row]
        p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        return np.log(p[:, k]) - np.log(1 - p[:, k] if other is None else p[:, other])

    return margin


def slopes(margin, points, small=1e-5):
    """Central differences of the margin by every number of texts (T, B, D), one text at a time."""
    result = np.empty(points.shape)
    for t, d in np.ndindex(points.shape[0], points.shape[2]):
        nudge = np.zeros(points.shape)
        nudge[t, :, d] = small
        result[t, :, d] = (margin(points + nudge) - margin(points - nudge)) / (2 * small)
    return result


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=8)
@given(data=st.data())
def test_a_swap_is_the_margin_less_that_of_the_text_with_an_unknown_token(kind, options, data):
    trace = data.draw(runs(kind, options)).trace
    label, against, step = draw_question(data, trace)
    row = len(trace) - 1 if step is None else step - 1
    result = attribution(trace, label, against=against, step=step)
    model = Model("random", trace.network, CHARACTERS, LABELS)
    before = margin_of(trace, label, against, row)
    for t, value in enumerate(result.values):
        tokens = [*trace.tokens[:t], UNKNOWN, *trace.tokens[t + 1 :]]
        changed = model.trace(tokens, initial=starts(trace))
        assert value == pytest.approx(before - margin_of(changed, label, against, row), abs=1e-9)
        np.testing.assert_allclose(result.probabilities[t], changed.probabilities[row], atol=1e-12)
    assert result.margin == pytest.approx(before, abs=1e-9)
    assert (result.method, result.baseline, result.step) == ("swap", UNKNOWN, row + 1)
    assert (result.label, result.against, result.converged) == (label, against, True)


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=8)
@given(data=st.data())
def test_a_removal_is_the_margin_less_that_of_the_text_without_the_token(kind, options, data):
    trace = data.draw(runs(kind, options)).trace
    label, against, step = draw_question(data, trace)
    row = len(trace) - 1 if step is None else step - 1
    if len(trace) == 1 or (row == 0 and trace.directions == ("forward",)):
        with raises(ArgumentError, code="nothing_left", name="trace"):
            attribution(trace, label, "removal", against, step=step)
        return
    result = attribution(trace, label, "removal", against, step=step)
    model = Model("random", trace.network, CHARACTERS, LABELS)
    before = margin_of(trace, label, against, row)
    for t, value in enumerate(result.values):
        shorter = model.trace([*trace.tokens[:t], *trace.tokens[t + 1 :]], initial=starts(trace))
        after = margin_of(shorter, label, against, max(row - (t <= row), 0))
        assert value == pytest.approx(before - after, abs=1e-9)
    assert (result.method, result.baseline) == ("removal", "removed")


@SMOOTH
@settings(max_examples=5)
@given(data=st.data())
def test_integrated_gradients_are_the_path_integral_of_finite_differences(kind, options, data):
    trace = data.draw(runs(kind, options, longest=4)).trace
    label, against, step = draw_question(data, trace)
    row = len(trace) - 1 if step is None else step - 1
    with patch.object(integrated_gradients, "TOLERANCE", 1e-5):  # by which a single token may be off by more
        result = attribution(trace, label, "integrated gradients", against, step=step)
    margin, vectors = margin_of_vectors(trace, label, against, row), trace["input_vector"]
    unknown = np.tile(trace.network.embedding[CHARACTERS.unknown_id], (len(trace), 1))
    shares = (np.arange(200) + 0.5)[:, None] / 200
    gradient = slopes(margin, unknown[:, None] + shares * (vectors - unknown)[:, None]).mean(1)
    expected = (gradient * (vectors - unknown)).sum(1)
    size = max(np.abs(expected).max(), 1e-6)
    np.testing.assert_allclose(result.values, expected, atol=1e-3 * size)
    assert result.baseline == UNKNOWN and result.inputs is None


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=8)
@given(data=st.data())
def test_integrated_gradients_add_up_to_what_the_text_adds_to_the_baseline(kind, options, data):
    trace = data.draw(runs(kind, options)).trace
    label, against, step = draw_question(data, trace)
    row = len(trace) - 1 if step is None else step - 1
    result = attribution(trace, label, "integrated gradients", against, step=step)
    model = Model("random", trace.network, CHARACTERS, LABELS)
    start = margin_of(model.trace([UNKNOWN] * len(trace), initial=starts(trace)), label, against, row)
    assert result.remainder == pytest.approx(start, abs=1e-9)
    gap = abs(result.values.sum() + start - result.margin)
    size = max(abs(result.margin - start), np.abs(result.values).max())
    assert gap == pytest.approx(result.error * size, abs=1e-9)
    assert result.converged == (result.error <= TOLERANCE) and (result.converged or result.points == MOST)


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=8)
@given(data=st.data())
def test_the_gradient_is_the_slope_of_the_margin_times_the_input(kind, options, data):
    trace = data.draw(runs(kind, options)).trace
    label, against, step = draw_question(data, trace)
    row = len(trace) - 1 if step is None else step - 1
    result = attribution(trace, label, "gradient", against, step=step)
    vectors = trace["input_vector"]
    by_number = slopes(margin_of_vectors(trace, label, against, row), vectors[:, None], 1e-6)[:, 0]
    np.testing.assert_allclose(result.values, (by_number * vectors).sum(1), rtol=1e-4, atol=1e-7)


@GATED
@settings(max_examples=8)
@given(data=st.data())
def test_contributions_and_the_remainder_add_up_to_the_weighted_logits(kind, options, data):
    trace = data.draw(runs(kind, options)).trace
    label, against, step = draw_question(data, trace)
    row = len(trace) - 1 if step is None else step - 1
    top = np.concatenate([trace["hidden", trace.layers - 1, d][row] for d in trace.directions])
    logits = trace.network.readout_weight @ top + trace.network.readout_bias
    k = LABELS.index(label)
    shares = np.delete(trace.probabilities[row], k) / (1 - trace.probabilities[row][k])
    expected = logits[k] - (shares @ np.delete(logits, k) if against is None else logits[LABELS.index(against)])
    result = attribution(trace, label, "contributions", against, step=step)
    assert result.margin == pytest.approx(expected, abs=1e-9)
    assert result.values.sum() + result.remainder == pytest.approx(expected, abs=1e-9)


def test_contributions_need_a_state_that_a_gate_carries_on():
    with raises(ArgumentError, code="no_gated_state"):
        attribution(rnnviz.load("names-rnn").trace("Ada"), method="contributions")


@pytest.mark.parametrize("method", METHODS)
def test_against_another_label_the_two_questions_are_opposites(method):
    trace = rnnviz.load("names-gru").trace("Rossi")
    why = attribution(trace, "Italian", method, "Russian")
    why_not = attribution(trace, "Russian", method, "Italian")
    np.testing.assert_allclose(why.values, -why_not.values, atol=1e-4)
    assert np.abs(why.values).max() > 0.1
    assert why.strongest == np.abs(why.values).argmax() + 1


def test_by_default_it_is_about_the_likeliest_label_and_keeps_the_end_mark():
    model = rnnviz.load("names-lstm")
    trace = model.trace("Schmidhuber")
    for method in ("swap", "removal", "integrated gradients"):
        result = attribution(trace, method=method)
        assert result.label == trace.labels[trace.probabilities[-1].argmax()]
        assert result.values[-1] == 0 and trace.tokens[-1] == "<end>" and (result.values[:-1] != 0).all()
    swap = attribution(trace)
    for t, value in enumerate(swap.values[:-1]):
        changed = model.trace([*trace.tokens[:t], UNKNOWN, *trace.tokens[t + 1 : -1]])
        assert value == pytest.approx(swap.margin - margin_of(changed, swap.label, None), abs=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_read_after_the_answer_cannot_matter(method):
    model = rnnviz.load("reviews-gru")
    trace = model.trace("not good at all , but the ending was brilliant")
    result = attribution(trace, "negative", method, step=4)
    assert len(result.values) == len(trace) and (result.values[4:] == 0).all()
    part = attribution(model.trace(trace.tokens[:4]), "negative", method)
    np.testing.assert_allclose(result.values[:4], part.values, rtol=1e-4, atol=1e-4)


def test_a_token_that_is_unknown_already_changes_nothing():
    trace = rnnviz.load("reviews-lstm").trace("a zzqx film")
    assert trace.unknown.tolist() == [False, True, False]
    for method in ("swap", "integrated gradients"):
        assert attribution(trace, method=method).values[1] == 0


def test_a_swap_keeps_what_interventions_hold():
    model = Model("deep", draw_network("lstm", layers=2, bidirectional=True, dtype=np.float64), CHARACTERS, LABELS)
    held = [
        Remove(2), Swap(1, "g"), Hold("forget", 0.2, units=(1, 3), steps=(3, 5), layer=1, direction="backward"),
        Freeze(steps=(1, 3)),
    ]  # fmt: skip
    trace = model.trace("abcdef", interventions=held)
    result = attribution(trace, "a")
    for t in (0, 2, 3, 4, 5):  # of the text as typed; step 2 is not read
        tokens = list("gbcdef")
        tokens[t] = UNKNOWN
        after = margin_of(model.trace(tokens, interventions=[held[0], *held[2:]]), "a", None)
        assert result.values[t - (t > 0)] == pytest.approx(result.margin - after, abs=1e-9)
    for method in ("integrated gradients", "gradient"):
        with raises(InterventionError, code="no_gradient"):
            attribution(trace, "a", method)
    with raises(InterventionError, code="held_values"):
        attribution(trace, "a", "removal")
    assert attribution(trace, "a", "contributions").values.shape == (5,)


@pytest.mark.parametrize("method", ["integrated gradients", "gradient"])
def test_for_numbers_every_number_has_its_share(method):
    values = np.random.default_rng(1).normal(size=(6, 2))
    model = Model("numbers", draw_network("gru", NUMBERS, classes=1, dtype=np.float64), NUMBERS, ["y"])
    result = attribution(model.trace(values), method=method)
    assert result.inputs.shape == (6, 2)
    np.testing.assert_allclose(result.inputs.sum(1), result.values, atol=1e-12)
    if method == "integrated gradients":
        at_zero = model.network.forward(np.zeros((6, 2))).logits[-1, 0]
        whole = model.network.forward(values).logits[-1, 0]
        assert result.values.sum() == pytest.approx(whole - at_zero, rel=TOLERANCE)
        assert (result.baseline, result.remainder) == ("zeros", pytest.approx(at_zero))


def test_for_numbers_a_swap_puts_zeros_in_place_and_the_margin_is_the_output():
    values = np.random.default_rng(1).normal(size=(6, 2))
    model = Model("numbers", draw_network("gru", NUMBERS, classes=1, dtype=np.float64), NUMBERS, ["y"])
    result = attribution(model.trace(values))
    assert (result.method, result.baseline, result.inputs.shape) == ("swap", "zeros", (6, 2))
    whole = model.network.forward(values).logits[-1, 0]

    def without(place):
        changed = values.copy()
        changed[place] = 0
        return model.network.forward(changed).logits[-1, 0]

    for t, value in enumerate(result.values):
        assert value == pytest.approx(whole - without(t), abs=1e-12)
    for place, value in np.ndenumerate(result.inputs):
        assert value == pytest.approx(whole - without(place), abs=1e-12)
    steps_alone = attribution(model.trace(values), by_number=False)
    assert steps_alone.inputs is None
    np.testing.assert_array_equal(steps_alone.values, result.values)


@pytest.mark.parametrize("method", METHODS)
def test_progress_is_reported_up_to_the_end(method):
    shares = []
    attribution(rnnviz.load("names-gru").trace("Rossi"), method=method, tick=shares.append)
    assert method in ("gradient", "contributions") or (shares[0], shares[-1]) == (0, 1)
    assert shares == sorted(shares)


@pytest.mark.parametrize("unknown", [True, False])
@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=6)
@given(data=st.data())
def test_over_time_it_is_the_swap_for_the_answer_after_every_step(kind, options, unknown, data):
    trace = data.draw(runs(kind, options)).trace
    if not unknown:  # as if its vocabulary had no unknown token: each token is removed
        trace = replace(trace, vocabulary=Vocabulary("numbers", vector_size=1))
    values, forward = attribution_over_time(trace), trace.directions == ("forward",)
    for step, row in enumerate(values, 1):
        if not unknown and (len(trace) == 1 or (step == 1 and forward)):
            assert np.isnan(row[0]) and (row[1:] == 0).all()
        else:
            np.testing.assert_allclose(row, attribution(trace, step=step).values, atol=1e-9)


def test_over_time_in_pieces_it_is_the_same(monkeypatch):
    trace = rnnviz.load("names-lstm").trace("Schmidhuber")
    whole = attribution_over_time(trace)
    assert (whole[np.triu_indices(len(trace), 1)] == 0).all() and (whole[:, -1] == 0).all()
    monkeypatch.setattr(sys.modules[AnswerMargin.__module__], "_ELEMENTS", 15_000)
    np.testing.assert_allclose(attribution_over_time(trace), whole, atol=1e-4)


def test_without_an_unknown_token_a_swap_is_a_removal():
    letters = Vocabulary("characters", tuple("abcd"))
    trace = Model("letters", draw_network("gru", letters), letters, LABELS).trace("abca")
    swap, removal = attribution(trace), attribution(trace, method="removal")
    assert (swap.method, swap.baseline) == ("removal", "removed")
    np.testing.assert_array_equal(swap.values, removal.values)
    assert attribution(trace, method="integrated gradients").baseline == "zeros"


def test_an_integral_that_does_not_converge_says_so():
    trace = rnnviz.load("recall-lstm").trace(RECALL)
    result = attribution(trace, method="integrated gradients")
    assert not result.converged and result.error > TOLERANCE and result.points == MOST
    assert attribution(trace).strongest == 1  # and a swap finds the letter all the same


def test_in_pieces_it_is_the_same(monkeypatch):
    trace = rnnviz.load("names-lstm").trace("Schmidhuber")
    whole = {method: attribution(trace, method=method).values for method in METHODS}
    monkeypatch.setattr(sys.modules[AnswerMargin.__module__], "_ELEMENTS", 15_000)
    for method, values in whole.items():
        np.testing.assert_allclose(attribution(trace, method=method).values, values, atol=1e-4)


def test_invalid_arguments_are_refused():
    model = rnnviz.load("names-lstm")
    trace = model.trace("Ada")
    with raises(ArgumentError, code="unknown_method", name="method", value="magic", allowed=METHODS):
        attribution(trace, method="magic")
    with raises(UnknownNameError, kind="output", name="Klingon"):
        attribution(trace, "Klingon")
    with raises(UnknownNameError, kind="output", name="Klingon"):
        attribution(trace, against="Klingon")
    with raises(ArgumentError, code="same_label", name="against"):
        attribution(trace, "Italian", against=trace.labels.index("Italian"))
    with raises(ArgumentError, code="unknown_step", name="step", value=5, allowed=(1, 4)):
        attribution(trace, step=5)
    bare = Model("bare", replace(model.network, readout_weight=None, readout_bias=None), model.vocabulary, [])
    file = io.BytesIO()
    trace.save(file)
    file.seek(0)
    for method in METHODS:
        with raises(ArgumentError, code="no_readout", name="trace"):
            attribution(bare.trace("Ada"), method=method)
        with raises(ArgumentError, code="no_network", name="trace"):
            attribution(Trace.load(io.BytesIO(file.getvalue())), method=method)
