"""Files of Keras 1 and 0, written as these wrote them, against the formulas of their cells."""

import io
import json

import numpy as np
import pytest

from rnnviz.checkpoints import open_bytes
from rnnviz.errors import LimitError
from rnnviz.limits import Limits

from ...raising import raises
from ..case_files import TOLERANCE, opened, states

h5py = pytest.importorskip("h5py")

D, H, T, C = 3, 4, 7, 2
GATES = {"LSTM": "icfo", "GRU": "zrh", "SimpleRNN": ""}


def hard(x):
    return np.clip(0.2 * x + 0.5, 0, 1)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def run(kind, x, arrays, gates=hard):
    """The states of a cell by its formula; arrays: by part and gate."""
    h, c, out = np.zeros(H), np.zeros(H), []

    def total(gate, state):
        return x[k] @ arrays["W", gate] + state @ arrays["U", gate] + arrays["b", gate]

    for k in range(len(x)):  # noqa: B007 - which `total` reads
        if kind == "SimpleRNN":
            h = np.tanh(total("", h))
        elif kind == "LSTM":
            c = gates(total("f", h)) * c + gates(total("i", h)) * np.tanh(total("c", h))
            h = gates(total("o", h)) * np.tanh(c)
        else:
            z, r = gates(total("z", h)), gates(total("r", h))
            h = z * h + (1 - z) * np.tanh(total("h", r * h))
        out.append(h)
    return np.array(out)


def drawn(kind, seed=0, inputs=D):
    rng = np.random.default_rng(seed)
    shapes = {"W": (inputs, H), "U": (H, H), "b": (H,)}
    return {(p, g): rng.normal(size=s).astype(np.float32) for g in GATES[kind] or [""] for p, s in shapes.items()}


def named(name, kind, arrays, form, ending=""):
    """The arrays under their names in the file, in Keras's order."""
    if form == "numbered":
        return {f"param_{k}": array for k, array in enumerate(arrays.values())}
    if form == "whole" and GATES[kind]:  # as consume_less="gpu" keeps them
        order = "ifco" if kind == "LSTM" else "zrh"
        return {f"{name}_{p}{ending}": np.concatenate([arrays[p, g] for g in order], axis=-1) for p in "WUb"}
    return {f"{name}_{p}{'_' + g if g else ''}{ending}": array for (p, g), array in arrays.items()}


def written(layers, version="1.2.2", config=None):
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        root = file.create_group("model_weights") if config else file
        root.attrs["layer_names"] = np.array([name.encode() for name in layers])
        if version:
            file.attrs["keras_version"] = version.encode()
        if config:
            file.attrs["model_config"] = json.dumps(config).encode()
        for name, arrays in layers.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = np.array([part.encode() for part in arrays])
            for part, array in arrays.items():
                group[part] = array
    return made.getvalue()


def vectors():
    return np.random.default_rng(9).normal(size=(T, D)).astype(np.float32)


def test_the_case():
    checkpoint, right = opened("keras_1", "keras1_h5")
    assert np.abs(states(checkpoint.model(), right["x"]) - right["y"]).max() < TOLERANCE


@pytest.mark.parametrize("version", ["1.2.2", "1.0.8", ""])
@pytest.mark.parametrize("ending", ["", ":0", "_1:0"])
@pytest.mark.parametrize("form", ["gates", "whole"])
@pytest.mark.parametrize("kind", GATES)
def test_weights_alone(kind, form, ending, version):
    arrays = drawn(kind)
    name = f"{kind.lower()}_1"
    found = open_bytes("m.h5", written({name: named(name, kind, arrays, form, ending)}, version))
    assert np.abs(states(found.model(), vectors()) - run(kind, vectors(), arrays)).max() < 1e-5
    if GATES[kind]:
        model = found.model(gates="sigmoid")
        assert np.abs(states(model, vectors()) - run(kind, vectors(), arrays, sigmoid)).max() < 1e-5


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_numbered_arrays_of_keras_0(kind):
    arrays = drawn(kind)
    found = open_bytes("m.h5", written({"layer_0": named("", kind, arrays, "numbered")}, ""))
    assert np.abs(states(found.model(), vectors()) - run(kind, vectors(), arrays)).max() < 1e-5


def dense(name, seed=3, inputs=H):
    rng = np.random.default_rng(seed)
    return {f"{name}_W": rng.normal(size=(inputs, C)).astype("f"), f"{name}_b": rng.normal(size=C).astype("f")}


