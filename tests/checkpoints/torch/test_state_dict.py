"""PyTorch's files against PyTorch's own reading of them."""

import argparse
import io
import json
import pickle
import subprocess
import sys
import types
from collections import Counter, OrderedDict, defaultdict
from pathlib import PurePosixPath
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.checkpoints.torch.state_dict import SAVE, SAVE_SCRIPT, read_state_dict
from rnnviz.errors import DamagedFileError, LimitError, UnsupportedFileError
from rnnviz.limits import Limits

from ...raising import raises
from ..damaged_files import MILLION, flipped, memory_below, reader, refused, same, survives

torch = pytest.importorskip("torch")

read = reader(read_state_dict)

OLD = {"_use_new_zipfile_serialization": False}
FORMATS = pytest.mark.parametrize("format_", [{}, OLD], ids=["zip", "old"])
WIDENED = {torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2}


def saved(value, **how):
    made = io.BytesIO()
    torch.save(value, made, **how)
    return made.getvalue()


def changed(data, change):
    """A zip whose files are what change(name, bytes) makes of them; None leaves one out."""
    made = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as old, ZipFile(made, "w") as new:
        for name in old.namelist():
            if (content := change(name, old.read(name))) is not None:
                new.writestr(name, content)
    return made.getvalue()


def as_array(tensor):
    tensor = tensor.detach()
    return (tensor.float() if tensor.dtype in WIDENED else tensor).numpy()


def leaves(value, name=""):
    """The tensors in nested containers, by the names that they should get."""
    if isinstance(value, torch.Tensor):
        return {name or "array": as_array(value)}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    found = {}
    for key, item in items:
        found |= leaves(item, f"{name}.{key}" if name else str(key))
    return found


def checkpoint():
    module = torch.nn.LSTM(3, 4, num_layers=2, bidirectional=True)
    optimiser = torch.optim.Adam(module.parameters())
    module(torch.randn(2, 1, 3))[0].sum().backward()
    optimiser.step()
    return module, {"model_state": module.state_dict(), "optimizer": optimiser.state_dict(), "epoch": 3}


DTYPES = [
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2,
    torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.uint16, torch.bool,
]  # fmt: skip


@st.composite
def tensors(draw):
    """A view of one of a few storages, of any type: contiguous, turned, stepped, spread, empty or without dimension."""
    dtype = draw(st.sampled_from(DTYPES))
    base = STORAGES[dtype][draw(st.integers(0, 1))]
    shape = draw(st.lists(st.integers(0, 3), max_size=3))
    strides = draw(st.lists(st.integers(0, 5), min_size=len(shape), max_size=len(shape)))
    view = base.as_strided(shape, strides, draw(st.integers(0, 8)))
    return torch.nn.Parameter(view) if draw(st.booleans()) and view.is_floating_point() else view


@pytest.fixture(scope="module", autouse=True)
def storages():
    numbers = torch.arange(40) - 7.5
    STORAGES.update({dtype: [(numbers * k).to(dtype) for k in (1, 3)] for dtype in DTYPES})


STORAGES = {}
KEYS = st.text("ab_é", min_size=1, max_size=3)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3))
NESTS = st.recursive(
    st.one_of(tensors(), PLAIN),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(KEYS, st.integers(0, 3)), inner, max_size=3),
        st.dictionaries(KEYS, inner, max_size=3).map(OrderedDict),
    ),
    max_leaves=8,
)


@FORMATS
@given(nest=NESTS)
def test_any_nest_of_tensors_is_read_as_pytorch_reads_it(format_, nest):
    data = saved(nest, **format_)
    expected = leaves(nest)
    if not format_:  # in old files PyTorch cannot read its own unsigned and quarter precision
        same(expected, leaves(torch.load(io.BytesIO(data), weights_only=True)))
    if expected:
        same(read(data).arrays, expected)
    else:
        refused(read, data, UnsupportedFileError, code="no_arrays")


@FORMATS
@pytest.mark.parametrize("protocol", [1, 2, 3, 4, 5])
def test_a_checkpoint_of_any_protocol(format_, protocol):
    module, nest = checkpoint()
    read_back = read(saved(nest, pickle_protocol=protocol, **format_))
    assert same(read_back.arrays, {f"model_state.{name}": as_array(t) for name, t in module.state_dict().items()})
    assert len(read_back.notes) == 1 and "optimizer" in read_back.notes[0]
    assert read_back.metadata == {"epoch": "3"}
    assert set(read_back.dtypes.values()) == {"float32"}


