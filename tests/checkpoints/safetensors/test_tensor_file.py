"""Safetensors against the library that writes them."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import SafetensorError
from safetensors.numpy import load
from safetensors.numpy import save as numpy_save

from rnnviz.checkpoints.safetensors.tensor_file import HEADER, read
from rnnviz.limits import Limits

from ..damaged_files import MILLION, flipped, memory_below, refused, same, survives

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
    found = read("mine.x", data)
    assert same(dict(sorted(found.arrays.items())), dict(sorted(load(data).items())))
    assert found.metadata == (words or {})
    assert found.dtypes == {name: array.dtype.name for name, array in arrays.items()}


def test_the_precisions_that_numpy_does_not_know():
    torch = pytest.importorskip("torch")
    from safetensors.torch import save

    numbers = torch.linspace(-400, 400, 60).reshape(3, 20)
    kinds = [torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2, torch.float64, torch.bool]
    tensors = {str(kind).removeprefix("torch."): numbers.to(kind) for kind in kinds}
    found = read("mine.x", save(tensors))
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(found.arrays[name], tensor.double().numpy())
        assert found.arrays[name].dtype == {"float64": "f8", "bool": "?"}.get(name, "f4")
        assert found.dtypes[name] == name


def test_kinds_that_are_passed_over():
    header = {"w": entry(), "c": entry("C64", (1,), (8, 16)), "q": entry("F4", (3, 2), (16, 19))}
    found = read("mine.x", file(header, bytes(19)))
    assert list(found.arrays) == ["w"] and "c (C64)" in found.notes[0] and "q (F4)" in found.notes[0]
    refused(read, file({"c": entry("C64", (1,), (0, 8))}, bytes(8)), "holds no arrays")


W = entry()
LIES = {
    "nothing": (b"", "cut off"),
    "no header": (b"\x10" + bytes(7), "cut off"),
    "a header longer than the file": (file({"w": W}, bytes(8), size=10_000), "longer than the file"),
    "a header of exabytes": (file({"w": W}, bytes(8), size=(1 << 64) - 1), "longer than the file"),
    "a huge header": (file(b" " * (HEADER + 1)), f"at most {HEADER:,}"),
    "no JSON": (file(b"hello"), "not JSON"),
    "no text": (file(b"\xff\xfe\xfd"), "not JSON"),
    "depths": (file(b'{"a":' * 100_000), "not JSON"),
    "a long number": (file(b'{"a": ' + b"9" * 5000 + b"}"), "not JSON"),
    "a list": (file([1]), "names no arrays"),
    "no arrays": (file({}), "holds no arrays"),
    "metadata alone": (file({"__metadata__": {"a": "b"}}), "holds no arrays"),
    "metadata of numbers": (file({"__metadata__": {"a": 1}, "w": W}, bytes(8)), "metadata"),
    "a metadata list": (file({"__metadata__": ["a"], "w": W}, bytes(8)), "metadata"),
    "a name twice": (file(b'{"w": {}, "w": {}}'), "names w twice"),
    "half a letter": (file({"\ud800": W}, bytes(8)), "does not say"),
    "no entry": (file({"w": 3}), "does not say what w is"),
    "no dtype": (file({"w": {"shape": [2], "data_offsets": [0, 8]}}, bytes(8)), "does not say what w is"),
    "a dtype that is none": (file({"w": entry("F31")}, bytes(8)), "F31, which does not exist"),
    "negative sizes": (file({"w": entry(shape=(-1, -2))}, bytes(8)), "does not say what w is"),
    "sizes of true": (file({"w": entry(shape=(True, 2))}, bytes(8)), "does not say what w is"),
    "sizes in floats": (file({"w": entry(shape=(2.0,))}, bytes(8)), "does not say what w is"),
    "sizes that overflow": (file({"w": entry(shape=(1 << 62, 4))}, bytes(8)), "does not fit"),
    "empty but absurd": (file({"w": entry(shape=(0, 1 << 62, 1 << 62), offsets=(0, 0))}), "none"),
    "empty in too many dimensions": (file({"w": entry(shape=(0,) * 100, offsets=(0, 0))}), "none"),
    "a shape that does not fit": (file({"w": entry(shape=(3,))}, bytes(8)), "does not fit its 8 bytes"),
    "backwards": (file({"w": entry(shape=(2,), offsets=(8, 0))}, bytes(8)), "does not fit"),
    "overlap": (file({"w": W, "v": entry(offsets=(4, 12))}, bytes(12)), "does not begin where"),
    "the same bytes": (file({"w": W, "v": W}, bytes(8)), "does not begin where"),
    "a gap": (file({"w": W, "v": entry(offsets=(9, 17))}, bytes(17)), "does not begin where"),
    "a gap at the begin": (file({"w": entry(offsets=(8, 16))}, bytes(16)), "does not begin where"),
    "cut off": (file({"w": W}, bytes(7)), "cut off: 8 bytes of arrays are announced, and 7"),
    "more at the end": (file({"w": W}, bytes(9)), "1 bytes at its end"),
}


@pytest.mark.parametrize("name", LIES)
def test_headers_that_lie(name):
    data, says = LIES[name]
    with memory_below(40 * MILLION):
        refused(read, data, says)
    if "holds no arrays" not in says and name not in ("empty in too many dimensions", "a huge header"):
        with pytest.raises((SafetensorError, ValueError)):  # the library does not take them either
            load(data)


def test_limits():
    data = numpy_save({str(k): np.ones(100, np.float16) for k in range(3)})
    assert len(read("mine.x", data, Limits(arrays=3, unpacked=1200)).arrays) == 3
    for limits in (Limits(arrays=2), Limits(unpacked=1199), Limits(file=100)):
        with pytest.raises(ValueError, match=r"mine\.x"):
            read("mine.x", data, limits)


SMALL = numpy_save({"a": np.arange(3, dtype=np.float32), "b": np.zeros((0, 2)), "c": np.array(7)}, {"by": "me"})


def test_cut_off_anywhere():
    assert not any(survives(read, SMALL[:end]) for end in range(len(SMALL)))


def test_any_byte_changed():
    assert all(survives(read, damaged) is None or len(damaged) < 1000 for damaged in flipped(SMALL, 0, 2000))


@given(st.binary(max_size=60))
def test_any_bytes(data):
    for begin in (b"", len(data).to_bytes(8, "little"), len(data).to_bytes(8, "little") + b"{"):
        survives(read, begin + data)
