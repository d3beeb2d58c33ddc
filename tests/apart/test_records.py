"""What comes back from a worker is what it read, and nothing but data."""

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import rnnviz
from rnnviz.apart import records
from rnnviz.checkpoints import Stack, open_files, writable
from rnnviz.checkpoints.native import model_archive
from rnnviz.errors import DamagedFileError, RnnvizError

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
KEYS = st.text() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    LEAVES | st.binary(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner),
    max_leaves=20,
)
JSON = st.recursive(
    LEAVES | st.sampled_from(sorted(records.KINDS | records.DATACLASSES.keys() | records.ERRORS.keys())),
    lambda inner: st.lists(inner) | st.lists(st.sampled_from(sorted(records.KINDS)) | inner, min_size=1),
    max_leaves=20,
)


def sent(value):
    head, buffers = records.pack(value)
    return records.unpack(head, [bytearray(memoryview(buffer).cast("B")) for buffer in buffers])


@given(VALUES)
def test_plain_values_come_back(value):
    assert sent(value) == value


@given(arrays.arrays(st.sampled_from(list(records.DTYPES.values())), arrays.array_shapes(min_dims=0, min_side=0)))
def test_arrays_come_back(array):
    found = sent([array, array])
    assert found[0] is found[1]
    assert (found[0].dtype, found[0].shape, found[0].tobytes()) == (array.dtype, array.shape, array.tobytes())


def test_an_array_that_is_a_view_comes_back():
    array = np.arange(12.0).reshape(3, 4)[:, ::2]
    assert np.array_equal(sent(array), array)


@given(JSON)
def test_whatever_else_is_sent_is_refused(tree):
    with suppress(ValueError):
        records.unpack(json.dumps(tree).encode(), [])


@given(st.binary())
def test_bytes_that_are_no_json_are_refused(data):
    with suppress(ValueError):
        records.unpack(data, [bytearray(8)])


@pytest.mark.parametrize(
    "tree",
    [
        ["record", "Popen", ["dict"]],
        ["record", "Stack", ["dict", ["name", "x"], ["exec", "y"]]],
        ["error", "OSError", "words", "", ["dict"]],
        ["array", 0, "|O", [1]],
        ["array", 0, "<f4", [2**62, 2**62]],
        ["array", 0, "<f4", [-1]],
        ["array", 1, "<f4", [2]],
        ["__class__"],
        ["_at", 0],
        ["network", ["list", ["dict"], "lstm", ["dict"], "concat"]],
    ],
)
def test_only_what_is_listed_is_made(tree):
    with pytest.raises(ValueError):
        records.unpack(json.dumps(tree).encode(), [bytearray(8)])


def test_nesting_is_bounded():
    tree: list = ["list"]
    for _ in range(records.DEEPEST + 1):
        tree = ["list", tree]
    with pytest.raises(records.RecordError):
        records.unpack(json.dumps(tree).encode(), [])


def test_code_is_no_record():
    for value in (len, object(), json, type, Stack, lambda: None):
        with pytest.raises(TypeError):
            records.pack(value)


@pytest.mark.parametrize("head", [{}, {"activation": "linear"}, {"activation": "sigmoid"}])
@pytest.mark.parametrize("name", ["names-lstm", "counter-gru"])
def test_every_format_comes_back_as_it_was_read(name, head):
    model = rnnviz.load(name).with_head(**head)
    files = [(f"model{format.suffixes[0]}", format.save(model)) for format in writable()]
    for file, data in [*files, ("models.zip", model_archive.pack([model]))]:
        read = open_files({file: data})
        found = sent(read)
        assert str(found) == str(read)
        assert type(found.format) is type(read.format)
        for stack in read.stacks:
            before, after = read.convert(stack.name).network.parameters, found.convert(stack.name).network.parameters
            assert before.keys() == after.keys()
            assert all(np.array_equal(before[key], after[key]) for key in before)
        for key, whole in read.models.items():
            made = found.models[key]
            assert (made.name, made.vocabulary, made.labels, made.card, made.head) == (
                whole.name, whole.vocabulary, whole.labels, whole.card, model.head,
            )  # fmt: skip


def test_a_head_of_several_layers_comes_back():
    case = Path(__file__).parents[1] / "checkpoints/cases/readout_is_not_softmax/k_twodense/m.keras"
    read = open_files({"m.keras": case.read_bytes()})
    found, x = sent(read), np.ones((3, 6))
    assert str(found) == str(read)
    np.testing.assert_array_equal(found.model().trace(x).outputs, read.model().trace(x).outputs)
    model = read.model()
    again = sent(model)
    assert again.head.to_json() == model.head.to_json()
    np.testing.assert_array_equal(again.trace(x).outputs, model.trace(x).outputs)


def test_errors_come_back_with_their_fields():
    error = DamagedFileError("Words.", code="a", file="b", part="c")
    found = sent(error)
    assert isinstance(found, RnnvizError) and type(found) is DamagedFileError
    assert (found.message, found.code, found.fields) == (error.message, error.code, error.fields)
