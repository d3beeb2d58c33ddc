"""Safetensors against the library that writes them."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import SafetensorError
from safetensors.numpy import load
from safetensors.numpy import save as numpy_save

from rnnviz.bounded_json import LONGEST
from rnnviz.checkpoints.safetensors.tensor_file import read_tensors
from rnnviz.errors import DamagedFileError, LimitError, UnsupportedFileError
from rnnviz.limits import Limits

from ...raising import raises
from ..damaged_files import MILLION, flipped, memory_below, reader, refused, same, survives

read = reader(read_tensors)

DTYPES = ["f8", "f4", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "?"]
ARRAYS = st.dictionaries(
    st.text(min_size=1, max_size=5).filter(lambda name: name != "__metadata__"),
    st.builds(
        lambda dtype, shape: np.arange(int(np.prod(shape))).reshape(shape).astype(dtype),
        st.sampled_from(DTYPES), st.lists(st.integers(0, 3), max_size=3),
    ),
    min_size=1, max_size=5,
)  # fmt: skip
WORDS = st.one_of(st.none(), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))


def file(header, content=b"", size=None):
    """A file with any header, given as bytes or as what JSON is made of."""
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(header) if size is None else size).to_bytes(8, "little") + header + content


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


@given(arrays=ARRAYS, words=WORDS)
def test_what_the_library_wrote_is_read(arrays, words):
    data = numpy_save(arrays, words)
    found = read(data)
    assert same(dict(sorted(found.arrays.items())), dict(sorted(load(data).items())))
    assert found.metadata == (words or {})
    assert found.dtypes == {name: array.dtype.name for name, array in arrays.items()}


def test_the_precisions_that_numpy_does_not_know():
    torch = pytest.importorskip("torch")
    from safetensors.torch import save

    numbers = torch.linspace(-400, 400, 60).reshape(3, 20)
    kinds = [torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2, torch.float64, torch.bool]
    tensors = {str(kind).removeprefix("torch."): numbers.to(kind) for kind in kinds}
    found = read(save(tensors))
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(found.arrays[name], tensor.double().numpy())
        assert found.arrays[name].dtype == {"float64": "f8", "bool": "?"}.get(name, "f4")
        assert found.dtypes[name] == name


def test_kinds_that_are_passed_over():
    header = {"w": entry(), "c": entry("C64", (1,), (8, 16)), "q": entry("F4", (3, 2), (16, 19))}
    found = read(file(header, bytes(19)))
    assert list(found.arrays) == ["w"] and "c (C64)" in found.notes[0] and "q (F4)" in found.notes[0]
    refused(read, file({"c": entry("C64", (1,), (0, 8))}, bytes(8)), UnsupportedFileError, code="no_arrays")


W = entry()
LIES = {
    "nothing": b"",
    "no header": b"\x10" + bytes(7),
    "a header longer than the file": file({"w": W}, bytes(8), size=10_000),
    "a header of exabytes": file({"w": W}, bytes(8), size=(1 << 64) - 1),
    "a huge header": file(b" " * (LONGEST + 1)),
    "no JSON": file(b"hello"),
    "no text": file(b"\xff\xfe\xfd"),
    "depths": file(b'{"a":' * 100_000),
    "a long number": file(b'{"a": ' + b"9" * 5000 + b"}"),
    "a list": file([1]),
    "no arrays": file({}),
    "metadata alone": file({"__metadata__": {"a": "b"}}),
    "metadata of numbers": file({"__metadata__": {"a": 1}, "w": W}, bytes(8)),
    "a metadata list": file({"__metadata__": ["a"], "w": W}, bytes(8)),
    "a name twice": file(b'{"w": {}, "w": {}}'),
    "half a letter": file({"\ud800": W}, bytes(8)),
    "no entry": file({"w": 3}),
    "no dtype": file({"w": {"shape": [2], "data_offsets": [0, 8]}}, bytes(8)),
    "a dtype that is none": file({"w": entry("F31")}, bytes(8)),
    "negative sizes": file({"w": entry(shape=(-1, -2))}, bytes(8)),
    "sizes of true": file({"w": entry(shape=(True, 2))}, bytes(8)),
    "sizes in floats": file({"w": entry(shape=(2.0,))}, bytes(8)),
    "sizes that overflow": file({"w": entry(shape=(1 << 62, 4))}, bytes(8)),
    "empty but absurd": file({"w": entry(shape=(0, 1 << 62, 1 << 62), offsets=(0, 0))}),
    "empty in too many dimensions": file({"w": entry(shape=(0,) * 100, offsets=(0, 0))}),
    "a shape that does not fit": file({"w": entry(shape=(3,))}, bytes(8)),
    "backwards": file({"w": entry(shape=(2,), offsets=(8, 0))}, bytes(8)),
    "overlap": file({"w": W, "v": entry(offsets=(4, 12))}, bytes(12)),
    "the same bytes": file({"w": W, "v": W}, bytes(8)),
    "a gap": file({"w": W, "v": entry(offsets=(9, 17))}, bytes(17)),
    "a gap at the begin": file({"w": entry(offsets=(8, 16))}, bytes(16)),
    "cut off": file({"w": W}, bytes(7)),
    "more at the end": file({"w": W}, bytes(9)),
}


# What the header leaves out, and what is refused before the library reads it.
OTHERS = {
    "no arrays": (UnsupportedFileError, "no_arrays"),
    "metadata alone": (UnsupportedFileError, "no_arrays"),
    "a huge header": (LimitError, "json_bytes"),
    "no JSON": (DamagedFileError, "json"),
    "no text": (DamagedFileError, "json_text"),
    "half a letter": (DamagedFileError, "json_text"),
    "depths": (LimitError, "json_depth"),
    "a long number": (LimitError, "json_digits"),
}


@pytest.mark.parametrize("name", LIES)
def test_headers_that_lie(name):
    error, code = OTHERS.get(name, (DamagedFileError, "header"))
    with memory_below(40 * MILLION):
        refused(read, LIES[name], error, code=code)
    if code == "header" and name != "empty in too many dimensions":
        with pytest.raises((SafetensorError, ValueError)):  # the library does not accept them either
            load(LIES[name])


def test_limits():
    data = numpy_save({str(k): np.ones(100, np.float16) for k in range(3)})
    assert len(read(data, Limits(arrays=3, unpacked=1200)).arrays) == 3
    for code, limits in (("arrays", Limits(arrays=2)), ("unpacked", Limits(unpacked=1199)), ("file", Limits(file=100))):
        with raises(LimitError, code=code, file="mine.x"):
            read(data, limits)


SMALL = numpy_save({"a": np.arange(3, dtype=np.float32), "b": np.zeros((0, 2)), "c": np.array(7)}, {"by": "me"})


def test_cut_off_anywhere():
    assert not any(survives(read, SMALL[:end]) for end in range(len(SMALL)))


def test_any_byte_changed():
    assert all(survives(read, damaged) is None or len(damaged) < 1000 for damaged in flipped(SMALL, 0, 2000))


@given(st.binary(max_size=60))
def test_any_bytes(data):
    for begin in (b"", len(data).to_bytes(8, "little"), len(data).to_bytes(8, "little") + b"{"):
        survives(read, begin + data)
