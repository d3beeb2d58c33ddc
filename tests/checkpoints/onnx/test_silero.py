"""silero-vad as published: an LSTM inside the branches of Ifs, its weights cut and joined by nodes."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, load_from_string

from rnnviz.checkpoints.onnx.onnx_file import read_stacks

from ..published_packages import package_file
from .graphs import close, file_of, run, value

pytestmark = pytest.mark.peers

FOLDER = "silero_vad/data/"
# By file: how many stacks of different weights it holds, and which of them is that for 16 kHz.
FILES = {
    "silero_vad.onnx": (2, 1),
    "silero_vad_16k_op15.onnx": (1, 0),
    "silero_vad_16k_sequence.onnx": (1, 0),
    "silero_vad_half.onnx": (1, 0),
    "silero_vad_openvino_16k.onnx": (1, 0),
}


def published(name):
    return package_file(FOLDER + name).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_the_lstm_is_found_once_whatever_branch_it_stands_in(name):
    count, which = FILES[name]
    stacks, notes, _ = read_stacks(file_of(published(name)))
    assert len(stacks) == count
    assert all("same weights" in note for note in notes)
    stack = stacks[which]
    assert (stack.cell, len(stack.layers), stack.input_size, stack.hidden_size()) == ("lstm", 1, 128, 128)
    assert [setting.name for setting in stack.assumed] == ["initial"]
    assert (value(stack, "embedding"), value(stack, "readout")) == ("none", "none")
    assert "graph's input" in stack.left_out[0]


@pytest.mark.parametrize("name", [name for name in FILES if name != "silero_vad_half.onnx"])  # another training
def test_weights_are_the_same_whether_nodes_prepare_them_or_the_exporter_did(name):
    prepared = read_stacks(file_of(published(name)))[0][FILES[name][1]].layers[0]["forward"]
    name = "silero_vad_16k_sequence.onnx"
    ready = read_stacks(file_of(published(name)))[0][0].layers[0]["forward"]
    for array, source in prepared.items():
        np.testing.assert_array_equal(source.array, ready[array].array)


def test_its_states_are_those_of_onnx_runtime_chunk_by_chunk():
    name = "silero_vad_16k_op15.onnx"
    data = published(name)
    (stack,), _, _ = read_stacks(file_of(data))
    made = load_from_string(data)
    encoded = "/model/encoder/3/activation/Relu_output_0"  # what the LSTM reads, (B, 128, 1)
    made.graph.output.append(helper.make_tensor_value_info(encoded, TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    state, read, states = np.zeros((2, 2, 128), np.float32), [], []
    for _ in range(8):
        sound = (0.1 * rng.standard_normal((2, 576))).astype(np.float32)
        feeds = {"input": sound, "state": state, "sr": np.array(16000, np.int64)}
        _, state, seen = session.run(None, feeds)
        read.append(seen[:, :, 0])
        states.append(state)
    ours = run(stack, np.stack(read))
    for k, quantity in enumerate(("hidden", "cell")):
        close(ours[0, "forward", quantity], np.stack(states)[:, k])


def test_a_cell_that_was_written_out_in_single_products_is_read_by_its_names():
    stacks, _, _ = read_stacks(file_of(published("silero_vad_op18_ifless.onnx")))
    assert [stack.name for stack in stacks] == ["decoder.rnn", "model_8k.decoder.rnn"]
    found = stacks[0].layers[0]["forward"]
    ready = read_stacks(file_of(published("silero_vad_16k_sequence.onnx")))[0][0].layers[0]["forward"]
    np.testing.assert_array_equal(np.sort(found["weight_hh"].array, None), np.sort(ready["weight_hh"].array, None))
    assert {"order", "direction"} <= {setting.name for setting in stacks[0].assumed}