def test_a_plain_pickle_of_a_state_dict_and_of_numpy_arrays():
    module, _ = checkpoint()
    arrays = {name: as_array(tensor) for name, tensor in module.state_dict().items()}
    for protocol in range(6):
        assert same(read(pickle.dumps(module.state_dict(), protocol)).arrays, arrays)
        assert same(read(pickle.dumps(arrays, protocol)).arrays, arrays)


@FORMATS
@pytest.mark.parametrize("protocol", [1, 2, 4, 5])
def test_words_and_numpy_beside_the_tensors(format_, protocol):
    nest = {
        "w": torch.ones(2), "half": np.ones((2, 3), np.float16).T, "big": np.arange(3, dtype=">i4"),
        "turned": np.asfortranarray(np.arange(6.0).reshape(2, 3)), "none": np.zeros((0, 2)), "flag": np.array(True),
        "score": np.float64(0.5), "args": argparse.Namespace(lr=0.1, device=torch.device("cuda", 1), sizes=[1, 2]),
        "hparams": types.SimpleNamespace(cell="lstm", n=2), "out": PurePosixPath("/a/b"), "version": torch.__version__,
        "chars": tuple("añ"), "index": {"a": 0, 1: None}, "seen": {3}, "counts": Counter("aab"), "raw": b"\xff",
        "losses": defaultdict(list, train=[0.5, float("inf")]), "size": torch.Size([2]), "dtype": torch.float16,
    }  # fmt: skip
    found = read(saved(nest, pickle_protocol=protocol, **format_))
    arrays = {"w": np.ones(2, "f4"), "half": np.ones((3, 2), "f4"), "big": np.arange(3, dtype="i4")}
    assert same(found.arrays, arrays | {name: nest[name] for name in ("turned", "none", "flag")})
    assert found.dtypes["half"] == "float16"
    assert found.metadata == {
        "score": "0.5", "args.lr": "0.1", "args.device": "cuda:1", "args.sizes": "[1, 2]", "out": "/a/b",
        "hparams": '{"cell": "lstm", "n": 2}', "version": str(torch.__version__), "chars": '["a", "ñ"]',
        "index": '{"a": 0, "1": null}', "seen": "[3]", "counts": '{"a": 2, "b": 1}', "size": "[2]",
        "losses.train": "[0.5, Infinity]", "dtype": "torch.float16",
    }  # fmt: skip


@FORMATS
def test_one_storage_is_read_once_for_all_its_tensors(format_):
    long = torch.arange(300_000.0)
    views = {f"v{k}": long[k : k + 3] for k in range(50)} | {"tied": long, "again": long}
    data = saved(views, **format_)
    with memory_below(6 * MILLION):  # a storage, and two copies of the whole
        found = read(data)
    assert same(found.arrays, {name: as_array(tensor) for name, tensor in views.items()})


@pytest.mark.parametrize("place", ["cuda:0", "cuda:3", "mps", "xpu:0", "privateuseone:0"])
def test_where_the_storages_were_does_not_matter(place):
    module, nest = checkpoint()

    def moved(data):
        return data.replace(b"X\x03\0\0\0cpu", b"X" + len(place).to_bytes(4, "little") + place.encode())

    new = changed(saved(nest), lambda name, data: moved(data) if name.endswith("data.pkl") else data)
    assert new.count(place.encode()) == 1  # and from the memo after that
    for data in (new, moved(saved(nest, **OLD))):
        assert read(data).arrays.keys() == {f"model_state.{name}" for name in module.state_dict()}


def test_any_name_of_the_folder_inside():
    data = saved({"w": torch.ones(2)})
    with ZipFile(io.BytesIO(data)) as file:
        files = {name.partition("/")[2]: file.read(name) for name in file.namelist()}
    for prefix in ("", "a/", "my model.v2/", "a/b/"):
        made = io.BytesIO()
        with ZipFile(made, "w") as file:
            for name, content in files.items():
                file.writestr(prefix + name, content)
        assert same(read(made.getvalue()).arrays, {"w": np.ones(2, "f4")})


