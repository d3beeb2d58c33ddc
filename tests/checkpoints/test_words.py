"""Words of a model: those in its file are offered and used where they fit, and those that are given, in any form."""

import collections
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

import rnnviz
from rnnviz.checkpoints import File, open_bytes
from rnnviz.checkpoints.keras.layer import Layer
from rnnviz.checkpoints.keras.text_layers import text_lists
from rnnviz.errors import ArgumentError, DtypeError, InputError, MissingFileError, RnnvizError
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from rnnviz.text.word_lists import word_lists

from ..raising import raises
from .case_files import TOLERANCE, opened

LETTERS = list("abcdef")
LABELS = ["no", "yes", "maybe"]
ROWS = {letter: row for row, letter in enumerate(LETTERS)}


def arrays(rows=6, classes=3):
    network = Network.random(
        "gru", hidden=4, vocabulary=rows, embedding=3, classes=classes, rng=np.random.default_rng(0)
    )
    return dict(network.parameters)


def model_of(beside, rows=6, classes=3, **chosen):
    checkpoint = open_bytes("m.pkl", pickle.dumps({"state_dict": arrays(rows, classes)} | beside))
    (stack,) = checkpoint.stacks
    return stack, checkpoint.model(**chosen)


def test_the_case():
    checkpoint, right = opened("words_in_the_file_unread", "vocab_inside")
    model = checkpoint.model()
    assert model.labels == list(right["labels"])
    assert np.array_equal(model.vocabulary.encode(str(right["text"])).inputs, right["ids"])
    assert np.abs(model.trace(str(right["text"])).probabilities - right["out"]).max() < TOLERANCE
    assert {setting.name for setting in checkpoint.stacks[0].assumed} >= {"vocabulary", "labels"}


def test_a_text_vectorization_layer_brings_its_words():
    checkpoint, right = opened("words_in_the_file_unread", "text_vectorization")
    model = checkpoint.model()
    assert list(model.vocabulary.tokens) == list(right["tokens"])
    assert np.abs(model.trace(str(right["text"])).outputs - right["out"]).max() < TOLERANCE
    assert any("punctuation" in note for note in checkpoint.notes)


def test_the_nodes_of_omegaconf_are_what_they_hold():
    checkpoint, right = opened("words_in_the_file_unread", "omegaconf")
    model = checkpoint.model()
    assert list(model.vocabulary.tokens) == list(right["tokens"])
    assert model.labels == list(right["labels"])


def lookup(kind="StringLookup", **config):
    """The words that a layer of Keras's preprocessing has by its configuration."""
    ((words,), _) = text_lists([Layer("words", kind, config)], File("m.h5", b"x"))
    return list(words.tokens)


@pytest.mark.parametrize(
    ("config", "right"),
    [
        ({"vocabulary": ["a", "b"]}, ["[UNK]", "a", "b"]),
        ({"vocabulary": ["[UNK]", "a", "b"]}, ["[UNK]", "a", "b"]),
        ({"vocabulary": ["a", "b"], "mask_token": ""}, ["<row 0>", "[UNK]", "a", "b"]),
        ({"vocabulary": ["a", "b"], "num_oov_indices": 2}, ["[UNK]", "<row 1>", "a", "b"]),
        ({"vocabulary": ["a", "b"], "num_oov_indices": 0}, ["a", "b"]),
        ({"vocabulary": {"class_name": "__tuple__", "items": ["a"]}, "oov_token": "?"}, ["?", "a"]),
        ({"kind": "TextVectorization", "vocabulary": ["the", "a"]}, ["<row 0>", "[UNK]", "the", "a"]),
        ({"kind": "TextVectorization", "vocabulary": ["", "[UNK]", "the"]}, ["<row 0>", "[UNK]", "the"]),
    ],
)
def test_rows_before_the_words_of_a_lookup(config, right):
    assert lookup(**config) == right


