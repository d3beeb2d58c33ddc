"""Keras's files of every format: what is read is what Keras wrote, and states are Keras's own."""

import io
import json
from functools import cache
from zipfile import ZipFile

import numpy as np
import pytest

from rnnviz.checkpoints import File
from rnnviz.checkpoints.keras.keras_file import OPTIMISER_NOTE, ORDER_NOTE, read_layers
from rnnviz.checkpoints.keras.layer_stacks import stacks_from_layers
from rnnviz.errors import FileError, LimitError
from rnnviz.limits import DEFAULT_LIMITS, Limits

from ...raising import raises
from ..keras_models import BOTH, drawn, outputs, package_of, plain, sequence, sequential
from ..published_packages import package_file
from ..stack_runs import read_out, run

h5py = pytest.importorskip("h5py")
SEQ = {"return_sequences": True}
WHOLE = [("keras", ".keras"), ("keras", ".h5"), ("tf_keras", ".keras"), ("tf_keras", ".h5")]
WEIGHTS = [("keras", ".weights.h5"), ("tf_keras", ".weights.h5"), ("tf_keras", ".h5")]
EVERY_FILE = pytest.mark.parametrize(
    ("package", "end", "weights"), [(*one, False) for one in WHOLE] + [(*one, True) for one in WEIGHTS]
)
EVERY_WHOLE = pytest.mark.parametrize(("package", "end"), WHOLE)


def saved(model, folder, end, weights=False):
    path = folder / f"model{end}"
    (model.save_weights if weights else model.save)(path)
    return path.read_bytes()


def layers_of(name, data, limits=DEFAULT_LIMITS):
    return read_layers(File(name, data, limits=limits))


def read(model, folder, end, weights=False):
    layers, notes, words = layers_of(f"model{end}", saved(model, folder, end, weights))
    return stacks_from_layers(layers), notes, words


def agrees(stack, model, x, last, **chosen):
    _, top = run(stack, x, **chosen)
    np.testing.assert_allclose(top, outputs(model, x)[last], rtol=0, atol=1e-5)
    return top


MODELS = {
    "between": lambda L: [
        L.Embedding(9, 5, name="words"),
        L.SpatialDropout1D(0.1),
        L.LSTM(4, name="one", **SEQ),
        L.Dropout(0.1),
        L.LSTM(3, name="two", **SEQ),
        L.TimeDistributed(L.Dense(7, activation="softmax"), name="says"),
    ],
    "directions": lambda L: [
        L.Bidirectional(L.GRU(4, **SEQ), name="a"),
        L.Bidirectional(L.GRU(3, **SEQ), name="b"),
        L.GRU(2, name="c", **SEQ),
    ],
    "cells": lambda L: [L.RNN([L.GRUCell(4), L.GRUCell(3), L.GRUCell(2)], name="a", **SEQ)],
    "eleven": lambda L: [L.SimpleRNN(3, **SEQ) for _ in range(11)],
    "ways": lambda L: [
        L.GRU(4, go_backwards=True, reset_after=False, use_bias=False, **SEQ),
        L.Bidirectional(L.GRU(3, reset_after=False, **SEQ), merge_mode="ave", name="top"),
    ],
}
IDS = np.array([3, 0, 8, 1, 1, 5], np.int32)


@cache
def known(package, name):
    """A model, and what its layers hand on for IDS or for `sequence()`."""
    model = sequential(package, MODELS[name], inputs=0 if name == "between" else 3)
    model.compile("adam", "mse")
    return model, outputs(model, IDS if name == "between" else sequence())


# ---- every format ---------------------------------------------------------------------------


@pytest.mark.peers
@EVERY_FILE
def test_a_stack_between_an_embedding_and_a_readout(package, end, weights, tmp_path):
    model, found = known(package, "between")
    (stack,), notes, words = read(model, tmp_path, end, weights)
    named = package == "keras" or end == ".h5" or not weights  # Keras 2 leaves names out of its .weights.h5
    assert stack.name == ("one to two" if named else "lstm to lstm_1")
    how = "assumed" if weights else "stated"
    assert {stack.setting(name).basis for name in ("embedding", "readout", "gates", "activation")} == {how}
    table = stack.embeddings[stack.setting("embedding").value].array
    _, top = run(stack, table[IDS])
    np.testing.assert_allclose(top, found["two"], rtol=0, atol=1e-5)
    powers = np.exp(read_out(stack, top, stack.setting("readout").value))
    np.testing.assert_allclose(powers / powers.sum(1, keepdims=True), found["says"], rtol=0, atol=1e-5)
    assert "Keras" in words
    assert (OPTIMISER_NOTE in notes) == (end != ".h5" or not weights)