def test_big_endian_storages():
    nest = {str(dtype): STORAGES[dtype][0] for dtype in DTYPES}
    order = iter(nest.values())

    def turned(name, data):
        if "/data/" in name:
            size = next(order).element_size()
            return np.frombuffer(data, f"u{size}").byteswap().tobytes()
        return b"big" if name.endswith("byteorder") else data

    data = changed(saved(nest), turned)
    assert same(read(data).arrays, leaves(nest))
    loaded = torch.load(io.BytesIO(data))
    assert not torch.equal(loaded.pop("torch.uint16"), nest.pop("torch.uint16"))  # which PyTorch forgets to turn
    assert same(leaves(nest), leaves(loaded))
    middle = changed(data, lambda name, old: b"middle" if name.endswith("byteorder") else old)
    refused(read, middle, DamagedFileError, code="byte_order")


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@FORMATS
def test_kinds_of_tensors_that_are_passed_over(format_):
    nest = {
        "w": torch.ones(2),
        "complex": torch.zeros(2, dtype=torch.complex64),
        "sparse": torch.eye(2).to_sparse(),
        "meta": torch.zeros(2, device="meta"),
        "negated": torch.zeros(2, dtype=torch.complex64).conj().imag,
        "objects": np.array([{}, None]),
        "text": np.array(["a"]),
    }
    found = read(saved(nest, **format_))
    assert list(found.arrays) == ["w"]
    (note,) = found.notes
    for part in ("complex (complex64)", "sparse (sparse)", "meta (without numbers)"):
        assert part in note
    assert found.metadata == {"text": '["a"]'}
    del nest["w"]
    error = refused(read, saved(nest, **format_), UnsupportedFileError, code="no_arrays")
    assert "complex64" in error.message


def test_only_an_optimiser_is_no_network():
    _, nest = checkpoint()
    refused(read, saved(nest["optimizer"]), UnsupportedFileError, code="no_arrays")


def test_the_code_helps(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(SAVE, {"model": torch.nn.LSTM(2, 3)})
    assert (tmp_path / "model.safetensors").is_file()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_is_refused_with_its_own_advice(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), "model.pt")
    error = refused(read, (tmp_path / "model.pt").read_bytes(), UnsupportedFileError, code="torchscript")
    assert SAVE_SCRIPT in error.message
    exec(SAVE_SCRIPT, {})
    assert (tmp_path / "model.safetensors").is_file()