@pytest.mark.parametrize("given", [None, [], [1, 2], "abc", {"class_name": "x"}, [None]])
def test_what_is_no_vocabulary_of_a_lookup_is_passed_over(given):
    assert text_lists([Layer("words", "StringLookup", {"vocabulary": given})], File("m.h5", b"x")) == ([], ())


@pytest.mark.parametrize(
    "beside",
    [
        {"char2id": ROWS},
        {"id2char": dict(enumerate(LETTERS))},
        {"itos": LETTERS},
        {"chars": "abcdef"},
        {"vocab": {"itos": LETTERS, "stoi": collections.defaultdict(int, ROWS), "freqs": collections.Counter("aab")}},
        {"hyper_parameters": {"lr": 0.1, "alphabet": "abcdef"}},
        {"index2word": tuple(LETTERS)},
        {"hyper_parameters": {"tokens": LETTERS, "sizes": [1, 2]}},
        {"words": np.array(LETTERS)},
        {"words": np.array(LETTERS, dtype=object)},
        {"char_to_idx": collections.OrderedDict(ROWS)},
        {"vocab": list(ROWS.items())},
        {"vocab": [(row, letter) for letter, row in ROWS.items()]},
        {"vocab": [[letter.encode(), row] for letter, row in ROWS.items()]},
        {"char2id": {letter.encode(): row for letter, row in ROWS.items()}},
        {"itos": [letter.encode() for letter in LETTERS]},
        {"words": np.array(LETTERS, dtype="S1")},
        {"char2id": {letter: np.int64(row) for letter, row in ROWS.items()}},
        {"char2id": {letter: np.array(row) for letter, row in ROWS.items()}},
        {"char2id": ROWS, "lengths": {"a": 3, "b": 3}, "other": {"x": 0, "y": 1}, "counts": dict.fromkeys(LETTERS, 7)},
    ],
)
def test_a_vocabulary_in_the_file_is_used(beside):
    stack, model = model_of(beside)
    assert model.vocabulary == Vocabulary("characters", tuple(LETTERS))
    assert stack.setting("vocabulary").basis == "assumed"
    assert np.array_equal(model.trace("cab").tokens, list("cab"))
    _, plain = model_of(beside, vocabulary="none")
    assert np.array_equal(plain.trace("2 0 1")["hidden"], model.trace("cab")["hidden"])


@pytest.mark.parametrize(
    ("beside", "tokens"),
    [
        ({"char2id": {letter: row + 1 for letter, row in ROWS.items()}}, ["<row 0>", *LETTERS]),
        ({"word2index": ROWS}, [*LETTERS, "<row 6>"]),
        ({"word2index": {"a": 3, "b": 4, "c": 5, "d": 6}}, ["<row 0>", "<row 1>", "<row 2>", "a", "b", "c", "d"]),
        ({"a": ROWS, "b": [*LETTERS, "g"]}, [*LETTERS, "g"]),
    ],
)
def test_rows_without_a_word_have_a_name(beside, tokens):
    assert list(model_of(beside, rows=7)[1].vocabulary.tokens) == tokens


@pytest.mark.parametrize(
    "beside",
    [
        {"id2label": dict(enumerate(LABELS))},
        {"lang_to_idx": {label: k for k, label in enumerate(LABELS)}},
        {"classes": LABELS},
        {"classes_": np.array(LABELS, dtype=object)},
        {"char2id": ROWS, "tag2id": {"no": 0, "yes": 1, "maybe": 2}},
        {"xs": ["p", "q", "r"], "labels": LABELS},
    ],
)
def test_labels_in_the_file_are_used(beside):
    stack, model = model_of(beside)
    assert model.labels == LABELS and stack.setting("labels").basis == "assumed"
    assert model_of(beside, labels="none")[1].labels == ["0", "1", "2"]


