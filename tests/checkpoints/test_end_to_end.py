"""Keras's files and ONNX's, whole: `rnnviz.load` makes models that compute what the framework does."""

import numpy as np
import pytest
from onnx import helper

import rnnviz
from rnnviz.errors import DtypeError, FileError, UnsupportedFileError
from rnnviz.text.tokens import Vocabulary

from ..raising import raises
from .keras_models import BOTH, outputs, sequence, sequential
from .onnx.graphs import model as onnx_model
from .onnx.graphs import one_node, theirs, weights

SEQ = {"return_sequences": True}
# By name: the layers, whether Keras hands the outputs on last step first, and its ways of saving (Keras 2, Keras 3).
CHAINS = {
    "lstm": (lambda L: [L.LSTM(4, **SEQ), L.LSTM(3, **SEQ)], False),
    "both, sum": (lambda L: [L.Bidirectional(L.GRU(4, **SEQ), merge_mode="sum")], False),
    "both, ave": (lambda L: [L.Bidirectional(L.SimpleRNN(4, activation="relu", **SEQ), merge_mode="ave")], False),
    "back": (lambda L: [L.GRU(4, go_backwards=True, reset_after=False, **SEQ)], True),
}


def close(ours, expected):
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-5)


def holds(model, keras, turned):
    """The model's outputs are those of Keras's last layer."""
    x = sequence()
    found = outputs(keras, x)
    expected = found["says"][::-1] if turned else found["says"]
    trace = model.trace(x)
    close(trace.outputs, expected)
    return trace


@pytest.mark.peers
@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize(("package", "end"), [("keras", "keras"), ("keras", "h5"), ("tf_keras", "h5")])
def test_files_of_keras(package, end, chain, tmp_path):
    make, turned = CHAINS[chain]
    keras = sequential(package, lambda L: [*make(L), L.TimeDistributed(L.Dense(3, name="inner"), name="says")])
    path = tmp_path / f"mine.{end}"
    keras.save(path)
    holds(rnnviz.load(path), keras, turned)
    report = str(rnnviz.checkpoint(path))
    assert "mine." in report
    assert "?" not in report


@pytest.mark.peers
def test_weights_of_keras_alone_leave_things_open(tmp_path):
    keras = sequential("keras", lambda L: [L.GRU(4, activation="relu", **SEQ), L.Dense(3, name="says")])
    path = tmp_path / "mine.weights.h5"
    keras.save_weights(path)
    (stack,) = rnnviz.checkpoint(path).stacks
    assert {"activation", "outputs"} <= {setting.name for setting in stack.assumed}
    model = rnnviz.load(path, activation="relu", outputs="linear")
    holds(model, keras, False)
    assert model.name == "mine"


@pytest.mark.peers
@BOTH
def test_live_layers_of_keras(package):
    keras = sequential(package, lambda L: [L.Embedding(7, 3, name="table"), L.LSTM(4, **SEQ), L.Dense(3)], inputs=0)
    model = rnnviz.from_keras(keras, vocabulary=Vocabulary("characters", tuple("abcdefg")), labels=["x", "y", "z"])
    found = outputs(keras, np.array([3, 1, 4, 1, 5, 2]))
    close(model.trace("dbebfc")["hidden"], found[keras.layers[-2].name])
    assert model.labels == ["x", "y", "z"]
    alone = rnnviz.from_keras(keras.layers[-2], activation="tanh", name="alone")
    assert (alone.name, alone.network.embedding) == ("alone", None)
    with raises(UnsupportedFileError, code="no_recurrent_layer"):
        rnnviz.from_keras(keras.layers[-1])
    with raises(DtypeError, dtype="list"):
        rnnviz.from_keras([1, 2])


# ---- ONNX ---------------------------------------------------------------------------------------------------


def saved(made, folder):
    path = folder / "mine.onnx"
    path.write_bytes(made.SerializeToString())
    return path


