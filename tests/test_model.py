"""A model: any text in, a trace out, and the rows of the trace belong to the tokens."""

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz import Model, Trace
from rnnviz.cells import GRU
from rnnviz.checkpoints.native.model_files import load_pair, save_pair
from rnnviz.errors import ArrayError
from rnnviz.network import softmax
from rnnviz.text.tokens import Vocabulary
from rnnviz.training.training_card import architecture

from .raising import raises
from .strategies import CHARACTERS, WORDS, draw_network, texts
from .tied_lstm import TiedLSTM

LABELS = ["a", "b", "c", "d"]
NUMBERS = Vocabulary("numbers", vector_size=2)


def draw_model(cell="lstm", vocabulary=CHARACTERS, **sizes):
    return Model("random", draw_network(cell, vocabulary, **sizes), vocabulary, LABELS)


MODELS = {
    "characters": draw_model(),
    "words": draw_model("gru", WORDS, layers=2),
    "both": draw_model("gru", bidirectional=True, layers=2, options={"reset": "before"}),
    "numbers": draw_model("rnn", NUMBERS),
}


@pytest.mark.parametrize("name", MODELS)
@given(text=texts)
def test_any_text_gives_a_trace_or_a_sentence(name, text):
    try:
        trace = MODELS[name].trace(text, limit=50)
    except ValueError as error:
        assert str(error).endswith(".")
        assert name == "numbers" or not text.strip()
        return
    assert 0 < len(trace) <= 50
    assert trace.unknown.shape == (len(trace),)
    for array in trace.values.values():
        assert len(array) == len(trace)
        assert np.isfinite(array).all()
    assert (trace.probabilities >= 0).all()
    np.testing.assert_allclose(trace.probabilities.sum(1), 1, rtol=1e-5)


def test_rows_of_both_directions_belong_to_their_tokens():
    """The backward direction reads the text from its end, so row t depends on tokens t and after alone."""
    model = draw_model(bidirectional=True)
    one, two = model.trace("abcdef"), model.trace("abXdef".replace("X", "z"))
    for direction, changed in (("forward", [0, 0, 1, 1, 1, 1]), ("backward", [1, 1, 1, 0, 0, 0])):
        for quantity in ("hidden", "cell", "forget"):
            differs = (one[quantity, 0, direction] != two[quantity, 0, direction]).any(1)
            assert differs.tolist() == [bool(c) for c in changed]
        vectors = model.network.embedding[CHARACTERS.encode("abcdef").inputs]
        np.testing.assert_array_equal(one["input_vector", 0, direction], vectors)


@given(text=texts)
def test_the_backward_direction_is_the_forward_one_of_the_reversed_text(text):
    model = draw_model("gru", bidirectional=True)
    tokens = ["x", *CHARACTERS.encode("y" + text).tokens]
    trace = model.trace(tokens)
    cell = model.network.layers[0][1]
    record = cell.forward(model.network.embedding[CHARACTERS.encode(tokens[::-1]).inputs])
    np.testing.assert_array_equal(trace["hidden", 0, "backward"], record["hidden"][::-1])


def test_the_prediction_of_a_step_is_softmax_of_its_hidden_state():
    model = draw_model()
    trace, network = model.trace("film"), model.network
    logits = trace["hidden"] @ network.readout_weight.T + network.readout_bias
    np.testing.assert_allclose(trace.probabilities, softmax(logits), rtol=1e-5)


@given(tokens=st.lists(st.sampled_from("abcß "), min_size=1, max_size=8))
def test_a_list_of_tokens_traces_as_their_text(tokens):
    model = MODELS["characters"]
    if "".join(tokens).strip():
        one, two = model.trace(tokens), model.trace("".join(tokens))
        assert one.tokens == two.tokens == tokens
        assert one.unknown.tolist() == [token == "ß" for token in tokens]
        np.testing.assert_array_equal(one["hidden"], two["hidden"])


def test_an_unknown_token_stays_as_typed_and_reads_as_unknown():
    model = MODELS["words"]
    trace = model.trace("The Sharknado was good")
    assert trace.tokens == ["The", "Sharknado", "was", "good"]
    assert trace.unknown.tolist() == [False, True, False, False]
    np.testing.assert_array_equal(trace["input_vector"][1], model.network.embedding[0])


def test_a_limit_truncates():
    model = MODELS["characters"]
    short, whole = model.trace("abcdef", limit=4), model.trace("abcdef")
    assert (short.tokens, short.truncated, whole.truncated) == (list("abcd"), True, False)
    np.testing.assert_allclose(short["cell"], whole["cell"][:4], rtol=1e-5, atol=1e-6)


def test_initial_states_are_used_and_recorded():
    model = MODELS["characters"]
    first = model.network.forward(CHARACTERS.encode("ab").inputs)
    trace = model.trace("cd", initial=first.final)
    np.testing.assert_allclose(trace["hidden"], model.trace("abcd")["hidden"][2:], rtol=1e-5, atol=1e-6)
    for state, array in first.final[0][0].items():
        np.testing.assert_array_equal(trace.initial[state, 0, "forward"], array)


def test_numbers_are_read_in_the_dtype_of_the_network():
    trace = MODELS["numbers"].trace("0.1 2; 3 4")
    np.testing.assert_array_equal(trace["input_vector"], np.array([[0.1, 2], [3, 4]], np.float32))
    same = MODELS["numbers"].trace(np.array([[0.1, 2], [3, 4]]))
    np.testing.assert_array_equal(trace["hidden"], same["hidden"])