def test_neither_pytorch_nor_pickle_is_needed(tmp_path):
    (tmp_path / "mine.pt").write_bytes(saved({"w": torch.ones(2)}))
    code = (
        "import sys, pathlib; sys.modules['torch'] = None\n"
        "from rnnviz.checkpoints import read_arrays\n"
        "import pickle; pickle.Unpickler = pickle.load = pickle.loads = None\n"
        f"print(read_arrays('mine.pt', pathlib.Path({str(tmp_path / 'mine.pt')!r}).read_bytes()).arrays)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("{'w': array([1., 1.]")


@FORMATS
def test_limits(format_):
    data = saved({str(k): torch.ones(100) for k in range(3)}, **format_)
    assert len(read(data, Limits(arrays=3, unpacked=6000)).arrays) == 3
    for code, limits in (("arrays", Limits(arrays=2)), ("unpacked", Limits(unpacked=1000)), ("file", Limits(file=10))):
        with raises(LimitError, code=code, file="mine.x"):
            read(data, limits)


@FORMATS
def test_a_view_that_spreads_a_number_over_gigabytes_is_refused(format_):
    with memory_below(MILLION):
        refused(read, saved(torch.zeros(1).expand(30_000, 30_000), **format_), LimitError, code="unpacked")
        refused(read, saved([torch.zeros(1).expand(1000, 1000)] * 60, **format_), LimitError, code="unpacked")


def test_a_bomb_is_refused():
    made = io.BytesIO()
    with ZipFile(made, "w", 8) as file:
        file.writestr("a/data.pkl", b"(" * 30 * MILLION)
    with memory_below(3 * MILLION), raises(LimitError, code="unpacked"):
        read(made.getvalue(), Limits(unpacked=MILLION))


def test_storages_that_are_missing_or_too_short():
    data = saved({"w": torch.ones(3), "v": torch.ones(4)[:2]})
    missing = changed(data, lambda name, old: None if name.endswith("data/0") else old)
    assert refused(read, missing, DamagedFileError, code="missing_part").part.endswith("data/0")
    short = changed(data, lambda name, old: old[:-1] if name.endswith("data/1") else old)
    refused(read, short, DamagedFileError, code="cut_off", part="v")
    bare = changed(data, lambda name, old: None if name.endswith("data.pkl") else old)
    refused(read, bare, UnsupportedFileError, code="missing_part", part="data.pkl")


@pytest.mark.parametrize("changes", [{"size": "K\x04"}, {"offset": "K\x01"}, {"stride": "K\x02"}, {"claims": "K\x63"}])
def test_tensors_that_reach_outside_of_their_storage(changes):
    """A pickle of one tensor of 3 numbers, written by hand, with one number changed."""
    said = {"claims": "K\x03", "offset": "K\0", "size": "K\x03", "stride": "K\x01"} | changes
    refused(read, by_hand(**said), DamagedFileError, code="outside" if "claims" not in changes else "cut_off")


@pytest.mark.parametrize("part", ["claims", "offset", "size", "stride"])
@pytest.mark.parametrize("value", ["J\xff\xff\xff\xff", "\x8a\x14" + "\x7f" * 20, "N", "\x88", "X\x01\0\0\0a", "]"])
def test_numbers_of_a_tensor_that_are_none(part, value):
    said = {"claims": "K\x03", "offset": "K\0", "size": "K\x03", "stride": "K\x01"} | {part: value}
    refused(read, by_hand(**said))


def test_the_tensor_written_by_hand_is_right_when_nothing_is_changed():
    data = by_hand("K\x03", "K\0", "K\x03", "K\x01")
    assert same(read(data).arrays, leaves(torch.load(io.BytesIO(data), weights_only=True)))


def by_hand(claims, offset, size, stride):
    pickled = (
        "\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0"
        f"0X\x03\0\0\0cpu{claims}tQ{offset}{size}\x85{stride}\x85\x89ccollections\nOrderedDict\n)RtR."
    ).encode("latin-1")
    return changed(saved(torch.ones(3)), lambda name, old: pickled if name.endswith("data.pkl") else old)


def test_empty_tensors_of_absurd_shapes():
    for shape in ("K\0\x8a\x14" + "\x7f" * 20 + "\x86", "(" + "K\0" * 33 + "t"):
        strides = "K\x01K\x01\x86" if len(shape) < 60 else "(" + "K\x01" * 33 + "t"
        pickled = by_hand("K\x03", "K\0", "K\x03", "K\x01")
        change = lambda name, old, s=shape, t=strides: (  # noqa: E731
            old.replace(b"K\x03\x85K\x01\x85", (s + t).encode("latin-1")) if name.endswith("data.pkl") else old
        )
        refused(read, changed(pickled, change))


SMALL = {"rnn": OrderedDict(weight=torch.arange(6.0).reshape(2, 3), bias=torch.ones(2, dtype=torch.float16)), "n": 1}


@FORMATS
def test_cut_off_anywhere(format_):
    data = saved(SMALL, **format_)
    for end in range(len(data)):
        found = survives(read, data[:end])
        assert found is None or same(found.arrays, leaves(SMALL))


@FORMATS
def test_any_byte_changed(format_):
    data = saved(SMALL, **format_)
    sizes = []
    for damaged in flipped(data, 1, 1500):
        if (found := survives(read, damaged)) is None:
            continue
        sizes.append(sum(array.nbytes for array in found.arrays.values()))
        if not format_:  # a zip knows the sums of its files
            assert same(found.arrays, leaves(SMALL))
    assert sizes and max(sizes) < 10_000


@given(st.binary(max_size=60))
def test_any_bytes(data):
    for begin in (b"", b"\x80\x02", b"PK\x03\x04", saved(SMALL, **OLD)[:200]):
        survives(read, begin + data)


@pytest.mark.parametrize("keys", [("a.b", "a"), (1, "1")])
def test_two_arrays_of_one_name(keys):
    first, second = keys
    nest = {first: torch.ones(1), second: {"b": torch.zeros(1)} if second == "a" else torch.zeros(1)}
    if second == "a":
        refused(read, saved(nest), DamagedFileError, code="duplicate", part="a.b")
    else:
        assert read(saved(nest)).arrays["1"] == 0


def test_vocabularies_can_be_read_from_the_metadata():
    index = {f"word{k}": k for k in range(20_000)}
    found = read(saved({"w": torch.ones(1), "vocab": index, "itos": list(index)}))
    assert json.loads(found.metadata["vocab"]) == index
    assert json.loads(found.metadata["itos"]) == list(index)