def test_of_one_size_the_names_tell_words_from_labels():
    beside = {"label2id": {letter.upper(): row for letter, row in ROWS.items()}, "char2id": ROWS}
    _, model = model_of(beside, classes=6)
    assert (list(model.vocabulary.tokens), model.labels) == (LETTERS, [letter.upper() for letter in LETTERS])
    stack, language_model = model_of({"char2id": ROWS}, classes=6)
    assert language_model.labels == LETTERS and stack.setting("labels").value == "none"


@pytest.mark.parametrize(
    "beside",
    [
        {"word2index": {"a": 0, "b": 9}},
        {"itos": LETTERS[:4]},
        {"itos": ["a"] * 6},
        {"counts": dict.fromkeys(LETTERS, 1)},
        {"steps": list(range(6))},
        {"name": "abcdef"},
        {"vocab": {"a": -1, "b": 0}},
        {"vocab": [["a"], ["b"]]},
        {"vocab": [("a", 0), ("a", 1)]},
        {"vocab": [("a", 0), (1, "b"), ("c", 2.0)]},
        {"vocab": [b"\xff", b"\xfe", b"a", b"b", b"c", b"d"]},
        {"x": "{"},
    ],
)
def test_what_does_not_fit_is_left_alone(beside):
    _, model = model_of(beside)
    assert model.vocabulary.tokens == tuple("012345") and model.labels == ["0", "1", "2"]


def test_a_few_special_words_among_characters_change_nothing():
    tokens = ["PAD", *(chr(code) for code in range(97, 123))]
    _, model = model_of({"char_to_idx": {token: k for k, token in enumerate(tokens)}}, rows=27)
    assert model.vocabulary.kind == "characters" and model.trace("zoo").tokens == list("zoo")


def test_words_of_other_formats():
    from safetensors.numpy import save

    texts = {"vocab": json.dumps(ROWS), "labels": json.dumps(LABELS)}
    model = open_bytes("m.safetensors", save(arrays(), texts)).model()
    assert list(model.vocabulary.tokens) == LETTERS and model.labels == LABELS
    lists = {name: array.tolist() for name, array in arrays().items()}
    model = open_bytes("m.json", json.dumps({"weights": lists, "char2id": ROWS, "classes": LABELS}).encode()).model()
    assert list(model.vocabulary.tokens) == LETTERS and model.labels == LABELS


def test_an_object_that_encodes_labels(monkeypatch):
    class LabelEncoder:
        def __init__(self):
            self.classes_ = np.array(LABELS, dtype=object)

    LabelEncoder.__module__, LabelEncoder.__qualname__ = "sklearn.preprocessing._label", "LabelEncoder"
    import sys
    import types

    module = types.ModuleType(LabelEncoder.__module__)
    module.LabelEncoder = LabelEncoder
    with monkeypatch.context() as patch:
        for name in ("sklearn", "sklearn.preprocessing", LabelEncoder.__module__):
            patch.setitem(sys.modules, name, module)
        data = pickle.dumps({"model": arrays(), "encoder": LabelEncoder()})
    assert open_bytes("m.pkl", data).model().labels == LABELS


@pytest.mark.parametrize("where", ["hyper_parameters", "args"])
def test_an_activation_among_the_hyperparameters(where):
    made = {"rnn.weight_ih_l0": np.ones((3, 2)), "rnn.weight_hh_l0": np.eye(3)}
    beside = {where: {"nonlinearity": "relu", "lr": 0.1}, "epoch": 3}
    (stack,) = open_bytes("m.pkl", pickle.dumps({"state_dict": made} | beside)).stacks
    assert (stack.setting("activation").value, stack.setting("activation").basis) == ("relu", "assumed")


def test_reading_words_is_paid_for():
    steps = []
    word_lists({"a": json.dumps(["w"] * 500), "b": "plain"}, steps.append)
    assert sum(steps) >= 500


# ---- given ------------------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "m.npz"
    np.savez(path, **arrays())
    return path