@pytest.mark.peers
@EVERY_FILE
def test_all_directions_and_merges(package, end, weights, tmp_path):
    model, found = known(package, "directions")
    (stack,), _, _ = read(model, tmp_path, end, weights)
    assert [tuple(layer) for layer in stack.layers] == [("forward", "backward")] * 2 + [("forward",)]
    assert (stack.setting("merge").basis, stack.setting("reset").basis) == (
        ("fixed", "fixed") if weights else ("stated", "stated")
    )
    np.testing.assert_allclose(run(stack, sequence())[1], found["c"], rtol=0, atol=1e-5)


@pytest.mark.peers
@EVERY_FILE
def test_an_rnn_of_cells(package, end, weights, tmp_path):
    model, found = known(package, "cells")
    (stack,), _, _ = read(model, tmp_path, end, weights)
    assert [stack.hidden_size(layer) for layer in range(3)] == [4, 3, 2]
    np.testing.assert_allclose(run(stack, sequence())[1], found["a"], rtol=0, atol=1e-5)


@pytest.mark.peers
@EVERY_FILE
def test_more_than_ten_layers_of_a_kind_stand_in_their_order(package, end, weights, tmp_path):
    model, found = known(package, "eleven")
    (stack,), _, _ = read(model, tmp_path, end, weights)
    assert len(stack.layers) == 11
    np.testing.assert_allclose(run(stack, sequence())[1], found[model.layers[-1].name], rtol=0, atol=1e-5)


@pytest.mark.peers
@EVERY_WHOLE
def test_ways_and_options_that_a_configuration_says(package, end, tmp_path):
    model, found = known(package, "ways")
    (stack,), _, _ = read(model, tmp_path, end)
    assert [tuple(layer) for layer in stack.layers] == [("backward",), ("forward", "backward")]
    assert (stack.merge, stack.setting("reset").value) == ("ave", "before")
    assert "bias_ih" not in stack.layers[0]["backward"] and "bias_ih" in stack.layers[1]["forward"]
    np.testing.assert_allclose(run(stack, sequence())[1], found["top"][::-1], rtol=0, atol=1e-5)


@pytest.mark.peers
@EVERY_WHOLE
def test_models_within_models(package, end, tmp_path):
    keras = package_of(package)
    L = keras.layers
    deep = keras.Sequential([keras.Input((6, 4)), L.LSTM(3, name="core", **SEQ), L.Dense(5, name="mix")], name="deep")
    start = keras.Input((6, 3))
    inner_start = keras.Input((6, 3))
    inner = keras.Model(inner_start, deep(L.LSTM(4, name="low", **SEQ)(inner_start)), name="inner")
    model = drawn(keras.Model(start, L.LSTM(2, name="top", **SEQ)(inner(start))))
    low, top = read(model, tmp_path, end)[0]
    assert (low.name, top.name) == ("inner/low to inner/deep/core", "top")
    assert list(low.readouts) == ["inner/deep/mix"]
    _, mixed = run(low, sequence())
    _, last = run(top, read_out(low, mixed))
    np.testing.assert_allclose(last, plain(model(sequence()[None]))[0], rtol=0, atol=1e-5)


@pytest.mark.peers
@pytest.mark.parametrize(("package", "end"), [("keras", ".weights.h5"), ("tf_keras", ".h5")])
def test_models_within_models_without_a_configuration(package, end, tmp_path):
    keras = package_of(package)
    L = keras.layers
    inner = keras.Sequential([keras.Input((6, 4)), L.LSTM(3, name="core", **SEQ)], name="inner")
    model = drawn(keras.Sequential([keras.Input((6, 3)), L.LSTM(4, name="low", **SEQ), inner]))
    (stack,), _, _ = read(model, tmp_path, end, True)
    agrees(stack, model, sequence(), "inner")


