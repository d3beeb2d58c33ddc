"""Models written as ONNX: valid, the same in ONNX Runtime, and back to the very same model."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.cells import CELLS
from rnnviz.checkpoints.native.card_json import to_json
from rnnviz.checkpoints.onnx.onnx_file import OnnxFile
from rnnviz.checkpoints.onnx.onnx_writer import to_onnx
from rnnviz.errors import FileError, UnsupportedFileError
from rnnviz.model import Model
from rnnviz.text.tokens import Vocabulary

from ...raising import raises
from ...strategies import CHARACTERS, PUBLISHED, VARIANT_IDS, VARIANTS, draw_network, seeds
from ...tied_lstm import TiedLSTM
from .graphs import close, read, restored

# ONNX has them all; the last is a cell of one's own with the equations of an LSTM.
WRITTEN = [*VARIANTS, (CELLS["peephole"], {}), (CELLS["cifg"], {}), (TiedLSTM, {})]
EVERY_WRITTEN = pytest.mark.parametrize(("kind", "options"), WRITTEN, ids=[*VARIANT_IDS, "peephole", "cifg", "tied"])


def same(model, other):
    """The same to the last bit, words and all."""
    ours, theirs = model.network, other.network
    assert {name: (a.dtype, a.shape, a.tobytes()) for name, a in ours.parameters.items()} == {
        name: (a.dtype, a.shape, a.tobytes()) for name, a in theirs.parameters.items()
    }
    assert ours.layers[0][0].options == theirs.layers[0][0].options
    assert (model.name, model.labels, model.vocabulary) == (other.name, other.labels, other.vocabulary)


def runtime(data, **feeds):
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    return dict(zip([o.name for o in session.get_outputs()], session.run(None, feeds), strict=True))


def drawn(kind, options, seed, **sizes):
    vocabulary = sizes.pop("vocabulary", CHARACTERS)
    network = draw_network(kind.name, vocabulary, seed, options=options, **sizes)
    labels = [f"label {k}" for k in range(sizes.get("classes", 4) or 0)]
    return Model("drawn", network, vocabulary, labels, {"task": "none", "title": "Drawn"})


@EVERY_WRITTEN
@settings(max_examples=10)
@given(
    layers=st.integers(1, 3),
    both=st.booleans(),
    reads=st.sampled_from([CHARACTERS, Vocabulary("numbers", vector_size=3)]),
    says=st.sampled_from([4, None]),
    seed=seeds,
)
def test_onnx_runtime_computes_what_the_model_does(kind, options, layers, both, reads, says, seed):
    model = drawn(kind, options, seed, layers=layers, bidirectional=both, vocabulary=reads, classes=says)
    data = to_onnx(model)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    rng = np.random.default_rng(seed)
    if reads.kind == "numbers":
        given_ = rng.standard_normal((6, 2, 3)).astype(np.float32)
        found = runtime(data, vectors=given_)
    else:
        given_ = rng.integers(0, len(reads), (6, 2))
        found = runtime(data, ids=given_)
    run = model.network.forward(given_)
    for k, records in enumerate(run.records):
        for way, record in enumerate(records):
            close(record["hidden"][:: -1 if way else 1], found[f"layer_{k}"][:, way])
    assert set(found) == {f"layer_{k}" for k in range(layers)} | ({"logits", "probabilities"} if says else set())
    if says:
        close(run.logits, found["logits"])
        close(rnnviz.network.softmax(run.logits), found["probabilities"])


@EVERY_WRITTEN
@settings(max_examples=10)
@given(layers=st.integers(1, 3), both=st.booleans(), dtype=st.sampled_from([np.float32, np.float64]), seed=seeds)
def test_what_was_written_comes_back_bit_for_bit(kind, options, layers, both, dtype, seed):
    model = drawn(kind, options, seed, layers=layers, bidirectional=both, dtype=dtype)
    for array in model.network.parameters.values():
        array.ravel()[0] = -0.0
    data = to_onnx(model)
    back = restored(data)
    same(model, back)
    assert back.card == model.card | json.loads(to_json(model))
    assert to_onnx(back) == data


def test_a_bundled_model_is_read_as_one_stack_with_embedding_and_readout():
    model = rnnviz.load("names-gru")
    (stack,), notes = read(onnx.load_from_string(to_onnx(model)))
    assert (stack.cell, stack.notes, notes, stack.assumed) == ("gru", (), (), ())
    np.testing.assert_array_equal(stack.embeddings["embedding.weight"].array, model.network.embedding)
    (readout,) = stack.readouts.values()
    np.testing.assert_array_equal(readout.bias.array, model.network.readout_bias)
    same(model, restored(to_onnx(model)))


def test_a_readout_without_bias_has_none_when_it_comes_back():
    network = draw_network(layers=1)
    network.readout_bias = None
    model = Model("plain", network, CHARACTERS, list("abcd"))
    data = to_onnx(model)
    same(model, restored(data))
    ids = np.zeros((3, 1), np.int64)
    close(network.forward(ids).logits, runtime(data, ids=ids)["logits"])


@pytest.mark.parametrize("name", [name for name in PUBLISHED if name not in ("peephole", "cifg")])
def test_a_cell_that_onnx_has_no_node_for_is_refused(name):
    model = Model("own", draw_network(name), CHARACTERS, list("abcd"))
    with raises(UnsupportedFileError, code="cell", part=name):
        to_onnx(model)
    assert OnnxFile().obstacle(model).code == "cell"
    assert OnnxFile().obstacle(rnnviz.load("names-gru")) is None


@pytest.mark.parametrize(("name", "node"), [("rnn", "RNN"), ("gru", "GRU"), ("lstm", "LSTM"), ("cifg", "LSTM")])
def test_the_node_is_that_of_the_equations(name, node):
    layers = [n for n in onnx.load_from_string(to_onnx(drawn(CELLS[name], {}, 0))).graph.node if n.op_type == node]
    coupled = [a.i for n in layers for a in n.attribute if a.name == "input_forget"]
    assert (len(layers), coupled) == (1, [1] if name == "cifg" else [])


def with_words(words):
    """A file of ours with other words in its metadata; None for none at all."""
    made = onnx.load_from_string(to_onnx(drawn(type(draw_network("gru").layers[0][0]), {}, 0)))
    del made.metadata_props[:]
    if words is not None:
        onnx.helper.set_model_props(made, {"rnnviz": words})
    return made.SerializeToString()


def test_somebody_elses_file_is_none_of_ours():
    assert restored(with_words(None)) is None


@pytest.mark.parametrize(
    "words",
    ["[]", "{}", "null", '{"format": 1}', '{"format": 2, "options": {}}',
     '{"format": 1, "options": {"update": "sideways"}}', '{"format": 1, "options": [], "cell": "gru"}',
     '{"format": 1, "options": {}, "cell": "lstm", "name": "x", "labels": [], "vocabulary": {}}'],
    ids=lambda words: words[:40],
)  # fmt: skip
def test_words_that_do_not_fit_the_arrays_are_refused(words):
    with raises(FileError, code="card", file="made.onnx"):
        restored(with_words(words))


@pytest.mark.parametrize(
    ("words", "code"), [("", "json"), ("[" * 100_000, "json_depth"), ('{"a": NaN}', "json_number")]
)
def test_words_that_are_no_json_are_refused(words, code):
    with raises(FileError, code=code, file="made.onnx"):
        restored(with_words(words))


def test_parts_of_a_strangers_card_of_another_shape_than_usual_are_left_out():
    model = drawn(type(draw_network("gru").layers[0][0]), {}, 0)
    words = json.loads(to_json(model)) | {"scores": "high", "title": 3}
    card = restored(with_words(json.dumps(words))).card
    assert "scores" not in card
    assert "title" not in card


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh"])
def test_outputs_that_are_no_probabilities_are_written_as_they_are(activation):
    model = rnnviz.load("names-gru").with_head(activation=activation)
    data = to_onnx(model)
    ids = model.vocabulary.encode("Ada").inputs
    found = runtime(data, ids=ids[:, None])
    assert "probabilities" not in found
    np.testing.assert_allclose(found["outputs"][:, 0], model.trace("Ada").outputs, rtol=0, atol=1e-5)
    again = restored(data)
    assert again.head == model.head
    same(model, again)


@pytest.mark.parametrize("head", [{"reading": "mean"}, {"activation": "leaky_relu(0.1)"}])
def test_a_head_that_the_graph_cannot_have_is_refused(head):
    with raises(UnsupportedFileError, code="head"):
        to_onnx(rnnviz.load("names-gru").with_head(**head))