def x_of(rng, steps=6, size=3):
    return rng.standard_normal((steps, 1, size)).astype(np.float32)


@pytest.mark.parametrize("op", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
def test_nodes_with_states_of_their_own_and_a_length(op, direction, tmp_path):
    rng = np.random.default_rng(0)
    ways = 2 if direction == "bidirectional" else 1
    arrays = weights(op, (3, 4), rng, ways)
    for name in ("h0", "c0")[: 2 if op == "LSTM" else 1]:
        arrays[name] = rng.uniform(-1, 1, (ways, 1, 4)).astype(np.float32)
    arrays["lens"] = np.array([5], np.int32)
    made = one_node(op, arrays, hidden_size=4, direction=direction)
    model = rnnviz.load(saved(made, tmp_path))
    x = x_of(rng)
    trace = model.trace(x[:, 0])
    found = theirs(made, {"X": x})["Y"]
    assert (model.max_steps, trace.truncated, len(trace.tokens)) == (5, True, 5)
    for k, way in enumerate(model.network.directions_by_layer[0]):
        close(trace["hidden", 0, way], found[:5, k, 0])


def test_peepholes_and_other_activations(tmp_path):
    rng = np.random.default_rng(1)
    arrays = weights("LSTM", (3, 4), rng, peepholes=True)
    more = {"activations": ["HardSigmoid", "Softsign", "Tanh"], "activation_alpha": [0.3], "activation_beta": [0.4]}
    made = one_node("LSTM", arrays, hidden_size=4, **more)
    model = rnnviz.load(saved(made, tmp_path))
    x = x_of(rng)
    close(model.trace(x[:, 0])["hidden"], theirs(made, {"X": x})["Y"][:, 0, 0])
    assert (model.network.cell_name, model.definition.title) == ("peephole", "Peephole LSTM")


@pytest.mark.parametrize("merge", ["Add", "Mul"])
def test_directions_that_a_graph_merges(merge, tmp_path):
    rng = np.random.default_rng(2)
    one, two = weights("GRU", (3, 4), rng, 2), weights("GRU", (4, 2), rng)
    arrays = {f"{name}0": array for name, array in one.items()} | {f"{name}1": array for name, array in two.items()}
    arrays |= {"axis": np.array([1])}
    nodes = [
        helper.make_node("GRU", ["X", "W0", "R0", "B0"], ["Y0"], hidden_size=4, direction="bidirectional", name="low"),
        helper.make_node("Split", ["Y0"], ["a", "b"], axis=1),
        helper.make_node("Squeeze", ["a", "axis"], ["a1"]),
        helper.make_node("Squeeze", ["b", "axis"], ["b1"]),
        helper.make_node(merge, ["a1", "b1"], ["joined"]),
        helper.make_node("GRU", ["joined", "W1", "R1", "B1"], ["Y"], hidden_size=2, name="high"),
    ]
    made = onnx_model(nodes, arrays)
    model = rnnviz.load(saved(made, tmp_path))
    x = x_of(rng)
    close(model.trace(x[:, 0])["hidden", 1], theirs(made, {"X": x})["Y"][:, 0, 0])
    assert model.network.merge == {"Add": "sum", "Mul": "mul"}[merge]


def test_weights_beside_the_file(tmp_path):
    import onnx

    rng = np.random.default_rng(3)
    made = one_node("LSTM", weights("LSTM", (3, 4), rng), hidden_size=4)
    plain = rnnviz.load(saved(made, tmp_path))
    onnx.save_model(
        made, tmp_path / "outside.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0
    )
    outside = rnnviz.load(tmp_path / "outside.onnx")
    np.testing.assert_array_equal(outside.network.layers[0][0].weight_hh, plain.network.layers[0][0].weight_hh)
    (tmp_path / "weights.bin").unlink()
    with raises(FileError, code="missing", part="weights.bin"):
        rnnviz.load(tmp_path / "outside.onnx")