@pytest.mark.peers
@BOTH
def test_layers_of_different_classes_are_put_where_their_sizes_fit(package, tmp_path):
    def make(L):
        return [
            L.Embedding(9, 5),
            L.GRU(6, **SEQ),
            L.Bidirectional(L.GRU(3, **SEQ)),
            L.SimpleRNN(4, **SEQ),
            L.GRU(7, **SEQ),
            L.Dense(2),
        ]

    model = sequential(package, make, inputs=0)
    found, notes, _ = read(model, tmp_path, ".weights.h5", True)
    assert [(stack.cell, len(stack.layers)) for stack in found] == [("gru", 2), ("rnn", 1), ("gru", 1)]
    assert found[0].setting("embedding").value != "none" and found[2].setting("readout").value != "none"
    assert ORDER_NOTE in notes


@pytest.mark.peers
def test_a_model_of_somebodys_own(tmp_path):
    keras = package_of("keras")

    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.words, self.core = keras.layers.Embedding(9, 3), keras.layers.GRU(4, **SEQ)
            self.says = [keras.layers.Dense(2)]

        def call(self, x):
            return self.says[0](self.core(self.words(x)))

    model = Mine()
    model(np.zeros((1, 6), np.int32))
    for end, weights in ((".keras", False), (".weights.h5", True)):
        (stack,), notes, _ = read(model, tmp_path, end, weights)
        assert stack.setting("embedding").value != "none" and stack.setting("readout").value != "none"
        assert any("custom class" in note for note in notes) == (not weights)


@pytest.mark.peers
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_numbers_of_other_widths(dtype, tmp_path):
    model = sequential("keras", lambda L: [L.LSTM(4, name="one", dtype=dtype, recurrent_initializer="zeros")])
    layer = model.get_layer("one")
    for end, weights in ((".keras", False), (".weights.h5", True)):
        (stack,), _, _ = read(model, tmp_path, end, weights)
        source = stack.layers[0]["forward"]["weight_ih"]
        assert source.dtype == dtype and source.array.dtype == ("float64" if dtype == "float64" else "float32")
        exact = layer.cell.kernel.value.detach().double().numpy()
        np.testing.assert_array_equal(source.array, exact.T)


# ---- CuDNN's layers of Keras 2 ----------------------------------------------------------------


@pytest.mark.peers
@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
@pytest.mark.parametrize("known", [True, False])
def test_layers_of_cudnn(kind, known, tmp_path):
    """Written by Keras 2's own conversion, since its CuDNN layers themselves need a graphics card."""
    keras = package_of("tf_keras")
    from tf_keras.src.saving.legacy import hdf5_format

    model = sequential("tf_keras", lambda L: [getattr(L, kind)(4, name="one", **SEQ)])
    data = io.BytesIO(saved(model, tmp_path, ".h5", not known))
    fake = type(f"CuDNN{kind}", (keras.layers.Layer,), {})()
    turned = hdf5_format._convert_rnn_weights(fake, model.layers[-1].get_weights())
    with h5py.File(data, "r+") as file:
        group = (file["model_weights"] if known else file)["one"]
        for name, array in zip(group.attrs["weight_names"], turned, strict=True):
            del group[name]
            group[name] = array
        if known:
            config = json.loads(file.attrs["model_config"])
            (layer,) = (one for one in config["config"]["layers"] if one["class_name"] == kind)
            layer["class_name"] = f"CuDNN{kind}"
            for name in ("activation", "recurrent_activation", "reset_after", "use_bias"):
                layer["config"].pop(name, None)
            file.attrs["model_config"] = json.dumps(config)
    layers, _, _ = layers_of("old.h5", data.getvalue())
    (stack,) = stacks_from_layers(layers)
    assert stack.setting("gates").basis == "fixed" and stack.setting("activation").value == "tanh"
    agrees(stack, model, sequence(), "one")


# ---- what was published -----------------------------------------------------------------------


@pytest.mark.peers
@BOTH
def test_chars2vec(package):
    """eng_50 of chars2vec 0.1.7: two stacked LSTMs, as its model.py builds them, on words as it feeds them."""
    data = package_file("chars2vec/trained_models/eng_50/weights.h5").read_bytes()
    layers, notes, words = layers_of("weights.h5", data)
    (stack,) = stacks_from_layers(layers)
    assert words == "Keras 2.2.0, weights only in HDF5" and len(notes) == 1
    assert (stack.cell, stack.input_size, stack.hidden_size(0), stack.hidden_size(1)) == ("lstm", 59, 50, 50)
    assert {setting.name for setting in stack.assumed} == {"gates", "activation", "squash", "direction", "layers"}
    assert stack.setting("gates").value == "hard_sigmoid(0.2, 0.5)"  # the default of the Keras that wrote it

    L = package_of(package).layers
    model = sequential(package, lambda _: [L.LSTM(50, **SEQ), L.LSTM(50, **SEQ)], inputs=59)
    with h5py.File(io.BytesIO(data)) as file:
        for layer, name in zip(model.layers, ("lstm_1", "lstm_2"), strict=True):
            layer.set_weights([file[name][path][()] for path in file[name].attrs["weight_names"]])
    letters = np.random.default_rng(0).integers(0, 59, 6)
    agrees(stack, model, np.eye(59, dtype=np.float32)[letters], model.layers[-1].name, gates="sigmoid")


