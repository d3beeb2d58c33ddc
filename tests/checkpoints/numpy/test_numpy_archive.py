"""NumPy's files against NumPy."""

import io
import json
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.checkpoints.numpy.numpy_archive import read_numpy
from rnnviz.errors import DamagedFileError, LimitError, UnsupportedFileError
from rnnviz.limits import Limits

from ...raising import raises
from ..damaged_files import MILLION, flipped, memory_below, reader, refused, same, survives

read = reader(read_numpy)

DTYPES = [order + code for order in "<>" for code in ("f8", "f4", "f2", "i8", "i4", "i2", "u8", "u4", "u2")]
ARRAY = st.builds(
    lambda dtype, shape, order, turn: (
        lambda made: made.T if turn else made
    )(np.arange(int(np.prod(shape))).reshape(shape).astype(dtype, order=order)),
    st.sampled_from([*DTYPES, "i1", "u1", "?"]), st.lists(st.integers(0, 3), max_size=4), st.sampled_from("CF"),
    st.booleans(),
)  # fmt: skip
NAME = st.text("aW_./é ", min_size=1, max_size=6).filter(lambda name: not name.endswith(("/", ".npy")))


def npz(save=np.savez, **arrays):
    made = io.BytesIO()
    save(made, **arrays)
    return made.getvalue()


def npy(array):
    made = io.BytesIO()
    np.save(made, array)
    return made.getvalue()


def widened(array):
    native = array.dtype.newbyteorder("=")
    return array.astype("f4" if native == np.float16 else native)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@given(arrays=st.dictionaries(NAME, ARRAY, min_size=1, max_size=4))
def test_what_numpy_wrote_is_read(save, arrays):
    data = npz(save, **arrays)
    found = read(data)
    with np.load(io.BytesIO(data)) as loaded:
        assert same(found.arrays, {name: widened(loaded[name]) for name in loaded})
    assert found.dtypes == {name: array.dtype.name for name, array in arrays.items()}


@given(array=ARRAY)
def test_a_single_array(array):
    found = read(npy(array))
    assert same(found.arrays, {"array": widened(array)})
    assert found.arrays["array"].flags.writeable and found.arrays["array"].dtype.isnative


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_format(version):
    made = io.BytesIO()
    np.lib.format.write_array(made, np.arange(6.0).reshape(2, 3), version)
    assert same(read(made.getvalue()).arrays, {"array": np.arange(6.0).reshape(2, 3)})


def test_text_is_metadata_and_other_kinds_are_passed_over():
    found = read(npz(
        w=np.ones(2), labels=np.array(["ja", "ñ"]), name=np.array("mine"), c=np.ones(2, complex),
        when=np.array(["2020-01-01"], "M8[D]"), records=np.zeros(2, [("a", "f4")]), raw=np.array([b"a"]),
        wide=np.ones(1, np.longdouble),
    ))  # fmt: skip
    assert list(found.arrays) == ["w"]
    assert json.loads(found.metadata["labels"]) == ["ja", "ñ"] and found.metadata["name"] == "mine"
    assert "c (complex128)" in found.notes[0] and "records (records)" in found.notes[0]
    error = refused(read, npz(c=np.ones(2, complex)), UnsupportedFileError, code="no_arrays")
    assert "c (complex128)" in error.message
    refused(read, npz(), UnsupportedFileError, code="no_arrays")


class Marks:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_objects_are_refused_and_nothing_of_them_runs(tmp_path):
    evil = np.array([Marks(str(tmp_path / "marker"))], dtype=object)
    refused(read, npy(evil), UnsupportedFileError, code="objects")
    refused(read, npz(w=np.ones(2), evil=evil), UnsupportedFileError, code="objects", file="evil in mine.x")
    assert not list(tmp_path.iterdir())
    with np.load(io.BytesIO(npz(evil=evil)), allow_pickle=True) as loaded:
        assert loaded["evil"] is not None
    assert list(tmp_path.iterdir())  # so it would have


def test_a_bomb_is_refused():
    bomb = npz(np.savez_compressed, w=np.zeros(5 * MILLION))
    assert len(bomb) < 100_000
    with memory_below(3 * MILLION), raises(LimitError, code="unpacked", file="mine.x"):
        read(bomb, Limits(unpacked=MILLION))


