"""The lines of Python that the page shows: run as they are printed, they give the model's own numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.cells.peephole import PeepholeLSTM
from rnnviz.checkpoints import snippets
from rnnviz.checkpoints.native.writers import WRITERS, to_safetensors
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

from ..strategies import draw_network
from .random_models import inputs_of, models
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
    why = snippets.why_not_torch(model)
    if why is not None:
        with pytest.raises(ValueError, match="PyTorch"):
            snippets.in_torch(model, "x.safetensors")
        return
    folder = tmp_path_factory.mktemp("torch")
    (folder / "a 'b'.safetensors").write_bytes(to_safetensors(model))
    with pytest.MonkeyPatch.context() as patch:
        network = ran(snippets.in_torch(model, "a 'b'.safetensors"), folder, patch)["network"]
    x = inputs_of(model)
    with torch.no_grad():
        np.testing.assert_allclose(network(torch.as_tensor(x)).numpy(), logits(model, x), rtol=0, atol=1e-5)


@settings(max_examples=15)
@given(
    st.sampled_from(["rnn", "gru", "lstm"]), st.integers(1, 3), st.booleans(), st.booleans(), st.booleans(),
    st.sampled_from([np.float32, np.float64]),
)  # fmt: skip
def test_pytorch_runs_every_usual_network(tmp_path_factory, kind, layers, both, reads, says, dtype):
    vocabulary = WORDS if reads else Vocabulary("numbers", vector_size=3)
    options = {"activation": "relu"} if kind == "rnn" and both else None
    network = draw_network(
        kind, vocabulary, layers=layers, bidirectional=both, classes=4 if says else None, dtype=dtype, options=options
    )
    model = Model("mine", network, vocabulary, [*"abcd"] if says else [])
    assert snippets.why_not_torch(model) is None
    folder = tmp_path_factory.mktemp("torch")
    (folder / "mine.safetensors").write_bytes(to_safetensors(model))
    with pytest.MonkeyPatch.context() as patch:
        made = ran(snippets.in_torch(model, "mine.safetensors"), folder, patch)["network"]
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
    from rnnviz.cells import LSTM, RNN

    return {
        "PyTorch has no Peephole LSTM.": network([drawn(PeepholeLSTM)]),
        "PyTorch’s RNN knows tanh and relu, not softsign.": network([drawn(RNN, activation="softsign")]),
        "PyTorch’s GRU has reset = after, this model has before.": network([drawn(reset="before")]),
        "PyTorch’s GRU has update = keeps, this model has writes.": network([drawn(update="writes")]),
        "PyTorch’s LSTM has squash = tanh, this model has linear.": network([drawn(LSTM, squash="linear")]),
        "The layers of one PyTorch module all have the same size; these differ.": network(
            [drawn()], [drawn(inputs=2, hidden=4)]
        ),
        "The layers of one PyTorch module all read forward, or all both ways; these do not.": network(
            [drawn()], directions_by_layer=(("backward",),)
        ),
        "This network starts from states of its own, which PyTorch’s modules are given from outside.": network(
            [drawn()], initial=zeros()
        ),
        "PyTorch puts two directions side by side; here they are merged otherwise.": network(
            [drawn(), drawn()], merge="sum"
        ),
    }


@pytest.mark.parametrize("why", reasons())
def test_every_reason_why_pytorch_cannot(why):
    model = Model("mine", reasons()[why], Vocabulary("numbers", vector_size=3), [])
    assert snippets.why_not_torch(model) == why
    with pytest.raises(ValueError, match=why[:30]):
        snippets.in_torch(model, "x")


@pytest.mark.parametrize("name", rnnviz.models())
def test_bundled_models_in_python(name, tmp_path, monkeypatch):
    model = rnnviz.load(name)
    space = ran(snippets.in_python(model, name), tmp_path, monkeypatch)
    assert space["trace"].model == name
    text = snippets.example(model)
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
    code = snippets.in_python(model, f"it's.{end}")
    assert code.splitlines()[-1].startswith('trace["forget"]')
    space = ran(code, tmp_path, monkeypatch)
    assert space["trace"]["forget"].shape == (24, 5)


def test_a_stack_and_facts_in_python(tmp_path, monkeypatch):
    (tmp_path / "mine.pt").write_bytes(written(Reader("gru"), "pt", "module."))
    given_ = {"stack": "rnn", "order": "zrn", "reset": "before"}
    model = rnnviz.load(tmp_path / "mine.pt", **given_)
    code = snippets.in_python(model, "mine.pt", given_)
    space = ran(code, tmp_path, monkeypatch)
    assert space["model"].network.layers[0][0].options["reset"] == "before"
    np.testing.assert_array_equal(space["trace"]["hidden"], model.trace(snippets.example(model))["hidden"])