FORMS = {
    "pairs": list(ROWS.items()), "bytes": [letter.encode() for letter in LETTERS],
    "list": LETTERS, "tuple": tuple(LETTERS), "map": ROWS, "rows": dict(enumerate(LETTERS)), "array": np.array(LETTERS),
    "vocabulary": Vocabulary("characters", tuple(LETTERS)),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_vocabulary_in_any_form(path, form):
    model = rnnviz.load(path, vocabulary=FORMS[form], labels=LABELS)
    assert list(model.vocabulary.tokens) == LETTERS and model.labels == LABELS


@pytest.mark.parametrize("text", ["\n".join(LETTERS), json.dumps(LETTERS), json.dumps(ROWS), "abcdef"])
def test_a_vocabulary_from_a_file_of_any_length(path, tmp_path, text):
    (tmp_path / "words.txt").write_text(text)
    (tmp_path / "labels.txt").write_text("no\nyes\nmaybe\n")
    for name in (tmp_path / "words.txt", str(tmp_path / "words.txt")):
        model = rnnviz.load(path, vocabulary=name, labels=Path(tmp_path, "labels.txt"))
        assert list(model.vocabulary.tokens) == LETTERS and model.labels == LABELS


@pytest.mark.parametrize(
    ("vocabulary", "error", "code"),
    [
        (LETTERS[:5], ArgumentError, "vocabulary_size"),
        ([], ArgumentError, "words"),
        ([1, 2, 3, 4, 5, 6], ArgumentError, "words"),
        (["a"] * 6, ArgumentError, "words"),
        ({"a": 0, "b": 0}, ArgumentError, "words"),
        ({"a": "b", "c": "d"}, ArgumentError, "words"),
        (3, DtypeError, ""),
        ({"a", "b"}, DtypeError, ""),
        (b"abcdef", DtypeError, ""),
        ("nowhere.txt", MissingFileError, "missing"),
        ("abcdef", MissingFileError, "missing"),
        ("x\0y", MissingFileError, "missing"),
        (Vocabulary("pieces", ("a",)), ArgumentError, "vocabulary_size"),
    ],
)
def test_what_is_wrong_with_a_vocabulary_is_said(path, vocabulary, error, code):
    with raises(error, code=code):
        rnnviz.load(path, vocabulary=vocabulary)


def test_a_file_of_words_that_does_not_fit_is_named(path, tmp_path):
    (tmp_path / "words.txt").write_text("a\nb\n")
    with raises(InputError, code="count", file="words.txt"):
        rnnviz.load(path, vocabulary=tmp_path / "words.txt")


def test_a_network_of_vectors_has_no_vocabulary(tmp_path):
    np.savez(tmp_path / "m.npz", **{"rnn.weight_ih_l0": np.ones((3, 2)), "rnn.weight_hh_l0": np.eye(3)})
    with raises(ArgumentError, code="no_embedding"):
        rnnviz.load(tmp_path / "m.npz", vocabulary=LETTERS)


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        (np.zeros((1, 4), int), "ids"),
        (np.zeros((4, 3)), "ids"),
        (np.zeros(4), "ids"),
        ([0.5, 1.0], "ids"),
        ([0, 6], "unknown_row"),
        (np.array([-1]), "unknown_row"),
        (np.zeros(0, int), "empty"),
        ([[0, 1]], "ids"),
    ],
)
def test_numbers_that_are_no_rows_are_refused(path, inputs, code):
    with raises(RnnvizError, code=code):
        rnnviz.load(path, vocabulary=LETTERS).trace(inputs)


@pytest.mark.parametrize("ids", [[2, 0, 1], np.array([2, 0, 1]), np.array([2, 0, 1], np.int32)])
def test_whole_numbers_are_rows(path, ids):
    model = rnnviz.load(path, vocabulary=LETTERS)
    trace = model.trace(ids)
    assert trace.tokens == ["c", "a", "b"]
    assert np.array_equal(trace["hidden"], model.trace("cab")["hidden"])