def whole_model(kind, wrapped=False, **more):
    config = {
        "name": "r_1", "output_dim": H, "activation": "tanh", "inner_activation": "hard_sigmoid", "inner_init": "one",
        "return_sequences": True, "go_backwards": False, "input_dim": 5, "consume_less": "cpu",
    }  # fmt: skip
    layer = {"class_name": kind, "config": config | more}
    if wrapped:
        layer = {"class_name": "Bidirectional", "config": {"name": "bi_1", "layer": layer, "merge_mode": "concat"}}
    table = {"class_name": "Embedding", "config": {"name": "embedding_1", "input_dim": 6, "output_dim": D}}
    top = {"class_name": "TimeDistributed", "config": {"name": "t_1", "layer": {
        "class_name": "Dense", "config": {"name": "d_1", "output_dim": C, "activation": "softmax"}}}}  # fmt: skip
    return {"class_name": "Sequential", "config": [table, layer, top]}


@pytest.mark.parametrize("version", ["1.2.2", ""])
@pytest.mark.parametrize("gates", ["hard_sigmoid", "sigmoid"])
@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_whole_models(kind, gates, version):
    arrays, head = drawn(kind), dense("d_1")
    table = np.random.default_rng(2).normal(size=(6, D)).astype("f")
    layers = {"embedding_1": {"embedding_1_W": table}, "r_1": named("r_1", kind, arrays, "gates"), "t_1": head}
    model = open_bytes("m.h5", written(layers, version, whole_model(kind, inner_activation=gates))).model()
    ids = [3, 1, 4, 1, 5, 0]
    right = run(kind, table[ids], arrays, hard if gates == "hard_sigmoid" else sigmoid)
    assert np.abs(states(model, " ".join(map(str, ids))) - right).max() < 1e-5
    assert np.array_equal(model.network.readout_weight, head["d_1_W"].T)
    assert np.array_equal(model.network.readout_bias, head["d_1_b"])


@pytest.mark.parametrize("config", [True, False])
@pytest.mark.parametrize("form", ["gates", "whole"])
def test_both_directions(form, config):
    ways = [drawn("LSTM", seed) for seed in (0, 1)]
    inside = {}
    for way, arrays in zip(("forward", "backward"), ways, strict=True):
        inside |= named(f"{way}_r_1", "LSTM", arrays, form)
    table = np.random.default_rng(2).normal(size=(6, D)).astype("f")
    layers = {"embedding_1": {"embedding_1_W": table}, "bi_1": inside, "t_1": dense("d_1", inputs=2 * H)}
    found = open_bytes("m.h5", written(layers, config=whole_model("LSTM", wrapped=True) if config else None))
    x = table[[3, 1, 4, 1, 5]]
    right = np.hstack([run("LSTM", x, ways[0]), run("LSTM", x[::-1], ways[1])[::-1]])
    assert np.abs(states(found.model(), "3 1 4 1 5") - right).max() < 1e-5


def test_a_stack_of_layers():
    below, above = drawn("GRU"), drawn("GRU", 1, H)
    layers = {
        "gru_1": named("gru_1", "GRU", below, "gates"),
        "dropout_1": {},
        "gru_2": named("gru_2", "GRU", above, "gates"),
    }
    found = open_bytes("m.h5", written(layers))
    right = [run("GRU", vectors(), below)]
    right.append(run("GRU", right[0], above))
    for stack, expected, x in zip(found.stacks, right, (vectors(), right[0]), strict=False):
        if len(stack.layers) == 1:
            assert np.abs(states(found.model(stack.name), x) - expected).max() < 1e-5
        else:
            assert np.abs(states(found.model(stack.name), vectors()) - right[1]).max() < 1e-5


def test_a_layer_that_is_named_often_is_paid_for():
    arrays = named("r_1", "LSTM", drawn("LSTM"), "gates")
    config = whole_model("LSTM", input_dim=D)
    layer = config["config"][1]
    config["config"] = [layer] * 200
    with raises(LimitError, code="unpacked"):
        open_bytes("m.h5", written({"r_1": arrays}, config=config), limits=Limits(unpacked=10_000))


def test_names_of_other_layers_change_nothing():
    """An attention layer of Keras 2 whose arrays are called W and b."""
    rng = np.random.default_rng(0)
    lstm = {"lstm_1/kernel:0": rng.normal(size=(D, 4 * H)), "lstm_1/recurrent_kernel:0": rng.normal(size=(H, 4 * H)),
            "lstm_1/bias:0": rng.normal(size=4 * H)}  # fmt: skip
    attention = {"attention_1_W:0": rng.normal(size=(H, 1)), "attention_1_b:0": rng.normal(size=(T, 1))}
    found = open_bytes("m.h5", written({"lstm_1": lstm, "attention_1": attention}, "2.2.4"))
    (stack,) = found.stacks
    assert stack.cell == "lstm" and not stack.readouts
    assert {array.name for array in found.unused} == {f"attention_1/{name}" for name in attention}
