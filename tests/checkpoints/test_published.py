"""Models out of published packages: their states are those of their own framework."""

import ast
import warnings

import numpy as np
import pytest

import rnnviz
from rnnviz.errors import ArgumentError
from rnnviz.text.tokens import Vocabulary

from ..raising import raises
from .published_packages import package_file
from .torch_models import torch

pytestmark = pytest.mark.peers


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def g2p():
    """The package's own code for its GRU, of which nothing else is run, with its letters and weights."""
    path = package_file("g2p_en/g2p.py")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its strings have escapes that are none
        tree = ast.parse(path.read_text(encoding="utf-8"))
    (theirs,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "G2p")
    wanted = ("sigmoid", "grucell", "gru")
    theirs.body = [part for part in theirs.body if isinstance(part, ast.FunctionDef) and part.name in wanted]
    space = {"np": np}
    exec(compile(ast.Module([theirs], []), path.name, "exec"), space)
    return space["G2p"](), np.load(package_file("g2p_en/checkpoint20.npz"))


@pytest.mark.parametrize("part", ["enc", "dec"])
def test_g2p_en(part, g2p):
    code, arrays = g2p
    model = rnnviz.load(package_file("g2p_en/checkpoint20.npz"), stack=part)
    table = arrays[f"{part}_emb"]
    ids = np.random.default_rng(0).integers(0, len(table), 12)
    names = ("w_ih", "w_hh", "b_ih", "b_hh")
    expected = code.gru(table[ids][None], len(ids), *(arrays[f"{part}_{name}"] for name in names))[0]
    trace = model.trace(" ".join(map(str, ids)))
    close(trace["hidden"], expected)
    if part == "dec":
        logits = expected @ arrays["fc_w"].T + arrays["fc_b"]
        close(trace.probabilities, torch.softmax(torch.as_tensor(logits), -1).numpy())
    assert (model.network.readout_weight is None) == (part == "enc")


def test_g2p_en_reads_words_and_says_that_there_are_two(g2p):
    path = package_file("g2p_en/checkpoint20.npz")
    letters = ("<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz")
    model = rnnviz.load(path, stack="enc", vocabulary=Vocabulary("characters", letters))
    code, arrays = g2p
    ids = [letters.index(letter) for letter in "schmidhuber"]
    names = ("w_ih", "w_hh", "b_ih", "b_hh")
    expected = code.gru(arrays["enc_emb"][ids][None], len(ids), *(arrays[f"enc_{name}"] for name in names))[0]
    close(model.trace("schmidhuber")["hidden"], expected)
    with raises(ArgumentError, code="several_stacks", allowed=("enc", "dec")):
        rnnviz.load(path)


def test_silero_vad():
    model = rnnviz.load(package_file("silero_vad/data/silero_vad_16k.safetensors"))
    assert (model.network.cell_name, model.network.input_size, model.network.hidden_size) == ("lstm", 128, 128)
    cell = torch.nn.LSTMCell(128, 128)
    from safetensors.torch import load_file

    arrays = load_file(package_file("silero_vad/data/silero_vad_16k.safetensors"))
    own = {name.removeprefix("lstm_cell."): one for name, one in arrays.items() if name.startswith("lstm_cell.")}
    cell.load_state_dict(own)
    x = torch.randn(20, 128, generator=torch.Generator().manual_seed(0))
    state, expected = None, []
    with torch.no_grad():
        for one in x:
            state = cell(one, state)
            expected.append(torch.stack(state).numpy())
    trace = model.trace(x.numpy())
    close(trace["hidden"], np.stack(expected)[:, 0])
    close(trace["cell"], np.stack(expected)[:, 1])


@pytest.mark.parametrize(("gates", "usual"), [("hard_sigmoid(0.2, 0.5)", True), ("sigmoid", False)])
def test_chars2vec(gates, usual):
    """Its weights alone leave the gates open: as Keras 2.2 of its days took them, or as today's does."""
    path = package_file("chars2vec/trained_models/eng_50/weights.h5")
    model = rnnviz.load(path) if usual else rnnviz.load(path, gates=gates)
    import tf_keras as keras

    layers = [
        keras.layers.LSTM(50, return_sequences=True, recurrent_activation="hard_sigmoid" if usual else "sigmoid")
        for _ in range(2)
    ]
    theirs = keras.Sequential([keras.Input((None, model.network.input_size)), *layers])
    import h5py

    with h5py.File(path) as file:
        for layer in layers:
            name = f"lstm_{layers.index(layer) + 1}"
            parts = ("kernel", "recurrent_kernel", "bias")
            layer.set_weights([file[name][name][f"{part}:0"][()] for part in parts])
    x = np.random.default_rng(0).standard_normal((9, model.network.input_size)).astype(np.float32)
    close(model.trace(x)["hidden", 1], np.asarray(theirs(x[None]))[0])
    assert model.network.layers[0][0].options["gates"] == gates
