"""Two models compared: what differs is reported, what is equal is equal, and the distances are NumPy's."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz import Model
from rnnviz.analysis import array_distance, compare_models
from rnnviz.analysis.weights.model_comparison import correlation
from rnnviz.errors import ArrayError
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

from ...raising import raises
from ...strategies import CHARACTERS, draw_network, seeds
from ...tied_lstm import TiedLSTM

LABELS = ["a", "b", "c", "d"]
NUMBERS = ["relative", "cosine", "largest"]


def model(cell="lstm", seed=0, dtype=None, **sizes):
    network = draw_network(cell, seed=seed, **sizes)
    if dtype is not None:
        parameters = {name: array.astype(dtype) for name, array in network.parameters.items()}
        network = Network.from_parameters(parameters, cell)
    return Model(f"{cell} {seed}", network, CHARACTERS, LABELS)


def changed(one, **options):
    """A model with some of its arrays replaced, by name with "__" for "."."""
    parameters = one.network.parameters | {name.replace("__", "."): array for name, array in options.items()}
    first = one.network.layers[0][0]
    return Model("changed", Network.from_parameters(parameters, first.name, first.options), one.vocabulary, one.labels)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", TiedLSTM.name])
def test_a_model_and_its_like_agree_in_everything(cell):
    one = model(cell, layers=2, bidirectional=True)
    comparison = compare_models(one, model(cell, layers=2, bidirectional=True))
    assert comparison.differing == () and comparison.same_cell and comparison.conversion == ""
    for table in (comparison.arrays, comparison.gates, comparison.biases):
        assert table.identical.all() and (table.relative == 0).all() and (table.largest == 0).all()
        np.testing.assert_allclose(table.cosine, 1)
    np.testing.assert_allclose(comparison.biases.correlation, 1)
    assert list(comparison.arrays.array) == list(one.network.parameters)
    recurrent = [name for name in one.network.parameters if name.startswith("rnn.")]
    assert len(comparison.gates) == len(recurrent) * len(one.network.layers[0][0].rows)


DIFFERENCES = {
    "cell": {"cell": "gru"},
    "layers": {"layers": 2},
    "directions": {"bidirectional": True},
    "hidden units": {"hidden": 7},
    "input size": {"embedding": 4},
    "dtype": {"dtype": np.float64},
}


@pytest.mark.parametrize("title", DIFFERENCES)
def test_what_differs_is_reported(title):
    one, other = model(), model(**DIFFERENCES[title])
    for pair in ((one, other), (other, one)):
        assert title in compare_models(*pair).differing
    assert ("parameters" in compare_models(one, other).differing) == (title != "dtype")
    titles = [feature.title for feature in compare_models(one, other).features]
    assert len(titles) == len(set(titles))


def test_an_option_is_a_feature_of_its_own():
    one, other = model("rnn"), model("rnn", options={"activation": "relu"})
    assert compare_models(one, other).differing == ("activation",)
    assert compare_models(model("gru"), one).differing[:1] == ("cell",)


def test_equally_many_other_tokens_differ():
    one = model()
    tokens = (*CHARACTERS.tokens[:-2], "ü", "ö")
    other = Model("other", one.network, Vocabulary("characters", tokens), ["a", "b", "c", "e"])
    comparison = compare_models(one, other)
    assert comparison.differing == ("vocabulary", "labels")
    values = {feature.title: feature.reference_value for feature in comparison.features}
    assert values["vocabulary"].endswith("2 of them different") and values["labels"].endswith("1 of them different")


def test_arrays_of_one_model_only_and_of_other_shapes_have_no_distance():
    one, other = model(hidden=5), model(hidden=6, layers=2)
    table = compare_models(one, other).arrays.set_index("array")
    assert table["shape"]["rnn.weight_ih_l1"] is None and table.reference_shape["rnn.weight_ih_l1"] == (24, 6)
    assert table[NUMBERS].loc["rnn.weight_ih_l0"].isna().all() and not table.identical["rnn.weight_ih_l0"]
    assert table.identical["readout.bias"] == np.array_equal(one.network.readout_bias, other.network.readout_bias)
    assert np.isfinite(table.relative["embedding.weight"])
    assert set(table.index) == {*one.network.parameters, *other.network.parameters}


def test_networks_that_read_backward_only_are_compared():
    forward = model("gru")
    cell = forward.network.layers[0][0]
    backward = Model(
        "backward",
        replace(forward.network, layers=[[cell]], directions_by_layer=(("backward",),)),
        forward.vocabulary,
        forward.labels,
    )
    assert compare_models(backward, backward).gates.direction.unique().tolist() == ["backward"]
    comparison = compare_models(forward, backward)
    assert comparison.differing == ("directions",) and len(comparison.gates) == 0


def test_cells_of_two_kinds_have_no_gates_in_common():
    comparison = compare_models(model("lstm"), model(TiedLSTM.name))
    assert not comparison.same_cell and len(comparison.gates) == len(comparison.biases) == 0
    assert "relative" in comparison.gates and "correlation" in comparison.biases
    assert not {"gates", "squash"} & {feature.title for feature in comparison.features}, "the tied LSTM has no options"


def test_one_gate_that_was_changed_is_the_one_that_differs():
    one = model("gru")
    weight = one.network.layers[0][0].weight_hh.copy()
    weight[5:10] *= 3  # the update gate's rows
    comparison = compare_models(changed(one, rnn__weight_hh_l0=weight), one)
    assert comparison.arrays[~comparison.arrays.identical].array.tolist() == ["rnn.weight_hh_l0"]
    (row,) = comparison.gates[~comparison.gates.identical].to_dict("records")
    assert (row["gate"], row["parameter"], row["layer"], row["direction"]) == ("update", "weight_hh", 0, "forward")
    assert row["relative"] == pytest.approx(2) and row["cosine"] == pytest.approx(1)
    assert comparison.biases.identical.all()


def test_a_bias_in_two_arrays_is_the_same_as_one_in_one():
    one = model("lstm")
    both = one.network.layers[0][0]
    zeros = np.zeros_like(both.bias_hh)
    comparison = compare_models(one, changed(one, rnn__bias_ih_l0=both.bias_ih + both.bias_hh, rnn__bias_hh_l0=zeros))
    assert not comparison.arrays.set_index("array").identical["rnn.bias_ih_l0"]
    assert comparison.biases.identical.all() and list(comparison.biases.gate) == list(both.rows)


def test_a_gru_in_another_notation_is_the_same():
    one = model("gru")
    comparison = compare_models(one, one.with_options(update="writes"))
    assert comparison.differing == ("update",) and "update='keeps'" in comparison.conversion
    assert comparison.arrays.identical.all()
    before = compare_models(one, model("gru", options={"reset": "before"}))
    assert before.conversion == "" and before.differing == ("reset",)
    assert list(before.biases.bias) == ["bias"] * 3


# ---- distances ------------------------------------------------------------------------------------


@given(seed=seeds, shape=st.sampled_from([(1,), (7,), (3, 4)]), dtype=st.sampled_from([np.float32, np.float64]))
def test_distances_are_numpys(seed, shape, dtype):
    rng = np.random.default_rng(seed)
    a, b = (rng.standard_normal(shape).astype(dtype) for _ in range(2))
    x, y = a.astype(np.float64), b.astype(np.float64)
    distance, back = array_distance(a, b), array_distance(b, a)
    assert distance.relative == pytest.approx(np.linalg.norm(x - y) / np.linalg.norm(y))
    assert distance.cosine == pytest.approx((x * y).sum() / np.linalg.norm(x) / np.linalg.norm(y))
    assert distance.largest == np.abs(x - y).max() and not distance.identical
    assert (distance.cosine, distance.largest) == (back.cosine, back.largest)
    assert distance.relative * np.linalg.norm(y) == pytest.approx(back.relative * np.linalg.norm(x))
    if a.size > 1 and a.ndim == 1:
        assert correlation(a, b) == pytest.approx(np.corrcoef(x, y)[0, 1])


@pytest.mark.parametrize("power", [-200, -40, 40, 200])
def test_distances_of_very_large_and_very_small_numbers(power):
    a = np.array([3.0, -4.0]) * 10.0**power
    assert array_distance(a, -a)[:2] == pytest.approx((2, -1))
    assert array_distance(a, np.ones(2)).relative == pytest.approx(np.hypot(*(a - 1)) / np.sqrt(2), rel=1e-9)


def test_distances_of_arrays_of_several_chunks(monkeypatch):
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 5, 5))
    whole = array_distance(a, b)
    monkeypatch.setattr(sys.modules[array_distance.__module__], "_CHUNK", 4)
    assert array_distance(a, b) == pytest.approx(whole)
    assert array_distance(a, a.copy()).identical
    b = a.copy()
    b[-1, -1] = np.nextafter(b[-1, -1], 9)
    assert not array_distance(a, b).identical


def test_zeros_and_signs_and_types():
    zeros, ones = np.zeros(2), np.ones(2)
    assert (
        array_distance(zeros, zeros)[0] == 0
        and np.isnan(array_distance(zeros, zeros).cosine)
        and array_distance(zeros, zeros).identical
    )
    assert array_distance(ones, zeros).relative == np.inf and array_distance(zeros, ones).relative == 1
    minus = array_distance(zeros, -zeros)
    assert minus.largest == 0 and not minus.identical
    wider = array_distance(ones.astype(np.float32), ones)
    assert wider.relative == 0 and not wider.identical
    with raises(ArrayError, name="array", shape=(2,), expected=(3,)):
        array_distance(zeros, np.zeros(3))
    assert np.isnan(correlation(ones, np.arange(2.0))) and np.isnan(correlation(np.ones(1), np.ones(1)))
