"""The lines of Python that the page shows: run as they are printed, they give the model's own numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.cells.published.peephole_lstm import PeepholeLSTM
from rnnviz.checkpoints import snippets
from rnnviz.errors import UnsupportedFileError
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

from ..raising import raises
from ..strategies import draw_network
from .random_models import inputs_of, models
from .saved_models import WRITERS, to_safetensors
from .torch_models import Reader, torch, written

WORDS = Vocabulary("words", ("<unk>", "the", "film"))


def ran(code, folder, monkeypatch):
    """What a script leaves behind, run in a folder."""
    monkeypatch.chdir(folder)
    space = {}
    exec(code, space)
    return space


def logits(model, ids):
    run = model.network.forward(ids)
    return run.top if run.logits is None else run.logits


@settings(max_examples=25)
@given(models())
def test_pytorch_runs_the_same_network_or_there_is_a_reason(tmp_path_factory, model):
    obstacle = snippets.torch_obstacle(model)
    if obstacle is not None:
        with raises(UnsupportedFileError, code=obstacle.code):
            snippets.torch_code(model, "x.safetensors")
        return
    folder = tmp_path_factory.mktemp("torch")
    (folder / "a 'b'.safetensors").write_bytes(to_safetensors(model))
    with pytest.MonkeyPatch.context() as patch:
        network = ran(snippets.torch_code(model, "a 'b'.safetensors"), folder, patch)["network"]
    x = inputs_of(model)
    with torch.no_grad():
        np.testing.assert_allclose(network(torch.as_tensor(x)).numpy(), logits(model, x), rtol=0, atol=1e-5)


@settings(max_examples=15)
@given(
    st.sampled_from(["rnn", "gru", "lstm", "lstmp"]), st.integers(1, 3), st.booleans(), st.booleans(), st.booleans(),
    st.sampled_from([np.float32, np.float64]),
)  # fmt: skip
def test_pytorch_runs_every_usual_network(tmp_path_factory, kind, layers, both, reads, says, dtype):
    vocabulary = WORDS if reads else Vocabulary("numbers", vector_size=3)
    options = {"activation": "relu"} if kind == "rnn" and both else None
    network = draw_network(
        kind, vocabulary, layers=layers, bidirectional=both, classes=4 if says else None, dtype=dtype, options=options
    )
    model = Model("mine", network, vocabulary, [*"abcd"] if says else [])
    assert snippets.torch_obstacle(model) is None
    folder = tmp_path_factory.mktemp("torch")
    (folder / "mine.safetensors").write_bytes(to_safetensors(model))
    with pytest.MonkeyPatch.context() as patch:
        made = ran(snippets.torch_code(model, "mine.safetensors"), folder, patch)["network"]
    x = inputs_of(model) % 3 if reads else inputs_of(model)
    with torch.no_grad():
        np.testing.assert_allclose(made(torch.as_tensor(x)).numpy(), logits(model, x), rtol=0, atol=1e-5)


def network(*layers, **more):
    return Network([*layers], **more)


def drawn(kind=None, inputs=3, hidden=2, **options):
    from rnnviz.cells import GRU

    return (kind or GRU).random(inputs, hidden, np.random.default_rng(0), **options)


def zeros():
    return [[{"hidden": np.zeros(2, np.float32)}]]


def reasons():
    from rnnviz.cells import CELLS, LSTM, RNN

    return {
        "cell": network([drawn(PeepholeLSTM)]),
        "activation": network([drawn(RNN, activation="softsign")]),
        "reset": network([drawn(reset="before")]),
        "update": network([drawn(update="writes")]),
        "squash": network([drawn(LSTM, squash="linear")]),
        "projection": network([drawn(CELLS["lstmp"], lengths={"P": 2})]),
        "sizes": network([drawn()], [drawn(inputs=2, hidden=4)]),
        "directions": network([drawn()], directions_by_layer=(("backward",),)),
        "initial": network([drawn()], initial=zeros()),
        "merge": network([drawn(), drawn()], merge="sum"),
    }


@pytest.mark.parametrize("code", reasons())
def test_every_reason_why_pytorch_cannot(code):
    model = Model("mine", reasons()[code], Vocabulary("numbers", vector_size=3), [])
    assert snippets.torch_obstacle(model).code == code
    with raises(UnsupportedFileError, code=code, file="x"):
        snippets.torch_code(model, "x")


@pytest.mark.parametrize("name", rnnviz.models())
def test_bundled_models_in_python(name, tmp_path, monkeypatch):
    model = rnnviz.load(name)
    space = ran(snippets.python_code(model, name), tmp_path, monkeypatch)
    assert space["trace"].model == name
    text = snippets.example_text(model)
    np.testing.assert_array_equal(space["trace"]["hidden"], model.trace(text)["hidden"])


@pytest.mark.parametrize("end", WRITERS)
def test_a_file_in_python(end, tmp_path, monkeypatch):
    model = Model(
        "mine",
        draw_network("lstm", Vocabulary("numbers", vector_size=2)),
        Vocabulary("numbers", vector_size=2),
        [*"abcd"],
    )
    (tmp_path / f"it's.{end}").write_bytes(WRITERS[end](model))
    code = snippets.python_code(model, f"it's.{end}")
    assert code.splitlines()[-1].startswith('trace["forget"]')
    space = ran(code, tmp_path, monkeypatch)
    assert space["trace"]["forget"].shape == (24, 5)


def test_a_stack_and_facts_in_python(tmp_path, monkeypatch):
    (tmp_path / "mine.pt").write_bytes(written(Reader("gru"), "pt", "module."))
    given_ = {"stack": "rnn", "order": "zrn", "reset": "before"}
    model = rnnviz.load(tmp_path / "mine.pt", **given_)
    code = snippets.python_code(model, "mine.pt", given_)
    space = ran(code, tmp_path, monkeypatch)
    assert space["model"].network.layers[0][0].options["reset"] == "before"
    np.testing.assert_array_equal(space["trace"]["hidden"], model.trace(snippets.example_text(model))["hidden"])
