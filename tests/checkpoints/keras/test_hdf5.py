"""HDF5 read carefully: only numbers that are in the file itself, and no more of them than allowed."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.checkpoints.io.opening_budget import OpeningBudget
from rnnviz.checkpoints.keras.hdf5 import SIGNATURE, read_hdf5
from rnnviz.errors import DamagedFileError, LimitError, UnsupportedFileError
from rnnviz.limits import DEFAULT_LIMITS, Limits

from ...raising import raises

h5py = pytest.importorskip("h5py")
LETTERS = st.characters(codec="utf-8", exclude_characters="\0")


def made(write):
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        write(file)
    return data.getvalue()


def read(data, limits=DEFAULT_LIMITS, skip=lambda path: False):
    return read_hdf5("mine.h5", data, OpeningBudget("mine.h5", limits), {"text": "text", "list": "list"}, skip)


def test_arrays_groups_and_texts():
    def write(file):
        file["a/b/kernel:0"] = np.arange(6, dtype="f8").reshape(2, 3)
        file["a/half"] = np.array([1.5, -2], "f2")
        file["a/big"] = np.array([1.5, -2], ">f4")
        file["a/whole"] = np.arange(3)
        file["a/words"] = ["x", "y"]
        file["a/pairs"] = np.zeros(2, [("x", "f4"), ("y", "f4")])
        file["a/to"] = file["a"].ref
        file["a/nothing"] = h5py.Empty("f4")
        file["a"].attrs["text"] = "words"
        file["a"].attrs["list"] = ["one", "two"]
        file["a/b"].attrs["text"] = np.bytes_("fixed")
        file["a/b"].attrs["list"] = np.array([b"one", b"two"])
        file["a"].attrs["other"] = np.zeros(3)
        file["left/out"] = np.zeros(3)

    root = read(made(write), skip=lambda path: path == ("left",))
    assert list(root.groups) == ["a"]
    a = root.groups["a"]
    assert sorted(a.arrays) == ["big", "half"] and a.skipped == 5
    assert (a.texts, a.lists) == ({"text": "words"}, {"list": ["one", "two"]})
    b = a.groups["b"]
    assert (b.texts, b.lists) == ({"text": "fixed"}, {"list": ["one", "two"]})
    kernel = b.arrays["kernel:0"]
    assert (kernel.name, kernel.shape, kernel.dtype, kernel.array.dtype) == ("a/b/kernel:0", (2, 3), "float64", "f8")
    assert (a.arrays["half"].dtype, a.arrays["half"].array.dtype) == ("float16", np.float32)
    np.testing.assert_array_equal(a.arrays["big"].array, [1.5, -2])
    assert a.arrays["big"].array.dtype == np.dtype("=f4")


def test_links_that_lead_elsewhere(tmp_path):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["x"] = np.ones(3)
    for link in (h5py.ExternalLink(str(secret), "/x"), h5py.SoftLink("/elsewhere")):
        with raises(UnsupportedFileError, code="link", part="a/x"):
            read(made(lambda file, link=link: file.create_group("a").__setitem__("x", link)))


def test_numbers_that_lie_outside(tmp_path):
    (tmp_path / "secret").write_bytes(b"\0" * 64)
    external = [(str(tmp_path / "secret"), 0, 64)]
    with raises(UnsupportedFileError, code="external", part="x"):
        read(made(lambda file: file.create_dataset("x", (8,), "f8", external=external)))
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["x"] = np.ones(8)
    layout = h5py.VirtualLayout((8,), "f8")
    layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "x", (8,))
    with raises(UnsupportedFileError, code="external", part="x"):
        read(made(lambda file: file.create_virtual_dataset("x", layout)))


def test_what_is_claimed_counts_and_not_what_is_stored():
    bombs = [
        made(lambda file: file.create_dataset("x", (1 << 20, 1 << 10), "f4", chunks=(1 << 10, 1 << 10))),
        made(lambda file: file.create_dataset("x", (1 << 30,), "f4", chunks=(1 << 20,))),
        made(lambda file: file.create_dataset("x", (3,), "f8", chunks=(1 << 25,), maxshape=(None,))),
        made(lambda file: [file.create_dataset(str(k), (1 << 24,), "f4", chunks=(1 << 20,)) for k in range(4)]),
        made(lambda file: file.create_dataset("x", (1 << 26,), "f2", chunks=(1 << 20,))),
    ]
    for data in bombs:
        assert len(data) < 1 << 20
        with raises(LimitError, code="unpacked", limit=200_000_000):
            read(data)


def test_many_arrays_many_groups_and_deep_groups():
    with raises(LimitError, code="arrays", limit=3):
        read(made(lambda file: [file.create_dataset(str(k), data=1.0) for k in range(4)]), Limits(arrays=3))
    with raises(LimitError, code="groups"):
        read(made(lambda file: [file.create_group(str(k)) for k in range(13)]), Limits(arrays=3))
    with raises(LimitError, code="groups"):
        read(made(lambda file: file.create_group("/".join("a" * 40))))
    with raises(LimitError, code="name"):
        read(made(lambda file: file.create_group("a" * 1001)))


def test_groups_that_lie_in_themselves():
    def circle(file):
        file.create_group("a/b")
        file["a/b/again"] = file["a"]

    with raises(UnsupportedFileError, code="duplicate", part="a/b/again"):
        read(made(circle))


@pytest.mark.parametrize("how", [{"compression": "gzip"}, {"compression": "lzf"}, {"shuffle": True}])
def test_what_is_compressed_could_be_of_any_size(how):
    data = made(lambda file: file.create_dataset("x", (1 << 10,), "f4", chunks=(1 << 8,), **how))
    with raises(UnsupportedFileError, code="compression", part="x"):
        read(data)


@given(
    one=st.text(LETTERS, max_size=300),
    many=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), min_size=1, max_size=200
    ),
    version=st.sampled_from(["earliest", "latest"]),
    more=st.integers(0, 6),
)
def test_texts_are_those_that_h5py_reads(one, many, version, more):
    data = io.BytesIO()
    with h5py.File(data, "w", libver=version) as file:
        for k in range(more):  # enough for the header to go on elsewhere
            file.attrs[f"other {k}"] = np.zeros(5)
        file.attrs["text"] = one
        group = file.create_group("g")
        group.attrs["list"] = many
        group.attrs["text"] = np.bytes_(one.encode() or b"x")
    root = read(data.getvalue())
    assert root.texts == {"text": one}
    assert root.groups["g"].lists == {"list": many}
    assert root.groups["g"].texts == {"text": one or "x"}


def test_one_long_text_in_many_places_counts_each_time():
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        file.attrs["list"] = ["x" * 60_000, *"yyyyyyyyy"]
    element = (60_000).to_bytes(4, "little")
    place = data.getvalue().index(element)
    pointer = data.getvalue()[place : place + 16]
    broken = data.getvalue().replace(data.getvalue()[place : place + 160], pointer * 10)
    assert read(broken).lists["list"] == ["x" * 60_000] * 10
    with raises(LimitError, code="unpacked"):
        read(broken, Limits(unpacked=500_000))


def test_a_text_that_claims_to_be_longer_than_its_file():
    data = made(lambda file: file.attrs.update(text="x" * 1000))
    broken = data.replace((1000).to_bytes(4, "little"), (1 << 31).to_bytes(4, "little"))
    assert broken != data and read(broken).texts == {}


def test_a_damaged_file():
    data = made(lambda file: file.create_dataset("x", data=np.arange(1000.0)))
    for broken in (data[: len(data) // 2], data[:100], SIGNATURE, SIGNATURE + bytes(range(256)) * 4):
        with raises(DamagedFileError, code="hdf5", file="mine.h5"):
            read(broken)
