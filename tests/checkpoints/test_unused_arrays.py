"""Every array of a file is mapped or listed as unused, whatever the format."""

import io
import zipfile

import numpy as np
import pytest
from onnx import helper

from rnnviz.checkpoints import open_bytes

from .hostile_files import keras_file
from .onnx.graphs import model, weights


def accounted(checkpoint):
    """The names of all arrays in the report."""
    mapped = {array.source for stack in checkpoint.stacks for array in checkpoint.convert(stack.name).arrays}
    return mapped | {array.name for array in checkpoint.unused}


def test_arrays_of_keras():
    h5py = pytest.importorskip("h5py")
    with zipfile.ZipFile(io.BytesIO(keras_file(["lstm0"], 1))) as file:
        made = io.BytesIO(file.read("model.weights.h5"))
    with h5py.File(made, "a") as file:
        group = file.create_group("layers/batch_normalization/vars")
        for k in range(4):
            group.create_dataset(str(k), data=np.ones(4, np.float32))
        file.create_group("optimizer/vars").create_dataset("0", data=np.ones(3, np.float32))
    found = open_bytes("m.weights.h5", made.getvalue())
    unused = {array.name: array.shape for array in found.unused}
    assert unused == {f"layers/batch_normalization/vars/{k}": (4,) for k in range(4)}
    assert {f"layers/lstm/cell/vars/{k}" for k in range(3)} | unused.keys() == accounted(found)


def test_arrays_of_onnx():
    arrays = weights("LSTM", (2, 3), np.random.default_rng(0))
    more = {"scale": np.ones(3, np.float32), "shape": np.array([1, 2]), "one": np.array(1, np.float32)}
    node = helper.make_node("LSTM", ["X", *arrays], ["Y"], hidden_size=3)
    found = open_bytes("m.onnx", model([node], arrays | more).SerializeToString())
    assert [(array.name, array.shape, array.dtype) for array in found.unused] == [("scale", (3,), "float32")]
    assert accounted(found) == {*arrays, "scale"}