def test_a_text_array_of_great_width_takes_no_memory():
    """A width of a gigabyte, and no elements."""
    with memory_below(MILLION):
        survives(read, header("<U999999999", "(0,)"))
        refused(read, header("<U999999999", "(1,)"), DamagedFileError, code="dtype")


def test_limits():
    data = npz(**{f"a{k}": np.ones(100, np.float16) for k in range(3)})
    assert len(read(data, Limits(arrays=3, unpacked=1200)).arrays) == 3
    for code, limits in (("arrays", Limits(arrays=2)), ("unpacked", Limits(unpacked=1199)), ("file", Limits(file=100))):
        with raises(LimitError, code=code, file="mine.x"):
            read(data, limits)


def header(descr, shape, content=b"", order="False", size=None):
    text = f"{{'descr': {descr!r}, 'fortran_order': {order}, 'shape': {shape}}}".encode()
    return b"\x93NUMPY\x01\0" + (len(text) if size is None else size).to_bytes(2, "little") + text + content


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\x93NUMPY",
        b"\x93NUMPY\x09\0" + header("<f4", "(1,)", bytes(4))[8:],
        header("<f4", "(1,)", bytes(4), size=10_000),
        header("<f4", "(2,)", bytes(4)),
        header("<f4", "(1,)", bytes(5)),
        header("<f4", "(-1,)", bytes(4)),
        header("<f4", "(True,)", bytes(4)),
        header("<f4", "(1.0,)", bytes(4)),
        header("<f4", "1", bytes(4)),
        header("<f4", "(0, 4611686018427387904, 4611686018427387904)"),
        header("<f4", f"({'0,' * 100})"),
        header("<f4", f"({'9' * 4000},)", bytes(4)),
        header("<f4", "(1,)", bytes(4), order="3"),
        header("<f3", "(1,)", bytes(3)),
        header("<f4,<f4", "(1,)", bytes(8)),
        header("torch", "(1,)", bytes(4)),
        header("<U0", "(1,)"),
        header("<M8[xy]", "(1,)", bytes(8)),
        header("<U1", "(1,)", b"\xff" * 4),
        b"\x93NUMPY\x01\0\x00\x10" + b"(" * 4096,
        b"\x93NUMPY\x01\0\x02\x00[]",
        b"\x93NUMPY\x01\0\x10\x00__import__('os')",
    ],
)
def test_headers_that_lie(data):
    with memory_below(10 * MILLION):
        refused(read, data, DamagedFileError)
        refused(read, zipped(w=data), DamagedFileError)


def zipped(**files):
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(f"{name}.npy", data)
    return made.getvalue()


def test_what_else_is_in_the_zip_is_said():
    made = io.BytesIO(npz(w=np.ones(2)))
    with ZipFile(made, "a") as file:
        file.writestr("readme.txt", "hello")
    found = read(made.getvalue())
    assert list(found.arrays) == ["w"] and "readme.txt (not an array)" in found.notes[0]


ARRAYS = {"a": np.arange(3.0), "b": np.ones((2, 2), "f4")}


@pytest.mark.parametrize("data", [npz(**ARRAYS), npz(np.savez_compressed, **ARRAYS)])
def test_a_damaged_archive_gives_the_right_arrays_or_a_sentence(data):
    for damaged in [*(data[:end] for end in range(len(data))), *flipped(data, 2, 800)]:
        if (found := survives(read, damaged)) is not None:  # the names alone have no sum
            for array in found.arrays.values():
                assert any(np.array_equal(array, right) for right in ARRAYS.values())


def test_a_damaged_array_gives_an_array_or_a_sentence():
    data = npy(np.arange(6.0).reshape(2, 3))
    assert not any(survives(read, data[:end]) for end in range(len(data)))
    for damaged in flipped(data, 3, 1500):
        found = survives(read, damaged)
        assert found is None or found.arrays["array"].size <= 48


@given(st.binary(max_size=60))
def test_any_bytes(data):
    for begin in (b"", b"\x93NUMPY\x01\0", b"PK\x03\x04", b"PK\x05\x06"):
        survives(read, begin + data)
