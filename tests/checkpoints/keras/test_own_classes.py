"""Layers of authors' own classes in files: named as the file has it, and read as Keras's only if somebody says so."""

import io
import json
import zipfile

import numpy as np
import pytest

from rnnviz.checkpoints import open_bytes
from rnnviz.errors import UnsupportedFileError

from ...raising import raises
from ..case_files import states
from ..hostile_files import keras_file, zipped


def own(class_name, registered, module="somebody", inputs=3, units=4):
    """A .keras file of one LSTM whose class is somebody's own."""
    with zipfile.ZipFile(io.BytesIO(keras_file(["lstm0"], 1, units, inputs))) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    config = json.loads(parts["config.json"])
    layer = config["config"]["layers"][0]
    layer |= {"class_name": class_name, "module": module, "registered_name": registered}
    return zipped(parts | {"config.json": json.dumps(config)})


@pytest.mark.parametrize(
    ("class_name", "registered", "named"),
    [
        ("MyLSTM", "my_pkg>MyLSTM", "my_pkg>MyLSTM"),
        ("LSTM", "LSTM", "somebody.LSTM"),
        ("MyLSTM", "MyLSTM", "somebody.MyLSTM"),
    ],
)
def test_a_class_of_its_own_is_read_only_if_somebody_says_so(class_name, registered, named):
    found = open_bytes("m.keras", own(class_name, registered))
    with raises(UnsupportedFileError, code="unsupported_layer") as caught:
        found.model()
    assert named in str(caught.value) and "cell='LSTM'" in str(caught.value)
    assert named in str(found)
    x = np.random.default_rng(0).normal(size=(5, 3))
    assert not states(found.model(cell="LSTM"), x).any()  # its weights are zeros


@pytest.mark.parametrize("class_name", ["Attention", "MyGRU", "LSTMish", "MyConvLSTM2D"])
def test_a_class_with_another_name_or_other_arrays_is_refused(class_name):
    with raises(UnsupportedFileError) as caught:
        open_bytes("m.keras", own(class_name, f"my_pkg>{class_name}"))
    assert f"my_pkg>{class_name}" in str(caught.value)
