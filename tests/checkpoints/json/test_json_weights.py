"""Weights as JSON: GuitarML's state dicts, RTNeural's layers and Neural Amp Modeler's lists, and their states."""

import json

import numpy as np
import pytest

from rnnviz.checkpoints import open_bytes, open_file
from rnnviz.errors import DamagedFileError, FileError, UnsupportedFileError

from ...raising import raises
from ..case_files import path_of, states

H, D, T = 4, 1, 12
RNG = np.random.default_rng(0)
X = RNG.normal(size=(T, D)).astype(np.float32)


def numbers(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, w, u, b, h=None, c=None):
    """The formula, gates i, f, g, o along the rows."""
    h, c, out = np.zeros(len(w) // 4) if h is None else h, np.zeros(len(w) // 4) if c is None else c, []
    for row in x:
        i, f, g, o = np.split(w @ row + u @ h + b, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        out.append(h)
    return np.array(out)


def gru(x, w, u, b, r):
    """The formula of Keras with two biases, gates z, r, h along the columns."""
    h, out = np.zeros(len(u)), []
    for row in x:
        xz, xr, xh = np.split(row @ w + b, 3)
        hz, hr, hh = np.split(h @ u + r, 3)
        z = sigmoid(xz + hz)
        h = z * h + (1 - z) * np.tanh(xh + sigmoid(xr + hr) * hh)
        out.append(h)
    return np.array(out)


def opened(data, name="m.json"):
    return open_bytes(name, json.dumps(data).encode())


def test_the_case():
    model = open_file(path_of("known_files_not_named", "nam_json")).model()
    assert np.isfinite(states(model, X)).all() and model.network.readout_weight is not None


@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_state_dict(wrapped, skip):
    w, u, b, d = numbers(4 * H, D), numbers(4 * H, H), numbers(4 * H), numbers(4 * H)
    arrays = {"rec.weight_ih_l0": w, "rec.weight_hh_l0": u, "rec.bias_ih_l0": b, "rec.bias_hh_l0": d}
    data = {name: array.tolist() for name, array in arrays.items()}
    if wrapped:
        data = {"model_data": {"unit_type": "LSTM", "skip": skip}, "state_dict": data}
    found = opened(data)
    assert np.abs(states(found.model(), X) - lstm(X, w, u, b + d)).max() < 1e-5
    assert bool(found.notes) == bool(skip and wrapped)


def test_layers_of_rtneural():
    w, u, b = numbers(D, 4 * H), numbers(H, 4 * H), numbers(4 * H)
    gates = numbers(H, 9), numbers(3, 9), numbers(2, 9)
    v, a = numbers(3, 2), numbers(2)
    layers = [
        {"type": "lstm", "activation": "", "shape": [None, None, H], "weights": [x.tolist() for x in (w, u, b)]},
        {"type": "gru", "activation": "", "shape": [None, None, 3], "weights": [x.tolist() for x in gates]},
        {"type": "dense", "activation": "", "shape": [None, None, 2], "weights": [v.tolist(), a.tolist()]},
    ]
    found = opened({"in_shape": [None, None, D], "layers": layers})
    model, below = found.model(), lstm(X, w.T, u.T, b)  # the list says which layer reads which: one network
    trace = model.trace(X)
    assert np.abs(trace["hidden"] - below).max() < 1e-5
    above = gru(below, gates[0], gates[1], *gates[2])
    assert np.abs(trace["hidden", 1] - above).max() < 1e-5
    assert np.abs(model.network.readout_weight - v.T).max() == 0


def test_lists_of_neural_amp_modeler():
    joint = [numbers(4 * H, D + H), numbers(4 * H, 2 * H)]
    biases, starts = [numbers(4 * H) for _ in joint], [numbers(2, H) for _ in joint]
    head = numbers(H + 1)
    flat = [np.concatenate([w.ravel(), b, s.ravel()]) for w, b, s in zip(joint, biases, starts, strict=True)]
    data = {
        "version": "0.5.4", "architecture": "LSTM", "config": {"input_size": D, "hidden_size": H, "num_layers": 2},
        "weights": np.concatenate([*flat, head]).tolist(), "sample_rate": 48000,
    }  # fmt: skip
    found = opened(data, "m.nam")
    arrays = {array.source: array for array in found.convert().arrays}
    assert arrays["lstm.weight_hh_l1"].shape == (4 * H, H)
    network = found.model().network
    for k, layer in enumerate(network.layers):
        below = joint[k].shape[1] - H
        assert np.array_equal(layer[0].parameters["weight_ih"], joint[k][:, :below])
        assert np.array_equal(layer[0].parameters["weight_hh"], joint[k][:, below:])
    right = X
    for w, b, (h, c) in zip(joint, biases, starts, strict=True):
        right = lstm(right, w[:, :-H], w[:, -H:], b, h, c)
    assert np.abs(states(found.model(), X) - right).max() < 1e-5
    assert np.array_equal(network.readout_weight, head[None, :H]) and network.readout_bias == head[H:]
    for change, code in (({"weights": data["weights"][1:]}, "contradiction"), ({"weights": ["a"]}, "contradiction"),
                         ({"config": {"input_size": -1}}, "configuration")):  # fmt: skip
        with raises(DamagedFileError, code=code):
            opened(data | change, "m.nam")
    with raises(UnsupportedFileError, code="no_recurrent_layer"):
        opened(data | {"architecture": "WaveNet"}, "m.nam")


@pytest.mark.parametrize(
    "layers",
    [[{"type": "lstm", "weights": [["a"]]}], [{"type": "lstm", "weights": []}],
     [{"type": "dense", "weights": [[[1]], [1]]}],
     [{"type": "lstm", "activation": "relu", "weights": [[[1, 1, 1, 1]], [[1, 1, 1, 1]], [1, 1, 1, 1]]}]],
)  # fmt: skip
def test_damaged_layers_are_refused(layers):
    with raises(FileError, file="m.json"):
        opened({"layers": layers})


@pytest.mark.parametrize(
    "data", [b"{", b'{"a": [[1, 2], [3]]}', b'{"a": [[1, NaN]]}', b"[[[[1", b"{" * 1000, b'{"a": [[1, "b"], [2, 3]]}']
)
def test_damaged_json_is_refused(data):
    with raises(FileError, file="m.json"):
        open_bytes("m.json", data)
