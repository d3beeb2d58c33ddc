"""An encoder's final states given to a decoder: two stacks of one file run as they do in PyTorch."""

import numpy as np
import pytest

import rnnviz
from rnnviz import Model
from rnnviz.errors import ArgumentError, ArrayError
from tests.raising import raises
from tests.strategies import CHARACTERS, draw_network

torch = pytest.importorskip("torch")
SOURCE, TARGET = 7, 9  # tokens


def sequence_to_sequence(kind, layers):
    """A module of two towers, each with an embedding of its own."""
    torch.manual_seed(1)
    towers = {
        name: torch.nn.ModuleDict(
            {"embedding": torch.nn.Embedding(tokens, size), "rnn": getattr(torch.nn, kind)(size, 6, layers)}
        )
        for name, tokens, size in (("encoder", SOURCE, 5), ("decoder", TARGET, 4))
    }
    return torch.nn.ModuleDict(towers | {"out": torch.nn.Linear(6, TARGET)})


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_a_decoder_goes_on_from_the_encoder_of_its_file_as_in_pytorch(kind, layers, tmp_path):
    module, file = sequence_to_sequence(kind, layers), tmp_path / "translator.pt"
    torch.save(module.state_dict(), file)
    encoder, decoder = (rnnviz.load(file, stack=f"{name}.rnn") for name in ("encoder", "decoder"))
    source, target = [3, 1, 6, 6, 0], [8, 2, 2, 5]

    run = decoder.trace(target, initial=encoder.trace(source).final)

    with torch.no_grad():
        read, written = module["encoder"], module["decoder"]
        _, end = read["rnn"](read["embedding"](torch.tensor(source)))
        outputs, _ = written["rnn"](written["embedding"](torch.tensor(target)), end)
        logits = module["out"](outputs)
    for name, states in zip(("hidden", "cell"), end if kind == "LSTM" else (end,), strict=False):
        for layer in range(layers):
            np.testing.assert_allclose(run.initial[name, layer, "forward"], states[layer], atol=1e-6)
    np.testing.assert_allclose(run["hidden", layers - 1], outputs, atol=1e-6)
    np.testing.assert_allclose(run.logits, logits, atol=1e-6)
    assert not np.allclose(decoder.trace(target).logits, logits, atol=1e-3)  # it matters where the run begins


def final(cell, **sizes):
    return Model("encoder", draw_network(cell, seed=1, **sizes), CHARACTERS, list("abcd")).trace("a film").final


@pytest.mark.parametrize(
    ("states", "error", "fields"),
    [
        (final("lstm", hidden=7), ArrayError, {"code": "size", "name": "initial hidden", "shape": (7,), "expected": 5}),
        (final("gru"), ArgumentError, {"code": "states", "value": ("hidden",), "allowed": ("hidden", "cell")}),
        (final("lstm", layers=2), ArgumentError, {"code": "layers", "value": [1, 1], "allowed": [1]}),
        (final("lstm", bidirectional=True), ArgumentError, {"code": "layers", "value": [2], "allowed": [1]}),
        ([[{"hidden": np.float32(0.5), "cell": np.zeros(5, np.float32)}]], ArrayError, {"code": "size", "shape": ()}),
    ],
    ids=["size", "cell", "layers", "directions", "number"],
)
def test_states_that_do_not_fit_are_refused_in_a_sentence_that_says_which(states, error, fields):
    decoder = Model("decoder", draw_network("lstm"), CHARACTERS, list("abcd"))
    with raises(error, **fields) as caught:
        decoder.trace("but", initial=states)
    assert "layer" in str(caught.value)


def test_the_size_of_a_higher_layer_is_checked_as_well():
    decoder = Model("decoder", draw_network("gru", layers=2), CHARACTERS, list("abcd"))
    states = final("gru", layers=2)
    states[1][0]["hidden"] = states[1][0]["hidden"][:3]
    with raises(ArrayError, code="size", shape=(3,), expected=5) as caught:
        decoder.trace("but", initial=states)
    assert "layer 1" in str(caught.value)
