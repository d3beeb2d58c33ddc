"""Downloads: every format loads back to the same model, bit for bit, and other software reads it."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load as safetensors_load

import rnnviz
from rnnviz.checkpoints import open_bytes
from rnnviz.checkpoints.native.card_json import from_json, to_json
from rnnviz.checkpoints.native.model_files import save_pair
from rnnviz.errors import ArrayError, FileError, MissingFileError, UnknownNameError
from rnnviz.model import Model
from rnnviz.text.tokens import Vocabulary

from ..raising import raises
from ..strategies import VARIANTS
from .random_models import inputs_of, models, same_model
from .saved_models import WRITERS, to_npz, to_safetensors


@pytest.mark.parametrize("end", WRITERS)
@pytest.mark.parametrize("name", ["counter-rnn", "names-lstm", "recall-gru", "reviews-lstm", "shakespeare-gru"])
def test_bundled_models_load_back(name, end, tmp_path):
    model = rnnviz.load(name)
    path = tmp_path / f"{name}.{end}"
    path.write_bytes(WRITERS[end](model))
    back = rnnviz.load(path)
    assert same_model(model, back)


@pytest.mark.parametrize("end", WRITERS)
@settings(max_examples=25)
@given(model=models(VARIANTS))
def test_any_model_loads_back(end, model):
    found = open_bytes(f"other.{end}", WRITERS[end](model))
    assert same_model(model, found.model())
    assert len(found.stacks) == 1
    assert not found.stacks[0].assumed
    assert found.unused == ()
    np.testing.assert_array_equal(
        found.model().network.forward(inputs_of(model)).top, model.network.forward(inputs_of(model)).top
    )


@settings(max_examples=25)
@given(models(), st.sampled_from(["safetensors", "npz"]))
def test_so_do_options_that_only_some_formats_can_say(model, end):
    assert same_model(model, open_bytes(f"other.{end}", WRITERS[end](model)).model())


@settings(max_examples=15)
@given(models(VARIANTS, dtypes=("float32",)))
def test_onnx_runtime_computes_the_same(model):
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(WRITERS["onnx"](model), providers=["CPUExecutionProvider"])
    x = inputs_of(model)
    run = model.network.forward(x)
    outputs = dict(zip([one.name for one in session.get_outputs()], session.run(None, {
        session.get_inputs()[0].name: x[:, None].astype(np.int64 if model.network.embedding is not None else x.dtype)
    }), strict=True))  # fmt: skip
    for k, records in enumerate(run.records):
        for j, (way, record) in enumerate(zip(model.network.directions_by_layer[k], records, strict=True)):
            ours = record["hidden"] if way == "forward" else record["hidden"][::-1]
            np.testing.assert_allclose(outputs[f"layer_{k}"][:, j, 0], ours, rtol=0, atol=1e-5)
    if run.logits is not None:
        np.testing.assert_allclose(outputs["logits"][:, 0], run.logits, rtol=0, atol=1e-5)


def test_files_of_ours_can_be_overridden():
    model = rnnviz.load("names-gru")
    found = open_bytes("names.npz", to_npz(model))
    assert found.model(name="mine").name == "mine"
    assert found.model(labels=[label.upper() for label in model.labels]).labels[0] == model.labels[0].upper()
    other = found.model(reset="before")
    assert other.network.layers[0][0].options["reset"] == "before"
    assert (other.vocabulary, other.labels) == (model.vocabulary, model.labels)
    assert found.model(readout="none").labels == []
    assert found.model(embedding="none").vocabulary.kind == "numbers"
    with raises(UnknownNameError, kind="stack", name="x", allowed=("names-gru",)):
        found.model("x")
    with raises(ArrayError, code="vocabulary"):
        found.model(vocabulary=Vocabulary("pieces", ("a",)))


def test_a_bundled_model_is_a_checkpoint_too():
    report = str(rnnviz.checkpoint("names-lstm"))
    assert "names-lstm: LSTM, 1 layer, forward, 32 inputs, 64 units" in report
    assert "?" not in report.replace("'?'", "")
    assert rnnviz.load("names-lstm", name="mine").name == "mine"
    with raises(UnknownNameError, kind="model", name="nonsense"):
        rnnviz.load("nonsense")
    with raises(MissingFileError, file="nonsense.pt"):
        rnnviz.load("nonsense.pt")


def test_a_models_own_name_may_have_a_dot(tmp_path, monkeypatch):
    model = rnnviz.load("counter-rnn")
    save_pair(model, tmp_path / "run-1.5-rnn.safetensors")
    monkeypatch.setenv("RNNVIZ_MODELS", str(tmp_path))
    assert same_model(model, rnnviz.load("run-1.5-rnn"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bare").write_bytes(to_npz(model))
    assert same_model(model, rnnviz.load("bare"))


def test_weights_with_a_card_beside_them(tmp_path):
    model = rnnviz.load("counter-gru")
    save_pair(model, tmp_path / "kept")
    for name in ("kept", "kept.safetensors"):
        assert same_model(model, rnnviz.load(tmp_path / name))
    (tmp_path / "kept.json").write_text('{"somebody": "else’s"}', encoding="utf-8")
    stranger = rnnviz.load(tmp_path / "kept.safetensors")
    assert (stranger.name, stranger.card["understood"]["Readout"]) == ("kept", "readout.weight, 3 outputs")


CARDS = {
    "name": 3,
    "labels": "abc",
    "labels ": [1, 2, 3],
    "longest": "many",
    "longest ": -1,
    "longest  ": True,
    "vocabulary": {"kind": "characters", "tokens": [1, 2, 3, 4], "end": False, "width": 1},
    "vocabulary ": {"kind": "characters", "tokens": ["a", "b", "c", "d"], "end": "no", "width": 1},
    "vocabulary  ": {"kind": "characters", "tokens": ["a", "b", "c", "d"], "end": False, "width": None},
    "vocabulary   ": [],
    "cell": "transformer",
    "options": {"activation": "exec"},
    "merge": "maximum",
    "format": 2,
}


@pytest.mark.parametrize("what", CARDS)
def test_cards_that_say_what_they_cannot_are_refused(what):
    model = rnnviz.load("counter-rnn")
    about = json.loads(to_json(model)) | {what.strip(): CARDS[what]}
    arrays = {name: np.array(array) for name, array in safetensors_load(to_safetensors(model)).items()}
    with raises(FileError, code="unknown_cell" if what == "cell" else "card"):
        from_json(json.dumps(about), arrays)


def test_vocabulary_and_labels_hold_what_is_no_letter():
    tokens = ("<unk>", "\ufffd", "\x00", "\u2028", "‮", '"', "\\")
    model = rnnviz.load("counter-rnn")
    network = model.network.random(
        "rnn", hidden=2, vocabulary=len(tokens), embedding=2, classes=2, rng=np.random.default_rng(0)
    )
    model = Model("ü", network, Vocabulary("pieces", tokens), ["\x00", "é"], {"task": "“x”"})
    for end, write in WRITERS.items():
        assert same_model(model, open_bytes(f"x.{end}", write(model)).model())


@pytest.mark.parametrize("end", WRITERS)
def test_a_model_is_saved_by_the_suffix_of_its_path(end, tmp_path):
    model = rnnviz.load("counter-gru")
    path = tmp_path / "new" / f"mine.{end.upper()}"
    rnnviz.save(model, path)
    assert same_model(model, rnnviz.load(path)) and [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["mine.pt", "mine", "mine.h5", "mine.zip"])
def test_other_suffixes_cannot_be_saved(name, tmp_path):
    allowed = tuple(f".{end}" for end in WRITERS)
    with raises(UnknownNameError, kind="suffix", allowed=allowed):
        rnnviz.save(rnnviz.load("counter-gru"), tmp_path / name)
    assert not list(tmp_path.iterdir())