def test_a_new_cell_needs_its_own_file_and_nothing_else():
    model = draw_model(TiedLSTM.name, layers=2, bidirectional=True)
    trace = model.trace("film")
    names = ["input_vector", "input", "candidate", "forget", "cell", "output", "hidden"]
    assert list(trace.definition.by_name) == names
    assert list(trace.to_frame().quantity.unique()) == names
    np.testing.assert_array_equal(trace["forget", 1, "backward"], 1 - trace["input", 1, "backward"])
    before = np.vstack([np.zeros(5), trace["cell"][:-1]])
    blend = trace["forget"] * before + trace["input"] * trace["candidate"]
    np.testing.assert_allclose(trace["cell"], blend, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(trace["hidden"], trace["output"] * trace["cell"], rtol=1e-5, atol=1e-6)


# ---- conventions ---------------------------------------------------------------------------------


def test_a_model_in_another_convention_predicts_the_same():
    model = rnnviz.load("names-gru")
    other = model.with_options(update="writes")
    one, two = model.trace("Schmidhuber"), other.trace("Schmidhuber")
    assert (other.name, other.card, other.labels) == (model.name, model.card, model.labels)
    assert two.options == GRU.resolve_options({"update": "writes"})
    assert two.definition == GRU.define(update="writes")
    np.testing.assert_allclose(two.probabilities, one.probabilities, atol=1e-5)
    np.testing.assert_allclose(two["hidden"], one["hidden"], atol=1e-5)
    np.testing.assert_allclose(two["update"], 1 - one["update"], atol=1e-5)
    np.testing.assert_array_equal(model.trace("Schmidhuber")["update"], one["update"])


@pytest.mark.parametrize("options", [{"update": "writes"}, {"reset": "before", "update": "writes"}])
def test_files_of_models_and_traces_carry_the_convention(tmp_path, options):
    model = draw_model("gru", layers=2, options={"reset": "before"}).with_options(**options)
    save_pair(model, tmp_path / "converted")
    trace, again = model.trace("film"), load_pair(tmp_path / "converted").trace("film")
    file = io.BytesIO()
    trace.save(file)
    file.seek(0)
    assert (
        trace.options
        == again.options
        == Trace.load(file).options
        == GRU.resolve_options({"reset": "before", "update": "writes"})
    )
    np.testing.assert_array_equal(trace["hidden", 1], again["hidden", 1])


def test_files_from_before_there_was_a_choice_have_the_default(tmp_path):
    model = draw_model("gru", options={"reset": "before"})
    save_pair(model, tmp_path / "old")
    card = json.loads((tmp_path / "old.json").read_text())
    card["options"] = {"reset": "before"}
    (tmp_path / "old.json").write_text(json.dumps(card))
    again = load_pair(tmp_path / "old").trace("film")
    assert again.options == GRU.resolve_options({"reset": "before"})
    np.testing.assert_array_equal(again["hidden"], model.trace("film")["hidden"])


def test_a_trace_from_before_there_was_a_choice_is_read_as_the_default():
    trace = draw_model("gru").trace("film")
    trace.options.clear()
    file = io.BytesIO()
    trace.save(file)
    file.seek(0)
    again = Trace.load(file)
    assert again.definition == GRU.define() and again.options == GRU.resolve_options({})


@pytest.mark.parametrize("name", rnnviz.models())
def test_cards_state_the_convention_as_before(name):
    model = rnnviz.load(name)
    assert architecture(model.network) == model.card["architecture"]


def test_a_card_states_a_convention_that_is_not_pytorchs():
    assert architecture(draw_model("gru").network)["convention"].endswith("candidate; reset: after")
    other = architecture(draw_model("gru").with_options(update="writes").network)
    assert other["convention"].endswith("candidate; reset: after; update: writes")
    assert other["options"] == {"reset": "after", "update": "writes"}
    hard = architecture(draw_model("lstm", options={"gates": "hard_sigmoid"}).network)
    assert hard["options"] == {"gates": "hard_sigmoid(0.2, 0.5)"}
    assert hard["convention"].endswith("output gate; gates: hard_sigmoid(0.2, 0.5)")


@pytest.mark.parametrize(
    ("network", "vocabulary", "labels", "fields"),
    [
        (draw_network(), WORDS, LABELS, {"code": "vocabulary", "shape": (36, 3), "expected": 9}),
        (draw_network(), NUMBERS, LABELS, {"code": "vocabulary", "shape": (36, 3), "expected": 0}),
        (draw_network(vocabulary=NUMBERS), CHARACTERS, LABELS, {"code": "vocabulary", "shape": (), "expected": 36}),
        (draw_network(vocabulary=NUMBERS), Vocabulary("numbers"), LABELS, {"code": "vector_size", "expected": 2}),
        (draw_network(), CHARACTERS, LABELS[1:], {"code": "labels", "shape": (4, 5), "expected": 3}),
        (draw_network(classes=None), CHARACTERS, LABELS, {"code": "labels", "shape": (), "expected": 4}),
    ],
)
def test_a_vocabulary_or_labels_that_do_not_fit(network, vocabulary, labels, fields):
    with raises(ArrayError, **fields):
        Model("wrong", network, vocabulary, labels)
