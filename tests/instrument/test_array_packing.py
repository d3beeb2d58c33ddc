"""Data with arrays is packed without loss, in both ways."""

import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import rnnviz
from rnnviz.instrument import as_bytes, as_json
from tests.instrument.unpacking import unpack

ARRAYS = st.sampled_from(["<f4", "<f2", "u1"]).flatmap(
    lambda dtype: arrays(dtype, array_shapes(min_side=0, max_dims=2))
)
LEAVES = st.none() | st.booleans() | st.integers() | st.text() | ARRAYS
NAMES = st.text().filter(lambda key: key not in {"<f4", "<f2", "|u1"})  # the marks of arrays, which name nothing
DATA = st.dictionaries(
    NAMES, st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner))
)


def same(found, data) -> bool:
    """Whether data is equal but for the shape of its arrays, which is not sent."""
    if isinstance(data, np.ndarray):
        return found.dtype == data.dtype and found.tobytes() == data.tobytes()
    if isinstance(data, list):
        return len(found) == len(data) and all(map(same, found, data))
    if isinstance(data, dict):
        return found.keys() == data.keys() and all(same(found[key], data[key]) for key in data)
    return found == data and type(found) is type(data)


@given(DATA)
def test_nothing_is_lost_beside_the_json(data):
    assert same(unpack(as_bytes(data)), data)


@given(arrays("<u4", st.integers(256, 300)), st.lists(st.integers(0, 255), min_size=1), st.randoms())
def test_nothing_is_lost_of_numbers_whose_upper_bytes_are_coded(bits, upper, random):
    """Any upper bytes, few or many, on any numbers: infinities and every NaN too."""
    octets = bits.view("u1").reshape(-1, 4)
    octets[:, 3] = random.choices(upper, k=len(bits))
    array = bits.view("<f4")
    assert same(unpack(as_bytes({"a": array, "b": np.ones(2, "<f4")})), {"a": array, "b": np.ones(2, "<f4")})


def test_the_values_of_a_network_take_an_eighth_less():
    values = rnnviz.load("names-gru").trace("Schmidhuber")["update"]
    assert len(as_bytes(values)) < 0.9 * values.nbytes


@given(ARRAYS)
def test_nothing_is_lost_in_base64(array):
    sent = json.loads(json.dumps(as_json({"a": [array], "b": "text"})))
    assert base64.b64decode(sent["a"][0]) == array.tobytes() and sent["b"] == "text"


def test_arrays_begin_where_a_browser_can_read_them():
    packed = as_bytes([np.ones(3, "u1"), np.ones(1, "<f2"), np.ones(2, "<f4")])
    end = 4 + int.from_bytes(packed[:4], "little")
    assert json.loads(packed[4:end]) == [{"|u1": [0, 3]}, {"<f2": [4, 1]}, {"<f4": [8, 2]}]


def test_what_is_no_array_is_refused():
    with pytest.raises(TypeError):
        as_bytes({"a": object()})
