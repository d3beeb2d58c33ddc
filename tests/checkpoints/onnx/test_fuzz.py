"""Damaged ONNX files: a sentence, or an answer of the right kind, and never anything else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper

from rnnviz.checkpoints.onnx.onnx_file import read_stacks
from rnnviz.checkpoints.onnx.onnx_writer import to_onnx
from rnnviz.checkpoints.stack import Stack
from rnnviz.errors import FileError
from rnnviz.model import Model

from ...strategies import CHARACTERS, draw_network
from .graphs import file_of, model, one_node, restored, weights
from .test_onnx_file import outside, prepared


def coupled():
    """A node with every input and most attributes."""
    rng = np.random.default_rng(0)
    arrays = weights("LSTM", (2, 3), rng, 2, peepholes=True) | {"lens": np.array([3], np.int32)}
    arrays |= {name: np.ones((2, 1, 3), np.float32) for name in ("h0", "c0")}
    more = {"activations": ["HardSigmoid", "Elu", "Tanh"] * 2, "activation_alpha": [0.2, 1.0] * 2}
    more |= {"activation_beta": [0.5] * 2, "clip": 3.0, "input_forget": 1, "direction": "bidirectional"}
    return one_node("LSTM", arrays, hidden_size=3, **more)


def several():
    """A graph in a graph, a function, and a transformation of weights."""
    arrays = weights("GRU", (2, 3), np.random.default_rng(0))
    node = helper.make_node("GRU", ["x", "W", "R", "B"], ["y"], hidden_size=3)
    inner = helper.make_graph([helper.make_node("GRU", ["X", "W", "R", "B"], ["Y1"], hidden_size=3)], "b", [], [])
    imports = [helper.make_opsetid("own", 1)]
    function = helper.make_function("own", "Block", ["x", "W", "R", "B"], ["y"], [node], imports)
    nodes = [
        helper.make_node("If", ["X"], ["Y0"], then_branch=inner, else_branch=inner),
        helper.make_node("Block", ["X", "W", "R", "B"], ["Y"], domain="own"),
    ]
    return model(nodes, arrays, imports=imports, functions=[function])


OURS = to_onnx(Model("m", draw_network("gru", layers=2, bidirectional=True), CHARACTERS, list("abcd")))
BESIDE = outside()[1]
FILES = {
    "coupled": coupled().SerializeToString(),
    "prepared": prepared(np.random.default_rng(0)).SerializeToString(),
    "outside": outside(offset=4, length=72)[0].SerializeToString(),
    "several": several().SerializeToString(),
    "ours": OURS,
}


def tried(data):
    """What comes of a file: its stacks, or a sentence."""
    try:
        stacks, notes, words = read_stacks(file_of(data, BESIDE))
    except FileError as error:
        message = error.message
        assert error.file
        assert "\n" not in message.strip()
        assert message[-1] in ".:" and "codec" not in message
        return
    assert stacks
    assert all(isinstance(stack, Stack) for stack in stacks)
    assert all(isinstance(note, str) for note in (*notes, words))
    for stack in stacks:
        for layer in stack.layers:
            for arrays in layer.values():
                rows, size = arrays["weight_hh"].array.shape
                assert rows % size == 0
                assert len(arrays["weight_ih"].array) == rows
                assert {source.array.dtype for source in arrays.values()} <= {np.dtype("f4"), np.dtype("f8")}


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_files_that_were_cut_off(name, data):
    whole = FILES[name]
    tried(whole[: data.draw(st.integers(0, len(whole)))])


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_files_with_other_bytes_in_some_places(name, data):
    changed = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    tried(bytes(changed))


@given(data=st.data())
def test_our_own_files_with_other_bytes_in_some_places(data):
    changed = bytearray(OURS)
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = restored(bytes(changed))
    except FileError as error:
        assert error.file and "\n" not in error.message
    else:
        assert found is None or isinstance(found, Model)


def test_names_that_are_no_text_are_read_as_well_as_can_be():
    data = coupled().SerializeToString()
    for name in (b"made", b"rnn/LSTM", b"h0"):
        data = data.replace(name, b"\xff" * len(name))
    made = data.replace(b"\xff\xff\xff\xff\xff\xff\xff\xff", b"\xfe" * 8)
    (stack,), _, _ = read_stacks(file_of(made))
    assert "\ufffd" in stack.name
    assert stack.initial[0, "forward", "hidden"].name == "\ufffd\ufffd"


@given(st.binary(max_size=300))
def test_bytes_that_never_were_a_file(data):
    tried(data)


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_sound_before_it_is_damaged(name):
    stacks, _, _ = read_stacks(file_of(FILES[name], BESIDE))
    assert stacks