# ---- what is no such file -----------------------------------------------------------------------


@pytest.mark.peers
def test_limits_hold_before_anything_is_unpacked(tmp_path):
    model = sequential("keras", lambda L: [L.LSTM(64)])
    size = sum(array.nbytes for array in model.get_weights())
    for end, weights in ((".keras", False), (".h5", False), (".weights.h5", True)):
        data = saved(model, tmp_path, end, weights)
        with raises(LimitError, code="unpacked"):
            layers_of("m", data, Limits(unpacked=size - 1))
        with raises(LimitError, code="arrays"):
            layers_of("m", data, Limits(arrays=2))
        with raises(LimitError, code="file"):
            layers_of("m", data, Limits(file=len(data) - 1))


def zipped(**files):
    made = io.BytesIO()
    with ZipFile(made, "w") as file:
        for name, data in files.items():
            file.writestr(name.replace("__", "."), data)
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "code", "part"),
    [
        (b"", "signature", ""),
        (b"hello", "signature", ""),
        (b"PK\x03\x04" + b"x" * 100, "zip", ""),
        (zipped(readme="hello"), "missing_part", "config.json"),
        (zipped(config__json="{}"), "missing_part", "model.weights.h5"),
        (zipped(config__json="{", model__weights__h5=b""), "json", ""),
        (zipped(config__json="[" * 100_000, model__weights__h5=b""), "json_depth", ""),
        (zipped(config__json="{}", model__weights__h5=b"x"), "hdf5", ""),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 200, "hdf5", ""),
    ],
)
def test_all_else_is_refused_in_a_sentence(data, code, part):
    with raises(FileError, code=code, part=part, file="mine"):
        layers_of("mine", data)


def nested(depth):
    config = {"class_name": "Dense", "config": {"name": "x"}}
    for _ in range(depth):
        config = {"class_name": "Sequential", "config": {"name": "x", "layers": [config]}}
    return config


@pytest.mark.parametrize(
    ("config", "code", "part"),
    [
        (nested(30), "configuration", ""),
        ({"class_name": "Sequential", "config": {"layers": [3]}}, "configuration", ""),
        ({"class_name": "Sequential", "config": {"layers": []}}, "no_recurrent_layer", ""),
        (
            {"class_name": "Sequential", "config": [{"class_name": "LSTM", "config": {"name": "gone"}}]},
            "missing_array",
            "gone",
        ),
        ([], "configuration", ""),
    ],
)
def test_a_configuration_that_is_none(config, code, part):
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.create_group("model_weights")
    with raises(FileError, code=code, part=part):
        stacks_from_layers(layers_of("mine.h5", made.getvalue())[0])


@pytest.mark.peers
def test_code_in_a_file_is_a_name_and_no_more(tmp_path):
    keras = package_of("keras")
    L = keras.layers
    model = sequential("keras", lambda _: [L.Lambda(lambda x: x * 2, name="code"), L.GRU(3, name="one")])
    (stack,), _, _ = read(model, tmp_path, ".keras")
    assert any("'code' (Lambda)" in note for note in stack.left_out)


@pytest.mark.peers
@pytest.mark.parametrize("end", [".keras", ".h5"])
def test_files_cut_short_and_broken_files_are_refused(end, tmp_path):
    data = saved(sequential("keras", lambda L: [L.LSTM(3)]), tmp_path, end)
    for length in range(0, len(data) - 1, len(data) // 40):
        with raises(FileError, file="mine"):
            layers_of("mine", data[:length])
    rng = np.random.default_rng(0)
    for _ in range(60):
        broken = bytearray(data)
        for place in rng.integers(0, len(data), 20):
            broken[place] = rng.integers(256)
        try:
            stacks_from_layers(layers_of("mine", bytes(broken))[0])
        except FileError as error:
            assert "\n" not in error.message
